package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// results are the figures of one run of go test -bench.
type results struct {
	cpu string
	// values by benchmark and unit, in the order in which they came: the
	// benchmark "History10MB/lint" has values of "ns/op".
	values map[string]map[string][]float64
}

// parse reads the output of go test -bench.
func parse(r io.Reader) (*results, error) {
	res := &results{values: map[string]map[string][]float64{}}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		if cpu, ok := strings.CutPrefix(line, "cpu: "); ok {
			res.cpu = cpu
		}
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		if i := strings.LastIndexByte(name, '-'); i > 0 {
			name = name[:i] // without the number of processors
		}
		if res.values[name] == nil {
			res.values[name] = map[string][]float64{}
		}
		for i := 2; i+1 < len(fields); i += 2 {
			v, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, fmt.Errorf("%s: %q is no number", name, fields[i])
			}
			unit := fields[i+1]
			res.values[name][unit] = append(res.values[name][unit], v)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(res.values) == 0 {
		return nil, errors.New("the input holds no result of a benchmark")
	}
	return res, nil
}

// median returns the median of a benchmark's values in a unit; ok is false if
// there are none.
func (r *results) median(name, unit string) (v float64, ok bool) {
	vs := slices.Clone(r.values[name][unit])
	if len(vs) == 0 {
		return 0, false
	}
	slices.Sort(vs)
	return vs[len(vs)/2], true
}

// rows are the inputs in the table's order.
var rows = []struct{ name, title string }{
	{"Temporal", "Temporal v1.30.4, 68 kB in 90 files"},
	{"Files10000", "10,000 files of one step, 3 MB"},
	{"History10MB", "10 MB of DDL, one file"},
	{"Migrations10MB", "the same in 200 migrations"},
	{"History100MB", "100 MB of DDL, one file"},
	{"Migrations100MB", "the same in 2,000 migrations"},
	{"Inserts100MB", "pg_dump with INSERT, 100 MB"},
	{"Dump1GB", "pg_dump with COPY, 1 GB"},
}

// markdown renders the table.
func (r *results) markdown() string {
	var b strings.Builder
	b.WriteString("| input | lint | translate | peak memory of lint, translate |\n|---|---|---|---|\n")
	for _, row := range rows {
		if _, ok := r.median(row.name+"/lint", "ns/op"); !ok {
			continue
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", row.title, r.speed(row.name, "lint"), r.speed(row.name, "translate"), r.memory(row.name))
	}
	return b.String()
}

// speed says how long a benchmark takes: as a multiple of the yardstick, on the
// clock and in processor time, and in MB/s.
func (r *results) speed(input, what string) string {
	mbs, _ := r.median(input+"/"+what, "MB/s")
	if input == "Dump1GB" { // the yardstick has seen next to nothing of it
		return fmt.Sprintf("%.0f MB/s", mbs)
	}
	wall, _ := r.ratio(input, what, "ns/op")
	text := fmt.Sprintf("%.2f", wall)
	if cpu, ok := r.ratio(input, what, "cpu-ns/op"); ok {
		text += fmt.Sprintf(" (%.2f)", cpu)
	}
	return fmt.Sprintf("%s, %.0f MB/s", text, mbs)
}

func (r *results) ratio(input, what, unit string) (float64, bool) {
	a, ok := r.median(input+"/"+what, unit)
	b, ok2 := r.median(input+"/parse", unit)
	if !ok || !ok2 || b == 0 {
		return 0, false
	}
	return a / b, true
}

func (r *results) memory(input string) string {
	lint, ok := r.median("Memory/"+input+"/lint", "MiB-peak")
	translate, ok2 := r.median("Memory/"+input+"/translate", "MiB-peak")
	if !ok || !ok2 {
		return ""
	}
	return fmt.Sprintf("%.0f MiB, %.0f MiB", lint, translate)
}
