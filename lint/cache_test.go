package lint

import (
	"bytes"
	"context"
	"fmt"
	"testing"
)

// manySources are n sources of some size each.
func manySources(n, size int) []Source {
	var out []Source
	for i := range n {
		var b bytes.Buffer
		for k := 0; b.Len() < size; k++ {
			fmt.Fprintf(&b, "CREATE TABLE t%d_%d (id INT8 PRIMARY KEY, note TEXT);\n", i, k)
		}
		out = append(out, Source{Name: fmt.Sprintf("%d.sql", i), Text: b.Bytes()})
	}
	return out
}

// Of a history that is too large for the cache nothing stays in it.
func TestCacheOfLargeHistory(t *testing.T) {
	for _, tt := range []struct {
		name string
		size int
		kept bool
	}{
		{"small", cacheBytes / 20, true},
		{"large", cacheBytes / 5, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &Cache{}
			if _, err := Run(context.Background(), manySources(10, tt.size), Options{Cache: c}); err != nil {
				t.Fatal(err)
			}
			if kept := len(c.trees) > 0 && len(c.texts) == 10; kept != tt.kept {
				t.Errorf("%d trees and %d texts are kept", len(c.trees), len(c.texts))
			}
			if !tt.kept && len(c.trees)+len(c.texts) > 0 {
				t.Errorf("%d trees and %d texts of a large history are kept", len(c.trees), len(c.texts))
			}
		})
	}
}

// Small sources are taken out of memory behind those that are still looked at, and
// are not in the cache, where their place would tell them.
func TestSmallSourcesAreForgotten(t *testing.T) {
	history := manySources(8, forgetBehind/2)
	forgotten := make([]int64, len(history))
	for i := range history {
		history[i].Forget = func(from, to int64) { forgotten[i] += to - from }
	}
	c := &Cache{}
	if _, err := Run(context.Background(), history, Options{Cache: c}); err != nil {
		t.Fatal(err)
	}
	for i, n := range forgotten {
		want := int64(len(history[i].Text))
		if i >= len(history)-2 {
			want = 0 // may be looked at
		}
		if n != want {
			t.Errorf("%d bytes of source %d were forgotten, want %d", n, i, want)
		}
	}
	if len(c.texts) > 0 {
		t.Errorf("%d texts are in the cache", len(c.texts))
	}
}
