package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var storageParameter = &Rule{
	Name:      "storage-parameter",
	Title:     "Storage parameters of a table",
	Condition: "`WITH (...)` on CREATE TABLE and CREATE TABLE AS, `ALTER TABLE ... SET (...)` and `RESET (...)`.",
	Effect: "CockroachDB ignores fillfactor and autovacuum_enabled with a notice. It refuses the other parameters of PostgreSQL (SQLSTATE 0A000 or 22023), " +
		"those of TOAST (`toast.x`, a syntax error), and a parameter without a value.",
	Workaround: "The parameters that it refuses go: they tune a storage that CockroachDB does not have (no vacuum, no TOAST, no heap pages).",
	Versions:   "*",
	Issues:     []int{43299},
	Sources:    []string{"CockroachDB source v26.1, pkg/sql/storageparam", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "one parameter stays, the others go",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY) WITH (fillfactor=70, autovacuum_vacuum_scale_factor=0.1, toast.autovacuum_enabled=false);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY) WITH (fillfactor=70);\n",
			Want:   []string{"1:44 info exact", "1:59 error exact", "1:95 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "a list that becomes empty",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY) WITH (parallel_workers=4);\nALTER TABLE t SET (autovacuum_vacuum_threshold = '25');\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:44 error exact", "2:20 error exact"},
			Error:  "storage parameter \"parallel_workers\"",
		},
		{
			Name:  "parameters of CockroachDB",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY) WITH (ttl_expire_after = '5 minutes');\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindCreateTableAsStmt, pgsql.KindAlterTableStmt},
	Statement: func(p *Pass) {
		switch n := p.Stmt.Tree.(type) {
		case *pgsql.CreateStmt:
			if !partitionStatement(n) && len(n.Options) > 0 {
				reportTableOptions(p, n.Relation, n.Options)
			}
		case *pgsql.CreateTableAsStmt:
			if n.Into != nil && n.Objtype == pgsql.ObjectTable && len(n.Into.Options) > 0 {
				reportTableOptions(p, n.Into.Rel, n.Into.Options)
			}
		}
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, commands List, i int) {
			if cmd.Subtype != pgsql.ATSetRelOptions && cmd.Subtype != pgsql.ATResetRelOptions {
				return
			}
			l, ok := cmd.Def.(*pgsql.List)
			open := p.Stmt.Find(commands.Elements[i][0], "(")
			if !ok || open < 0 {
				return
			}
			list := List{Elements: p.Stmt.Elements(open), Whole: commands.Elements[i]}
			reportOptions(p, l.Items, list, commands, i, cmd.Subtype == pgsql.ATResetRelOptions)
		})
	},
}

// reportTableOptions deals with the WITH clause of a table.
func reportTableOptions(p *Pass, rel *pgsql.RangeVar, options []pgsql.Node) {
	st := p.Stmt
	with := st.clause(tableTail(st, rel), "with")
	if with < 0 || !st.Is(with+1, "(") {
		return
	}
	list := List{Elements: st.Elements(with + 1), Whole: [2]int{with, st.Close(with + 1)}}
	reportOptions(p, options, list, List{}, 0, false)
}

// reportOptions reports the parameters of a list. If all of them go, so does
// the clause, or the ALTER TABLE command number i that has no other.
func reportOptions(p *Pass, options []pgsql.Node, list, commands List, i int, reset bool) {
	if len(list.Elements) != len(options) {
		return
	}
	st := p.Stmt
	var bad []int
	for k, o := range options {
		d, ok := o.(*pgsql.DefElem)
		if !ok {
			continue
		}
		switch {
		case badOption(st, d, list.Elements[k], reset):
			bad = append(bad, k)
		case d.Defname == "fillfactor" || d.Defname == "autovacuum_enabled":
			f := Finding{Severity: Info, Fidelity: Exact, Message: fmt.Sprintf("CockroachDB ignores %s", d.Defname)}
			f.at(st, list.Elements[k][0], list.Elements[k][1])
			p.Report(f)
		}
	}
	for _, k := range bad {
		f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf(
			"storage parameter %s tunes a storage that CockroachDB does not have, and is refused: it goes", st.textOf(list.Elements[k][0], list.Elements[k][0]+optionNameTokens(st, list.Elements[k])-1))}
		f.at(st, list.Elements[k][0], list.Elements[k][1])
		if len(bad) == len(options) && len(commands.Elements) > 0 {
			f.DropElement(commands, i)
		} else {
			f.DropElement(list, k)
		}
		p.Report(f)
	}
}

// badOption reports whether CockroachDB refuses a parameter.
func badOption(st *Statement, d *pgsql.DefElem, element [2]int, reset bool) bool {
	switch {
	case d.Defnamespace != "":
		return true
	case reset:
		return false // any name is accepted there
	case st.wordsWithin(element[0], element[1], "=") < 0:
		return true
	}
	return !keptOption(strings.ToLower(d.Defname))
}

func optionNameTokens(st *Statement, element [2]int) int {
	return st.nameEnd(element[0]) - element[0] + 1
}

// keptOption reports whether a parameter is accepted: two of PostgreSQL's, and
// CockroachDB's own.
func keptOption(name string) bool {
	switch name {
	case "fillfactor", "autovacuum_enabled", "schema_locked", "exclude_data_from_backup", "sql_stats_automatic_collection_enabled",
		"sql_stats_automatic_collection_min_stale_rows", "sql_stats_automatic_collection_fraction_stale_rows", "sql_stats_forecasts_enabled",
		"sql_stats_automatic_partial_collection_enabled", "sql_stats_automatic_partial_collection_min_stale_rows",
		"sql_stats_automatic_partial_collection_fraction_stale_rows", "sql_stats_automatic_full_collection_enabled",
		"sql_stats_histogram_buckets_count", "sql_stats_histogram_samples_count", "infer_rbr_region_col_using_constraint", "skip_rbr_unique_rowid_checks":
		return true
	}
	return strings.HasPrefix(name, "ttl")
}
