package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// raise judges RAISE: alone, with a quote in its format, and with options that
// name an object.
func (br *bodyReader) raise(n *pgsql.PLNode) {
	src := br.b.src
	if src.Is(n.First+1, ";") {
		br.reject(pgsql.PLSpan{First: n.First, Last: n.First}, "RAISE without a message, which raises the caught error again, is not supported", "Leave the error uncaught, or raise one of your own")
		return
	}
	br.raiseFormat(n)
	if n.Target.Empty() {
		return
	}
	options := src.List(n.Target.First, n.Target.Last+1)
	var drop []int
	for i, o := range options {
		switch src.Word(o[0]) {
		case "column", "constraint", "datatype", "table", "schema":
			drop = append(drop, i)
		}
	}
	for _, i := range drop {
		o := options[i]
		first, last := o[0], o[1]
		switch {
		case len(drop) == len(options):
			first, last = n.Target.First-1, n.Target.Last // USING
		case i > 0:
			first--
		default:
			last++
		}
		br.mend(pgsql.PLSpan{First: o[0], Last: o[1]}, Weaker, fmt.Sprintf("the option %s of RAISE is not supported: it goes, and the error does not name the object", strings.ToUpper(src.Str(o[0]))), br.remove(first, last))
		if len(drop) == len(options) {
			return
		}
	}
}

// raiseFormat passes the quotes in the format of RAISE as arguments:
// CockroachDB writes the format back without doubling them, and then refuses
// its own text (measured on v26.1).
func (br *bodyReader) raiseFormat(n *pgsql.PLNode) {
	src := br.b.src
	i := n.First + 1
	switch src.Word(i) {
	case "debug", "log", "info", "notice", "warning", "exception":
		i++
	}
	if i >= n.Last || src.Tokens[i].Kind() != pgsql.Literal {
		return
	}
	at := pgsql.PLSpan{First: i, Last: i}
	const message = "CockroachDB fails on a quote in the format of RAISE, which it does not double when it writes the body back"
	const todo = "Pass the text as an argument: RAISE ... '%', 'it''s'"
	text := src.Str(i)
	if !strings.HasPrefix(text, "'") { // E'...'
		if strings.Contains(text[2:len(text)-1], "'") {
			br.reject(at, message, todo)
		}
		return
	}
	inner := text[1 : len(text)-1]
	if !strings.Contains(inner, "'") {
		return
	}
	format, args, used, ok := quotesAsArguments(inner, br.texts(n.Exprs))
	switch {
	case ok:
	case used == 0: // without arguments, the text as a whole can be one
		format, args = "%", []string{strings.ReplaceAll(text, "%%", "%")}
	default:
		br.reject(at, message, todo)
		return
	}
	last := i
	if used > 0 {
		last = n.Exprs[used-1].Last
	}
	br.mend(at, Exact, message+": it is passed as an argument", br.replace(i, last, "'"+format+"', "+strings.Join(args, ", ")))
}

func (br *bodyReader) texts(spans []pgsql.PLSpan) []string {
	var out []string
	for _, s := range spans {
		out = append(out, br.b.src.Span(s))
	}
	return out
}

// quotesAsArguments makes each quote of a format a placeholder with a quote as
// its argument, in the place that it has among the others. ok is false where
// two placeholders would stand side by side, which reads as a percent sign;
// used counts the arguments that the format takes.
func quotesAsArguments(inner string, have []string) (format string, args []string, used int, ok bool) {
	ok = true
	put := func() {
		if strings.HasSuffix(format, "%") {
			ok = false
		}
		format += "%"
	}
	for k := 0; k < len(inner); k++ {
		switch {
		case strings.HasPrefix(inner[k:], "%%"):
			if strings.HasSuffix(format, "%") {
				ok = false
			}
			format += "%%"
			k++
		case inner[k] == '%':
			put()
			if used < len(have) {
				args = append(args, have[used])
			}
			used++
		case strings.HasPrefix(inner[k:], "''"):
			put()
			args = append(args, "''''")
			k++
		default:
			format += inner[k : k+1]
		}
	}
	return format, args, min(used, len(have)), ok && used == len(have)
}
