package bench

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/dirfs"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/internal/spool"
	"github.com/pg2crdb/pg2crdb/internal/synth"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// MB is 1,000,000 bytes, as in the figures of go test.
const mb = 1_000_000

// input is what is measured: a tree of migrations, or one file.
type input struct {
	fsys fs.FS
	file string // the file; "" for a tree
}

// lint lints the input as the command does, reading included.
func (in input) lint(ctx context.Context) error {
	return in.open(func(_ fs.FS, tree *layout.Tree) error {
		_, err := translate.LintTree(ctx, tree, translate.Options{Options: lint.Options{Between: between}})
		return err
	})
}

// translate translates the input as the command does, reading included; nothing is
// written but the temporary files of a large one.
func (in input) translate(ctx context.Context) error {
	return in.open(func(fsys fs.FS, tree *layout.Tree) error {
		out, err := translate.Tree(ctx, fsys, tree, translate.Options{Options: lint.Options{Between: between}, Spool: true})
		if err != nil {
			return err
		}
		return out.Close()
	})
}

// open reads the input, a large one by way of the address space, and hands it to f.
func (in input) open(f func(fs.FS, *layout.Tree) error) error {
	if in.file == "" {
		pile := &spool.Pile{}
		tree, err := layout.OpenPiled(pile, in.fsys, "")
		if err != nil {
			return err
		}
		return errors.Join(f(in.fsys, tree), pile.Close())
	}
	text, err := spool.Open(in.file)
	if err != nil {
		return err
	}
	tree := layout.OpenText(in.file, text.Bytes(), "")
	if len(text.Bytes()) >= spool.Large {
		tree.Histories[0].Sources[0].Forget = text.Forget
	}
	return errors.Join(f(nil, tree), text.Close())
}

// pieceBytes is how much text pg_query.Parse is given at once where the input is
// one file: its trees of 100 MB would not fit into memory, and it is not slower
// on pieces.
const pieceBytes = 64 << 10

// texts returns what pg_query.Parse is given: the files of a tree, or the
// statements of a file in pieces; without psql's commands and the rows of COPY,
// which it does not take.
func (in input) texts() (texts []string, size int64, err error) {
	if in.file != "" {
		r, err := os.Open(in.file)
		if err != nil {
			return nil, 0, err
		}
		defer r.Close()
		return pieces(r)
	}
	err = fs.WalkDir(in.fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(p) != ".sql" {
			return err
		}
		text, err := fs.ReadFile(in.fsys, p)
		texts = append(texts, string(text))
		size += int64(len(text))
		return err
	})
	return texts, size, err
}

func pieces(r io.Reader) (texts []string, size int64, err error) {
	split := pgsql.NewSplitter(r)
	piece := make([]byte, 0, 2*pieceBytes)
	for {
		st, err := split.Next()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, err
		}
		if err != nil || len(piece) >= pieceBytes {
			texts = append(texts, string(piece))
			piece = piece[:0]
		}
		if err != nil {
			return texts, size, nil
		}
		size = st.Stop()
		if st.Form == pgsql.SQL {
			piece = append(append(append(piece, st.Lead...), st.Text...), st.Tail...)
		}
	}
}

// temporal is the schema of a Temporal release.
func temporal(b *testing.B) input {
	fsys, err := layout.Release(context.Background(), "temporal@v1.30.4")
	if err != nil {
		b.Skipf("needs the Go module of Temporal: %v", err)
	}
	return input{fsys: fsys}
}

// file makes a file with what write writes.
func file(b *testing.B, write func(io.Writer) error) input {
	name := filepath.Join(b.TempDir(), "input.sql")
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		b.Fatal(err)
	}
	return input{file: name}
}

func history(b *testing.B, size int64) input {
	return file(b, func(w io.Writer) error { return synth.WriteHistory(w, size) })
}

func dump(b *testing.B, size int64, inserts bool) input {
	return file(b, func(w io.Writer) error { return synth.WriteDump(w, size, inserts) })
}

// tree makes a directory of migrations.
func tree(b *testing.B, write func(dir string) error) input {
	dir := b.TempDir()
	if err := write(dir); err != nil {
		b.Fatal(err)
	}
	return input{fsys: dirfs.New(dir)}
}

// large marks a benchmark of 100 MB or more.
func large(b *testing.B) {
	if testing.Short() {
		b.Skip("skipped with -short: the input is large")
	}
}
