package gctune

import (
	"runtime"
	"testing"
)

// The heap may grow to heapGoal, by no more than maxGCPercent, and beyond it where
// that leaves little room: up to crowdedGCPercent more than lives.
func TestGCPercent(t *testing.T) {
	for _, tt := range []struct {
		live int64
		want int
	}{
		{0, maxGCPercent},
		{1 << 20, maxGCPercent},
		{heapGoal / 2, 100},
		{heapGoal / 4, 300},
		{crowded, 72},
		{crowded + (heapGoal-crowded)/3, 38}, // the least
		{110 << 20, 54},
		{2 * crowded, crowdedGCPercent},
		{10 * heapGoal, crowdedGCPercent},
	} {
		if got := gcPercent(tt.live); got != tt.want {
			t.Errorf("with %d bytes alive: %d%%, want %d%%", tt.live, got, tt.want)
		}
	}
}

// What is little and what is much meet without a step.
func TestGCPercentIsSteady(t *testing.T) {
	const step = 1 << 20
	for live := int64(16 * step); live < 4*heapGoal; live += step {
		heap := func(live int64) int64 { return live + live*int64(gcPercent(live))/100 }
		percent := live/100 + step // to which it is rounded
		if a, b := heap(live), heap(live+step); b-a > 4*step+percent || a-b > percent {
			t.Errorf("with %d MB alive the heap grows to %d MB, with one more to %d MB", live>>20, a>>20, b>>20)
		}
	}
}

// The limit never takes from the heap what Go lets it have where little lives.
func TestHeap(t *testing.T) {
	for _, tt := range []struct {
		live    int64
		percent int
		want    int64
	}{
		{1 << 20, 1600, 64 << 20},
		{8 << 20, 1600, 136 << 20},
		{100 << 20, 70, 170 << 20},
	} {
		if got := heap(tt.live, tt.percent); got != tt.want {
			t.Errorf("with %d bytes alive and %d%%: %d, want %d", tt.live, tt.percent, got, tt.want)
		}
	}
}

// One that was not set, and a heap with room, are left alone.
func TestPause(t *testing.T) {
	var none *Collector
	none.Pause()
	before := collections()
	Start().Pause()
	if n := collections() - before; n != 0 {
		t.Errorf("%d collections of a small heap", n)
	}
}

func collections() uint32 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.NumGC
}
