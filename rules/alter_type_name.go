package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var alterTypeName = &Rule{
	Name:      "alter-type-name",
	Title:     "Another type for a column whose name needs quotes",
	Condition: "`ALTER COLUMN ... TYPE` without USING that rewrites the rows of a column whose name has capital letters or is a keyword.",
	Effect: "CockroachDB writes the cast of the values without the quotes. `\"userId\"` is refused (SQLSTATE XXUUU), or another column `userid` is read; " +
		"of a column that is called `user` or `current_date`, every value is replaced by what the function of that name returns.",
	Workaround: "The cast is written out, with the quotes: `USING \"userId\"::TEXT`.",
	Versions:   ">=25.1",
	Sources:    []string{"cockroach: scbuildstmt/alter_table_alter_column_type.go, getComputeExpressionForBackfill", "measured on v26.1, pair by pair of types"},
	Examples: []Example{
		{
			Name:   "capital letters",
			Target: ">=25.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, \"userId\" INT8);\n",
			Input:  "ALTER TABLE t ALTER COLUMN \"userId\" SET DATA TYPE TEXT;\n",
			Output: "ALTER TABLE t ALTER COLUMN \"userId\" SET DATA TYPE TEXT USING \"userId\"::TEXT;\n",
			Want:   []string{"1:28 error exact"},
			Error:  "refers to unknown columns in expression",
		},
		{
			Name:   "a keyword, among other commands",
			Target: ">=25.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, \"user\" INT8 DEFAULT 1);\n",
			Input:  "ALTER TABLE t ALTER \"user\" DROP DEFAULT, ALTER \"user\" TYPE VARCHAR(40), ALTER id SET NOT NULL;\n",
			Output: "ALTER TABLE t ALTER \"user\" DROP DEFAULT;\nALTER TABLE t ALTER \"user\" TYPE VARCHAR(40) USING \"user\"::VARCHAR(40);\nALTER TABLE t ALTER id SET NOT NULL;\n",
			Want:   []string{"1:48 error exact"},
			Error:  "cannot be combined with other ALTER TABLE commands",
		},
		{
			Name:   "what needs no quotes, no rewriting, or has a USING",
			Target: ">=25.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8, \"B\" VARCHAR(10), \"C\" INT8);\n",
			Input:  "ALTER TABLE t ALTER COLUMN \"a\" TYPE TEXT;\nALTER TABLE t ALTER COLUMN \"B\" TYPE TEXT;\nALTER TABLE t ALTER COLUMN \"C\" TYPE TEXT USING \"C\"::TEXT;\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindAlterTableStmt},
	Words: []string{"type"},
	Statement: func(p *Pass) {
		n, ok := p.Stmt.Tree.(*pgsql.AlterTableStmt)
		if !ok || n.Objtype != pgsql.ObjectTable {
			return
		}
		t := p.Catalog.Table(n.Relation)
		if t == nil {
			return
		}
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
			d, ok := cmd.Def.(*pgsql.ColumnDef)
			col := t.Column(cmd.Name)
			if cmd.Subtype != pgsql.ATAlterColumnType || !ok || col == nil || d.RawDefault != nil || QuoteIdent(cmd.Name) == cmd.Name ||
				d.CollClause == nil && !rewrites(col.Type, catalog.TypeOf(d.TypeName)) {
				return
			}
			st, last := p.Stmt, list.Elements[i][1]
			name, typ := castTokens(st, list.Elements[i])
			if typ < 0 {
				return
			}
			f := Finding{Severity: Error, Fidelity: Exact,
				Message: fmt.Sprintf("CockroachDB takes %s for something else where it casts the values of the column: the cast is written out", st.Str(name)),
				Edits:   []Edit{p.Insert(st.Tokens[last].End(), fmt.Sprintf(" USING %s::%s", QuoteIdent(cmd.Name), st.textOf(typ, last)))}}
			f.at(st, name, name)
			p.Report(f)
		})
	},
}

// castTokens returns the tokens of an ALTER COLUMN TYPE that are the column's name and the
// start of its type; -1 if they are not found.
func castTokens(st *Statement, element [2]int) (name, typ int) {
	name = element[0] + 1
	if st.Is(name, "column") {
		name++
	}
	typ = name + 1
	if st.Words(typ, "set", "data") {
		typ += 2
	}
	if !st.Is(typ, "type") || typ >= element[1] {
		return name, -1
	}
	return name, typ + 1
}
