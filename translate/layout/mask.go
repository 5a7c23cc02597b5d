package layout

import (
	"bytes"
	"sort"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
)

// Some tools replace placeholders such as ${schema} before they send a text.
// What stands for them is not known here, but mostly it is a name or a part of
// one: each becomes a name of the same length, so that the text parses and all
// offsets hold, and comes back behind the translation.

// span is a byte range of a text.
type span struct{ start, end int }

// mask maps the names in a text to the placeholders that they stand for.
type mask struct {
	names []string // the longest first
	back  *strings.Replacer
}

// mask replaces the placeholders in all sources and notes what stands for
// which.
func (t *Tree) mask(find func(text string) []span) {
	if find == nil {
		return
	}
	var masked []string
	for h := range t.Histories {
		for i := range t.Histories[h].Sources {
			src := &t.Histories[h].Sources[i]
			text, m := masking(src.Text, find(string(src.Text)))
			if m.back == nil {
				continue
			}
			if t.masks == nil {
				t.masks = map[string]mask{}
			}
			t.masks[src.Name], src.Text = m, text
			masked = append(masked, src.Name)
		}
	}
	if len(masked) > 0 {
		reason := "its placeholders are read as names: what " + t.Layout + " puts in their place is not seen"
		if len(masked) > 1 {
			reason = "it and others have placeholders, which are read as names: what " + t.Layout + " puts in their place is not seen"
		}
		t.Notes = append(t.Notes, Note{masked[0], reason})
	}
}

// masking replaces spans of a text. A mask without names means that there was
// nothing to replace.
func masking(text []byte, spans []span) ([]byte, mask) {
	if len(spans) == 0 {
		return text, mask{}
	}
	out := bytes.Clone(text)
	lower := strings.ToLower(string(text))
	names := map[string]string{} // by placeholder
	taken := map[string]bool{}
	var m mask
	for _, s := range spans {
		placeholder := string(text[s.start:s.end])
		name, ok := names[placeholder]
		if !ok {
			if name = freeName(len(placeholder), lower, taken); name == "" {
				continue // it stays, and does not parse
			}
			names[placeholder], taken[name] = name, true
			m.names = append(m.names, name)
		}
		copy(out[s.start:s.end], name)
	}
	if len(m.names) == 0 {
		return text, mask{}
	}
	sort.Slice(m.names, func(i, j int) bool {
		if a, b := m.names[i], m.names[j]; len(a) != len(b) {
			return len(a) > len(b)
		}
		return m.names[i] < m.names[j]
	})
	placeholders := map[string]string{}
	for p, n := range names {
		placeholders[n] = p
	}
	var pairs []string
	for _, n := range m.names {
		pairs = append(pairs, n, placeholders[n])
	}
	m.back = strings.NewReplacer(pairs...)
	if m.back.Replace(string(out)) != string(text) {
		return text, mask{} // a name and what stands behind it make another one: they stay
	}
	return out, m
}

// freeName makes a name of a number of bytes that the text does not hold, out
// of letters that hardly stand beside one another in a name, so that what a fix
// writes does not hold it either. Empty if there is none.
func freeName(length int, text string, taken map[string]bool) string {
	const unlikely, ends = "qzjx", "qzjxkvwbcdfghlmnprst"
	if length < len(unlikely) {
		return ""
	}
	b := []byte("_" + strings.Repeat(unlikely, length/len(unlikely)+1))[:length]
	for _, c := range []byte(ends) {
		for _, d := range []byte(ends) {
			b[length-2], b[length-1] = c, d
			if name := string(b); !taken[name] && !strings.Contains(text, name) {
				return name
			}
		}
	}
	return ""
}

// Restore puts the placeholders of a file back into a text of it.
func (t *Tree) Restore(file string, text []byte) []byte {
	m, ok := t.masks[file]
	if !ok || !m.in(string(text)) {
		return text
	}
	return []byte(m.back.Replace(string(text)))
}

func (m mask) in(text string) bool {
	for _, n := range m.names {
		if strings.Contains(text, n) {
			return true
		}
	}
	return false
}

// RestoreReport puts the placeholders back into what a report says.
func (t *Tree) RestoreReport(r *lint.Report) {
	if len(t.masks) == 0 {
		return
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		m, ok := t.masks[f.File]
		if !ok {
			continue
		}
		for _, s := range []*string{&f.Before, &f.After, &f.Message, &f.Todo} {
			*s = m.back.Replace(*s)
		}
		for k := range f.Edits {
			if m, ok := t.masks[r.Sources[f.Edits[k].Source]]; ok {
				f.Edits[k].New = m.back.Replace(f.Edits[k].New)
			}
		}
	}
}

// braced finds the placeholders that start with open and end with a brace, on
// one line.
func braced(text, open string) []span {
	var out []span
	for at := 0; ; {
		i := strings.Index(text[at:], open)
		if i < 0 {
			return out
		}
		start := at + i
		n := strings.IndexAny(text[start+len(open):], "}\n")
		at = start + len(open)
		if n > 0 && text[at+n] == '}' {
			at += n + 1
			out = append(out, span{start, at})
		}
	}
}

// shellVariables finds $NAME and ${NAME...} between two offsets.
func shellVariables(text string, from, to int) []span {
	var out []span
	for i := from; i < to; i++ {
		if text[i] != '$' || i+1 >= to {
			continue
		}
		switch c := text[i+1]; {
		case c == '$':
			i++ // stands for one $
		case c == '{':
			if n := strings.IndexAny(text[i:to], "}\n"); n > 2 && text[i+n] == '}' {
				out = append(out, span{i, i + n + 1})
				i += n
			}
		case isLetter(c):
			end := i + 1
			for end < to && (isLetter(text[end]) || isDigit(text[end])) {
				end++
			}
			out = append(out, span{i, end})
			i = end - 1
		}
	}
	return out
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }
