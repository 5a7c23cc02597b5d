package translate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/internal/temporal"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// temporalReleases have, between them, every version of the two stores and
// every form in which a released version was published.
var temporalReleases = []string{"v1.29.0", "v1.29.7", "v1.30.4", "v1.30.6", "v1.31.0", "v1.31.5", "v1.32.0", "v1.32.2"}

// step is a version of a store as temporal-sql-tool applies it.
type step struct {
	version    string
	statements []string
}

// translatedSteps returns the versions of a translated store, as steps does.
func translatedSteps(t *testing.T, out *translate.Output, store string, era temporal.Era) []step {
	t.Helper()
	tree, err := temporal.ReadTree(mapFS(out.Files))
	if err != nil {
		t.Fatal(err)
	}
	return steps(t, tree, store, era)
}

// steps returns the versions of a store, cut into statements by the splitter of
// an era.
func steps(t *testing.T, tree *temporal.Tree, store string, era temporal.Era) []step {
	t.Helper()
	for _, s := range tree.Stores {
		if s.Name != store {
			continue
		}
		var all []step
		for _, v := range s.Versions {
			st := step{version: path.Base(v.Dir)}
			for _, f := range v.Files {
				text, err := fs.ReadFile(tree.FS, f)
				if err != nil {
					t.Fatal(err)
				}
				cut, err := era.Split(text)
				if err != nil {
					t.Fatalf("%s: %v", f, err)
				}
				st.statements = append(st.statements, cut...)
			}
			all = append(all, st)
		}
		return all
	}
	t.Fatalf("the tree has no store %s", store)
	return nil
}

func translateRelease(t *testing.T, release, target string) *translate.Output {
	t.Helper()
	fsys, err := layout.Release(context.Background(), "temporal@"+release)
	if err != nil {
		t.Skipf("needs the Go module of Temporal: %v", err)
	}
	return translateFS(t, fsys, target)
}

