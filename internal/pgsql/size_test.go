package pgsql

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// endless is a text without an end.
type endless struct{ n int }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	e.n += len(b)
	return len(b), nil
}

// A statement that is too large for memory is an error in a stream, which says
// where it starts, and nothing that is parsed in a text.
func TestStatementSize(t *testing.T) {
	rest := &endless{}
	s := NewSplitter(io.MultiReader(strings.NewReader("SELECT 1;\nSELECT '"), rest))
	s.max = 1 << 20
	if st, err := s.Next(); err != nil || st.Text != "SELECT 1" {
		t.Fatal(st, err)
	}
	_, err := s.Next()
	if want := "line 1: the statement is larger than 1 MiB: split it, or take it out of the file"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if rest.n > 4<<20 {
		t.Errorf("%d bytes were read", rest.n)
	}

	// Rows of COPY do not count.
	s = NewSplitter(io.MultiReader(strings.NewReader("COPY t FROM stdin;\n"), io.LimitReader(&endless{}, 8<<20)))
	s.max = 1 << 20
	for {
		if _, err := s.Next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}

	if testing.Short() {
		t.Skip("makes a text of 256 MiB")
	}
	_, syntax := Parse("SELECT '" + strings.Repeat(" ", DefaultMaxStatement) + "'")
	if want := "the statement is larger than 256 MiB: split it, or take it out of the file"; syntax == nil || syntax.Message != want {
		t.Errorf("got %v, want %s", syntax, want)
	}
}
