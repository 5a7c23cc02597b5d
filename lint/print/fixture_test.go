package print

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// fixture is a report made by hand that holds what is hard to print.
type fixture struct {
	t      testing.TB
	report *lint.Report
	texts  []string
}

func (f *fixture) options() Options {
	return Options{ToolVersion: "1.2.3", Source: f.source}
}

func (f *fixture) source(index int) ([]byte, error) { return []byte(f.texts[index]), nil }

func (f *fixture) file(name, text string) int {
	f.report.Sources = append(f.report.Sources, name)
	f.texts = append(f.texts, text)
	return len(f.texts) - 1
}

// find adds a finding at the n-th occurrence (from 1) of a text.
func (f *fixture) find(source int, text string, n int, finding lint.Finding) *lint.Finding {
	f.t.Helper()
	at := 0
	for ; n > 0; n-- {
		i := strings.Index(f.texts[source][at:], text)
		if i < 0 {
			f.t.Fatalf("no %q in %s", text, f.report.Sources[source])
		}
		at += i
		if n > 1 {
			at += len(text)
		}
	}
	start := lint.Position{Line: 1, Column: 1}.Advance(f.texts[source][:at])
	finding.Source, finding.File = source, f.report.Sources[source]
	finding.Start, finding.End = start, start.Advance(text)
	finding.Statement = len(f.report.Findings)
	sts, err := pgsql.Split([]byte(f.texts[source]))
	if err != nil {
		f.t.Fatal(err)
	}
	for _, st := range sts {
		if start.Offset < st.Stop() {
			finding.StatementStart = st.Start()
			break
		}
	}
	if finding.Before == "" {
		finding.Before = text
	}
	f.report.Findings = append(f.report.Findings, finding)
	return &f.report.Findings[len(f.report.Findings)-1]
}

// replace gives a finding a fix that replaces its text.
func replace(f *lint.Finding, text string) {
	f.Edits = append(f.Edits, rules.Edit{Source: f.Source, Start: f.Start.Offset, End: f.End.Offset, New: text})
	f.After = text
}

// drop gives a finding a fix that takes its statement out, with the semicolon.
func drop(f *lint.Finding) {
	f.Edits = append(f.Edits, rules.Edit{Source: f.Source, Start: f.Start.Offset, End: f.End.Offset + 1, Drop: true})
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, report: &lint.Report{Rules: testRules()}}

	init := f.file("db/0001_init.up.sql", "-- Größe: naïve café 数据库\n"+
		"CREATE TABLE docs (\n\tid BIGSERIAL PRIMARY KEY,\n"+
		"\ttitle TEXT DEFAULT '<script>alert(\"x\")</script>',\n"+
		"\t/* 数据 */ body\tTSVECTOR NOT NULL, -- the text\n\tsize INTEGER\n);\n"+
		"CREATE INDEX docs_body ON docs USING gin (body);\n\n"+
		"DO $$\nBEGIN\n\n  RAISE NOTICE 'a|b `c`';\nEND $$;\n"+
		"CREATE INDEX docs_body ON docs USING gin (body);\n")
	replace(f.find(init, "BIGSERIAL", 1, lint.Finding{Rule: "serial", Severity: rules.Warning, Fidelity: rules.Changed,
		Message: "unique_rowid() does not count up by one, so an ORDER BY id does not give the order of insertion",
		Todo:    "Check what orders by this column"}), "BIGINT DEFAULT unique_rowid()")
	f.find(init, "'<script>alert(\"x\")</script>'", 1, lint.Finding{Rule: "literal", Severity: rules.Info,
		Message: "the default holds <script>alert(\"x\")</script> & more, for @alice and #12"})
	ts := f.find(init, "TSVECTOR", 1, lint.Finding{Rule: "tsvector", Severity: rules.Error, Fidelity: rules.Changed, Until: "23.1",
		Message: "TSVECTOR does not exist before v23.1: the column becomes VARCHAR(4096), and @@ does not find what it found"})
	replace(ts, "VARCHAR(4096)")
	gin := f.find(init, "CREATE INDEX docs_body ON docs USING gin (body)", 1, lint.Finding{Rule: "gin", Severity: rules.Error, Fidelity: rules.Weaker,
		Message: "a GIN index over VARCHAR does not exist", Until: "23.1", Follows: true})
	drop(gin)
	f.find(init, "DO $$\nBEGIN\n\n  RAISE NOTICE 'a|b `c`';\nEND $$", 1, lint.Finding{Rule: "do-block", Severity: rules.Error, Fidelity: rules.Manual, Until: "25.1",
		Message: "DO is a syntax error before v25.1: the block says 'a|b `c`' | \\_*nothing*_ more",
		Todo:    "Set the target to \">=25.1\", or rewrite what the block does as plain statements"})
	twin := f.find(init, "CREATE INDEX docs_body ON docs USING gin (body)", 2, lint.Finding{Rule: "gin", Severity: rules.Error, Fidelity: rules.Weaker, Until: "23.1",
		Message: "a GIN index over VARCHAR does not exist"})
	drop(twin)

	crlf := f.file("db/0002 größe, 100%: x.sql", "\xef\xbb\xbfALTER TABLE docs\r\n  ADD COLUMN a INT,\r\n  ADD COLUMN b INT;\r\nALTER TABLE docs ALTER size TYPE bigint;\r\n")
	two := f.find(crlf, "ALTER TABLE docs\r\n  ADD COLUMN a INT,\r\n  ADD COLUMN b INT;", 1, lint.Finding{Rule: "one-column", Severity: rules.Warning, Fidelity: rules.Exact,
		Message: "Temporal's tool skips the second column,\nif the first one exists"})
	comma := two.Start.Offset + int64(strings.Index(two.Before, ","))
	two.Edits = []rules.Edit{{Source: crlf, Start: comma, End: comma + 1, New: ";\r\nALTER TABLE docs"}}
	two.After = strings.Replace(two.Before, ",", ";\r\nALTER TABLE docs", 1)
	for _, rule := range []string{"alter-type", "widen"} {
		other := map[string]string{"alter-type": "widen", "widen": "alter-type"}[rule]
		c := f.find(crlf, "ALTER size TYPE bigint", 1, lint.Finding{Rule: rule, Severity: rules.Error, Fidelity: rules.Exact,
			Message: "changing the type rewrites the column", Conflict: other, Todo: "apply one of the two"})
		replace(c, "ALTER COLUMN size SET DATA TYPE INT8")
	}

	wide := f.file("db/0003_wide.sql", "INSERT INTO docs VALUES ("+strings.Repeat("'über' , ", 400)+"CAST(x AS citext)"+strings.Repeat(", 'ß'", 400)+");\n"+
		"SELECT '\x1b[31mred\x1b[0m', '\xff\u202e';\n")
	replace(f.find(wide, "citext", 1, lint.Finding{Rule: "citext", Severity: rules.Error, Fidelity: rules.Changed,
		Message: "CITEXT is TEXT COLLATE \"und-u-ks-level2\" here: ^ marks ::error:: ##[x]"}), "TEXT")
	f.find(wide, "\x1b[31mred\x1b[0m', '\xff\u202e", 1, lint.Finding{Rule: "syntax", Severity: rules.Error, Fidelity: rules.Manual,
		Message: "invalid byte sequence for encoding \"UTF8\": 0xff", Todo: "Save the file as UTF-8"})

	f.file("db/0004_clean.sql", "CREATE TABLE fine (a INT8 PRIMARY KEY);\n")
	f.report.Summary.Statements = 12
	f.report.Sort()
	return f
}

