package atonce

import "testing"

func TestDo(t *testing.T) {
	for _, n := range []int{0, 1, 100} {
		calls := make([]int, n)
		Do(n, func(i int) { calls[i]++ })
		for i, c := range calls {
			if c != 1 {
				t.Errorf("%d of %d was called %d times", i, n, c)
			}
		}
	}
}
