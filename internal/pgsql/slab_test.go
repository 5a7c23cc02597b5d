package pgsql

import "testing"

// What is taken is as much as was asked for, empty, and shared with nothing else.
func TestSlab(t *testing.T) {
	var s slab[int]
	var all [][]int
	for _, n := range []int{0, 1, 9, 16, 3, 17, largestSlab, 2 * largestSlab, 1, 15, 16, 16, 16, 16} {
		got := s.take(n)
		if len(got) != n || cap(got) != n || (got == nil) != (n == 0) {
			t.Fatalf("take(%d): %d of %d", n, len(got), cap(got))
		}
		for i, v := range got {
			if v != 0 {
				t.Fatalf("take(%d): %v", n, got)
			}
			got[i] = len(all) + 1
		}
		all = append(all, got)
	}
	for i, taken := range all {
		for _, v := range taken {
			if v != i+1 {
				t.Fatalf("%v was given to others", taken)
			}
		}
	}
}
