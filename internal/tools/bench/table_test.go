package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sample = `goos: linux
cpu: Some Processor
BenchmarkTemporal/parse-2     	       1	  8000000 ns/op	  10.00 MB/s	   8000000 cpu-ns/op
BenchmarkTemporal/parse-2     	       1	 10000000 ns/op	   8.00 MB/s	  10000000 cpu-ns/op
BenchmarkTemporal/parse-2     	       1	 90000000 ns/op	   1.00 MB/s	  90000000 cpu-ns/op
BenchmarkTemporal/lint-2      	       1	  5000000 ns/op	  16.00 MB/s	   7000000 cpu-ns/op
BenchmarkTemporal/translate-2 	       1	  9000000 ns/op	   9.00 MB/s	  12000000 cpu-ns/op
BenchmarkDump1GB/parse-2      	       1	  9000000 ns/op	   9.00 MB/s
BenchmarkDump1GB/lint-2       	       1	  9000000 ns/op	  900.4 MB/s
BenchmarkDump1GB/translate-2  	       1	  9000000 ns/op	  400.1 MB/s
BenchmarkMemory/Dump1GB/lint-2 	       1	  9000000 ns/op	  70.12 MiB-peak
BenchmarkMemory/Dump1GB/translate-2 	       1	  9000000 ns/op	  81.92 MiB-peak
PASS
`

func TestTable(t *testing.T) {
	res, err := parse(strings.NewReader(sample))
	if err != nil {
		t.Fatal(err)
	}
	want := `| input | lint | translate | peak memory of lint, translate |
|---|---|---|---|
| Temporal v1.30.4, 68 kB in 90 files | 0.50 (0.70), 16 MB/s | 0.90 (1.20), 9 MB/s |  |
| pg_dump with COPY, 1 GB | 900 MB/s | 400 MB/s | 70 MiB, 82 MiB |
`
	if got := res.markdown(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, err := parse(strings.NewReader("PASS\n")); err == nil {
		t.Error("no error for an output without results")
	}
}

func TestReplace(t *testing.T) {
	name := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(name, []byte("a\n"+begin+"old\n"+end+"\nb\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := replace(name, "new\n"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(name)
	if want := "a\n" + begin + "\nnew\n\n" + end + "\nb\n"; err != nil || string(got) != want {
		t.Errorf("got %q, want %q (%v)", got, want, err)
	}
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := replace(name, "new\n"); err == nil {
		t.Error("no error for a README without marks")
	}
}
