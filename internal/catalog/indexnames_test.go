package catalog

import "testing"

// Names of one hash are told from each other, and taken back one by one.
func TestIndexNamesOfOneHash(t *testing.T) {
	c := New()
	table := c.newTable(Name{"public", "t"}, Plain, Place{})
	in := &Index{Name: Name{"public", "in"}, Table: table}
	table.open().indexes = []*Index{in}
	loose := &Index{Name: Name{"public", "loose"}}
	at := c.indexes.hash(in.Name)
	c.indexes.add(c, in)
	c.indexes.more[at] = []indexHome{{loose: loose}}
	if got := c.Indexes(Name{Name: "in"}); len(got) != 1 || got[0] != in {
		t.Errorf("in: %v", got)
	}
	if got := c.indexes.find(Name{"other", "in"}); len(got) != 0 {
		t.Errorf("in another schema: %v", got)
	}
	c.indexes.remove(c, in)
	if got := c.Indexes(Name{Name: "in"}); len(got) != 0 {
		t.Errorf("in, when it is gone: %v", got)
	}
	if first := c.indexes.first[at]; first.loose != loose || len(c.indexes.more) != 0 {
		t.Errorf("the other one is at %v, and %v", first, c.indexes.more)
	}
}
