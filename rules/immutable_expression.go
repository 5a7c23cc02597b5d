package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var immutableExpression = &Rule{
	Name:  "immutable-expression",
	Title: "Computed columns and indexes take immutable expressions only",
	Condition: "In a computed column, an index expression or an index predicate: a function, an operator or a cast that is STABLE or VOLATILE for the types at hand, such as `date_trunc('day', timestamptz)`, `timestamptz + interval`, `x::TEXT` of a FLOAT8 or an INTERVAL, " +
		"`to_tsvector(x)` without a configuration; a literal that is read as a TIMESTAMPTZ and has no time zone; a function of one's own that is not declared IMMUTABLE. Types come from the catalog. (Casts from text to dates and times are the subject of `text-time-cast`.)",
	Effect: "CockroachDB refuses the statement: \"context-dependent operators are not allowed\", \"volatile functions are not allowed\" (SQLSTATE 0A000). PostgreSQL reads a literal when the statement is run, and believes a function's declaration; some casts are immutable there alone.",
	Workaround: "Where an immutable function gives the same, it takes the cast's place: `to_char(x)` for the text of an INTERVAL, DATE or TIMESTAMP. A SQL function whose body is immutable is declared so, which PostgreSQL sees by itself. " +
		"Otherwise manual: the finding names the operation and what to write instead.",
	Versions: "*",
	Issues:   []int{87699},
	Sources:  []string{"CockroachDB source v26.1, catalog/schemaexpr and sem/cast/cast_map.go", "PostgreSQL docs, Function Volatility Categories", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "truncated to the day",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, tz TIMESTAMPTZ, at TIMESTAMP);\n",
			Input:  "CREATE INDEX i ON t (date_trunc('day', tz));\nCREATE INDEX j ON t (date_trunc('day', at), date_trunc('day', tz AT TIME ZONE 'UTC'));\n",
			Want:   []string{"1:22 error manual"},
			Error:  "date_trunc(): context-dependent operators are not allowed in EXPRESSION INDEX ELEMENT",
			Manual: true,
		},
		{
			Name:   "a literal without a time zone",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, tz TIMESTAMPTZ, at TIMESTAMP);\n",
			Input:  "CREATE INDEX i ON t (coalesce(tz, '9999-12-31 23:59:59'));\nCREATE INDEX j ON t (id) WHERE tz > '2020-01-01 00:00:00+00' AND at > '2020-01-01';\n",
			Want:   []string{"1:35 error manual"},
			Error:  "string::timestamptz: context-dependent operators are not allowed in EXPRESSION INDEX ELEMENT",
			Manual: true,
		},
		{
			Name:   "the text of an interval",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, iv INTERVAL, s TEXT GENERATED ALWAYS AS (iv::TEXT) STORED);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, iv INTERVAL, s TEXT GENERATED ALWAYS AS (to_char(iv)) STORED);\n",
			Want:   []string{"1:79 error exact"},
			Error:  "interval::string: context-dependent operators are not allowed in STORED COMPUTED COLUMN",
		},
		{
			Name:   "the time now",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, at TIMESTAMP);\n",
			Input:  "CREATE INDEX i ON t (id) WHERE at > now();\n",
			Want:   []string{"1:37 error manual"},
			Error:  "now(): context-dependent operators are not allowed in INDEX PREDICATE",
			Manual: true,
		},
		{
			Name:   "no text search configuration",
			Target: ">=23.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT);\n",
			Input:  "ALTER TABLE t ADD COLUMN v TSVECTOR GENERATED ALWAYS AS (to_tsvector(s)) STORED;\n",
			Want:   []string{"1:58 error manual"},
			Error:  "to_tsvector(): context-dependent operators are not allowed in STORED COMPUTED COLUMN",
			Manual: true,
		},
		{
			Name:   "a function that PostgreSQL sees to be immutable",
			Target: ">=25.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT);\n",
			Input:  "CREATE FUNCTION canonical(TEXT) RETURNS TEXT LANGUAGE sql AS $$ SELECT replace(lower($1), '-', '_') $$;\nCREATE INDEX i ON t (canonical(s));\n",
			Output: "CREATE FUNCTION canonical(TEXT) RETURNS TEXT LANGUAGE sql AS $$ SELECT replace(lower($1), '-', '_') $$ IMMUTABLE;\nCREATE INDEX i ON t (canonical(s));\n",
			Want:   []string{"2:22 error exact"},
			Error:  "canonical(): volatile functions are not allowed in EXPRESSION INDEX ELEMENT",
		},
		{
			Name:  "what is immutable",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT, n NUMERIC, d DATE, at TIMESTAMP, tz TIMESTAMPTZ, j JSONB);\n",
			Input: "ALTER TABLE t ADD COLUMN a TEXT GENERATED ALWAYS AS (lower(s) || n::TEXT || (j ->> 'x')) STORED;\nCREATE INDEX i ON t ((d + 7), (tz AT TIME ZONE 'UTC')) WHERE at < '2020-01-01' AND tz IS NOT NULL;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, n pgsql.Node) { noteInlinable(p, n.(*pgsql.CreateFunctionStmt)) },
	Statement: func(p *Pass) {
		var list []*objection
		for _, o := range objections(p) {
			if o.Volatility != expr.Immutable && !ofPlace(o) {
				list = append(list, o)
			}
		}
		for _, o := range list {
			if _, other := textTimeFinding(o); other || replacedCall(p, o) || aroundAnother(o, list) {
				continue
			}
			f := contextFinding(p, o)
			o.at(&f)
			p.Report(f)
		}
	},
}

