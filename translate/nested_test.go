package translate_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
)

// A file's own BEGIN and COMMIT stand within the transaction of a tool that begins one,
// and are the transaction where the tool sends the file as one text.
func TestNestedTransaction(t *testing.T) {
	const (
		insert = "INSERT INTO t VALUES (1);\n"
		table  = "CREATE TABLE t (id INT8 PRIMARY KEY);\n"
	)
	var only []*rules.Rule
	for _, r := range rules.All() {
		if r.Name == "nested-transaction" {
			only = append(only, r)
		}
	}
	for _, tt := range []struct{ name, layout, file, target, text, want, findings string }{
		{"sqlx", "sqlx", "1_a.sql", "", "BEGIN;\n" + insert + "COMMIT;\n", insert, "1 exact 3 exact"},
		{"sqlx, later versions", "sqlx", "1_a.sql", ">=25.1", "BEGIN;\n" + insert + "COMMIT;\n", insert + "COMMIT;\n", "1 exact"},
		{"sqlx, a comment behind", "sqlx", "1_a.sql", "", "BEGIN;\n" + insert + "COMMIT;\n-- end\n", insert + "-- end\n", "1 exact 3 exact"},
		{"sqlx, more behind", "sqlx", "1_a.sql", "", "BEGIN;\n" + insert + "COMMIT;\n" + insert, insert + "COMMIT;\n" + insert, "1 exact 3 manual"},
		{"sqlx, a second transaction", "sqlx", "1_a.sql", ">=25.1", "COMMIT;\nBEGIN;\n" + insert + "COMMIT;\n", "COMMIT;\nBEGIN;\n" + insert + "COMMIT;\n", ""},
		{"sqlx without a transaction", "sqlx", "1_a.sql", "", "-- no-transaction\nBEGIN;\n" + insert + "COMMIT;\n", "-- no-transaction\nBEGIN;\n" + insert + "COMMIT;\n", ""},
		{"golang-migrate", "golang-migrate", "1_a.up.sql", "", "BEGIN;\n" + insert + "COMMIT;\n", "BEGIN;\n" + insert + "COMMIT;\n", ""},
		{"golang-migrate, twice", "golang-migrate", "1_a.up.sql", "", "BEGIN;\nBEGIN;\n" + insert + "COMMIT;\n", "BEGIN;\n" + insert + "COMMIT;\n", "2 exact"},
		{"prisma", "prisma", "1_a/migration.sql", "", "BEGIN;\n" + insert + "COMMIT;\n", "BEGIN;\n" + insert + "COMMIT;\n", ""},
		{"diesel", "diesel", "1_a/up.sql", "", "BEGIN;\n" + insert + "COMMIT;\n", insert, "1 exact 3 exact"},
		{"goose", "goose", "1_a.sql", "", "-- +goose Up\nBEGIN;\n" + insert + "COMMIT;\n-- +goose Down\nBEGIN;\n" + insert + "COMMIT;\n", "-- +goose Up\n" + insert + "-- +goose Down\n" + insert, "2 exact 4 exact 6 exact 8 exact"},
		{"plain", "plain", "schema.sql", "", table + "BEGIN;\n" + insert + "COMMIT;\n", table + "BEGIN;\n" + insert + "COMMIT;\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target, err := rules.ParseTarget(tt.target)
			if err != nil {
				t.Fatal(err)
			}
			files := fstest.MapFS{tt.file: {Data: []byte(tt.text)}}
			out, err := translate.FS(context.Background(), files, translate.Options{Options: lint.Options{Target: target, Layout: tt.layout, Rules: only}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(out.Files[tt.file])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			var got []string
			for _, f := range out.Report.Findings {
				got = append(got, fmt.Sprint(f.Start.Line, " ", f.Fidelity))
			}
			if got := strings.Join(got, " "); got != tt.findings {
				t.Errorf("findings %q, want %q", got, tt.findings)
			}
		})
	}
}
