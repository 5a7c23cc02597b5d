package pgsql

import "strings"

// QuoteIdent quotes an identifier if it needs it.
func QuoteIdent(s string) string {
	plain := s != "" && !(s[0] >= '0' && s[0] <= '9')
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			plain = false
		}
	}
	if plain && !reserved[s] {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// reserved are the words that one of the databases does not take as a bare column name.
var reserved = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`all analyse analyze and any array as asc asymmetric both case cast check collate column
		concurrently constraint create current_catalog current_date current_role current_schema current_time current_timestamp
		current_user default deferrable desc distinct do else end except false family fetch for foreign from grant group having
		in index initially intersect into lateral leading limit localtime localtimestamp none nothing not null offset on only or order
		placing primary references returning select session_user some symmetric table then to trailing true union unique user
		using variadic virtual view when where window with work
		authorization binary collation cross freeze full ilike inner is isnull join left like natural notnull outer overlaps right
		similar tablesample verbose`) {
		m[w] = true
	}
	return m
}()
