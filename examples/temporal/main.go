// Command temporal translates the PostgreSQL schema that is embedded in the Go
// module of Temporal's server, through the public API, and writes the tree that
// temporal-sql-tool applies to CockroachDB.
//
//	go run . -target '>=23.1' out
package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"

	"go.temporal.io/server/schema"

	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
)

func main() {
	log.SetFlags(0)
	target := flag.String("target", "", "CockroachDB versions, such as 24.3; empty for all")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: temporal [-target VERSIONS] DIRECTORY")
	}
	out, err := Translate(context.Background(), *target)
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range out.Report.Findings {
		if f.Severity > rules.Info {
			log.Printf("%s:%d: %s [%s] %s", f.File, f.Start.Line, f.Severity, f.Fidelity, f.Message)
		}
	}
	for name, text := range out.Files {
		path := filepath.Join(flag.Arg(0), filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("%d files for CockroachDB %v in %s\n", len(out.Files), out.Report.Target.Versions(), flag.Arg(0))
}

// Translate translates the schema of the release that this program was built
// with.
func Translate(ctx context.Context, target string) (*translate.Output, error) {
	versions, err := rules.ParseTarget(target)
	if err != nil {
		return nil, err
	}
	root, err := fs.Sub(schema.Assets(), "postgresql/v12")
	if err != nil {
		return nil, fmt.Errorf("open the embedded schema: %w", err)
	}
	opts := translate.Options{}
	opts.Target = versions
	return translate.FS(ctx, root, opts)
}
