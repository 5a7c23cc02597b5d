package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var alterColumnType = &Rule{
	Name:  "alter-column-type",
	Title: "ALTER COLUMN TYPE that CockroachDB restricts",
	Condition: "`ALTER TABLE ... ALTER COLUMN ... TYPE` that rewrites the rows (another kind of type, a smaller precision, or USING), and any change of the type of a column that a computed column, " +
		"an index expression or an index predicate uses.",
	Effect: "CockroachDB rewrites a column only by a statement that does nothing else, and not while the column is in an index or in a constraint (SQLSTATE 0A000). Up to v24.3 it does so only " +
		"with enable_experimental_alter_column_type_general (SQLSTATE XCEXF).",
	Workaround: "The commands become statements of their own; indexes, unique constraints and checks on the column are dropped before and made again behind it; the session variable is set where the target needs it. " +
		"A column of the primary key, of a foreign key or of a computed column is left to a person.",
	Versions: "*",
	Issues:   []int{49351, 47636, 48288, 49329},
	Sources:  []string{"CockroachDB docs, alter-table.md", "release notes v25.1.0-alpha.1 (#135936)", "measured on v26.1, pair by pair of types"},
	Examples: []Example{
		{
			Name:   "several columns at once",
			Target: ">=25.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TIMESTAMP, b TIMESTAMP);\n",
			Input:  "ALTER TABLE t ALTER COLUMN a SET DATA TYPE TIMESTAMPTZ USING a AT TIME ZONE 'UTC', ALTER COLUMN b SET DATA TYPE TIMESTAMPTZ USING b AT TIME ZONE 'UTC';\n",
			Output: "ALTER TABLE t ALTER COLUMN a SET DATA TYPE TIMESTAMPTZ USING a AT TIME ZONE 'UTC';\nALTER TABLE t ALTER COLUMN b SET DATA TYPE TIMESTAMPTZ USING b AT TIME ZONE 'UTC';\n",
			Want:   []string{"1:15 error exact"},
			Error:  "cannot be combined with other ALTER TABLE commands",
		},
		{
			Name:   "indexes on the column",
			Target: ">=25.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8, b INT8);\n",
			Input:  "CREATE INDEX by_a ON t (a);\nCREATE INDEX by_b ON t (b) WHERE a > 0;\nALTER TABLE t ALTER COLUMN a TYPE NUMERIC;\n",
			Output: "CREATE INDEX by_a ON t (a);\nCREATE INDEX by_b ON t (b) WHERE a > 0;\nDROP INDEX by_a;\nDROP INDEX by_b;\nALTER TABLE t ALTER COLUMN a TYPE NUMERIC;\nCREATE INDEX by_a ON t (a);\nCREATE INDEX by_b ON t (b) WHERE a > 0;\n",
			Want:   []string{"3:15 error exact"},
			Error:  "referenced by partial index \"by_b\"",
		},
		{
			Name:   "before v25.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input:  "ALTER TABLE t ALTER COLUMN a TYPE TEXT;\n",
			Output: "SET enable_experimental_alter_column_type_general = true;\nALTER TABLE t ALTER COLUMN a TYPE TEXT;\n",
			Want:   []string{"1:15 error exact"},
		},
		{
			Name:   "a computed column",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a VARCHAR(10), b VARCHAR(10) GENERATED ALWAYS AS (upper(a)) STORED);\n",
			Input:  "ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(20);\n",
			Want:   []string{"1:15 error manual"},
			Error:  "computed column \"b\" depends on it",
			Manual: true,
		},
		{
			Name: "under another name, a column is still that of its computed column, of the foreign key to it and of its index",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8, b INT8 GENERATED ALWAYS AS (a + 1) STORED);\nALTER TABLE t RENAME COLUMN a TO c;\n" +
				"CREATE TABLE u (a INT8 UNIQUE);\nCREATE TABLE v (a INT8 REFERENCES u (a));\nALTER TABLE u RENAME TO w;\nALTER TABLE w RENAME COLUMN a TO c;\n" +
				"CREATE TABLE x (a INT8);\nCREATE INDEX i ON x (a) WHERE a > 3;\nALTER TABLE x RENAME COLUMN a TO c;\n",
			Input:  "ALTER TABLE t ALTER COLUMN c TYPE NUMERIC(10, 2);\nALTER TABLE w ALTER COLUMN c TYPE TEXT;\nALTER TABLE x ALTER COLUMN c TYPE TEXT;\n",
			Want:   []string{"1:15 error manual", "2:15 error manual", "3:15 error manual"},
			Error:  "column",
			Manual: true,
		},
		{
			Name:  "a longer text needs no rewriting",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a VARCHAR(10) UNIQUE, b INT4);\n",
			Input: "ALTER TABLE t ALTER COLUMN a TYPE TEXT, ALTER COLUMN b TYPE BIGINT;\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindIndexStmt, pgsql.KindVariableSetStmt, pgsql.KindAlterTableStmt},
	Statement: func(p *Pass) {
		s := State[typeChanges](p)
		if s.indexes == nil {
			*s = typeChanges{indexes: map[tableKey]string{}, set: map[int]bool{}}
		}
		switch n := p.Stmt.Tree.(type) {
		case *pgsql.IndexStmt:
			if len(p.Stmt.Text) < keptText {
				s.indexes[tableKey{p.Stmt.Source, p.Stmt.Start()}] = p.Stmt.Text
			}
		case *pgsql.VariableSetStmt:
			if n.Name == "enable_experimental_alter_column_type_general" {
				s.set[p.Stmt.Source] = true
			}
		case *pgsql.AlterTableStmt:
			if t := p.Catalog.Table(n.Relation); t != nil && n.Objtype == pgsql.ObjectTable && t.PartitionOf() == nil {
				s.alter(p, n, t)
			}
		}
	},
}

