package translate_test

import (
	"context"
	"io/fs"
	"path"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// benchmarkRelease is the release whose schema the benchmarks read.
const benchmarkRelease = "temporal@v1.30.4"

// temporalSchema returns the schema of a release and its SQL files.
func temporalSchema(tb testing.TB, release string) (fs.FS, [][]byte) {
	tb.Helper()
	fsys, err := layout.Release(context.Background(), release)
	if err != nil {
		tb.Skipf("needs the Go module of Temporal: %v", err)
	}
	var files [][]byte
	err = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(p) != ".sql" {
			return err
		}
		text, err := fs.ReadFile(fsys, p)
		files = append(files, text)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return fsys, files
}

// BenchmarkPgQueryParse is the yardstick of the others: pg_query.Parse over the
// same files.
func BenchmarkPgQueryParse(b *testing.B) {
	_, files := temporalSchema(b, benchmarkRelease)
	setBytes(b, files)
	for i := 0; i < b.N; i++ {
		for _, f := range files {
			if _, err := pg_query.Parse(string(f)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkTranslate is the whole translation of the tree, in memory.
func BenchmarkTranslate(b *testing.B) {
	fsys, files := temporalSchema(b, benchmarkRelease)
	setBytes(b, files)
	for i := 0; i < b.N; i++ {
		if _, err := translate.FS(context.Background(), fsys, translate.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLint lints the tree.
func BenchmarkLint(b *testing.B) {
	fsys, files := temporalSchema(b, benchmarkRelease)
	setBytes(b, files)
	for i := 0; i < b.N; i++ {
		if _, _, err := translate.Lint(context.Background(), fsys, translate.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func setBytes(b *testing.B, files [][]byte) {
	n := 0
	for _, f := range files {
		n += len(f)
	}
	b.SetBytes(int64(n))
	b.ResetTimer()
}
