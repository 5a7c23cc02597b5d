package spool

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// texts are some that share pages, and one that takes many.
func texts() (out [][]byte) {
	for i, size := range []int{1, 0, 4095, 4096, 100, 300_000, 7} {
		out = append(out, bytes.Repeat([]byte{byte('a' + i)}, size))
	}
	return out
}

func TestPile(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	var p Pile
	var there [][]byte
	for _, text := range texts() {
		b, err := p.Put(text)
		if err != nil {
			t.Fatal(err)
		}
		there = append(there, b)
	}
	same := func(when string) {
		t.Helper()
		for i, text := range texts() {
			if !bytes.Equal(there[i], text) {
				t.Errorf("%s: text %d is not what it was", when, i)
			}
		}
	}
	same("at first")
	for i, text := range texts() {
		if f := p.Forget(there[i]); f == nil {
			if unlinkOpen && len(text) > 0 {
				t.Errorf("text %d of the pile cannot be forgotten", i)
			}
		} else {
			f(0, int64(len(text)))
		}
	}
	same("forgotten")
	for _, b := range there {
		p.Rest(b)
		if len(b) > 0 {
			_ = append(b, '!') // the next text must not be behind it
		}
	}
	same("appended to")
	if p.Forget([]byte("elsewhere")) != nil {
		t.Error("a text that is not in the pile can be forgotten")
	}
	if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) > 0 {
		t.Errorf("%v has a name while it is used", left)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
}

// Another file is begun where one is full; a text may be larger than one.
func TestPileOfLots(t *testing.T) {
	if !unlinkOpen {
		t.Skip("texts stay in memory here")
	}
	var p Pile
	defer p.Close()
	for i, size := range []int{10, lotSize - 5, 10, lotSize + 1, 10} {
		text := bytes.Repeat([]byte{byte('a' + i)}, size)
		b, err := p.Put(text)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b, text) {
			t.Errorf("text %d is not what it was", i)
		}
	}
	if len(p.lots) != 5 {
		t.Errorf("%d files, want 5", len(p.lots))
	}
}

func TestPileFS(t *testing.T) {
	fsys := fstest.MapFS{}
	for i := range 10 {
		fsys[fmt.Sprintf("%d.sql", i)] = &fstest.MapFile{Data: []byte(strings.Repeat(fmt.Sprint(i), Large/4))}
	}
	read := func(t *testing.T, p *Pile) (piled int) {
		for i := range 10 {
			name := fmt.Sprintf("%d.sql", i)
			text, err := p.FS(fsys).(interface {
				ReadFile(string) ([]byte, error)
			}).ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(text, fsys[name].Data) {
				t.Errorf("%s is not what it was", name)
			}
			if p.Forget(text) != nil {
				piled++
			}
		}
		return piled
	}
	t.Run("room", func(t *testing.T) {
		var p Pile
		defer p.Close()
		if n := read(t, &p); unlinkOpen && n != 6 {
			t.Errorf("%d files are in the pile, want those beyond %d bytes: 6", n, Large)
		}
	})
	t.Run("no room", func(t *testing.T) {
		t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "gone"))
		if _, err := os.Stat(os.TempDir()); err == nil {
			t.Skip("the directory for temporary files is not told by TMPDIR here")
		}
		var p Pile
		defer p.Close()
		if n := read(t, &p); n != 0 {
			t.Errorf("%d files are in the pile", n)
		}
	})
}
