package consolidate_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/consolidate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// translated opens and translates a tree.
func translated(t *testing.T, fsys fs.FS, name, target string) (*layout.Tree, *translate.Output) {
	t.Helper()
	tree, err := layout.Open(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	tg, err := rules.ParseTarget(target)
	if err != nil {
		t.Fatal(err)
	}
	out, err := translate.Tree(context.Background(), fsys, tree, translate.Options{Options: lint.Options{Target: tg}})
	if err != nil {
		t.Fatal(err)
	}
	return tree, out
}

// describe lists what a catalog holds, without where it comes from.
func describe(c *catalog.Catalog) []string {
	var out []string
	add := func(format string, args ...any) {
		out = append(out, strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " "))
	}
	for _, t := range c.Tables() {
		add("table %s %c temporary=%t", t.Name, t.Kind, t.Temporary)
		for i, col := range t.Columns() {
			user := ""
			if col.User != nil {
				user = col.User.Name.String()
			}
			add("%s.%s %d type=%s.%s%v[%d] user=%s notnull=%t default=%s generated=%s identity=%d serial=%t", t.Name, col.Name, i,
				col.Type.Schema, col.Type.Name, col.Type.Mods, col.Type.Dims, user, col.NotNull, col.Default, col.Generated, col.Identity, col.Serial)
		}
		for _, k := range t.Constraints() {
			add("%s constraint %s %c %v references %s%v check %s", t.Name, k.Name, k.Kind, k.Columns, k.RefTable, k.RefColumns, k.Expr)
		}
		for _, ix := range t.Indexes() {
			var columns []string
			for _, x := range ix.Columns {
				columns = append(columns, x.Column+x.Expr+":"+x.Opclass)
			}
			method := ix.Method
			if method == "gist" {
				method = "gin" // an inverted index, either way
			}
			add("%s index %s %s unique=%t %v where %s", t.Name, ix.Name, method, ix.Unique, columns, ix.Where)
		}
		for _, tg := range t.Triggers() {
			add("%s trigger %s %s", t.Name, tg.Name, tg.Function)
		}
	}
	for _, s := range c.Sequences() {
		add("sequence %s of %s.%s", s.Name, s.Table, s.Column)
	}
	for _, d := range c.Types() {
		add("type %s %c %v", d.Name, d.Kind, d.Values)
	}
	slices.Sort(out)
	return out
}

