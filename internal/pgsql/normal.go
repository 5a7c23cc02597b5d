package pgsql

import "strings"

// Normal returns the tokens of the statement with a space between each, in
// lower case where case does not matter: two statements that differ in
// comments and layout only have the same.
func (s *Statement) Normal() string {
	if len(s.Tokens) == 0 {
		return strings.Join(strings.Fields(s.Text), " ")
	}
	var b strings.Builder
	b.Grow(len(s.Text))
	for i, t := range s.Tokens {
		if i > 0 {
			b.WriteByte(' ')
		}
		if t.Kind() == Word {
			b.WriteString(strings.ToLower(s.Str(i)))
		} else {
			b.WriteString(s.Str(i))
		}
	}
	return b.String()
}
