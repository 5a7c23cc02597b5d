package pgsql

import "io"

// NewSmallSplitter is NewSplitter with so small a buffer that every statement
// runs into its end.
func NewSmallSplitter(r io.Reader) *Splitter {
	s := NewSplitter(r)
	s.read = 16
	return s
}
