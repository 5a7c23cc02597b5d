// Package gctune sets the garbage collector for a run of pg2crdb.
package gctune

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// heapGoal is how large the heap may grow in bytes before what is dead in it is
// collected with more effort.
const heapGoal = 138 << 20

// beside is how much memory Go may have in bytes beside its heap. With that limit,
// what the heap has become free of goes back to the system before more is taken.
const beside = 24 << 20

// Start sets how often the garbage collector runs, after each of its runs. A
// run of pg2crdb is short and most of what it allocates stays, so that
// collecting at every doubling costs more than the memory is worth: as long as
// there is little. On a large history the memory counts. It leaves alone what
// the environment says by GOGC, and by GOMEMLIMIT.
func Start() *Collector {
	if os.Getenv("GOGC") != "" {
		return nil
	}
	debug.SetGCPercent(maxGCPercent)
	limited := os.Getenv("GOMEMLIMIT") != ""
	last := maxGCPercent
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	// A finalizer that sets itself again runs once behind each collection.
	type canary struct{ _ [16]byte }
	var sing func(*canary)
	sing = func(c *canary) {
		if metrics.Read(sample); sample[0].Value.Kind() == metrics.KindUint64 {
			live := int64(sample[0].Value.Uint64())
			p := gcPercent(live)
			if p != last {
				debug.SetGCPercent(p)
				last = p
			}
			if !limited {
				debug.SetMemoryLimit(heap(live, p) + beside)
			}
		}
		runtime.SetFinalizer(c, sing)
	}
	runtime.SetFinalizer(new(canary), sing)
	return &Collector{sample: []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/goal:bytes"}}}
}

// Collector is the garbage collector as Start has set it; nil is one that it has not.
type Collector struct {
	mu     sync.Mutex
	sample []metrics.Sample
}

// worthPause is the least heap goal in bytes for which Pause does something.
const worthPause = 100 << 20

// Pause collects garbage if the heap is nearly as large as it may become, and waits
// for that. While its callers wait, the collector has all processors: with 60 MB
// alive it is done in 25 to 30 ms on two, instead of 60 to 130, and nothing is
// allocated meanwhile, which it would have to take for alive.
func (c *Collector) Pause() {
	if c == nil || !c.mu.TryLock() { // another one has seen to it
		return
	}
	defer c.mu.Unlock()
	metrics.Read(c.sample)
	for _, s := range c.sample {
		if s.Value.Kind() != metrics.KindUint64 {
			return
		}
	}
	if heap, goal := c.sample[0].Value.Uint64(), c.sample[1].Value.Uint64(); goal >= worthPause && heap > goal-goal/8 {
		runtime.GC()
	}
}

const maxGCPercent = 1600

// heap is how large the heap may grow in bytes: as little as lives, Go lets it grow
// to 4 MiB at 100% (package runtime/debug, SetGCPercent, and the guide to the
// garbage collector). A limit below that would only make it collect more often.
func heap(live int64, percent int) int64 {
	return max(live+live*int64(percent)/100, 4<<20*int64(percent)/100)
}

// crowded is how much may live in bytes, for heapGoal to leave room enough. The
// less garbage may come to it, the more often all that lives is looked through.
// Beyond, as where a caller holds large texts in memory, the goal is not kept:
// time counts again, and soon crowdedGCPercent may come to it.
const crowded, crowdedGCPercent = 80 << 20, 70

// gcPercent returns how much garbage may come to so many bytes that live.
func gcPercent(live int64) int {
	if live <= 0 {
		return maxGCPercent
	}
	garbage := max(heapGoal-live, min(2*(live-crowded), live*crowdedGCPercent/100))
	return int(min(garbage*100/live, maxGCPercent))
}