// hold checks what every consolidated schema promises: it lints clean, it says
// the same to whoever folds it again, and its catalog is that of the history.
func hold(t *testing.T, history *translate.Result, s consolidate.Schema, target rules.Target) {
	t.Helper()
	again, err := translate.Bytes(context.Background(), "schema.sql", s.Text, translate.Options{Options: lint.Options{Target: target}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range again.Report.Findings {
		if f.Severity == rules.Error || f.Fixed() {
			t.Errorf("schema.sql:%d:%d %s %s: %s\n%s", f.Start.Line, f.Start.Column, f.Severity, f.Rule, f.Message, f.Before)
		}
	}
	if string(again.Texts[0].Content) != string(s.Text) {
		t.Errorf("a translation changes the consolidated schema:\n%s", cmp.Diff(string(s.Text), string(again.Texts[0].Content)))
	}
	if diff := cmp.Diff(describe(history.Final.Catalog()), describe(again.Final.Catalog())); diff != "" {
		t.Errorf("not the catalog of the history (-history +consolidated):\n%s\n%s", diff, s.Text)
	}
}

// temporalReleases have, between them, every version of the two stores and
// every form in which a released version was published.
var temporalReleases = []string{"v1.29.0", "v1.29.7", "v1.30.4", "v1.30.6", "v1.31.0", "v1.31.5", "v1.32.0", "v1.32.2"}

func release(t *testing.T, version string) fs.FS {
	t.Helper()
	fsys, err := layout.Release(context.Background(), "temporal@"+version)
	if err != nil {
		t.Skipf("needs the Go module of Temporal: %v", err)
	}
	return fsys
}

// Of every release, both stores: one statement for each table and no other but
// the rows of namespace_metadata, readable by the tool of every era (Tree
// checks that), with the catalog of the versions.
func TestTemporal(t *testing.T) {
	for _, version := range temporalReleases {
		for _, target := range []string{"", ">=23.1"} {
			t.Run(version+target, func(t *testing.T) {
				tree, out := translated(t, release(t, version), "", target)
				all, err := consolidate.Tree(tree, out, consolidate.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if len(all) != 2 || all[0].Name != "temporal" || all[1].Name != "visibility" {
					t.Fatalf("%d schemas", len(all))
				}
				for _, s := range all {
					h := historyOf(out, s.Name)
					hold(t, h, s, out.Report.Target)
					stmts, err := pgsql.Split(s.Text)
					if err != nil {
						t.Fatal(err)
					}
					tables, others := 0, 0
					for _, st := range stmts {
						switch {
						case st.Form != pgsql.SQL:
						case st.Words(0, "create", "table"):
							tables++
						default:
							others++
						}
					}
					want := map[string]int{"temporal": 4, "visibility": 0}[s.Name] // the INSERT, and BEGIN, the setting and END
					if tables != len(h.Final.Catalog().Tables()) || others != want {
						t.Errorf("%s: %d tables and %d other statements\n%s", s.Name, tables, others, s.Text)
					}
				}
			})
		}
	}
}

func historyOf(out *translate.Output, store string) *translate.Result {
	for _, h := range out.Histories {
		if strings.HasPrefix(h.Texts[0].Name, store+"/versioned/") {
			return h
		}
	}
	return nil
}

// The examples of all rules, each a history: what can be folded is, and the rest
// is carried over.
func TestExamples(t *testing.T) {
	n := 0
	for _, rule := range rules.All() {
		for _, ex := range rule.Examples {
			if ex.Manual || rule.Layout != "" {
				continue
			}
			t.Run(rule.Name+"/"+ex.Name, func(t *testing.T) {
				fsys := fstest.MapFS{"1.sql": {Data: []byte(ex.Setup)}, "2.sql": {Data: []byte(ex.Input)}}
				tree, out := translated(t, fsys, "plain", ex.Target)
				if out.Report.Summary.Manual > 0 {
					t.Skip("not translated")
				}
				all, err := consolidate.Tree(tree, out, consolidate.Options{})
				if err != nil {
					t.Skipf("not a translation: %v", err)
				}
				n++
				hold(t, out.Histories[0], all[0], out.Report.Target)
			})
		}
	}
	t.Logf("%d histories", n)
}

// history is a plain history, a file for each text.
func plain(texts ...string) fs.FS {
	fsys := fstest.MapFS{}
	for i, text := range texts {
		fsys[fmt.Sprintf("%d.sql", i+1)] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// foldCases show what becomes of each kind of statement. The findings are "line
// rule message".
var foldCases = []struct {
	name, input, want string
	findings          []string
}{
	{
		name: "keys of a dump that refer to one another: its search path is empty",
		input: `SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.a (id BIGINT PRIMARY KEY, b BIGINT);
CREATE TABLE public.b (id BIGINT PRIMARY KEY);
ALTER TABLE public.a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES public.b(id);
ALTER TABLE public.b ADD COLUMN a BIGINT;
ALTER TABLE public.b ADD CONSTRAINT g FOREIGN KEY (a) REFERENCES public.a(id);
`,
		want: `SELECT pg_catalog.set_config('search_path', '', false);

CREATE TABLE public.b (
  id BIGINT PRIMARY KEY,
  a BIGINT
);

CREATE TABLE public.a (
  id BIGINT PRIMARY KEY,
  b BIGINT,
  CONSTRAINT f FOREIGN KEY (b) REFERENCES public.b(id)
);

ALTER TABLE public.b ADD CONSTRAINT g FOREIGN KEY (a) REFERENCES public.a(id);
`,
	},
	{
		name: "columns, constraints and indexes, with their comments",
		input: `-- The licence, which is about the file.

-- Users.
CREATE TABLE users (
  -- the key
  id BIGINT PRIMARY KEY,
  -- goes away
  old TEXT, -- soon
  name TEXT, -- as they write it
  /* block */ age BIGINT CHECK (age > 0),
  CONSTRAINT named CHECK (name <> '') -- not empty
);
-- added later
ALTER TABLE users ADD COLUMN email TEXT NOT NULL DEFAULT '', ADD COLUMN gone TEXT;
ALTER TABLE users DROP COLUMN old;
ALTER TABLE users DROP COLUMN gone;
-- how they are found
CREATE UNIQUE INDEX users_email ON users (lower(email)) WHERE email <> '';
CREATE INDEX users_name ON users (name DESC) INCLUDE (age);
CREATE INDEX dropped ON users (age);
DROP INDEX dropped;
ALTER TABLE users ADD CONSTRAINT users_name_key UNIQUE (name);
`,
		want: `-- Users.
CREATE TABLE users (
  -- the key
  id BIGINT PRIMARY KEY,
  name TEXT, -- as they write it
  /* block */
  age BIGINT CHECK (age > 0),
  -- added later
  email TEXT NOT NULL DEFAULT '',
  CONSTRAINT named CHECK (name <> ''), -- not empty
  CONSTRAINT users_name_key UNIQUE (name),
  -- how they are found
  UNIQUE INDEX users_email (lower(email)) WHERE email <> '',
  INDEX users_name (name DESC) INCLUDE (age)
);
`,
	},
	{
		name: "changes of a column",
		input: `CREATE TABLE t (id BIGINT PRIMARY KEY, a VARCHAR(10) DEFAULT 'x' NOT NULL, b TEXT CONSTRAINT c CHECK (b <> ''), d BIGINT UNIQUE);
ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(20);
ALTER TABLE t ALTER COLUMN a DROP DEFAULT;
ALTER TABLE t ALTER COLUMN a DROP NOT NULL;
ALTER TABLE t ALTER COLUMN b SET DEFAULT 'y';
ALTER TABLE t ALTER COLUMN b SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t ALTER COLUMN d SET DEFAULT 1;
ALTER TABLE t ALTER COLUMN d SET DEFAULT 2;
`,
		want: `CREATE TABLE t (
  id BIGINT PRIMARY KEY,
  a VARCHAR(20),
  b TEXT NOT NULL DEFAULT 'y',
  d BIGINT UNIQUE DEFAULT 2
);
`,
	},
	{
		name: "order of types, sequences, tables, functions and views",
		input: `CREATE SCHEMA app;
CREATE TABLE app.a (id BIGINT PRIMARY KEY);
CREATE TYPE mood AS ENUM ('sad', 'ok');
ALTER TYPE mood ADD VALUE 'happy';
CREATE SEQUENCE numbers;
ALTER TABLE app.a ADD COLUMN m mood, ADD COLUMN n BIGINT DEFAULT nextval('numbers');
ALTER SEQUENCE numbers OWNED BY app.a.n;
CREATE VIEW v AS SELECT id FROM app.a;
CREATE FUNCTION f(x BIGINT) RETURNS BIGINT LANGUAGE sql AS 'SELECT x + 1';
CREATE TYPE unused AS ENUM ('x');
DROP TYPE unused;
CREATE OR REPLACE VIEW v AS SELECT id, m FROM app.a;
COMMENT ON COLUMN app.a.m IS 'first';
COMMENT ON COLUMN app.a.m IS 'how they are';
CREATE TABLE gone (id BIGINT PRIMARY KEY);
COMMENT ON TABLE gone IS 'x';
DROP TABLE gone;
`,
		want: `CREATE SCHEMA app;

CREATE TYPE mood AS ENUM ('sad', 'ok');

ALTER TYPE mood ADD VALUE 'happy';

CREATE SEQUENCE numbers;

CREATE TABLE app.a (
  id BIGINT PRIMARY KEY,
  m mood,
  n BIGINT DEFAULT nextval('numbers')
);

CREATE FUNCTION f(x BIGINT) RETURNS BIGINT LANGUAGE sql AS 'SELECT x + 1';

CREATE OR REPLACE VIEW v AS SELECT id, m FROM app.a;

ALTER SEQUENCE numbers OWNED BY app.a.n;

COMMENT ON COLUMN app.a.m IS 'how they are';
`,
	},
	{
		name: "foreign keys in a circle",
		input: `CREATE TABLE a (id BIGINT PRIMARY KEY);
CREATE TABLE b (id BIGINT PRIMARY KEY, a BIGINT REFERENCES a ON DELETE CASCADE);
ALTER TABLE a ADD COLUMN b BIGINT CONSTRAINT to_b REFERENCES b (id);
ALTER TABLE a ADD CONSTRAINT again FOREIGN KEY (b) REFERENCES b NOT VALID;
ALTER TABLE a VALIDATE CONSTRAINT again;
`,
		want: `CREATE TABLE b (
  id BIGINT PRIMARY KEY,
  a BIGINT
);

CREATE TABLE a (
  id BIGINT PRIMARY KEY,
  b BIGINT CONSTRAINT to_b REFERENCES b (id),
  CONSTRAINT again FOREIGN KEY (b) REFERENCES b
);

ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a ON DELETE CASCADE;
`,
	},
	{
		name: "a table that is renamed is carried over, and what depends on it",
		input: `CREATE TABLE a (id BIGINT PRIMARY KEY, x TEXT);
CREATE TABLE other (id BIGINT PRIMARY KEY);
ALTER TABLE other ADD COLUMN y TEXT;
ALTER TABLE a RENAME TO b;
ALTER TABLE b ADD COLUMN z TEXT;
CREATE VIEW v AS SELECT id FROM b;
CREATE TABLE refers (id BIGINT PRIMARY KEY, b BIGINT REFERENCES b);
`,
		want: `CREATE TABLE other (
  id BIGINT PRIMARY KEY,
  y TEXT
);

CREATE TABLE a (id BIGINT PRIMARY KEY, x TEXT);

ALTER TABLE a RENAME TO b;

ALTER TABLE b ADD COLUMN z TEXT;

CREATE VIEW v AS SELECT id FROM b;

CREATE TABLE refers (id BIGINT PRIMARY KEY, b BIGINT REFERENCES b);
`,
	},
	{
		name: "rows",
		input: `CREATE TABLE a (id BIGINT PRIMARY KEY, x TEXT);
UPDATE a SET x = 'none';
DELETE FROM a;
INSERT INTO a VALUES (1, 'one');
ALTER TABLE a ADD COLUMN y TEXT;
UPDATE a SET y = x;
CREATE TABLE b (id BIGINT PRIMARY KEY, x TEXT);
INSERT INTO b (id, x) SELECT id, x FROM b;
INSERT INTO b (id, x) VALUES (1, 'b');
ALTER TABLE b DROP COLUMN x;
CREATE TABLE c (id BIGINT PRIMARY KEY);
INSERT INTO c VALUES (1);
ALTER TABLE c ADD COLUMN x TEXT;
UPDATE c SET x = 'c';
ALTER TABLE c ALTER COLUMN x SET NOT NULL;
INSERT INTO c SELECT id + 10, x FROM a;
SELECT 1;
CREATE TABLE d (id BIGINT PRIMARY KEY);
INSERT INTO d VALUES (1);
DROP TABLE d;
`,
		want: `CREATE TABLE a (
  id BIGINT PRIMARY KEY,
  x TEXT,
  y TEXT
);

CREATE TABLE b (
  id BIGINT PRIMARY KEY
);

CREATE TABLE c (
  id BIGINT PRIMARY KEY,
  x TEXT NOT NULL
);

INSERT INTO a (id, x) VALUES (1, 'one');

UPDATE a SET y = x;

UPDATE c SET x = 'c';

INSERT INTO c (id, x) SELECT id + 10, x FROM a;

SELECT 1;
`,
		findings: []string{
			"2 consolidate-left-out UPDATE finds no rows in a of a fresh database and is left out",
			"3 consolidate-left-out DELETE finds no rows in a of a fresh database and is left out",
			"4 consolidate-carried INSERT is carried over, behind the tables",
			"6 consolidate-carried UPDATE is carried over as it stands, behind the tables",
			"8 consolidate-left-out INSERT finds no rows to copy in a fresh database and is left out",
			"9 consolidate-left-out manual INSERT is left out: column x of b is gone later on",
			"12 consolidate-left-out manual INSERT is left out: column x of c needs a value that comes later on",
			"14 consolidate-carried UPDATE is carried over as it stands, behind the tables",
			"16 consolidate-carried INSERT is carried over, behind the tables",
			"17 consolidate-carried SELECT is carried over as it stands, behind the tables",
		},
	},
	{
		name: "changes of rows that name what goes",
		input: `CREATE TABLE a (id BIGINT PRIMARY KEY, x TEXT, y TEXT);
CREATE TABLE b (id BIGINT PRIMARY KEY, z TEXT);
INSERT INTO a (id) VALUES (1);
INSERT INTO b (id) VALUES (1);
UPDATE a SET y = x;
UPDATE a SET y = q.z FROM b AS q WHERE q.id = a.id;
WITH gone AS (SELECT id, y AS x FROM a) UPDATE a SET y = gone.x FROM gone WHERE gone.id = a.id;
DELETE FROM a WHERE y IS NULL;
ALTER TABLE a DROP COLUMN x;
DROP TABLE b;
`,
		want: `CREATE TABLE a (
  id BIGINT PRIMARY KEY,
  y TEXT
);

INSERT INTO a (id) VALUES (1);

WITH gone AS (SELECT id, y AS x FROM a) UPDATE a SET y = gone.x FROM gone WHERE gone.id = a.id;

DELETE FROM a WHERE y IS NULL;
`,
		findings: []string{
			"3 consolidate-carried INSERT is carried over, behind the tables",
			"5 consolidate-left-out manual UPDATE is left out: column x of a is gone later on",
			"6 consolidate-left-out manual UPDATE is left out: table b is gone later on",
			"7 consolidate-carried WITH is carried over as it stands, behind the tables",
			"8 consolidate-carried DELETE is carried over as it stands, behind the tables",
		},
	},
	{
		name: "triggers, policies, grants and settings",
		input: `SET statement_timeout = 0;
CREATE TABLE t (id BIGINT PRIMARY KEY);
CREATE FUNCTION g() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER one BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();
CREATE TRIGGER two BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();
DROP TRIGGER one ON t;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t USING (id > 0);
CREATE POLICY q ON t USING (id > 1);
DROP POLICY p ON t;
GRANT SELECT ON t TO root;
ALTER TABLE t ADD COLUMN a TEXT;
`,
		want: `SET statement_timeout = 0;

CREATE TABLE t (
  id BIGINT PRIMARY KEY,
  a TEXT
);

CREATE FUNCTION g() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;

CREATE TRIGGER two BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();

ALTER TABLE t ENABLE ROW LEVEL SECURITY;

CREATE POLICY q ON t USING (id > 1);

GRANT SELECT ON t TO root;
`,
	},
	{
		name: "the search path",
		input: `CREATE SCHEMA s;
CREATE TABLE a (id BIGINT PRIMARY KEY);
SET search_path = s;
CREATE TABLE b (id BIGINT PRIMARY KEY);
ALTER TABLE b ADD COLUMN x TEXT;
RESET search_path;
CREATE TABLE c (id BIGINT PRIMARY KEY);
`,
		want: `CREATE SCHEMA s;

CREATE TABLE a (
  id BIGINT PRIMARY KEY
);

SET search_path = s;

CREATE TABLE b (
  id BIGINT PRIMARY KEY,
  x TEXT
);

RESET search_path;

CREATE TABLE c (
  id BIGINT PRIMARY KEY
);
`,
	},
}

func TestFold(t *testing.T) {
	for _, test := range foldCases {
		t.Run(test.name, func(t *testing.T) {
			tree, out := translated(t, plain(test.input), "plain", ">=25.4")
			all, err := consolidate.Tree(tree, out, consolidate.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(all[0].Text)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.findings, said(all[0].Findings)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			hold(t, out.Histories[0], all[0], out.Report.Target)
		})
	}
}

func said(findings []lint.Finding) []string {
	var out []string
	for _, f := range findings {
		manual := ""
		if f.Fidelity == rules.Manual {
			manual = " manual"
		}
		out = append(out, fmt.Sprintf("%d %s%s %s", f.Start.Line, f.Rule, manual, f.Message))
	}
	return out
}
