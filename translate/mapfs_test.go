package translate_test

import (
	"io/fs"
	"testing/fstest"
)

// mapFS is a tree of translated files.
func mapFS(files map[string][]byte) fs.FS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: text, Mode: 0o644}
	}
	return out
}
