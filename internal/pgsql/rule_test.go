package pgsql_test

import (
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// The semicolons between the actions of a rule end no statement.
func TestSplitRule(t *testing.T) {
	for _, rule := range []string{
		"CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); INSERT INTO b VALUES (2));",
		"CREATE OR REPLACE RULE r AS ON INSERT TO t WHERE (new.a > 1) DO ALSO (INSERT INTO a VALUES (1); NOTIFY n);",
	} {
		sts := split(t, pgsql.NewTextSplitter([]byte(rule+"\nCREATE TABLE t (a INT, b TEXT);\n(SELECT 1);")))
		if len(sts) != 3 || sts[0].Text+";" != rule {
			t.Errorf("%s is cut into %d statements, the first one is %s", rule, len(sts), sts[0].Text)
		}
	}
}
