package bench

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/pg2crdb/pg2crdb/internal/synth"
)

// BenchmarkMemory runs the command itself on large inputs and reports the peak of
// its resident memory.
func BenchmarkMemory(b *testing.B) {
	large(b)
	bin := filepath.Join(b.TempDir(), "pg2crdb")
	if out, err := exec.Command("go", "build", "-o", bin, "github.com/pg2crdb/pg2crdb/cmd/pg2crdb").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for _, m := range []struct {
		name string
		path func(*testing.B) string
	}{
		{"History100MB", func(b *testing.B) string { return history(b, 100*mb).file }},
		{"Migrations100MB", func(b *testing.B) string {
			dir := b.TempDir()
			if err := synth.WriteMigrations(dir, 100*mb, 50_000); err != nil {
				b.Fatal(err)
			}
			return dir
		}},
		{"Inserts100MB", func(b *testing.B) string { return dump(b, 100*mb, true).file }},
		{"Dump1GB", func(b *testing.B) string { return dump(b, 1000*mb, false).file }},
	} {
		b.Run(m.name, func(b *testing.B) {
			path := m.path(b)
			out := filepath.Join(b.TempDir(), "out")
			report := filepath.Join(b.TempDir(), "report.json")
			flags := []string{"--no-config", "--fail-on", "never", "--format", "json"}
			peak(b, "lint", bin, append([]string{"lint", path, "--output", report}, flags...))
			peak(b, "translate", bin, append([]string{"translate", path, "-o", out, "--report", report}, flags...))
		})
	}
}

func peak(b *testing.B, name, bin string, args []string) {
	b.Run(name, func(b *testing.B) {
		var most int64
		for range b.N {
			cmd := exec.Command(bin, args...)
			var errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = nil, &errs
			n, err := watch(cmd)
			if err != nil {
				b.Fatalf("%v: %s", err, &errs)
			}
			most = max(most, n)
		}
		b.ReportMetric(float64(most)/(1<<20), "MiB-peak")
	})
}

// watch runs a command and returns the peak of its resident memory in bytes. It
// is read from /proc while the command runs: what wait(2) tells afterwards also
// counts this process, which the command was a copy of before it was itself.
func watch(cmd *exec.Cmd) (int64, error) {
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	var most int64
	for {
		if n, ok := highWater(cmd.Process.Pid); ok {
			most = max(most, n)
		}
		select {
		case err := <-done:
			if err == nil && most == 0 {
				err = fmt.Errorf("no VmHWM in /proc/%d/status", cmd.Process.Pid)
			}
			return most, err
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// highWater reads VmHWM, the peak so far.
func highWater(pid int) (size int64, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false
	}
	_, rest, found := bytes.Cut(text, []byte("VmHWM:"))
	if !found {
		return 0, false
	}
	kib, err := strconv.ParseInt(string(bytes.Fields(rest)[0]), 10, 64)
	return kib << 10, err == nil
}
