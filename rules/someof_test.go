package rules

import (
	"fmt"
	"testing"
)

func TestSomeOf(t *testing.T) {
	for n, want := range map[int]string{
		1: "s0",
		2: "s0, s1",
		6: "s0, s1, s2, s3, s4, s5",
		7: "s0, s1, s2, s3, s4 and 2 others",
	} {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("s%d", i)
		}
		if got := someOf(names); got != want {
			t.Errorf("%d names: %s, want %s", n, got, want)
		}
	}
}
