package rules

// resolveElements turns the list elements that findings take out into text
// edits. It has to see all findings of the statement at once: which comma goes
// with an element depends on which of its neighbours stay.
func resolveElements(found []Reported) {
	type key struct {
		st    *Statement
		first int // token of the list's first element
	}
	gone := map[key]map[int]bool{}
	for i := range found {
		for _, e := range found[i].elements {
			k := key{found[i].Stmt, e.list.Elements[0][0]}
			if gone[k] == nil {
				gone[k] = map[int]bool{}
			}
			gone[k][e.i] = true
		}
	}
	for i := range found {
		f := &found[i]
		for _, e := range f.elements {
			f.Edits = append(f.Edits, e.edit(f.Stmt, gone[key{f.Stmt, e.list.Elements[0][0]}]))
		}
		f.elements = nil
	}
}

// edit takes element e out of its list, given all the elements that go. An
// element goes with the comma behind it; those at the end of the list, which
// have none that stays, go with the comma in front of the first of them.
func (e element) edit(st *Statement, gone map[int]bool) Edit {
	elems := e.list.Elements
	if len(gone) == len(elems) && e.list.Whole[0] >= 0 {
		if e.list.Whole == [2]int{0, len(st.Tokens) - 1} {
			return st.Dropped()
		}
		ed := st.Delete(e.list.Whole[0], e.list.Whole[1])
		ed.Drop = true
		return ed
	}
	start := st.Tokens[elems[e.i][0]].Start()
	end := st.Tokens[elems[e.i][1]].End()
	tail := e.i // first element of the run of gone ones that ends the list
	for j := len(elems) - 1; j >= 0 && gone[j]; j-- {
		tail = j
	}
	switch last := len(elems) - 1; {
	case !gone[last] || e.i < tail:
		end = st.Tokens[elems[e.i+1][0]].Start()
	case e.i == tail && tail > 0:
		start = st.Tokens[elems[e.i-1][1]].End()
		if e.i < last {
			end = st.Tokens[elems[e.i+1][0]].Start()
		}
	case e.i < last:
		end = st.Tokens[elems[e.i+1][0]].Start()
	}
	ed := st.Replace(start, end, "")
	ed.Drop = true
	return ed
}
