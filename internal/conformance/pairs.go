package conformance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Pair is a migration that its authors wrote twice.
type Pair struct {
	Migration string `json:"migration"`
	Postgres  string `json:"postgres"`
	Cockroach string `json:"cockroach"`
	// Verdicts are what CockroachDB said of the PostgreSQL text.
	Verdicts []string `json:"postgres_text_on_cockroachdb"`
}

// Project is a history of pairs, in order.
type Project struct {
	Name  string
	Pairs []Pair `json:"migrations"`
}

// LoadPairs reads the histories that were written for both databases.
func LoadPairs(dir string) ([]Project, error) {
	files, err := filepath.Glob(filepath.Join(dir, "pairs", "*.json"))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	var out []Project
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		p := Project{Name: strings.TrimSuffix(filepath.Base(f), ".json")}
		if err := json.Unmarshal(text, &p); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// Statements returns the statements of a text without comments, with single
// spaces and in lower case, but for what is quoted: two texts with the same
// ones say the same.
func Statements(text string) ([]string, error) {
	stmts, err := pgsql.Split([]byte(text))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, st := range stmts {
		if st.Form != pgsql.SQL || len(st.Tokens) == 0 {
			continue
		}
		words := make([]string, len(st.Tokens))
		for i, t := range st.Tokens {
			words[i] = st.Str(i)
			if t.Kind() == pgsql.Word {
				words[i] = strings.ToLower(words[i])
			}
		}
		out = append(out, strings.Join(words, " "))
	}
	return out, nil
}

// Without returns what is in a and not in b, as often as it is missing there.
func Without(a, b []string) []string {
	n := map[string]int{}
	for _, s := range b {
		n[s]++
	}
	var out []string
	for _, s := range a {
		if n[s]--; n[s] < 0 {
			out = append(out, s)
		}
	}
	return out
}
