package temporal

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// checked is what Check says of one version with that SQL, without the path.
func checked(sql string) string {
	ps := Check(files("v1.0/manifest.json", manifestOf("1.0", "a.sql"), "v1.0/a.sql", sql), ".", pgsql.Split)
	return strings.ReplaceAll(lines(ps), "v1.0/a.sql:", "")
}

// TestCheckSQL has pairs: a text that breaks a constraint, and one that says
// the same and keeps it.
func TestCheckSQL(t *testing.T) {
	const (
		a, ab, b, bc, c = "up to v1.29.7", "up to v1.30.4, and v1.31.0", "v1.30.0 to v1.30.4 and v1.31.0", "v1.30.0 and later", "v1.30.5, v1.31.1 and later"
		dollar          = "temporal-sql-tool does not know where this dollar-quoted text ends, or takes its words for its own: quote the text with ' instead"
	)
	of := func(constraint, eras string) string { return " (" + constraint + "; " + eras + ")\n" }
	for _, tt := range []struct{ sql, want string }{
		{"", `v1.0/manifest.json:1:79: there is no statement in the files of this version: write "SchemaUpdateCqlFiles": [] and "AllowNoCqlFiles": true (C5)` + "\n"},
		{"-- nothing left\n", `v1.0/manifest.json:1:79: there is no statement in the files of this version: write "SchemaUpdateCqlFiles": [] and "AllowNoCqlFiles": true (C5)` + "\n"},

		// C6
		{"CREATE TABLE t (a INT);\nALTER TABLE t ADD b INT;\nINSERT INTO t VALUES (1) ON CONFLICT DO NOTHING;\nDROP TABLE t", ""},
		{"create table t (a INT);", "1:1: write CREATE in upper case: temporal-sql-tool compares letter by letter (C6)\n"},
		{"DROP TABLE a;\n  SET x = 1;", "warning: 1:1: " + rerun("does not exist") + "2:3: temporal-sql-tool executes only CREATE, ALTER, INSERT and DROP, not SET: remove it, or run it by itself (C6)\n"},
		{"DO $$ SELECT 1 $$;", "1:1: DO: temporal-sql-tool executes it only from v1.30.0 on: remove it" + of("C6", a)},
		{"do $$ SELECT 1 $$;", "1:1: temporal-sql-tool executes only CREATE, ALTER, INSERT and DROP, not do: remove it, or run it by itself (C6)\n"},
		{"\\connect temporal\nDROP TABLE t;", `1:1: \connect is a command of psql, and temporal-sql-tool takes it for SQL: remove it (C8)` + "\n"},
		{"COPY t FROM stdin;\n1\n\\.\n", "1:1: temporal-sql-tool executes only CREATE, ALTER, INSERT and DROP, not COPY: remove it, or run it by itself (C6)\n" +
			"2:1: rows of COPY, which temporal-sql-tool takes for SQL: write INSERT statements (C8)\n"},

		// C7
		{"CREATE TABLE t (a INT);", ""},
		{"CREATE TABLE IF NOT EXISTS t (a INT);", "1:14: IF NOT EXISTS: temporal-sql-tool waits for an END IF: leave it out, \"already exists\" is passed over anyway" + of("C7", b)},
		{"CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a);", "1:21: IF NOT EXISTS: temporal-sql-tool waits for an END IF: leave it out, \"already exists\" is passed over anyway" + of("C7", bc)},
		{"DROP TABLE a, b;", ""},
		{"DROP TABLE IF EXISTS a, b;", "1:12: IF EXISTS: temporal-sql-tool waits for an END IF: leave it out" + of("C7", bc)},
		{"CREATE VIEW v AS SELECT COALESCE(a, b) FROM t;", ""},
		{"CREATE VIEW v AS SELECT\nCASE WHEN a THEN b END FROM t;", "2:20: CASE ... END: temporal-sql-tool misses the BEGIN of this END: write it with COALESCE or NULLIF (C7)\n"},
		{"CREATE VIEW v AS SELECT IF(a, b, c) FROM t;", "1:25: temporal-sql-tool takes IF for a keyword of a block: write the statement without it, or quote it if it is a name" + of("C7", bc)},
		{`CREATE TABLE t ("end_time" INT, "end" INT, "loop_x" INT, sender INT, "x_if" INT);`, ""},
		{"CREATE TABLE t (End_Time INT);", `1:17: temporal-sql-tool takes the END in End_Time for a keyword: write the name in quotes, "end_time" (C7)` + "\n"},
		{"CREATE TABLE t (a_loop INT, x$if$y INT);", "1:17: temporal-sql-tool takes the LOOP in a_loop for a keyword: write the name in quotes, \"a_loop\"" + of("C7", c) +
			"1:29: temporal-sql-tool takes the IF in x$if$y for a keyword: write the name in quotes, \"x$if$y\"" + of("C7", bc)},
		{"CREATE TABLE begin_t (a INT);\nDROP TABLE begin_t;", "1:14: temporal-sql-tool takes the BEGIN in begin_t for a keyword: write the name in quotes, \"begin_t\" (C7)\n" +
			"2:12: temporal-sql-tool takes the BEGIN in begin_t for a keyword: write the name in quotes, \"begin_t\" (C7)\n"},
		{"CREATE FUNCTION f() RETURNS INT BEGIN ATOMIC SELECT 1; END;", ""},
		{"CREATE TABLE t (a INT;", "1:16: temporal-sql-tool answers \"error reading contents: unmatched left parenthesis\": rewrite the statement (C7)\n"},
		// Era C looks back over the end of a statement.
		{"CREATE TABLE t (a INT);\nCREATE TABLE if_t (a INT);", "2:14: temporal-sql-tool takes the IF in if_t for a keyword: write the name in quotes, \"if_t\"" + of("C7", b)},

		// C8: comments and quotes
		{"-- it's ) ;\nDROP TABLE t; -- /* */ $$\n", ""},
		{"DROP TABLE a -- first\n , b -- it's the other; one\n ; -- end\n", ""},
		{"/* old */ DROP TABLE t;", "1:1: /* */: temporal-sql-tool takes the comment for part of the statement: write -- in front of each line (C8)\n"},
		{"DROP /* it's */ TABLE t;", "1:6: /* */: temporal-sql-tool takes the comment for part of the statement: write -- in front of each line (C8)\n"},
		{"DROP TABLE t; -- gone", "1:15: the file ends in a comment without a line break, and temporal-sql-tool reads beyond the end: end it with a line break (C8)\n"},
		{"CREATE TABLE t (a TEXT DEFAULT 'it''s /* -- ;');", ""},
		{`CREATE TABLE t (a TEXT DEFAULT E'it''s\\');`, ""},
		{`CREATE TABLE t (a TEXT DEFAULT E'it\'s');`, `1:36: \' in an E'' text ends the text for temporal-sql-tool: double the quote instead ('') (C8)` + "\n"},
		{`CREATE TABLE t (a TEXT DEFAULT e'\\\'', b TEXT DEFAULT E'\'');`, `1:36: \' in an E'' text ends the text for temporal-sql-tool: double the quote instead ('') (C8)` + "\n" +
			`1:58: \' in an E'' text ends the text for temporal-sql-tool: double the quote instead ('') (C8)` + "\n"},
		{"CREATE TABLE t (a TEXT DEFAULT 'x);", "1:32: unterminated quoted string: close it (C8)\n"},
		{"CREATE TABLE t (a INT);;", "1:24: an empty statement: remove the semicolon (C8)\n"},
		{";", "1:1: an empty statement: remove the semicolon (C8)\n"},

		// C8: dollar quotes, where they are misread
		{"CREATE FUNCTION f() RETURNS INT AS $$ SELECT 1 -- one\n $$ LANGUAGE SQL;", ""},
		{"CREATE FUNCTION f() RETURNS INT AS 'SELECT 1;' LANGUAGE SQL;", ""},
		{"CREATE FUNCTION f() RETURNS INT AS $$ BEGIN RETURN 1; END $$ LANGUAGE plpgsql;", ""},
		{"CREATE FUNCTION f() RETURNS INT AS $$ SELECT 1; $$ LANGUAGE SQL;", "1:36: " + dollar + of("C8", ab)},
		{"CREATE FUNCTION f() RETURNS INT AS $x$ SELECT 1; $x$ LANGUAGE SQL;", "1:36: " + dollar + " (C8)\n"},
		{"CREATE FUNCTION f() RETURNS INT AS $$ SELECT 1 -- one $$ LANGUAGE SQL;", "1:36: " + dollar + " (C8)\n"},
		{"CREATE FUNCTION f() RETURNS TEXT AS $$ SELECT $a$--$a$ $$ LANGUAGE SQL;", "1:37: " + dollar + " (C8)\n"},
		{"CREATE FUNCTION f() RETURNS INT AS $$ BEGIN IF a THEN RETURN 1; END IF; END $$ LANGUAGE plpgsql;", "1:36: " + dollar + of("C8", a)},
		{"CREATE FUNCTION f() RETURNS INT AS $$BEGIN RETURN 1; END$$ LANGUAGE plpgsql;", ""},

		// C8: bytes
		{"DROP TABLE a, b;\n", ""},
		{"DROP TABLE a,\r\n b;\r\n", ""},
		{"-- \u00e9t\u00e9\nDROP TABLE t;", ""},
		{"DROP TABLE \"\u0130\";", "warning: 1:12: \"\u0130\" has upper-case letters, and Temporal's queries name it without quotes, in lower case: write it so (C10)\n" +
			"1:13: the lower case of '\u0130' has another length: temporal-sql-tool loses its place behind it: write the text in ASCII, comments too (C8)\n"},
		{"\ufeffDROP TABLE t;", "1:1: starts with a byte order mark, which temporal-sql-tool takes for part of the first statement: save it as UTF-8 without one (C8)\n"},
		{"DROP TABLE t; -- \xff\n-- \u0130\n", "1:18: byte 0xff is not UTF-8: temporal-sql-tool loses its place behind it: write the text in ASCII, comments too (C8)\n"},
		{"DROP TABLE \x00t;", "1:12: a NUL byte, which no server takes: remove it (C8)\n"},

		// C10
		{`CREATE TABLE t (Abc INT, "abc" INT, b TEXT DEFAULT 'A');`, ""},
		{`CREATE TABLE t ("Abc" INT);`, `warning: 1:17: "Abc" has upper-case letters, and Temporal's queries name it without quotes, in lower case: write it so (C10)` + "\n"},

		// C11, C12
		{"ALTER TABLE t ADD COLUMN a INT;\nALTER TABLE t ADD COLUMN b DECIMAL(20, 5);", ""},
		{"ALTER TABLE s.t\n  ALTER a SET DEFAULT 1,\n  ADD COLUMN a INT;", "warning: 3:3: 2 actions in one ALTER TABLE: if one of them says \"already exists\" temporal-sql-tool passes over all of them and counts the version as applied: write one ALTER TABLE for each (C11)\n"},
		{"ALTER TABLE ONLY t ADD a INT, ADD b INT, ADD c INT;", "warning: 1:20: 3 actions in one ALTER TABLE: if one of them says \"already exists\" temporal-sql-tool passes over all of them and counts the version as applied: write one ALTER TABLE for each (C11)\n"},
		{"ALTER TABLE t ALTER a TYPE TEXT, ALTER b TYPE TEXT;", ""},
		{"ALTER TABLE t ALTER a DROP NOT NULL;\nCREATE INDEX i ON t (a);\nDROP INDEX j, k;", ""},
		{"DROP INDEX j;\nCREATE INDEX i ON t (a);", "warning: 1:1: " + rerun("does not exist")},
		{"ALTER TABLE t DROP a;\nCREATE INDEX i ON t (a);", "warning: 1:1: " + rerun("does not exist")},
		{"ALTER TABLE t RENAME a TO b;\nCREATE INDEX i ON t (a);", "warning: 1:1: " + rerun("does not exist")},
		{"INSERT INTO t VALUES (1);\nCREATE INDEX i ON t (a);", "warning: 1:1: " + rerun("duplicate key value")},
		{"INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING;\nCREATE INDEX i ON t (a);", ""},
	} {
		t.Run(tt.sql, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, checked(tt.sql)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func rerun(says string) string {
	return "a run that is interrupted behind this statement cannot be finished: the next one fails here with \"" + says +
		"\", which temporal-sql-tool does not pass over: put it last in its version, several drops of one kind in one statement (C11)\n"
}

// TestCheckTranslated checks SQL of the kind that a translation writes.
func TestCheckTranslated(t *testing.T) {
	const sql = `-- Visibility, as translated.
CREATE TABLE executions_visibility (
  namespace_id      CHAR(64)  NOT NULL,
  run_id            CHAR(64)  NOT NULL,
  close_time        TIMESTAMP NULL,
  search_attributes JSONB     NULL, -- what the client's workflow sets
  Text01            VARCHAR(4096) GENERATED ALWAYS AS (search_attributes->>'Text01') STORED,
  Datetime01        TIMESTAMP GENERATED ALWAYS AS (parse_timestamp(substr(search_attributes->>'Datetime01', 1, 19)) +
    round(COALESCE(regexp_extract(search_attributes->>'Datetime01', '[.][0-9]+'), '0')::FLOAT8 * 1000000.0)::INT8 * parse_interval('0.000001s') -
    COALESCE(parse_interval(regexp_extract(search_attributes->>'Datetime01', '[+-][0-9]{2}:[0-9]{2}$')), parse_interval('0s'))) STORED,
  PRIMARY KEY (namespace_id, run_id)
);

CREATE INDEX default_idx ON executions_visibility (namespace_id, (COALESCE(close_time, '9999-12-31 23:59:59')) DESC, run_id);
CREATE INVERTED INDEX by_keyword_list_01 ON executions_visibility (namespace_id, KeywordList01);
ALTER TABLE executions_visibility ADD COLUMN _version BIGINT NOT NULL DEFAULT 0;
DROP INDEX by_type_start_time, by_status_by_close_time`
	if got := checked(sql); got != "" {
		t.Error(got)
	}
}

// TestCheckTree checks what concerns directories and manifests.
func TestCheckTree(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files []string
		want  string
	}{
		{"good", []string{
			"v1.9/manifest.json", manifestOf("1.9", "a.sql", "b.sql"), "v1.9/a.sql", "DROP TABLE a;", "v1.9/b.sql", "-- none\n",
			"v1.10/manifest.json", manifestOf("1.10"),
			"README.md", "",
		}, ""},
		{"named but empty", []string{"v1.0/manifest.json", `{"CurrVersion": "1.0", "MinCompatibleVersion": "0.1", "SchemaUpdateCqlFiles": ["a.sql"], "AllowNoCqlFiles": true}`, "v1.0/a.sql", "-- none\n"}, ""},
		{"no versions", []string{"README.md", ""}, ".: holds no version directory: add one such as v1.0 with a manifest.json (C2)\n"},
		{"names", []string{
			"v1.0/manifest.json", manifestOf("1.0"),
			"v01.0/manifest.json", manifestOf("01.0"),
			"v1.2.1/manifest.json", manifestOf("1.2.1"),
			"v1.3-rc/manifest.json", manifestOf("1.3-rc"),
			"old/a.sql", "",
		}, "warning: old: no version directory: temporal-sql-tool reads those named like v1.2 (C1)\n" +
			"v1.3-rc: its name is no version number: name it like v1.2, or move it away (C1)\n" +
			"v1.0: is the same version as v01.0: remove one (C1)\n" +
			"warning: v1.2.1: Temporal's versions have two numbers: with a third one the history differs from Temporal's own (C1)\n"},
		{"order", []string{
			"v1.10/manifest.json", manifestOf("1.10", "b.sql", "a.sql"), "v1.10/a.sql", "SELECT 1;", "v1.10/b.sql", "GRANT a TO b;\nSELECT 1;",
			"v1.9/manifest.json", manifestOf("1.8"),
		}, "v1.9/manifest.json:1:17: CurrVersion is \"1.8\" but the directory is v1.9: make CurrVersion \"1.9\", or rename the directory (C1)\n" +
			"v1.10/b.sql:1:1: temporal-sql-tool executes only CREATE, ALTER, INSERT and DROP, not GRANT: remove it, or run it by itself (C6)\n" +
			"v1.10/b.sql:2:1: temporal-sql-tool executes only CREATE, ALTER, INSERT and DROP, not SELECT: remove it, or run it by itself (C6)\n" +
			"v1.10/a.sql:1:1: temporal-sql-tool executes only CREATE, ALTER, INSERT and DROP, not SELECT: remove it, or run it by itself (C6)\n"},
		{"rerun over files", []string{
			"v1.0/manifest.json", manifestOf("1.0", "b.sql", "a.sql"), "v1.0/a.sql", "DROP TABLE a;", "v1.0/b.sql", "DROP TABLE b;",
		}, "warning: v1.0/b.sql:1:1: " + rerun("does not exist")},
		{"files", []string{
			"v1.0/manifest.json", manifestOf("1.0", "a.sql", "gone.sql", "a.sql", "../x.sql"), "v1.0/a.sql", "DROP TABLE a;", "x.sql", "oops",
		}, "v1.0/manifest.json:1:89: \"gone.sql\" is not in the directory: add the file, or remove the name (C4)\n" +
			"v1.0/manifest.json:1:101: \"a.sql\" is named twice, and temporal-sql-tool would execute it twice: remove one (C4)\n" +
			"v1.0/manifest.json:1:110: \"../x.sql\" leaves the manifest's directory: move the file into it and name it without .. (C4)\n"},
		{"no manifest", []string{"v1.0/a.sql", ""}, "v1.0: there is no manifest.json in this version directory: add it, or move the directory away (C3)\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, lines(Check(files(tt.files...), ".", pgsql.Split))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if diff := cmp.Diff("nowhere: cannot be read: file does not exist (C1)\n", lines(Check(files(), "nowhere", pgsql.Split))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestCheckSchema(t *testing.T) {
	fsys := files(
		"good.sql", "SET x = 1;\nDROP TABLE b;\nALTER TABLE t ADD a INT, ADD b INT;\ncreate table c (d int);",
		"bad.sql", "CREATE TABLE IF NOT EXISTS t (a INT);",
	)
	if got := lines(CheckSchema(fsys, "good.sql", pgsql.Split)); got != "" {
		t.Error(got)
	}
	const want = "bad.sql:1:14: IF NOT EXISTS: temporal-sql-tool waits for an END IF: leave it out, \"already exists\" is passed over anyway (C7; v1.30.0 to v1.30.4 and v1.31.0)\n"
	if diff := cmp.Diff(want, lines(CheckSchema(fsys, "bad.sql", pgsql.Split))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff("gone.sql: cannot be read: file does not exist (C4)\n", lines(CheckSchema(fsys, "gone.sql", pgsql.Split))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
