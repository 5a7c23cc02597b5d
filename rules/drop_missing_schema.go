package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var dropMissingSchema = &Rule{
	Name:      "drop-missing-schema",
	Title:     "IF EXISTS in a schema that does not exist",
	Condition: "`DROP INDEX`, `DROP FUNCTION` or `DROP PROCEDURE ... IF EXISTS`, or `ALTER INDEX IF EXISTS`, with a schema that the history makes or drops only later, as the head of a dump by pg_dump --clean --if-exists has it, or never makes.",
	Effect:    "The statement is refused where the schema is not there (SQLSTATE 3F000), where PostgreSQL passes over it. Of tables, views, sequences and types CockroachDB passes over it as well.",
	Workaround: "Where `CREATE SCHEMA` follows, there can be nothing to drop: the statement goes. Where `DROP SCHEMA` or `CREATE SCHEMA IF NOT EXISTS` follows, the schema may be there: " +
		"`CREATE SCHEMA IF NOT EXISTS` in front of the first of the statements makes sure of it. Where the history never names the schema again, that may leave an empty schema behind.",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, drop-index.md and drop-function.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "the head of a dump",
			Input:  "DROP TABLE IF EXISTS app.t;\nDROP INDEX IF EXISTS app.i;\nDROP FUNCTION IF EXISTS app.f();\nDROP SCHEMA IF EXISTS app;\nCREATE SCHEMA app;\n",
			Output: "DROP TABLE IF EXISTS app.t;\nCREATE SCHEMA IF NOT EXISTS app;\nDROP INDEX IF EXISTS app.i;\nDROP FUNCTION IF EXISTS app.f();\nDROP SCHEMA IF EXISTS app;\nCREATE SCHEMA app;\n",
			Want:   []string{"2:22 error exact", "3:25 error exact"},
			Error:  "schema does not exist",
		},
		{
			Name:   "a schema that is made later",
			Input:  "DROP FUNCTION IF EXISTS app.f();\nCREATE SCHEMA app;\n",
			Output: "CREATE SCHEMA app;\n",
			Want:   []string{"1:25 error exact"},
			Error:  "schema \"app\" does not exist",
		},
		{
			Name:   "a schema that the history does not make",
			Input:  "DROP FUNCTION IF EXISTS app.f();\nDROP TABLE IF EXISTS app.t;\n",
			Output: "CREATE SCHEMA IF NOT EXISTS app;\nDROP FUNCTION IF EXISTS app.f();\nDROP TABLE IF EXISTS app.t;\n",
			Want:   []string{"1:25 error weaker"},
			Error:  "schema \"app\" does not exist",
		},
		{
			Name:  "a schema that is there",
			Input: "CREATE SCHEMA app;\nDROP INDEX IF EXISTS app.i;\nDROP TABLE IF EXISTS public.t;\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindDropStmt, pgsql.KindRenameStmt, pgsql.KindCreateSchemaStmt},
	Statement: func(p *Pass) {
		if p.Stmt.Down {
			return
		}
		s := State[missingSchemas](p)
		switch n := p.Stmt.Tree.(type) {
		case *pgsql.DropStmt:
			if n.RemoveType == pgsql.ObjectSchema {
				for _, name := range dropNames(n) {
					s.settle(p, name.Name, true)
				}
			}
			if n.MissingOk && (n.RemoveType == pgsql.ObjectIndex || n.RemoveType == pgsql.ObjectFunction || n.RemoveType == pgsql.ObjectProcedure) {
				s.see(p, dropNames(n))
			}
		case *pgsql.RenameStmt:
			if n.MissingOk && n.RenameType == pgsql.ObjectIndex && n.Relation != nil {
				s.see(p, []catalog.Name{nameOf(n.Relation)})
			}
		case *pgsql.CreateSchemaStmt:
			s.settle(p, n.Schemaname, n.IfNotExists)
		}
	},
	Finish: func(p *Pass) {
		s := State[missingSchemas](p)
		for _, schema := range slices.Sorted(maps.Keys(s.waiting)) {
			for i, m := range s.waiting[schema] {
				f := Finding{Severity: Error, Fidelity: Weaker,
					Message: fmt.Sprintf("CockroachDB refuses this where schema %s is not there, in spite of IF EXISTS, and the history does not make it: CREATE SCHEMA IF NOT EXISTS goes in front, which may leave an empty schema", schema)}
				m.report(p, f, schema, i)
			}
		}
	},
}

// missingSchemas are statements about something in a schema that is not made.
type missingSchemas struct{ waiting map[string][]missingIn }

type missingIn struct {
	st *Statement
	at int // token of the schema's name
}

func (s *missingSchemas) see(p *Pass, names []catalog.Name) {
	for _, n := range names {
		if n.Schema == "" || p.Catalog.Schema(n.Schema) || strings.HasPrefix(n.Schema, "pg_") || n.Schema == "information_schema" {
			continue
		}
		at := -1
		for i := range p.Stmt.Tokens {
			if k := p.Stmt.Tokens[i].Kind(); (k == pgsql.Word || k == pgsql.Quoted) && p.Stmt.Is(i+1, ".") && pgsql.Fold(p.Stmt.Str(i)) == n.Schema {
				at = i
				break
			}
		}
		if at < 0 {
			continue
		}
		if s.waiting == nil {
			s.waiting = map[string][]missingIn{}
		}
		s.waiting[n.Schema] = append(s.waiting[n.Schema], missingIn{p.Stmt, at})
		return // one is enough to have the statement refused
	}
}

// report reports the i-th statement about a schema. What goes in front of the
// first one serves the others.
func (m *missingIn) report(p *Pass, f Finding, schema string, i int) {
	f.Stmt, f.Follows = m.st, i > 0
	f.at(m.st, m.at, m.at)
	if i == 0 {
		f.Edits = []Edit{m.st.Replace(0, 0, "CREATE SCHEMA IF NOT EXISTS "+QuoteIdent(schema)+";\n")}
	}
	p.Report(f)
}

// settle reports the statements about a schema once it is known what becomes of
// it: perhaps tells that it may have been there.
func (s *missingSchemas) settle(p *Pass, schema string, perhaps bool) {
	list := s.waiting[schema]
	delete(s.waiting, schema)
	for i, m := range list {
		f := Finding{Severity: Error, Fidelity: Exact}
		if perhaps {
			f.Message = fmt.Sprintf("CockroachDB refuses this where schema %s is not there, in spite of IF EXISTS: CREATE SCHEMA IF NOT EXISTS goes in front", schema)
			m.report(p, f, schema, i)
		} else {
			f.Stmt = m.st
			f.at(m.st, m.at, m.at)
			f.Message = fmt.Sprintf("CockroachDB refuses this in spite of IF EXISTS, since schema %s is not there; nothing in it can be there either: the statement goes", schema)
			f.Edits = []Edit{m.st.Dropped()}
			p.Report(f)
		}
	}
}
