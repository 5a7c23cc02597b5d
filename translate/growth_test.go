package translate_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
)

// What a rule does grows in proportion to the history: each example is repeated, under
// names of its own, until there are some hundred of what it makes, and then eight
// times as many. Nearly all take a tenth of a second then. One that looks through all
// that there is, for each statement, takes sixty times as long, and seconds.
func TestGrowth(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: it repeats each example to 160 kB")
	}
	const small, factor = 20_000, 8
	const slow = 300 * time.Millisecond
	for _, r := range rules.All() {
		for _, ex := range r.Examples {
			took := func(size int) time.Duration {
				start := time.Now()
				if _, err := translate.History(context.Background(), []lint.Source{{Name: "x.sql", Text: repeated(ex, size)}}, translate.Options{}); err != nil {
					t.Fatal(err)
				}
				return time.Since(start)
			}
			before := took(small)
			after := took(factor * small)
			for again := 0; again < 2 && after > slow && after > 3*factor*before; again++ { // the machine may have been busy
				before, after = max(before, took(small)), min(after, took(factor*small))
			}
			if after > slow && after > 3*factor*before {
				t.Errorf("%s, example %q: %v for %d kB, %v for %d times as much", r.Name, ex.Name, before, small/1000, after, factor)
			}
		}
	}
}

// repeated returns an example again and again, first all that it builds on.
func repeated(ex rules.Example, size int) []byte {
	made := madeBy(ex.Setup + ";\n" + ex.Input)
	var b strings.Builder
	times := max(1, size/(len(ex.Setup)+len(ex.Input)))
	for _, part := range []string{ex.Setup, ex.Input} {
		for i := 0; i < times && part != ""; i++ {
			numbered(&b, part, made, i)
			if !strings.HasSuffix(strings.TrimSpace(part), ";") {
				b.WriteString(";\n")
			}
		}
	}
	return []byte(b.String())
}

// madeBy returns the names of what the statements of a text create.
func madeBy(text string) map[string]bool {
	kinds := map[string]bool{
		"table": true, "view": true, "function": true, "procedure": true, "type": true, "index": true, "concurrently": true,
		"sequence": true, "schema": true, "domain": true, "trigger": true, "aggregate": true, "policy": true, "exists": true,
	}
	made := map[string]bool{}
	sts, _ := pgsql.Split([]byte(text))
	for _, st := range sts {
		for i := 1; st.Is(0, "create") && i < min(len(st.Tokens), 8); i++ {
			if w := st.Word(i); kinds[st.Word(i-1)] && w != "" && w != "if" && w != "public" && !kinds[w] {
				made[st.Str(i)] = true
			}
		}
	}
	return made
}

// numbered writes a text in which the names have a number, in bodies too.
func numbered(b *strings.Builder, text string, names map[string]bool, i int) {
	last := 0
	for _, tok := range pgsql.Lex(text).Tokens {
		b.WriteString(text[last:tok.Start()])
		last = tok.End()
		s := text[tok.Start():tok.End()]
		switch quote := strings.IndexByte(s[min(1, len(s)):], '$') + 2; {
		case tok.Kind() == pgsql.Word && names[s]:
			fmt.Fprintf(b, "%s_%d", s, i)
		case tok.Kind() == pgsql.Dollar && len(s) >= 2*quote:
			b.WriteString(s[:quote])
			numbered(b, s[quote:len(s)-quote], names, i)
			b.WriteString(s[len(s)-quote:])
		case tok.Kind() == pgsql.Literal && len(s) > 1 && s[0] == '\'':
			b.WriteString("'")
			numbered(b, s[1:len(s)-1], names, i)
			b.WriteString("'")
		default:
			b.WriteString(s)
		}
	}
	b.WriteString(text[last:])
}
