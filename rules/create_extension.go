package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var createExtension = &Rule{
	Name:  "create-extension",
	Title: "CREATE EXTENSION of an extension that CockroachDB does not have",
	Condition: "`CREATE EXTENSION`, `ALTER EXTENSION`, `DROP EXTENSION` or `COMMENT ON EXTENSION`. CockroachDB accepts " +
		"`CREATE EXTENSION` as a statement without effect for what it has built in: fuzzystrmatch, pgcrypto, pg_trgm, postgis, uuid-ossp, and vector from v24.2 on.",
	Effect: "Every other extension is refused (SQLSTATE 0A000, or 42P02 for names that it does not know), and so are the " +
		"options `WITH SCHEMA`, `VERSION` and `CASCADE`.",
	Workaround: "What CockroachDB does not need goes: btree_gin and btree_gist (multi-column inverted indexes need no " +
		"extension), plpgsql (built in), citext from v25.3 and ltree from v25.4 on (the types are built in), pg_stat_statements " +
		"and its kin (CockroachDB's own statistics). An option goes, the extension stays. For the others a person has to replace what the extension gives.",
	Versions: "*",
	Issues:   []int{51992, 51993, 41276, 54516},
	Sources:  []string{"CockroachDB source v24.3 and v26.1, pkg/sql/create_extension.go", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "an extension that is not needed",
			Input:  "CREATE EXTENSION IF NOT EXISTS btree_gin;\nCREATE EXTENSION pgcrypto;\n",
			Output: "CREATE EXTENSION pgcrypto;\n",
			Want:   []string{"1:1 error exact"},
			Error:  "extension \"btree_gin\" is not yet supported",
		},
		{
			Name:   "an option that CockroachDB does not take",
			Input:  "CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;\n",
			Output: "CREATE EXTENSION IF NOT EXISTS pgcrypto;\n",
			Want:   []string{"1:41 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "dropping one",
			Input:  "DROP EXTENSION IF EXISTS pgcrypto CASCADE;\nCREATE EXTENSION pgcrypto;\n",
			Output: "CREATE EXTENSION pgcrypto;\n",
			Want:   []string{"1:1 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "an extension that something depends on",
			Input:  "CREATE EXTENSION dblink;\n",
			Want:   []string{"1:1 error manual"},
			Error:  "extension \"dblink\" is not yet supported",
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateExtensionStmt, pgsql.KindAlterExtensionStmt, pgsql.KindAlterExtensionContentsStmt, pgsql.KindDropStmt, pgsql.KindAlterObjectSchemaStmt},
	Check: func(p *Pass, n pgsql.Node) {
		c, ok := n.(*pgsql.CreateExtensionStmt)
		if t := objectType(n); t != 0 {
			if t == pgsql.ObjectExtension {
				p.drop(Exact, "CockroachDB's extensions are built in: there is none to drop or to move, the statement goes")
			}
			return
		}
		if !ok {
			p.Report(Finding{Severity: Error, Fidelity: Exact, Edits: p.DropStatement(),
				Message: "ALTER EXTENSION is a syntax error; CockroachDB's extensions are built in and have nothing to alter: it goes"})
			return
		}
		state, known := extensions[c.Extname]
		switch {
		case known && state.builtin != "" && p.Target.Within(state.builtin):
			reportExtensionOptions(p, c)
		case known && state.unneeded != "" && p.Target.Within(state.unneeded):
			p.Report(Finding{Severity: Error, Fidelity: Exact, Edits: p.DropStatement(),
				Message: fmt.Sprintf("extension %q does not exist in CockroachDB and is not needed: %s; it goes", c.Extname, state.why)})
		case known && state.harmless:
			p.Report(Finding{Severity: Error, Fidelity: Weaker, Edits: p.DropStatement(),
				Message: fmt.Sprintf("extension %q does not exist in CockroachDB: %s; it goes", c.Extname, state.why)})
		default:
			f := manual(fmt.Sprintf("extension %q does not exist in CockroachDB", c.Extname), "Replace what the schema uses of it, then delete the statement")
			if known && state.why != "" {
				f.Message += ": " + state.why
			}
			if known && state.unneeded != "" {
				f.Until = state.unneeded[len(">="):]
			}
			p.Report(f)
		}
	},
}

// reportExtensionOptions takes the options out of a CREATE EXTENSION that
// CockroachDB otherwise accepts.
func reportExtensionOptions(p *Pass, c *pgsql.CreateExtensionStmt) {
	if len(c.Options) == 0 {
		return
	}
	st := p.Stmt
	i := st.find(0, "extension") + 1
	if st.Words(i, "if", "not", "exists") {
		i += 3
	}
	i++ // behind the name
	if i >= len(st.Tokens) {
		return
	}
	f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Delete(i, len(st.Tokens)-1)},
		Message: "CockroachDB takes no options on CREATE EXTENSION (the extension is built in, in no schema of its own): they go"}
	f.at(st, i, len(st.Tokens)-1)
	p.Report(f)
}

