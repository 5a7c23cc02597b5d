// Package dirfs is os.DirFS for a directory of many small files, such as a history of
// migrations. Package os opens each so that it might be polled, and asks for its
// size: ten system calls for a file that four of them read.
package dirfs

import (
	"io/fs"
	"os"
)

// New returns the file system below a directory, as os.DirFS does.
func New(dir string) fs.FS {
	if dir == "" {
		return os.DirFS(dir) // refuses everything; "" and a slash would be the root
	}
	return dirFS{os.DirFS(dir), dir}
}

type dirFS struct {
	fs.FS
	path string
}

// small is how large a file may be in bytes that is read in one piece.
const small = 8 << 10

// ReadFile reads a file. What is large, is no file or cannot be read is left to
// package os, with its errors.
func (d dirFS) ReadFile(name string) ([]byte, error) {
	if fs.ValidPath(name) {
		if text, ok := readSmall(d.path + "/" + name); ok {
			return text, nil
		}
	}
	return fs.ReadFile(d.FS, name)
}

// ReadDir returns the entries of a directory.
func (d dirFS) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(d.FS, name) }

// Stat returns what is known of a file.
func (d dirFS) Stat(name string) (fs.FileInfo, error) { return fs.Stat(d.FS, name) }
