package catalog

import (
	"fmt"
	"math/rand"
	"reflect"
	"testing"
	"testing/quick"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// What is packed comes out again, whatever the fields hold: a field that is
// added and not packed fails here.
func TestPack(t *testing.T) {
	c := New()
	user := &TypeDef{Name: Name{"public", "u"}, Kind: Enum}
	rnd := rand.New(rand.NewSource(1))
	for range 200 {
		table := c.newTable(Name{"public", "t"}, Plain, Place{})
		held := table.content
		held.columns = random[[]*Column](t, rnd)
		held.constraints = random[[]*Constraint](t, rnd)
		held.indexes = random[[]*Index](t, rnd)
		held.triggers = random[[]*Trigger](t, rnd)
		for _, col := range held.columns {
			if col.User != nil {
				col.User = user
			}
		}
		for _, ix := range held.indexes {
			ix.Table = table
		}
		want := *held
		table.packed, table.content = c.pack(table), nil
		got := table.open()
		same := cmp.Comparer(func(a, b *Table) bool { return a == b })
		if diff := cmp.Diff(want, *got, cmp.AllowUnexported(content{}), same, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	}
}

// random returns a value whose fields are all filled, numbers with such as
// places have.
func random[T any](t *testing.T, rnd *rand.Rand) T {
	t.Helper()
	var zero T
	typ := reflect.TypeOf(zero).Elem().Elem()
	n := 1 + rnd.Intn(3)
	out := reflect.MakeSlice(reflect.TypeOf(zero), n, n)
	for i := range n {
		p := reflect.New(typ)
		for f := range typ.NumField() {
			ft := typ.Field(f).Type
			if ft == reflect.TypeOf((*Table)(nil)) {
				continue
			}
			if ft == reflect.TypeOf((*TypeDef)(nil)) {
				p.Elem().Field(f).Set(reflect.ValueOf(&TypeDef{}))
				continue
			}
			v, ok := quick.Value(ft, rnd)
			if !ok {
				t.Fatalf("no value of %s", ft)
			}
			p.Elem().Field(f).Set(v)
		}
		fix(p.Elem())
		out.Index(i).Set(p)
	}
	return out.Interface().(T)
}

// fix makes numbers such as statements have: sources, array dimensions and the
// differences of places are not negative, and small.
func fix(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fix(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			fix(v.Index(i))
		}
	case reflect.Int:
		v.SetInt(v.Int() & 0xffff)
	case reflect.Int64:
		v.SetInt(v.Int() & (1<<40 - 1))
	}
}

// A history with many tables gives the catalog that it gives without packing.
func TestManyTables(t *testing.T) {
	c := New()
	var text string
	const n = 3 * hotTables
	for i := range n {
		text += fmt.Sprintf("CREATE TABLE t%d (id INT PRIMARY KEY, a TEXT DEFAULT 'x%d' CHECK (a <> ''), p INT REFERENCES t0 (id));\nCREATE INDEX i%d ON t%d (lower(a)) WHERE a IS NOT NULL;\n", i, i, i, i)
	}
	text += "ALTER TABLE t0 ADD COLUMN b NUMERIC(10, 2);\nDROP INDEX i1;\nALTER TABLE t2 RENAME COLUMN a TO c;\nALTER INDEX i3 RENAME TO j3;\nDROP TABLE t4;\n"
	sts, err := pgsql.Split([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	most := 0
	for _, st := range sts {
		st.Parse()
		c.Apply(st, 0)
		most = max(most, len(c.hot))
	}
	if most > hotTables {
		t.Errorf("%d tables were unpacked at once", most)
	}
	for _, check := range []struct{ name, got, want string }{
		{"columns", columnNames(c.Relation(Name{"", "t0"})), "id a p b"},
		{"renamed column", columnNames(c.Relation(Name{"", "t2"})), "id c p"},
		{"default", c.Relation(Name{"", "t7"}).Column("a").Default, "'x7'"},
		{"type", fmt.Sprint(c.Relation(Name{"", "t0"}).Column("b").Type), "{ numeric [10 2] 0 false}"},
		{"dropped index", fmt.Sprint(len(c.Indexes(Name{"", "i1"}))), "0"},
		{"renamed index", c.Indexes(Name{"", "j3"})[0].Where, "a IS NOT NULL"},
		{"dropped table", fmt.Sprint(c.Relation(Name{"", "t4"}) == nil, len(c.Indexes(Name{"", "i4"}))), "true 0"},
		{"primary key", fmt.Sprint(c.Relation(Name{"", "t9"}).PrimaryKey().Columns), "[id]"},
	} {
		if check.got != check.want {
			t.Errorf("%s: %s, want %s", check.name, check.got, check.want)
		}
	}
	count := 0
	for _, table := range c.Tables() {
		count += len(table.Constraints())
	}
	if count != 3*(n-1) {
		t.Errorf("%d constraints", count)
	}
}

func columnNames(t *Table) string {
	s := ""
	for _, c := range t.Columns() {
		s += " " + c.Name
	}
	return s[1:]
}
