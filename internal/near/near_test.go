package near_test

import (
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/near"
)

func TestName(t *testing.T) {
	names := []string{"serial", "do-block", "tsvector", "integer-width"}
	for word, want := range map[string]string{
		"seriel": "serial", "srial": "serial", "serail": "serial", "doblock": "do-block", "do_block": "do-block",
		"integer-widht": "integer-width", "ts-vector": "tsvector", "nothing": "", "": "", "x": "",
	} {
		if got := near.Name(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
