package gctune

import "testing"

// The heap may grow to heapGoal, by no more than maxGCPercent, and at least by
// minGCPercent however much of it lives.
func TestGCPercent(t *testing.T) {
	for _, tt := range []struct {
		live int64
		want int
	}{
		{0, maxGCPercent},
		{1 << 20, maxGCPercent},
		{heapGoal / 2, 100},
		{heapGoal / 4, 300},
		{heapGoal, minGCPercent},
		{10 * heapGoal, minGCPercent},
	} {
		if got := gcPercent(tt.live); got != tt.want {
			t.Errorf("with %d bytes alive: %d%%, want %d%%", tt.live, got, tt.want)
		}
	}
}
