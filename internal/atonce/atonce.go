// Package atonce does several things at the same time.
package atonce

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Do calls f with 0 to n-1, begun in that order, as many at the same time as
// there are processors, and returns when all are done.
func Do(n int, f func(i int)) {
	var next atomic.Int32
	work := func() {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			f(i)
		}
	}
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) - 1 { // the caller is one of them
		wg.Add(1)
		go func() {
			defer wg.Done()
			work()
		}()
	}
	work()
	wg.Wait()
}
