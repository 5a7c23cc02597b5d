//go:build !linux

package pgsql

import "sync"

// Elsewhere than on Linux the linker cannot divert dup2, so parses run one at
// a time: descriptor 2 is restored after each of them.
var parsing sync.Mutex

func beginParse() (end func()) {
	parsing.Lock()
	return parsing.Unlock
}