// aroundAnother reports an operation on what is an objection itself: at > now()
// is told of once, for now().
func aroundAnother(o *objection, list []*objection) bool {
	found := false
	if len(list) > 1 {
		pgsql.Walk(o.Node, func(n pgsql.Node, _ []pgsql.Node) bool {
			for _, other := range list {
				found = found || other.Node == n && n != o.Node
			}
			return !found
		})
	}
	return found
}

// contextFinding is the finding of an operation that is not immutable, but for
// its place.
func contextFinding(p *Pass, o *objection) Finding {
	where := placeWords(o.place)
	why := "depends on settings of the session or the time"
	if o.Volatility == expr.Volatile {
		why = "is VOLATILE"
	}
	const todo = "Write it with immutable operations"
	switch o.Kind {
	case expr.UserFunction:
		if f, ok := declareImmutable(p, o); ok {
			return f
		}
		return manual(fmt.Sprintf("%s() is %s, which CockroachDB does not allow in %s", o.Name, strings.ToUpper(o.Volatility.String()), where),
			"Declare the function IMMUTABLE if it is, or write the expression in its place")
	case expr.Function:
		return manual(fmt.Sprintf("%s() %s for these arguments, which CockroachDB does not allow in %s", o.Name, why, where), functionContextTodo(o))
	case expr.Operator:
		return manual(fmt.Sprintf("the operator %s %s for these operands, which CockroachDB does not allow in %s", o.Name, why, where),
			"Write it with TIMESTAMP in place of TIMESTAMPTZ (x AT TIME ZONE 'UTC'), or with other immutable operations")
	}
	if o.Literal {
		return literalContext(o, where)
	}
	message := fmt.Sprintf("the cast from %s to %s %s, which CockroachDB does not allow in %s", typeSQL(o.From), typeSQL(o.To), why, where)
	if f, ok := relativeFinding(o, message); ok {
		return f
	}
	if strings.HasPrefix(o.To.Name, "timestamp") || o.To.Name == "date" || o.From.Name == "timestamptz" {
		return manual(message, "Name the time zone: x AT TIME ZONE 'UTC', which is immutable")
	}
	return manual(message, todo)
}

// literalContext speaks of a literal that is read as a date or a time.
func literalContext(o *objection, where string) Finding {
	to := typeSQL(o.To)
	cast, isCast := o.Node.(*pgsql.TypeCast)
	lit := o.Node
	if isCast {
		lit = cast.Arg
	}
	text, _ := catalog.StringConst(lit)
	if relativeTime(text) {
		return manual(fmt.Sprintf("'%s' as a %s is another time each day, which CockroachDB does not allow in %s", text, to, where),
			"Write the date itself; for the time of a row, use a column with DEFAULT now()")
	}
	return manual(fmt.Sprintf("'%s' is a %s at the session's time zone, which CockroachDB does not allow in %s; PostgreSQL reads it once, when the statement is run", text, to, where),
		"Write the offset of your servers' time zone into the literal, such as '... +00' for UTC")
}

func relativeTime(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "now", "today", "tomorrow", "yesterday":
		return true
	}
	return false
}