// extension says what CockroachDB makes of an extension.
type extension struct {
	// builtin is the range of versions that accept CREATE EXTENSION of it.
	builtin string
	// unneeded is the range of versions that have what it gives without it.
	unneeded string
	// harmless: what it gives is about operation, not about the schema.
	harmless bool
	why      string
}

// Source: CockroachDB docs (postgresql-compatibility, release notes), source of
// v24.3 and v26.1, measured.md.
var extensions = map[string]extension{
	"uuid-ossp":          {builtin: "*"},
	"pgcrypto":           {builtin: "*"},
	"pg_trgm":            {builtin: "*"},
	"postgis":            {builtin: "*"},
	"fuzzystrmatch":      {builtin: "*"},
	"vector":             {builtin: ">=24.2"},
	"plpgsql":            {unneeded: "*", why: "PL/pgSQL is built in where it exists"},
	"btree_gin":          {unneeded: "*", why: "inverted indexes take scalar columns in front without it"},
	"btree_gist":         {unneeded: "*", why: "plain indexes serve the scalar types, and exclusion constraints do not exist"},
	"citext":             {unneeded: ">=25.3", why: "the type CITEXT is built in from v25.3 on"},
	"ltree":              {unneeded: ">=25.4", why: "the type LTREE is built in from v25.4 on"},
	"pg_stat_statements": {harmless: true, why: "CockroachDB keeps its own statement statistics (crdb_internal, DB Console)"},
	"pg_buffercache":     {harmless: true, why: "it inspects PostgreSQL's memory"},
	"pgstattuple":        {harmless: true, why: "it inspects PostgreSQL's storage"},
	"pg_prewarm":         {harmless: true, why: "it warms PostgreSQL's memory"},
	"auto_explain":       {harmless: true, why: "CockroachDB logs slow queries on its own"},
	"pg_repack":          {harmless: true, why: "CockroachDB has no bloat to repack"},
	"hstore":             {harmless: true, why: "columns of type hstore become JSONB, and its functions are reported where they are called"},
	"unaccent":           {harmless: true, why: "the function unaccent() is built in, the dictionary for text search is not"},
	"postgres_fdw":       {harmless: true, why: "what needs it is reported by itself"},
	"file_fdw":           {harmless: true, why: "what needs it is reported by itself"},
	"pgaudit":            {harmless: true, why: "CockroachDB has an audit log of its own"},
	"hypopg":             {harmless: true, why: "it tries indexes out in PostgreSQL's planner"},
	"pg_hint_plan":       {harmless: true, why: "it hints PostgreSQL's planner"},
	"pageinspect":        {harmless: true, why: "it inspects PostgreSQL's storage"},
	"pg_visibility":      {harmless: true, why: "it inspects PostgreSQL's storage"},
	"pg_freespacemap":    {harmless: true, why: "it inspects PostgreSQL's storage"},
	"pgrowlocks":         {harmless: true, why: "it inspects PostgreSQL's locks"},
	"amcheck":            {harmless: true, why: "it checks PostgreSQL's indexes"},
	"adminpack":          {harmless: true, why: "it serves pgAdmin"},
	"sslinfo":            {harmless: true, why: "it tells about the connection"},
	"passwordcheck":      {harmless: true, why: "CockroachDB checks passwords by cluster settings"},
	"auth_delay":         {harmless: true, why: "it slows down failed logins"},
	"plpgsql_check":      {harmless: true, why: "it checks PL/pgSQL during development"},
	"pg_cron":            {why: "jobs are scheduled outside of the database, or by CREATE SCHEDULE for backups and changefeeds"},
	"dblink":             {why: "CockroachDB reads no other database"},
	"cube":               {why: "its types and functions do not exist"},
	"earthdistance":      {why: "its functions do not exist; PostGIS's are built in"},
	"tablefunc":          {why: "crosstab() and connectby() do not exist; a recursive query or FILTER takes their place"},
	"intarray":           {why: "its functions and its operator class do not exist; && and @> on arrays do"},
}

// unneeded reports whether every version of CockroachDB has without the
// extension what the extension gives.
func unneeded(name string) bool {
	e := extensions[name]
	return e.unneeded == "*" || e.builtin == "*"
}
