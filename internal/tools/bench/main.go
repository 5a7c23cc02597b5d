// Command bench runs the benchmarks of package internal/bench, or reads their
// output, and writes the table of ratios in the README.
//
//	go run ./internal/tools/bench [-count N] [README]
//	go test ./internal/bench -run NONE -bench . -count 3 | go run ./internal/tools/bench -i - README
//
// It takes about half an hour.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"strings"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench: ")
	count := flag.Int("count", 3, "how often each benchmark runs; the table shows medians")
	in := flag.String("i", "", "read the output of go test from this file (- for standard input) instead of running it")
	flag.Parse()
	readme := "README.md"
	if flag.NArg() > 0 {
		readme = flag.Arg(0)
	}
	text, err := output(*in, *count)
	if err != nil {
		log.Fatal(err)
	}
	res, err := parse(bytes.NewReader(text))
	if err != nil {
		log.Fatal(err)
	}
	if err := replace(readme, res.markdown()); err != nil {
		log.Fatal(err)
	}
}

func output(in string, count int) ([]byte, error) {
	switch in {
	case "":
	case "-":
		return io.ReadAll(os.Stdin)
	default:
		return os.ReadFile(in)
	}
	cmd := exec.Command("go", "test", "./internal/bench", "-run", "NONE", "-bench", ".", "-benchtime", "1x", "-timeout", "3h", "-count", fmt.Sprint(count))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, os.Stderr), os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("run the benchmarks: %w", err)
	}
	return out.Bytes(), nil
}

const (
	begin = "<!-- figures: written by go run ./internal/tools/bench -->\n"
	end   = "<!-- end of figures -->"
)

// replace puts the table between the marks in the README.
func replace(readme, table string) error {
	text, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return errors.New(readme + ": the marks " + strings.TrimSpace(begin) + " and " + end + " are missing")
	}
	return os.WriteFile(readme, []byte(head+begin+"\n"+table+"\n"+end+tail), 0o644)
}