// typeChanges is what the rule remembers.
type typeChanges struct {
	// indexes are the texts of CREATE INDEX, by their place.
	indexes map[tableKey]string
	// set are the sources that set the session variable.
	set map[int]bool
}

// typeChange is one command.
type typeChange struct {
	list    List
	i       int
	column  string
	rewrite bool
	// drop and create are the statements around it; obstacle is what cannot be
	// dropped and made again.
	drop, create []string
	obstacle     string
}

func (s *typeChanges) alter(p *Pass, n *pgsql.AlterTableStmt, t *catalog.Table) {
	var changes []*typeChange
	alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
		d, ok := cmd.Def.(*pgsql.ColumnDef)
		col := t.Column(cmd.Name)
		if cmd.Subtype != pgsql.ATAlterColumnType || !ok || col == nil {
			return
		}
		to := catalog.TypeOf(d.TypeName)
		c := &typeChange{list: list, i: i, column: cmd.Name, rewrite: d.RawDefault != nil || d.CollClause != nil || rewrites(col.Type, to)}
		s.obstacles(p, n, t, c)
		if c.rewrite || len(c.drop) > 0 || c.obstacle != "" {
			changes = append(changes, c)
		}
	})
	for k, c := range changes {
		f := Finding{Severity: Error, Fidelity: Exact}
		switch {
		case c.obstacle != "":
			f = manual(fmt.Sprintf("CockroachDB does not change the type of column %s: %s", c.column, c.obstacle),
				"Add a column of the new type, copy the values by UPDATE, drop the old column and rename the new one; or drop what depends on the column before and make it again behind")
		case len(n.Cmds) > 1:
			if k > 0 {
				continue // the first one cuts the statement
			}
			f.Message = fmt.Sprintf("CockroachDB rewrites column %s only by a statement that does nothing else: each command becomes a statement", c.column)
			f.Edits = splitCommands(p, n, c.list)
		default:
			set := ""
			if c.rewrite && !p.Target.Within(">=25.1") && !s.set[p.Stmt.Source] {
				set = "SET enable_experimental_alter_column_type_general = true;\n"
				s.set[p.Stmt.Source] = true
				f.Until = "25.1"
			}
			if set == "" && len(c.drop) == 0 {
				continue
			}
			f.Message = fmt.Sprintf("CockroachDB rewrites column %s up to v24.3 only with enable_experimental_alter_column_type_general", c.column)
			if len(c.drop) > 0 {
				f.Message = fmt.Sprintf("CockroachDB does not change the type of column %s while an index or a check uses it: they are dropped before and made again behind", c.column)
				f.Edits = append(f.Edits, p.Insert(len(p.Stmt.Text), ";\n"+strings.Join(c.create, ";\n")))
			}
			before := set
			if len(c.drop) > 0 {
				before += strings.Join(c.drop, ";\n") + ";\n"
			}
			f.Edits = append(f.Edits, p.Insert(0, before))
		}
		f.at(p.Stmt, c.list.Elements[c.i][0], c.list.Elements[c.i][1])
		p.Report(f)
	}
}

// splitCommands makes a statement of each command of an ALTER TABLE.
func splitCommands(p *Pass, n *pgsql.AlterTableStmt, list List) []Edit {
	var out []Edit
	head := alterHead(p.Stmt, n)
	for i := 1; i < len(list.Elements); i++ {
		from := p.Stmt.Tokens[list.Elements[i-1][1]].End()
		to := p.Stmt.Tokens[list.Elements[i][0]].Start()
		if containsComment(p.Stmt.Text[from:to]) {
			comma := p.Stmt.Tokens[list.Elements[i][0]-1]
			out = append(out, p.Replace(comma.Start(), comma.End(), ";"), p.Insert(to, head+" "))
			continue
		}
		out = append(out, p.Replace(from, to, ";\n"+head+" "))
	}
	return out
}

