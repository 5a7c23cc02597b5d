package print

import (
	"bytes"
	"testing"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

func TestMatrix(t *testing.T) {
	report := func(fs ...lint.Finding) *lint.Report {
		r := &lint.Report{Findings: fs}
		r.Sort()
		return r
	}
	fix := []rules.Edit{{Start: 1, End: 2}}
	exact := lint.Finding{Severity: rules.Error, Fidelity: rules.Exact, Edits: fix}
	weaker := lint.Finding{Severity: rules.Warning, Fidelity: rules.Weaker, Edits: fix}
	changed := lint.Finding{Severity: rules.Error, Fidelity: rules.Changed, Edits: fix}
	manual := lint.Finding{Severity: rules.Error, Fidelity: rules.Manual}
	info := lint.Finding{Severity: rules.Info, Fidelity: rules.Weaker}
	columns := []MatrixColumn{
		{"22.2", report(exact, weaker, changed, manual, info)},
		{"23.1", report(exact, weaker, info)},
		{"23.2", report(exact, weaker, info)},
		{"24.1", report(exact, info)},
		{"24.2", report(info)},
		{"24.3", report(exact)},
		{"25.1", report()},
		{"25.2", report()},
		{"25.3", report()},
	}
	for _, format := range MatrixFormats() {
		var b bytes.Buffer
		if err := Matrix(&b, format, "1.2.3", columns); err != nil {
			t.Fatal(err)
		}
		golden(t, "matrix-"+format, b.Bytes())
		if format == "json" {
			valid(t, schemaFile(t, "schema/matrix-v1.schema.json", closed), b.Bytes())
		}
	}
	if err := Matrix(&bytes.Buffer{}, "html", "", columns); err == nil {
		t.Error("no error for a format that there is none of")
	}
}
