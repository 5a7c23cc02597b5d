package pgsql

// slab hands out what is needed in small numbers again and again, from arrays that
// are made for many. An array lives as long as anything in it does, hence they are
// not large; the first ones are smaller, for a reader of a single tree.
type slab[T any] struct {
	free []T
	made int // how many the last array was for
}

const smallestSlab, largestSlab = 8, 64

// take returns n of them, each empty; nil for none.
func (s *slab[T]) take(n int) []T {
	if n == 0 {
		return nil
	}
	if n > len(s.free) {
		if n > largestSlab/4 {
			return make([]T, n)
		}
		s.made = min(max(2*s.made, smallestSlab, n), largestSlab)
		s.free = make([]T, s.made)
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	return out
}
