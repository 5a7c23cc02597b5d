package print

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/lint"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t *testing.T, format string, r *lint.Report, o Options) []byte {
	t.Helper()
	p, err := New(format, o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.Print(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got), -update writes it anew:\n%s", path, diff)
	}
}

// bare leaves the HTML page's style and script out, which have files of their
// own.
func bare(text []byte) []byte {
	sum := func(s string) string { return strings.ReplaceAll(contentSum(s), "+", "&#43;") }
	return []byte(strings.NewReplacer(htmlStyle, "", htmlScript, "", sum(htmlStyle), "", sum(htmlScript), "").Replace(string(text)))
}

// empty is a report that found nothing.
func empty() *lint.Report {
	return &lint.Report{
		Rules: testRules(), Sources: []string{"db/0001.sql", "db/0002.sql"},
		Summary: lint.Summary{Statements: 7, Untouched: 7},
	}
}

func TestGolden(t *testing.T) {
	for _, name := range Formats() {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			golden(t, name, bare(render(t, name, f.report, f.options())))
			golden(t, name+"-empty", bare(render(t, name, empty(), Options{ToolVersion: "1.2.3"})))
		})
	}
}

func TestGoldenVariants(t *testing.T) {
	f := newFixture(t)
	color := f.options()
	color.Color = true
	color.Width = 60
	golden(t, "text-color", render(t, "text", f.report, color))
	infos := f.options()
	infos.Infos = true
	golden(t, "markdown-infos", render(t, "markdown", f.report, infos))
	golden(t, "text-no-source", render(t, "text", f.report, Options{}))

	prefixed := f.options()
	prefixed.Prefix = "./services/docs"
	golden(t, "github-prefix", render(t, "github", f.report, prefixed))
	golden(t, "gitlab-prefix", render(t, "gitlab", f.report, prefixed))
}

// A report twice the same is printed twice the same.
func TestDeterministic(t *testing.T) {
	for _, name := range Formats() {
		f := newFixture(t)
		a, b := render(t, name, f.report, f.options()), render(t, name, f.report, f.options())
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs from run to run", name)
		}
	}
}

// The zero value of everything is printed too.
func TestZeroReport(t *testing.T) {
	for _, name := range Formats() {
		render(t, name, &lint.Report{}, Options{})
		render(t, name, &lint.Report{Findings: []lint.Finding{{Message: "about the whole history"}}}, Options{})
	}
}
