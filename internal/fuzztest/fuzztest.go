// Package fuzztest has what the fuzz targets share: texts to start from, and a
// watch on the time.
package fuzztest

import (
	"embed"
	"runtime"
	"testing"
	"time"
)

//go:embed seeds
var seeds embed.FS

// Seeds returns SQL texts, each with constructs that are easy to get wrong.
func Seeds(tb testing.TB) [][]byte {
	tb.Helper()
	entries, err := seeds.ReadDir("seeds")
	if err != nil {
		tb.Fatal(err)
	}
	var out [][]byte
	for _, e := range entries {
		text, err := seeds.ReadFile("seeds/" + e.Name())
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, text)
	}
	return out
}

// limit is how long one input may take. They are a few kilobytes at most; a busy
// machine gets some patience.
const limit = 20 * time.Second

// Within runs f. If it takes so long that it hangs, the process ends with what
// all goroutines do, which the fuzzing engine reports with the input.
func Within(f func()) {
	watch := time.AfterFunc(limit, func() {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		panic("hangs: no end after " + limit.String() + "\n" + string(stacks))
	})
	defer watch.Stop()
	f()
}
