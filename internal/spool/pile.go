package spool

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"unsafe"
)

// Pile keeps many texts in temporary files, one behind the other: a file for each
// would be too many. The zero value is an empty one. It is safe for concurrent
// use.
type Pile struct {
	mu   sync.Mutex
	lots []*lot
	read int64 // by FS, bytes
}

// lot is one file of a pile, with room for more.
type lot struct {
	file      *os.File
	bytes     []byte
	used      int
	forgotten int
}

// behind is how many bytes back a text is that whoever has put it there has looked
// at for now.
const behind = 1 << 20

// lotSize is how large a file of a pile is, in bytes; one for a larger text is as
// large as that. The room that is not used takes none on disk.
const lotSize = 64 << 20

// Put copies a text into the pile and returns it there. It must not be changed,
// nor used once the pile is closed. Where files cannot be mapped into memory the
// text stays as it is.
func (p *Pile) Put(text []byte) ([]byte, error) {
	if !unlinkOpen || len(text) == 0 {
		return text, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.lots); n == 0 || len(p.lots[n-1].bytes)-p.lots[n-1].used < len(text) {
		l, err := newLot(max(lotSize, len(text)))
		if err != nil {
			return nil, err
		}
		p.lots = append(p.lots, l)
	}
	l := p.lots[len(p.lots)-1]
	if _, err := l.file.WriteAt(text, int64(l.used)); err != nil {
		return nil, fmt.Errorf("write to %s: %w", filepath.Dir(l.file.Name()), err)
	}
	from := l.used
	l.used += len(text)
	if to := from - behind; to-l.forgotten > behind {
		l.forget(int64(l.forgotten), int64(to))
		l.forgotten = to
	}
	return l.bytes[from:l.used:l.used], nil
}

func newLot(size int) (*lot, error) {
	f, err := os.CreateTemp("", "pg2crdb-*.sql")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	// Whatever ends the process, the file goes with it.
	os.Remove(f.Name())
	l := &lot{file: f}
	if err = f.Truncate(int64(size)); err == nil {
		l.bytes, err = mapFile(f, int64(size))
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("map a temporary file into memory: %w", err)
	}
	return l, nil
}

// Forget returns what says that bytes [from, to) of a text of the pile, or of the
// start of one, are not needed for now; nil for other texts.
func (p *Pile) Forget(text []byte) func(from, to int64) {
	if len(text) == 0 {
		return nil
	}
	at := uintptr(unsafe.Pointer(unsafe.SliceData(text)))
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lots {
		start := uintptr(unsafe.Pointer(unsafe.SliceData(l.bytes)))
		if at < start || at >= start+uintptr(len(l.bytes)) {
			continue
		}
		offset := int64(at - start)
		return func(from, to int64) { l.forget(offset+from, offset+to) }
	}
	return nil
}

// Rest says that a text of the pile is not needed for now. Other texts are left
// alone.
func (p *Pile) Rest(text []byte) {
	if f := p.Forget(text); f != nil {
		f(0, int64(len(text)))
	}
}

// around is what the system brings into memory with a page that is asked for, in
// bytes, aligned to that (Linux: fault_around_bytes).
const around = 64 << 10

// forget takes a range out of memory, and what came with it of its neighbours: texts
// are small, and what is needed comes back.
func (l *lot) forget(from, to int64) {
	from = max(from, 0) / around * around
	to = min((to+around-1)/around*around, int64(len(l.bytes)))
	if from < to {
		forget(l.bytes[from:to])
	}
}

// Close gives the memory and the files back.
func (p *Pile) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var first error
	for _, l := range p.lots {
		if err := unmap(l.bytes); err != nil && first == nil {
			first = err
		}
		l.file.Close()
	}
	p.lots = nil
	return first
}

// FS returns a file system whose files are read into the pile, once there are some
// megabytes of them. Those before, and all if there is no room for temporary
// files, are read into memory.
func (p *Pile) FS(fsys fs.FS) fs.FS { return piled{fsys, p} }

type piled struct {
	fs.FS
	pile *Pile
}

// ReadFile reads a file.
func (p piled) ReadFile(name string) ([]byte, error) {
	text, err := fs.ReadFile(p.FS, name)
	if err != nil {
		return text, err
	}
	p.pile.mu.Lock()
	p.pile.read += int64(len(text))
	much := p.pile.read > Large
	p.pile.mu.Unlock()
	if much {
		if there, err := p.pile.Put(text); err == nil {
			return there, nil
		}
	}
	return text, nil
}

// Rest says that a text that was read is not needed for now.
func (p piled) Rest(text []byte) { p.pile.Rest(text) }

// ReadDir returns the entries of a directory.
func (p piled) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(p.FS, name) }

// Stat returns what is known of a file.
func (p piled) Stat(name string) (fs.FileInfo, error) { return fs.Stat(p.FS, name) }
