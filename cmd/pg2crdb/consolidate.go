package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/consolidate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// consolidate folds a translation. What it has to say joins the report.
func (f *translateFlags) consolidate(tree *layout.Tree, out *translate.Output) ([]consolidate.Schema, error) {
	schemas, err := consolidate.Tree(tree, out, f.schema)
	if err != nil {
		return nil, fmt.Errorf("consolidate: %w", err)
	}
	for _, s := range schemas {
		for _, x := range s.Findings {
			x.Statement = out.Report.Summary.Statements // of none that the summary counts
			out.Report.Findings = append(out.Report.Findings, x)
		}
	}
	out.Report.Sort()
	return schemas, nil
}

// emitSchemas writes consolidated schemas: one like the translation of one file,
// several into a directory.
func (f *translateFlags) emitSchemas(ctx context.Context, in *input, schemas []consolidate.Schema, e env) (stale bool, err error) {
	switch len(schemas) {
	case 0:
		return false, fmt.Errorf("%s holds nothing to consolidate", in.arg)
	case 1:
		if err := apart(in.dir, f.output); err != nil {
			return false, err
		}
		write := func(w io.Writer) error { _, err := w.Write(schemas[0].Text); return err }
		return f.emitText(in, schemas[0].Text, write, e)
	}
	if f.output == "" || f.output == "-" {
		return false, fmt.Errorf("%s holds %d databases: name the directory for their schemas with -o, or one of them (%s/%s)", in.arg, len(schemas), in.arg, schemas[0].Name)
	}
	if err := apart(in.dir, f.output); err != nil {
		return false, err
	}
	files := map[string][]byte{}
	for _, s := range schemas {
		files[s.Name+"/schema.sql"] = s.Text
	}
	if !f.check {
		return false, writeTree(ctx, f.output, files, nil)
	}
	old, err := outdated(f.output, files)
	for _, name := range old {
		fmt.Fprintf(e.stderr, "%s: not up to date\n", filepath.Join(f.output, name))
	}
	return len(old) > 0, err
}
