package rows

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/translate/verify/internal/live"
)

// Stored are the rows that a table holds, each as the values of its columns by
// name, in the databases' own text; NULL is Null.
type Stored []map[string]string

// Mismatch is a column of which the two databases stored another value.
type Mismatch struct {
	Column string
	// Rows is in how many rows; Postgres and Cockroach are the first pair.
	Rows                int
	Postgres, Cockroach string
}

// Compare holds the rows of a table against each other, column by column. A row
// is found again by its primary key, or, in a table without, by all of its
// values. The column of a mismatch is empty where whole rows are missing.
func Compare(t *live.Table, postgres, cockroach Stored) []Mismatch {
	key := t.PrimaryKey()
	types := map[string]string{}
	var names []string
	for _, c := range t.Columns {
		types[c.Name] = c.Type
		names = append(names, c.Name)
	}
	if len(key) == 0 {
		key = names
	}
	byKey := map[string][]map[string]string{}
	id := func(row map[string]string) string {
		var b strings.Builder
		for _, k := range key {
			fmt.Fprintf(&b, "%q,", value(row[k], types[k]))
		}
		return b.String()
	}
	for _, row := range cockroach {
		byKey[id(row)] = append(byKey[id(row)], row)
	}
	found := map[string]*Mismatch{}
	note := func(column, p, c string) {
		m := found[column]
		if m == nil {
			m = &Mismatch{Column: column, Postgres: p, Cockroach: c}
			found[column] = m
		}
		m.Rows++
	}
	for _, row := range postgres {
		k := id(row)
		others := byKey[k]
		if len(others) == 0 {
			note("", "row "+k, "")
			continue
		}
		other := others[0]
		byKey[k] = others[1:]
		for _, name := range names {
			o, ok := other[name]
			if !ok {
				continue // the column is not there: the catalogs say so
			}
			if value(row[name], types[name]) != value(o, types[name]) {
				note(name, row[name], o)
			}
		}
	}
	for k, rows := range byKey {
		for range rows {
			note("", "", "row "+k)
		}
	}
	var out []Mismatch
	for _, m := range found {
		out = append(out, *m)
	}
	slices.SortFunc(out, func(a, b Mismatch) int { return strings.Compare(a.Column, b.Column) })
	return out
}

// value writes a value of a type of PostgreSQL so that what means the same is
// written the same.
func value(s, typ string) string {
	if s == Null {
		return s
	}
	base, _, _ := strings.Cut(typ, "(")
	switch base {
	case "json", "jsonb":
		return document(s)
	case "numeric":
		return decimal(s)
	case "real", "double precision":
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
	case "character":
		return strings.TrimRight(s, " ")
	case "tsvector":
		// The lexemes are a set; each database shows them in an order of its own.
		words := strings.Fields(s)
		slices.Sort(words)
		return strings.Join(words, " ")
	case "uuid", "macaddr":
		return strings.ToLower(s)
	case "boolean":
		return s[:1]
	}
	return s
}

// decimal writes a number without regard to how many zeros it is shown with, and
// whether with an exponent.
func decimal(s string) string {
	if r, ok := new(big.Rat).SetString(s); ok {
		return r.RatString()
	}
	return s // NaN
}

// document writes JSON with its keys in order and its numbers by their value.
func document(s string) string {
	d := json.NewDecoder(bytes.NewReader([]byte(s)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return s
	}
	text, err := json.Marshal(numbers(v))
	if err != nil {
		return s
	}
	return string(text)
}

// numbers writes the numbers in a document as decimal does.
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		return "#" + decimal(v.String())
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	}
	return v
}
