package expr

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// shared returns a path in the project's shared data, or skips the test.
func shared(t *testing.T, path ...string) string {
	t.Helper()
	dir := os.Getenv("PG2CRDB_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(append([]string{dir}, path...)...)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("needs the shared data: set PG2CRDB_SHARED to its directory")
	}
	return dir
}

// placed is an expression of a statement, and where it stands in it.
type placed struct {
	expr    pgsql.Node
	context Context
	table   *catalog.Table
}

// expressions returns the expressions of a table, an index or a policy that
// the statement makes or changes.
func expressions(st *pgsql.Statement, c *catalog.Catalog) []placed {
	var out []placed
	var table *catalog.Table
	add := func(e pgsql.Node, p Place, want catalog.Type) {
		if e != nil && table != nil {
			out = append(out, placed{e, Context{Place: p, Want: want, Text: st.Text}, table})
		}
	}
	constraint := func(n pgsql.Node, column catalog.Type, def Place) {
		k, ok := n.(*pgsql.Constraint)
		if !ok {
			return
		}
		switch k.Contype {
		case pgsql.ConstrCheck:
			add(k.RawExpr, CheckConstraint, catalog.Type{})
		case pgsql.ConstrGenerated:
			add(k.RawExpr, StoredColumn, column)
		case pgsql.ConstrDefault:
			add(k.RawExpr, def, column)
		}
	}
	column := func(d *pgsql.ColumnDef, def Place) {
		for _, k := range d.Constraints {
			constraint(k, catalog.TypeOf(d.TypeName), def)
		}
	}
	switch n := st.Tree.(type) {
	case *pgsql.CreateStmt:
		table = c.Table(n.Relation)
		for _, e := range n.TableElts {
			if d, ok := e.(*pgsql.ColumnDef); ok {
				column(d, ColumnDefault)
			}
			constraint(e, catalog.Type{}, ColumnDefault)
		}
	case *pgsql.AlterTableStmt:
		table = c.Table(n.Relation)
		for _, e := range n.Cmds {
			cmd, ok := e.(*pgsql.AlterTableCmd)
			if !ok {
				continue
			}
			switch cmd.Subtype {
			case pgsql.ATAddColumn:
				if d, ok := cmd.Def.(*pgsql.ColumnDef); ok {
					column(d, AddColumnDefault)
				}
			case pgsql.ATAddConstraint:
				constraint(cmd.Def, catalog.Type{}, SetDefault)
			case pgsql.ATAlterColumnType:
				if d, ok := cmd.Def.(*pgsql.ColumnDef); ok {
					add(d.RawDefault, TypeUsing, catalog.TypeOf(d.TypeName))
				}
			case pgsql.ATColumnDefault:
				if col := table.Column(cmd.Name); col != nil {
					add(cmd.Def, SetDefault, col.Type)
				}
			}
		}
	case *pgsql.IndexStmt:
		table = c.Table(n.Relation)
		for _, e := range n.IndexParams {
			if i, ok := e.(*pgsql.IndexElem); ok {
				add(i.Expr, IndexElement, catalog.Type{})
			}
		}
		add(n.WhereClause, IndexPredicate, catalog.Type{})
	case *pgsql.CreatePolicyStmt:
		table = c.Table(n.Table)
		add(n.Qual, PolicyUsing, catalog.Type{})
		add(n.WithCheck, PolicyCheck, catalog.Type{})
	}
	return out
}

// hasExpressions reports a statement that expressions reads.
func hasExpressions(st *pgsql.Statement) bool {
	switch st.Tree.(type) {
	case *pgsql.CreateStmt, *pgsql.AlterTableStmt, *pgsql.IndexStmt, *pgsql.CreatePolicyStmt:
		return true
	}
	return false
}

// The recorded verdicts of a real CockroachDB on real-world files: an accepted
// statement has no cause, and one that was rejected for its volatility or an
// unknown function has it.
func TestConformance(t *testing.T) {
	cases := shared(t, "conformance", "cases")
	verdicts := shared(t, "conformance", "verdicts")
	judged, refused := 0, 0
	err := filepath.WalkDir(verdicts, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		var file struct {
			File, Setup string
			Statements  []struct {
				Start                           int64
				Class, Verdict, Message, Detail string
			}
		}
		text, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(text, &file)
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(verdicts, path)
		if err != nil {
			return err
		}
		source := filepath.Join(cases, strings.TrimSuffix(rel, ".json")+".sql")
		c := catalog.New()
		if file.Setup != "" {
			follow(t, c, filepath.Join(filepath.Dir(source), "_setup.sql"), nil)
		}
		byStart := map[int64]int{}
		for i, s := range file.Statements {
			byStart[s.Start] = i
		}
		follow(t, c, source, func(st *pgsql.Statement) {
			i, ok := byStart[st.Start()]
			if !ok {
				return
			}
			s := file.Statements[i]
			var causes []Cause
			for _, p := range expressions(st, c) {
				causes = append(causes, in261(Judge(p.expr, Scope{Catalog: c, Table: p.table}, p.context))...)
				judged++
			}
			switch {
			case s.Verdict == "accepted":
				for _, cause := range causes {
					t.Errorf("%s: accepted, but %s\n%s", rel, cause.Message, st.Text)
				}
			case s.Verdict == "rejected" && hasExpressions(st) && ours(s.Message):
				refused++
				if !slices.ContainsFunc(causes, func(c Cause) bool { return says(s.Message, c) }) {
					t.Errorf("%s: no cause for %s\n%s", rel, s.Message, st.Text)
				}
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d expressions judged, %d statements refused for one", judged, refused)
}

// follow lets the catalog follow a file, and calls f for each statement.
func follow(t *testing.T, c *catalog.Catalog, file string, f func(*pgsql.Statement)) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	statements, err := pgsql.Split(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range statements {
		if st.Parse(); st.Tree == nil {
			continue
		}
		// What ALTER TABLE says is about the table as it was.
		_, before := st.Tree.(*pgsql.AlterTableStmt)
		if before && f != nil {
			f(st)
		}
		c.Apply(st, 0)
		if !before && f != nil {
			f(st)
		}
	}
}
