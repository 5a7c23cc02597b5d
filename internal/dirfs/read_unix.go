//go:build unix

package dirfs

import (
	"bytes"
	"syscall"
)

// readSmall reads a file; ok is false if that did not work, or if it is large.
func readSmall(path string) (text []byte, ok bool) {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, false
	}
	defer syscall.Close(fd)
	var room [small]byte
	for size := 0; size < small; {
		n, err := syscall.Read(fd, room[size:])
		if err != nil {
			return nil, false
		}
		if n == 0 {
			return bytes.Clone(room[:size]), true
		}
		size += n
	}
	return nil, false
}
