// Package conformance measures the rules against real PostgreSQL files and what
// a real CockroachDB said of each of their statements. The files are kept
// outside the repository; where they are not at hand, the tests that use this
// package are skipped.
package conformance

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Verdicts on a statement.
const (
	Accepted   = "accepted"    // CockroachDB ran it as it stands
	Rejected   = "rejected"    // CockroachDB failed on it, and the statement is the cause
	Dependent  = "dependent"   // it failed because of an earlier rejected statement
	Skipped    = "skipped"     // not judged
	PGRejected = "pg_rejected" // PostgreSQL itself takes it not
)

// Target is the version whose verdicts these are.
const Target = "26.1"

// Verdict is a statement of a case and what CockroachDB said of it.
type Verdict struct {
	I           int      `json:"i"`
	Start       int64    `json:"start"`
	End         int64    `json:"end"`
	Line        int      `json:"line"`
	Kind        string   `json:"kind"`
	Detail      string   `json:"detail"`
	Class       string   `json:"class"`
	Verdict     string   `json:"verdict"`
	SQLState    string   `json:"sqlstate"`
	Message     string   `json:"message"`
	DependsOn   []int    `json:"depends_on"`
	Notices     []string `json:"notices"`
	PGMessage   string   `json:"pg_message"`
	RolesAdded  []string `json:"roles_added"`
	NotRun      string   `json:"not_run"`
	Millisecond int      `json:"ms"`
}

// DDL reports whether the statement counts: schema, and valid in PostgreSQL as
// far as anyone asked it.
func (v *Verdict) DDL() bool {
	return v.Class == "ddl" && v.Verdict != Skipped && v.Verdict != PGRejected
}

// Judged reports whether the verdict is about the statement itself, and whether
// lint can be asked: CockroachDB's own text, kind Other, is no PostgreSQL.
func (v *Verdict) Judged() bool {
	return v.Class == "ddl" && v.Kind != "Other" && (v.Verdict == Accepted || v.Verdict == Rejected)
}

// Case is one file.
type Case struct {
	// Corpus and Name as in the path; Setup is run in front of it.
	Corpus, Name string
	Text, Setup  []byte
	Statements   []Verdict
	// Lost are the byte ranges that the parser of the verdicts did not take.
	Lost []struct {
		Start, End int64
		Error      string
	}
}

// Path names the case, such as "apps/harbor".
func (c *Case) Path() string { return c.Corpus + "/" + c.Name }

// Find returns the directory of the corpus, or "" with the places that were
// looked at. PG2CRDB_SHARED names the directory above it; otherwise it is
// looked for beside the checkout.
func Find() (dir string, tried []string) {
	if s := os.Getenv("PG2CRDB_SHARED"); s != "" {
		tried = append(tried, s, filepath.Join(s, "conformance"))
	} else if root := moduleRoot(); root != "" {
		for _, up := range []string{"..", "../.."} {
			tried = append(tried, filepath.Join(root, up, "shared", "conformance"))
		}
	}
	for _, d := range tried {
		if fi, err := os.Stat(filepath.Join(d, "verdicts")); err == nil && fi.IsDir() {
			return d, tried
		}
	}
	return "", tried
}

// moduleRoot returns the directory of go.mod above the working directory.
func moduleRoot() string {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return ""
}

// Load reads the cases below dir whose path starts with one of the prefixes;
// all of them if there is none.
func Load(dir string, prefixes ...string) ([]*Case, error) {
	files, err := filepath.Glob(filepath.Join(dir, "verdicts", "*", "*.json"))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	var out []*Case
	for _, f := range files {
		c := &Case{Corpus: filepath.Base(filepath.Dir(f)), Name: strings.TrimSuffix(filepath.Base(f), ".json")}
		if !wanted(c.Path(), prefixes) {
			continue
		}
		if err := c.load(dir, f); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Path(), err)
		}
		out = append(out, c)
	}
	return out, nil
}

func wanted(path string, prefixes []string) bool {
	for _, p := range prefixes {
		if path == p || strings.HasPrefix(path, strings.TrimSuffix(p, "/")+"/") {
			return true
		}
	}
	return len(prefixes) == 0
}

func (c *Case) load(dir, verdicts string) error {
	text, err := os.ReadFile(verdicts)
	if err != nil {
		return err
	}
	var file struct {
		File       string    `json:"file"`
		Setup      string    `json:"setup"`
		Statements []Verdict `json:"statements"`
		Unparsed   []struct {
			Start, End int64
			Error      string
		} `json:"unparsed"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return err
	}
	c.Statements, c.Lost = file.Statements, nil
	for _, u := range file.Unparsed {
		c.Lost = append(c.Lost, u)
	}
	if c.Text, err = os.ReadFile(filepath.Join(dir, file.File)); err != nil {
		return err
	}
	if file.Setup != "" {
		if c.Setup, err = os.ReadFile(filepath.Join(dir, file.Setup)); err != nil {
			return err
		}
	}
	return nil
}

// SQL returns the text of a statement.
func (c *Case) SQL(v *Verdict) string { return string(c.Text[v.Start:v.End]) }