func translateFS(t *testing.T, fsys fs.FS, target string) *translate.Output {
	t.Helper()
	tg, err := rules.ParseTarget(target)
	if err != nil {
		t.Fatal(err)
	}
	out, err := translate.FS(context.Background(), fsys, translate.Options{Options: lint.Options{Target: tg}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// passedOver reports whether temporal-sql-tool goes on after an error.
func passedOver(err error) bool {
	return err == nil || strings.Contains(err.Error(), "already exist") || strings.Contains(err.Error(), "not found")
}

// model is a database that knows no more than which names exist, and what
// made them. It answers in CockroachDB's words.
type model map[string]*modelTable

type modelTable struct {
	def     string
	columns map[string]string
	indexes map[string]modelIndex
}

type modelIndex struct {
	columns []string
	def     string
}

func (m model) clone() model {
	c := model{}
	for name, t := range m {
		c[name] = &modelTable{t.def, maps.Clone(t.columns), maps.Clone(t.indexes)}
	}
	return c
}

// String is the same for databases that have the same.
func (m model) String() string {
	b, err := json.Marshal(m.plain())
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (m model) plain() map[string]any {
	out := map[string]any{}
	for name, t := range m {
		indexes := map[string]string{}
		for n, ix := range t.indexes {
			indexes[n] = ix.def
		}
		out[name] = map[string]any{"def": t.def, "columns": t.columns, "indexes": indexes}
	}
	return out
}

// parsed remembers statements: the tests run each many times.
var parsed = map[string]*pgsql.Statement{}

func parse(sql string) (*pgsql.Statement, error) {
	if st := parsed[sql]; st != nil {
		return st, nil
	}
	stmts, err := pgsql.Split([]byte(sql))
	if err != nil {
		return nil, err
	}
	st := stmts[0]
	if st.Parse(); st.Err != nil {
		return nil, st.Err
	}
	parsed[sql] = st
	return st, nil
}

// exec runs a statement, as one transaction.
func (m model) exec(sql string) error {
	st, err := parse(sql)
	if err != nil {
		return err
	}
	switch n := st.Tree.(type) {
	case *pgsql.CreateStmt:
		if m[n.Relation.Relname] != nil {
			return fmt.Errorf("relation %q already exists", n.Relation.Relname)
		}
		t := &modelTable{columns: map[string]string{}, indexes: map[string]modelIndex{}}
		m[n.Relation.Relname] = t
		for _, e := range n.TableElts {
			if d, ok := e.(*pgsql.ColumnDef); ok {
				t.columns[d.Colname] = ""
			}
		}
		t.def = sql
	case *pgsql.IndexStmt:
		return m.createIndex(st, n, sql)
	case *pgsql.DropStmt:
		return m.drop(n)
	case *pgsql.AlterTableStmt:
		return m.alter(st, n)
	case *pgsql.InsertStmt:
		if n.OnConflictClause == nil {
			return fmt.Errorf("duplicate key value, the second time")
		}
	default:
		return fmt.Errorf("the model knows no %T", n)
	}
	return nil
}

func (m model) createIndex(st *pgsql.Statement, n *pgsql.IndexStmt, sql string) error {
	t := m[n.Relation.Relname]
	if t == nil {
		return fmt.Errorf("relation %q does not exist", n.Relation.Relname)
	}
	if _, ok := t.indexes[n.Idxname]; ok {
		return fmt.Errorf("index with name %q already exists", n.Idxname)
	}
	ix := modelIndex{def: sql}
	for _, e := range n.IndexParams {
		if el := e.(*pgsql.IndexElem); el.Name != "" {
			if _, ok := t.columns[el.Name]; !ok {
				return fmt.Errorf("column %q does not exist", el.Name)
			}
			ix.columns = append(ix.columns, el.Name)
		}
	}
	t.indexes[n.Idxname] = ix
	return nil
}

func (m model) drop(n *pgsql.DropStmt) error {
	holds := func(name string) *modelTable {
		if n.RemoveType == pgsql.ObjectTable {
			return m[name]
		}
		for _, t := range m {
			if _, ok := t.indexes[name]; ok {
				return t
			}
		}
		return nil
	}
	var names []string
	for _, o := range n.Objects {
		name := catalog.ListName(o.(*pgsql.List).Items).Name
		if holds(name) == nil {
			return fmt.Errorf("%q does not exist", name)
		}
		names = append(names, name)
	}
	for _, name := range names {
		if n.RemoveType == pgsql.ObjectTable {
			delete(m, name)
		} else {
			delete(holds(name).indexes, name)
		}
	}
	return nil
}

func (m model) alter(st *pgsql.Statement, n *pgsql.AlterTableStmt) error {
	t := m[n.Relation.Relname]
	if t == nil {
		return fmt.Errorf("relation %q does not exist", n.Relation.Relname)
	}
	places := catalog.CommandTokens(st, n)
	c := &modelTable{t.def, maps.Clone(t.columns), maps.Clone(t.indexes)}
	for i, e := range n.Cmds {
		cmd := e.(*pgsql.AlterTableCmd)
		_, there := c.columns[cmd.Name]
		switch cmd.Subtype {
		case pgsql.ATAddColumn:
			name := cmd.Def.(*pgsql.ColumnDef).Colname
			if _, ok := c.columns[name]; ok {
				return fmt.Errorf("column %q already exists", name)
			}
			c.columns[name] = st.Text[st.Tokens[places[i][0]].Start():st.Tokens[places[i][1]].End()]
		case pgsql.ATDropColumn:
			if !there {
				return fmt.Errorf("column %q does not exist", cmd.Name)
			}
			delete(c.columns, cmd.Name)
			for name, ix := range c.indexes {
				if slices.Contains(ix.columns, cmd.Name) {
					delete(c.indexes, name)
				}
			}
		case pgsql.ATAlterColumnType, pgsql.ATColumnDefault:
			if !there {
				return fmt.Errorf("column %q does not exist", cmd.Name)
			}
		default:
			return fmt.Errorf("the model knows no ALTER TABLE command %v", cmd.Subtype)
		}
	}
	m[n.Relation.Relname] = c
	return nil
}

// run applies statements as the tool does.
func (m model) run(statements []string) error {
	for _, s := range statements {
		if err := m.exec(s); !passedOver(err) {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// TestTemporalResume interrupts every version of both stores behind each of its
// statements, the last one included, and runs the version again: nothing that
// the tool stops at, and what is there in the end is what an uninterrupted run
// leaves. CockroachDB's part in it is TestTemporalLive's.
func TestTemporalResume(t *testing.T) {
	interrupted := 0
	for _, target := range []string{"", ">=23.1"} {
		for _, release := range temporalReleases {
			out := translateRelease(t, release, target)
			for _, store := range []string{"temporal", "visibility"} {
				db := model{}
				for _, v := range translatedSteps(t, out, store, temporal.Eras()[0]) {
					after := db.clone()
					if err := after.run(v.statements); err != nil {
						t.Fatalf("%s %s %s, target %q: %v", release, store, v.version, target, err)
					}
					for k := range len(v.statements) + 1 {
						again := db.clone()
						err := again.run(v.statements[:k])
						if err == nil {
							err = again.run(v.statements)
						}
						switch interrupted++; {
						case err != nil:
							t.Errorf("%s %s %s, target %q, interrupted behind %d statements: %v", release, store, v.version, target, k, err)
						case again.String() != after.String():
							t.Errorf("%s %s %s, target %q, interrupted behind %d statements: not the same in the end", release, store, v.version, target, k)
						}
					}
					db = after
				}
			}
		}
	}
	t.Logf("%d interrupted versions", interrupted)
}

// TestTemporalUpgrade brings a database to each version with the tree of each
// release and on to the end with the tree of each later one: what is there is
// what the later tree alone makes. So it is when the first run was interrupted.
func TestTemporalUpgrade(t *testing.T) {
	upgrades := 0
	for _, store := range []string{"temporal", "visibility"} {
		var trees [][]step
		var releases []string // the first of those with the same tree
		for _, release := range temporalReleases {
			tree := translatedSteps(t, translateRelease(t, release, ">=23.1"), store, temporal.Eras()[2])
			if n := len(trees); n == 0 || !reflect.DeepEqual(tree, trees[n-1]) {
				trees, releases = append(trees, tree), append(releases, release)
			}
		}
		for j, later := range trees {
			want := model{}
			for _, v := range later {
				if err := want.run(v.statements); err != nil {
					t.Fatal(err)
				}
			}
			for i := range j {
				if releases[i] == "v1.30.6" && releases[j] == "v1.31.0" {
					// The older number is the newer schema: v1.30.6 has v1.10 to v1.13
					// in v1.13, and v1.31.0 has not, so that a database left at v1.10
					// to v1.12 loses columns. Temporal's own files do the same.
					continue
				}
				db := model{}
				for n, v := range trees[i] {
					for k := range len(v.statements) + 1 {
						at := db.clone()
						err := at.run(v.statements[:k])
						for _, w := range later[n:] {
							if err == nil {
								err = at.run(w.statements)
							}
						}
						switch upgrades++; {
						case err != nil:
							t.Errorf("%s: %d statements of %s of %s, then %s: %v", store, k, v.version, releases[i], releases[j], err)
						case at.names() != want.names():
							t.Errorf("%s: %d statements of %s of %s, then %s: not the same in the end", store, k, v.version, releases[i], releases[j])
						}
					}
					if err := db.run(v.statements); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	t.Logf("%d upgrades", upgrades)
}

// names is String without what made things, which may be spelled otherwise in
// another release.
func (m model) names() string {
	var out []string
	for name, t := range m {
		for c := range t.columns {
			out = append(out, name+"."+c)
		}
		for ix, d := range t.indexes {
			out = append(out, name+"@"+ix+fmt.Sprint(d.columns))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
