package catalog

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

const journalUp = `
CREATE SCHEMA s;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN d AS INT CONSTRAINT low CHECK (VALUE > 0);
CREATE SEQUENCE q;
CREATE EXTENSION pgcrypto;
CREATE TABLE p (id SERIAL PRIMARY KEY, a TEXT DEFAULT 'x', m mood, e d, CONSTRAINT big CHECK (id > 1)) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);
CREATE TABLE s.t (id INT PRIMARY KEY, p INT REFERENCES p (id));
CREATE INDEX i ON p (a);
CREATE INDEX loose ON nowhere (a);
CREATE VIEW v AS SELECT id, a FROM p;
CREATE FUNCTION f(x INT) RETURNS INT LANGUAGE sql IMMUTABLE AS 'SELECT x';
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tg BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION tf();
`

// One of each statement that changes what there is.
const journalDown = `
ALTER TABLE p ADD COLUMN b INT, DROP COLUMN a, ALTER COLUMN m SET NOT NULL, ADD CONSTRAINT u UNIQUE (e), DROP CONSTRAINT big;
ALTER TABLE p ALTER COLUMN id TYPE BIGINT;
ALTER TABLE p DETACH PARTITION p1;
ALTER TABLE p RENAME COLUMN e TO g;
ALTER TABLE p RENAME CONSTRAINT u TO w;
ALTER TABLE s.t SET SCHEMA public;
ALTER INDEX loose RENAME TO tight;
ALTER TABLE p RENAME TO pp;
ALTER TYPE mood ADD VALUE 'happy';
ALTER TYPE mood RENAME TO temper;
ALTER DOMAIN d RENAME CONSTRAINT low TO lower;
ALTER DOMAIN d ADD CONSTRAINT high CHECK (VALUE < 9);
ALTER DOMAIN d SET DEFAULT 3;
ALTER SEQUENCE q OWNED BY pp.id;
ALTER SEQUENCE q RENAME TO r;
ALTER FUNCTION f(INT) VOLATILE;
CREATE OR REPLACE FUNCTION f(x INT) RETURNS INT LANGUAGE sql AS 'SELECT 2';
DROP TRIGGER tg ON pp;
DROP VIEW v;
ALTER SCHEMA s RENAME TO z;
CREATE TABLE n (id INT);
CREATE INDEX n_i ON n (id);
DROP TABLE pp, p1;
DROP EXTENSION pgcrypto;
DROP FUNCTION tf();
DROP DOMAIN d;
ALTER FUNCTION f(INT) RENAME TO ff;
ALTER FUNCTION ff(INT) SET SCHEMA z;
SET LOCAL search_path = public;
COMMIT;
SET search_path = z;
`

func TestRollback(t *testing.T) {
	c := New()
	apply(t, c, journalUp, 0)
	before := dump(c)
	for _, packed := range []bool{false, true} {
		if packed { // as in a large history
			for _, table := range c.hot {
				table.packed, table.content = c.pack(table), nil
			}
			c.hot = nil
		}
		statements := strings.Split(strings.TrimSpace(journalDown), "\n")
		for i := range statements {
			c.Begin(i)
			apply(t, c, strings.Join(statements[:i+1], "\n"), i)
			if dump(c) == before {
				t.Errorf("%s: changes nothing", statements[i])
			}
			c.Rollback()
			if diff := cmp.Diff(before, dump(c)); diff != "" {
				t.Fatalf("packed %v, %s: (-before +behind)\n%s", packed, statements[i], diff)
			}
		}
	}
}

func TestTry(t *testing.T) {
	c := New()
	apply(t, c, journalUp, 0)
	before := dump(c)
	var between string
	c.Try(func() bool {
		apply(t, c, "ALTER TABLE p ADD COLUMN b INT;", 1)
		between = dump(c)
		c.Try(func() bool {
			apply(t, c, journalDown, 1)
			return false
		})
		if diff := cmp.Diff(between, dump(c)); diff != "" {
			t.Errorf("what was tried within is not undone: (-before +behind)\n%s", diff)
		}
		c.Try(func() bool {
			apply(t, c, "ALTER TABLE p DROP COLUMN b; CREATE TABLE n (id INT);", 1)
			return true
		})
		return false
	})
	if diff := cmp.Diff(before, dump(c)); diff != "" {
		t.Errorf("not all is undone: (-before +behind)\n%s", diff)
	}
	c.Try(func() bool {
		apply(t, c, "ALTER TABLE p ADD COLUMN b INT;", 1)
		return true
	})
	if diff := cmp.Diff(between, dump(c)); diff != "" {
		t.Errorf("what is kept is not there: (-want +got)\n%s", diff)
	}
}

func apply(t *testing.T, c *Catalog, text string, source int) {
	t.Helper()
	sts, err := pgsql.Split([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range sts {
		if st.Parse(); st.Err != nil {
			t.Fatalf("%s: %v", st.Text, st.Err)
		}
		c.Apply(st, source)
	}
}

// dump describes all that a catalog holds.
func dump(c *Catalog) string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for n, t := range c.relations {
		copied := *t
		held := t.open()
		copied.content, copied.packed, copied.catalog, copied.asked = nil, "", nil, 0
		copied.kin = nil
		add("relation %s %+v of %v partitions %d", n, copied, t.PartitionOf() != nil && c.relations[t.PartitionOf().Name] == t.PartitionOf(), len(t.Partitions()))
		for _, col := range held.columns {
			k := *col
			k.User = nil
			add("column %s %+v %v", n, k, col.User != nil && c.types[col.User.Name] == col.User)
		}
		for _, k := range held.constraints {
			add("constraint %s %+v", n, *k)
		}
		for _, k := range held.triggers {
			add("trigger %s %+v", n, *k)
		}
		for _, ix := range held.indexes {
			k := *ix
			k.Table = nil
			add("index %s %+v %v found %v", n, k, ix.Table == t, slices.Contains(c.Indexes(ix.Name), ix))
		}
	}
	homes := func(list ...indexHome) {
		for _, h := range list {
			if h.loose != nil {
				add("index %s without a table, found %v", h.loose.Name, slices.Contains(c.Indexes(h.loose.Name), h.loose))
			} else {
				add("an index in %s", h.table.Name)
			}
		}
	}
	for h, first := range c.indexes.first {
		homes(first)
		homes(c.indexes.more[h]...)
	}
	for n, s := range c.sequences {
		add("sequence %s %+v", n, *s)
	}
	for n, d := range c.types {
		add("type %s %+v", n, *d)
	}
	for n, fs := range c.functions {
		for _, f := range fs {
			add("function %s %+v", n, *f)
		}
	}
	for n := range c.extensions {
		add("extension %s", n)
	}
	for n := range c.schemas {
		add("schema %s", n)
	}
	add("path %v", c.SearchPath)
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}
