package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var extensionSchema = &Rule{
	Name:       "extension-schema",
	Title:      "A function of an extension with its schema in front",
	Condition:  "`public.uuid_generate_v4()`, `extensions.gen_random_bytes(8)`: a function of uuid-ossp, pgcrypto, fuzzystrmatch, unaccent or pg_trgm that is called with the schema of its extension.",
	Effect:     "\"unknown function\" (SQLSTATE 42883), or \"schema does not exist\": the functions are built in and are in `pg_catalog`. Only those of PostGIS and pg_trgm are in `public` as well.",
	Workaround: "The schema goes. A function of that name that the schema itself defines is left alone.",
	Versions:   "*",
	Issues:     []int{74777},
	Sources:    []string{"CockroachDB source v26.1, pkg/sql/sem/builtins (AvailableOnPublicSchema)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "as pg_dump writes it",
			Input:  "CREATE TABLE t (id UUID DEFAULT public.uuid_generate_v4() PRIMARY KEY);\n",
			Output: "CREATE TABLE t (id UUID DEFAULT uuid_generate_v4() PRIMARY KEY);\n",
			Want:   []string{"1:33 error exact"},
			Error:  "unknown function: public.uuid_generate_v4()",
		},
		{
			Name:  "a function of the schema's own",
			Setup: "CREATE FUNCTION public.digest(a TEXT) RETURNS TEXT LANGUAGE sql AS 'SELECT a';\n",
			Input: "SELECT public.digest('a');\n",
		},
		{
			Name:  "a function of pg_trgm is in public, too",
			Input: "SELECT public.similarity('a', 'b');\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindFuncCall},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.FuncCall)
		name := catalog.ListName(n.Funcname)
		if name.Schema == "" || name.Schema == "pg_catalog" || len(p.Catalog.Functions(name)) > 0 {
			return
		}
		ext, ok := extensionFunctions[name.Name]
		if !ok || ext.public && name.Schema == "public" {
			return
		}
		if name.Schema != "public" && p.Catalog.Extension(ext.name) != nil && p.Catalog.Extension(ext.name).Schema != "" && p.Catalog.Extension(ext.name).Schema != name.Schema {
			return
		}
		first := p.Stmt.tokenOf(n)
		if first < 0 || !p.Stmt.Is(first+1, ".") {
			return
		}
		last := p.Stmt.nameEnd(first)
		f := Finding{Severity: Error, Fidelity: Exact,
			Message: fmt.Sprintf("CockroachDB has the function %s built in, in no schema of an extension: %s. goes", name.Name, name.Schema)}
		f.at(p.Stmt, first, last)
		f.Edits = []Edit{p.Replace(f.Start, p.Stmt.Tokens[last].Start(), "")}
		p.Report(f)
	},
}

// extensionFunction says where a built-in function of CockroachDB comes from
// in PostgreSQL, and whether CockroachDB has it in the schema public as well.
type extensionFunction struct {
	name   string
	public bool
}

var extensionFunctions = func() map[string]extensionFunction {
	m := map[string]extensionFunction{}
	for _, e := range []struct {
		extensionFunction
		names string
	}{
		{extensionFunction{"uuid-ossp", false}, "uuid_nil uuid_ns_dns uuid_ns_url uuid_ns_oid uuid_ns_x500 uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 uuid_generate_v5"},
		{extensionFunction{"pgcrypto", false}, "digest hmac crypt gen_salt encrypt decrypt encrypt_iv decrypt_iv gen_random_bytes gen_random_uuid"},
		{extensionFunction{"fuzzystrmatch", false}, "soundex difference levenshtein levenshtein_less_equal metaphone"},
		{extensionFunction{"unaccent", false}, "unaccent"},
		{extensionFunction{"pg_trgm", true}, "similarity show_trgm"},
	} {
		for w := range words(e.names) {
			m[w] = e.extensionFunction
		}
	}
	return m
}()
