package print

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// MatrixColumn is the report of a history for one version of CockroachDB.
type MatrixColumn struct {
	Version string
	Report  *lint.Report
}

// MatrixFormats returns the names of the formats that Matrix knows.
func MatrixFormats() []string { return []string{"text", "json", "markdown"} }

// Matrix writes what each version of CockroachDB makes of the same history.
func Matrix(w io.Writer, format, toolVersion string, columns []MatrixColumn) error {
	rows := make([]matrixRow, len(columns))
	for i, c := range columns {
		rows[i] = matrixRowOf(c)
	}
	out := bufio.NewWriter(w)
	switch format {
	case "text":
		matrixText(out, rows)
	case "json":
		return writeJSON(w, matrixJSON{lint.SchemaVersion, toolVersion, rows})
	case "markdown":
		matrixMarkdown(out, rows)
	default:
		return fmt.Errorf("a matrix has no format %q: it is one of %s", format, strings.Join(MatrixFormats(), ", "))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the matrix: %w", err)
	}
	return nil
}

// matrixJSON is published as schema/matrix-v1.schema.json.
type matrixJSON struct {
	SchemaVersion int         `json:"schema_version"`
	ToolVersion   string      `json:"tool_version"`
	Versions      []matrixRow `json:"versions"`
}

// matrixRow counts findings: what the version rejects, what of it and of the
// rest has a fix that keeps everything, one that does not, or none.
type matrixRow struct {
	Version  string `json:"version"`
	Errors   int    `json:"errors"`
	Warnings int    `json:"warnings"`
	Infos    int    `json:"infos"`
	Exact    int    `json:"exact_fixes"`
	Weaker   int    `json:"weaker_fixes"`
	Changed  int    `json:"changed_fixes"`
	Manual   int    `json:"manual"`
}

func matrixRowOf(c MatrixColumn) matrixRow {
	s := c.Report.Summary
	row := matrixRow{Version: c.Version, Errors: s.Errors, Warnings: s.Warnings, Infos: s.Infos}
	for i := range c.Report.Findings {
		switch f := &c.Report.Findings[i]; {
		case f.Conflict != "" || f.Fidelity == rules.Manual:
			row.Manual++
		case !f.Fixed():
		case f.Fidelity == rules.Exact:
			row.Exact++
		case f.Fidelity == rules.Weaker:
			row.Weaker++
		case f.Fidelity == rules.Changed:
			row.Changed++
		}
	}
	return row
}

func (r matrixRow) lossy() int { return r.Weaker + r.Changed }

func (r matrixRow) cells() []string {
	cells := []string{"v" + r.Version}
	for _, n := range []int{r.Errors, r.Exact, r.lossy(), r.Manual, r.Warnings} {
		cells = append(cells, fmt.Sprint(n))
	}
	return cells
}

var matrixHead = []string{"VERSION", "ERRORS", "EXACT FIXES", "LOSSY FIXES", "MANUAL", "WARNINGS"}

func matrixText(w io.Writer, rows []matrixRow) {
	line := func(cells []string) {
		fmt.Fprintf(w, "%-8s", cells[0])
		for i, c := range cells[1:] {
			fmt.Fprintf(w, "  %*s", len(matrixHead[i+1]), c)
		}
		fmt.Fprintln(w)
	}
	line(matrixHead)
	for _, r := range rows {
		line(r.cells())
	}
	fmt.Fprintln(w)
	for _, l := range matrixVerdict(rows) {
		fmt.Fprintln(w, l)
	}
}

func matrixMarkdown(w io.Writer, rows []matrixRow) {
	fmt.Fprint(w, markdownMarker, "| Version | Errors | Exact fixes | Lossy fixes | Manual | Warnings |\n| --- | ---: | ---: | ---: | ---: | ---: |\n")
	for _, r := range rows {
		fmt.Fprintf(w, "| %s |\n", strings.Join(r.cells(), " | "))
	}
	fmt.Fprintln(w)
	for _, l := range matrixVerdict(rows) {
		fmt.Fprintf(w, "- %s\n", l)
	}
}

// matrixVerdict sums the rows up: which versions take the history as it is, and
// which take a translation of it.
func matrixVerdict(rows []matrixRow) []string {
	var as, exact, lossy, manual []string
	for _, r := range rows {
		switch {
		case r.Manual > 0:
			manual = append(manual, r.Version)
		case r.lossy() > 0:
			lossy = append(lossy, r.Version)
		case r.Errors > 0:
			exact = append(exact, r.Version)
		default:
			as = append(as, r.Version)
		}
	}
	var lines []string
	for _, v := range []struct {
		what     string
		versions []string
	}{
		{"Accepted as it stands by", as},
		{"Accepted after an exact translation by", exact},
		{"Accepted after a translation that loses something by", lossy},
		{"A person has to decide something for", manual},
	} {
		if len(v.versions) > 0 {
			lines = append(lines, fmt.Sprintf("%s %s.", v.what, runs(v.versions)))
		}
	}
	return lines
}

// runs writes versions, oldest first, with those that follow one another taken
// together: "v22.2, v23.2 to v26.2".
func runs(versions []string) string {
	var parts []string
	for i := 0; i < len(versions); {
		j := i
		for j+1 < len(versions) && series(versions[j+1]) == series(versions[j])+1 {
			j++
		}
		part := "v" + versions[i]
		switch {
		case j == i+1:
			part += ", v" + versions[j]
		case j > i:
			part += " to v" + versions[j]
		}
		parts = append(parts, part)
		i = j + 1
	}
	return strings.Join(parts, ", ")
}
