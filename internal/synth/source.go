package synth

// source is a stream of numbers (SplitMix64). It is our own because the
// sequence must not depend on the version of Go.
type source struct{ state uint64 }

func (s *source) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// n returns a number in [0, max).
func (s *source) n(max int) int { return int(s.next() % uint64(max)) }

// between returns a number in [low, high].
func (s *source) between(low, high int) int { return low + s.n(high-low+1) }

// one reports true once in n times.
func (s *source) one(n int) bool { return s.n(n) == 0 }

func pick[T any](s *source, of []T) T { return of[s.n(len(of))] }
