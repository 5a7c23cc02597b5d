package lint

import (
	"context"
	"os"
	"runtime"
	"runtime/pprof"
	"testing"

	"github.com/pg2crdb/pg2crdb/rules"
)

func TestZHeap(t *testing.T) {
	f := os.Getenv("ZHEAP")
	if f == "" { t.Skip() }
	text, _ := os.ReadFile(f)
	runtime.MemProfileRate = 4096
	run := rules.NewRun(rules.All(), rules.Target{}, "", false)
	n := 0
	err := parseAll(context.Background(), []Source{{Name: "x", Text: text}}, Options{}, func(st *rules.Statement) {
		n++
		run.Statement(st)
	})
	if err != nil { t.Fatal(err) }
	runtime.GC()
	w, _ := os.Create("/tmp/heap.prof")
	pprof.Lookup("heap").WriteTo(w, 0)
	w.Close()
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	t.Logf("heap %d MB, statements %d", ms.HeapAlloc>>20, n)
	runtime.KeepAlive(run)
}
