package lint

import "testing"

func TestOffsets(t *testing.T) {
	want := []int64{0, 7, 1<<32 - 1, 1 << 32, 1<<32 + 5, 3<<32 + 1, 3<<32 + 1}
	var o offsets
	for _, w := range want {
		o.add(w)
	}
	if o.len() != len(want) {
		t.Fatalf("%d offsets, want %d", o.len(), len(want))
	}
	for i, w := range want {
		if got := o.at(i); got != w {
			t.Errorf("offset %d is %d, want %d", i, got, w)
		}
	}
}