// relativeFinding writes the immutable function that does what a cast does.
func relativeFinding(o *objection, message string) (Finding, bool) {
	cast, ok := o.Node.(*pgsql.TypeCast)
	if !ok {
		return Finding{}, false
	}
	relative, ok := expr.ImmutableRelative(o.From, o.To)
	first, last, whole := o.site.extent(cast)
	if !ok || !whole || relative.Function != "to_char" {
		return Finding{}, false
	}
	operand := o.site.source(cast.Arg)
	if operand == "" {
		return Finding{}, false
	}
	return Finding{
		Severity: Error, Fidelity: Exact,
		Message: message + "; to_char() gives the same in the default style, and is immutable",
		Edits:   []Edit{o.site.replace(first, last, "to_char("+operand+")")},
	}, true
}

// functionContextTodo says what to write in place of a function that is not
// immutable.
func functionContextTodo(o *objection) string {
	switch o.Name {
	case "now", "current_timestamp", "current_date", "current_time", "localtime", "localtimestamp", "transaction_timestamp", "statement_timestamp", "clock_timestamp", "timeofday":
		if o.place == expr.IndexPredicate {
			return "Leave the time out of the predicate, and put the column that it is compared with into the index"
		}
		return "Give an ordinary column a DEFAULT, which may ask for the time"
	case "random", "gen_random_uuid", "uuid_generate_v4", "nextval":
		return "Give an ordinary column a DEFAULT, which may be VOLATILE"
	case "date_trunc", "extract", "date_part", "to_char", "age":
		return "Name the time zone: x AT TIME ZONE 'UTC' is a TIMESTAMP, for which the function is immutable, to_char() aside"
	case "to_tsvector", "to_tsquery", "plainto_tsquery", "phraseto_tsquery":
		return fmt.Sprintf("Name the text search configuration: %s('english', ...)", o.Name)
	case "format", "concat_ws":
		return "Use concat() or ||, which are immutable"
	case "array_to_string", "to_json", "to_jsonb", "json_build_object", "jsonb_build_object", "json_build_array", "jsonb_build_array", "row_to_json":
		return "Let the application store the value, or set it in a trigger"
	}
	return "Write it with immutable functions, or let the application store the value"
}

// inlinable is the rule's memory: SQL functions that do not say how stable they
// are, and whose body is immutable. PostgreSQL looks into those.
type inlinable struct{ functions map[catalog.Name]*Statement }

func noteInlinable(p *Pass, n *pgsql.CreateFunctionStmt) {
	r := routineOf(p)
	if r == nil || r.body == nil || r.language != "sql" || r.volatility != "volatile" || len(r.body.code) != 1 || defElem(n.Options, "volatility") != nil {
		return
	}
	sel, ok := r.body.code[0].tree.(*pgsql.SelectStmt)
	if !ok || len(sel.FromClause) > 0 {
		return
	}
	if rank, _ := bodyVolatility(p, r, false); rank > 0 {
		return
	}
	mem := State[inlinable](p)
	if mem.functions == nil {
		mem.functions = map[catalog.Name]*Statement{}
	}
	mem.functions[r.name] = p.Stmt
}

// declareImmutable adds the word to a function that is immutable without
// saying so.
func declareImmutable(p *Pass, o *objection) (Finding, bool) {
	call, ok := o.Node.(*pgsql.FuncCall)
	if !ok || o.until() != "" {
		return Finding{}, false
	}
	name := catalog.ListName(call.Funcname)
	st := State[inlinable](p).functions[name]
	if st == nil || len(p.Catalog.Functions(name)) != 1 || p.Target.Meets("<25.3") {
		return Finding{}, false
	}
	e := st.Replace(len(st.Text), len(st.Text), " IMMUTABLE")
	e.Once = true
	return Finding{
		Severity: Error, Fidelity: Exact, Edits: []Edit{e},
		Message: fmt.Sprintf("%s() is not declared IMMUTABLE, which CockroachDB demands in %s; its body is, as PostgreSQL sees by itself: the word is added", o.Name, placeWords(o.place)),
	}, true
}

// ofPlace reports a call of a user's function that some versions do not take
// where it stands, however stable it is: see user-function.
func ofPlace(o *objection) bool { return o.Kind == expr.UserFunction && o.until() != "" }

// replacedCall reports a call that text-time-cast writes out.
func replacedCall(p *Pass, o *objection) bool {
	call, ok := o.Node.(*pgsql.FuncCall)
	return ok && o.Kind == expr.UserFunction && sharedState[converters](p, textTime).functions[catalog.Name{Name: catalog.ListName(call.Funcname).Name}] != nil
}