func testRules() []*rules.Rule {
	return []*rules.Rule{
		{Name: "alter-type", Title: "ALTER COLUMN TYPE rewrites", Versions: "*", Effect: "The column is written anew."},
		{Name: "citext", Title: "CITEXT is not a type", Versions: "<25.3", Condition: "A column of type `citext`.", Effect: "`type \"citext\" does not exist`.", Workaround: "Use a collation: `TEXT COLLATE \"und-u-ks-level2\"`.", Issues: []int{22463},
			Examples: []rules.Example{{Want: []string{"1:1 error changed"}}}},
		{Name: "do-block", Title: "DO runs a block of PL/pgSQL", Versions: "*", Condition: "A statement `DO $$ ... $$`.", Effect: "Up to v24.3 `DO` is a syntax error. <script>alert(1)</script>", Workaround: "Write plain statements.", Issues: []int{110080, 1},
			Examples: []rules.Example{{Want: []string{"1:1 error exact"}}}},
		{Name: "gin", Title: "GIN over what cannot be inverted", Versions: "<23.1", Examples: []rules.Example{{Want: []string{"1:1 warning exact"}}}},
		{Name: "literal", Title: "A literal worth knowing", Versions: "*", Examples: []rules.Example{{Want: []string{"1:1 info"}}}},
		{Name: "one-column", Title: "One ADD COLUMN for each ALTER", Versions: "*", Layout: "temporal"},
		{Name: "serial", Title: "SERIAL does not count up by one", Versions: "*", Workaround: "Order by another column."},
		{Name: "silent", Title: "Has nothing to say", Versions: ">=26.1"},
		{Name: "tsvector", Title: "TSVECTOR does not exist", Versions: "<23.1", Effect: "`type \"tsvector\" does not exist`."},
		{Name: "widen", Title: "INTEGER is 64 bits wide", Versions: "*"},
	}
}

// many returns a report with n findings of each severity.
func many(t testing.TB, n int) *fixture {
	t.Helper()
	f := &fixture{t: t, report: &lint.Report{Rules: testRules()}}
	var b strings.Builder
	for i := 0; i < n; i++ {
		fmt.Fprintf(&b, "SELECT %d, 'e%[1]d', 'w%[1]d', 'i%[1]d';\n", i)
	}
	src := f.file("many.sql", b.String())
	for i := 0; i < n; i++ {
		f.find(src, fmt.Sprintf("'i%d'", i), 1, lint.Finding{Rule: "literal", Severity: rules.Info, Message: "an info"})
		f.find(src, fmt.Sprintf("'w%d'", i), 1, lint.Finding{Rule: "serial", Severity: rules.Warning, Fidelity: rules.Weaker, Message: "a warning"})
		f.find(src, fmt.Sprintf("'e%d'", i), 1, lint.Finding{Rule: "tsvector", Severity: rules.Error, Fidelity: rules.Manual, Message: "an error", Todo: "see to it"})
	}
	f.report.Summary.Statements = 3 * n
	f.report.Sort()
	return f
}
