//go:build !unix

package spool

import (
	"io"
	"os"
)

// unlinkOpen tells that a file that is open can be removed.
const unlinkOpen = false

// mapFile reads the file: there is no memory map that package syscall offers
// everywhere.
func mapFile(f *os.File, size int64) ([]byte, error) {
	b := make([]byte, size)
	_, err := io.ReadFull(io.NewSectionReader(f, 0, size), b)
	return b, err
}

func unmap([]byte) error { return nil }