// obstacles finds what stands in the way of a change of the type.
func (s *typeChanges) obstacles(p *Pass, n *pgsql.AlterTableStmt, t *catalog.Table, c *typeChange) {
	for _, col := range t.Columns() {
		if col.Generated != "" && col.Name != c.column && catalog.Mentions(col.Generated, c.column) {
			c.obstacle = fmt.Sprintf("computed column %s depends on it", col.Name)
			return
		}
	}
	for _, ix := range t.Indexes() {
		key, expr, predicate := ix.Uses(c.column)
		if !expr && !predicate && !(key && c.rewrite) {
			continue
		}
		text := s.indexes[tableKey{ix.Def.Source, ix.Def.Start}]
		if text == "" || ix.Renamed {
			c.obstacle = fmt.Sprintf("index %s uses it", ix.Name.Name)
			return
		}
		name := ix.Name
		if n.Relation.Schemaname == "" {
			name.Schema = ""
		}
		c.drop = append(c.drop, "DROP INDEX "+qualified(name))
		c.create = append(c.create, text)
	}
	if !c.rewrite {
		return
	}
	head := alterHead(p.Stmt, n)
	for _, k := range t.Constraints() {
		switch {
		case k.Kind == catalog.Check && catalog.Mentions(k.Expr, c.column):
			c.drop = append(c.drop, fmt.Sprintf("%s DROP CONSTRAINT %s", head, QuoteIdent(k.Name)))
			c.create = append(c.create, fmt.Sprintf("%s ADD CONSTRAINT %s CHECK (%s)", head, QuoteIdent(k.Name), k.Expr))
		case !containsName(k.Columns, c.column):
		case k.Kind == catalog.Unique && !referenced(p, t, k):
			var cols []string
			for _, col := range k.Columns {
				cols = append(cols, QuoteIdent(col))
			}
			name := catalog.Name{Schema: t.Name.Schema, Name: k.Name}
			if n.Relation.Schemaname == "" {
				name.Schema = ""
			}
			c.drop = append(c.drop, "DROP INDEX "+qualified(name)+" CASCADE")
			c.create = append(c.create, fmt.Sprintf("%s ADD CONSTRAINT %s UNIQUE (%s)", head, QuoteIdent(k.Name), strings.Join(cols, ", ")))
		case k.Kind == catalog.PrimaryKey:
			c.obstacle = "it is part of the primary key"
		case k.Kind == catalog.ForeignKey:
			c.obstacle = fmt.Sprintf("foreign key %s uses it", k.Name)
		case k.Kind == catalog.Unique:
			c.obstacle = fmt.Sprintf("a foreign key rests on unique constraint %s", k.Name)
		}
	}
}

// referenced reports whether a foreign key rests on a unique constraint.
func referenced(p *Pass, t *catalog.Table, k *catalog.Constraint) bool {
	for _, other := range p.Catalog.Referrers(t.Name) {
		for _, fk := range other.KeysTo(t.Name) {
			if equalNames(fk.RefColumns, k.Columns) {
				return true
			}
		}
	}
	return false
}

// rewrites reports whether CockroachDB rewrites the rows for a change of type.
func rewrites(from, to catalog.Type) bool {
	if from.Schema != to.Schema || from.Dims != to.Dims {
		return true
	}
	if from.Name == to.Name && equalMods(from.Mods, to.Mods) {
		return false
	}
	if from.Dims > 0 {
		return true
	}
	a, b := typeFamily[from.Name], typeFamily[to.Name]
	if a == "" || a != b {
		return from.Name != to.Name
	}
	mod := func(t catalog.Type, none int32) int32 {
		if len(t.Mods) == 0 {
			return none
		}
		return t.Mods[len(t.Mods)-1]
	}
	switch a {
	case "timestamp", "time", "interval":
		return mod(to, 6) < mod(from, 6)
	case "numeric":
		scale := func(t catalog.Type) int32 {
			if len(t.Mods) < 2 {
				return 0
			}
			return t.Mods[1]
		}
		return len(from.Mods) > 0 && (len(to.Mods) == 0 || scale(to) < scale(from))
	}
	return false
}

func equalMods(a, b []int32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// typeFamily groups the types between which CockroachDB v26.1 changes a column
// without rewriting it (measured, pair by pair).
var typeFamily = map[string]string{
	"int2": "int", "int4": "int", "int8": "int",
	"varchar": "text", "text": "text", "bpchar": "text", "name": "text",
	"float4": "float", "float8": "float", "numeric": "numeric",
	"timestamp": "timestamp", "timestamptz": "timestamp",
	"time": "time", "interval": "interval", "json": "json", "jsonb": "json",
	"bit": "bit", "varbit": "bit",
}
