package pgsql

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pganalyze/pg_query_go/v5/parser"
)

// PLStatement is a statement of a PL/pgSQL body.
type PLStatement struct {
	// Kind is libpg_query's name without the prefix PLpgSQL_stmt_: "block",
	// "if", "execsql", "dynexecute", "fors", "perform", "raise", "return", ...
	Kind string
	// Line is the line within the body, from 1; 0 for what the compiler adds.
	Line int
	// SQL are the texts of the queries and expressions directly in it.
	SQL []string
	// Body are the statements within it, whichever branch they are in.
	Body []*PLStatement
	// Conditions are the names of the exceptions that a block catches.
	Conditions []string
	// Fields are the remaining members, such as "into" or "strict".
	Fields map[string]any
}

// PLVariable is a variable that a body declares.
type PLVariable struct {
	// Kind is "var", "rec", "row", "recfield" or "cursor".
	Kind, Name, Type string
	Line             int
}

// PLBody is a parsed PL/pgSQL body.
type PLBody struct {
	Statements []*PLStatement
	Variables  []PLVariable
}

// Walk calls f for every statement of the body, outer ones first.
func (b *PLBody) Walk(f func(*PLStatement)) {
	var walk func([]*PLStatement)
	walk = func(list []*PLStatement) {
		for _, s := range list {
			f(s)
			walk(s.Body)
		}
	}
	walk(b.Statements)
}

// ParsePL parses the body of a CREATE FUNCTION, CREATE PROCEDURE or DO
// statement written in PL/pgSQL. It takes the text of the whole statement.
func ParsePL(statement string) (*PLBody, error) {
	quiet := beginParse()
	text, err := parser.ParsePlPgSqlToJSON(statement)
	quiet()
	if err != nil {
		return nil, fmt.Errorf("PL/pgSQL: %w", err)
	}
	var functions []struct {
		Function struct {
			Datums []map[string]map[string]any `json:"datums"`
			Action map[string]map[string]any   `json:"action"`
		} `json:"PLpgSQL_function"`
	}
	if err := json.Unmarshal([]byte(text), &functions); err != nil {
		return nil, fmt.Errorf("PL/pgSQL: read libpg_query's tree: %w", err)
	}
	if len(functions) == 0 {
		return nil, fmt.Errorf("PL/pgSQL: the statement has no body in that language")
	}
	body := &PLBody{}
	for _, d := range functions[0].Function.Datums {
		for kind, fields := range d {
			v := PLVariable{Kind: strings.TrimPrefix(kind, "PLpgSQL_"), Line: integer(fields["lineno"])}
			v.Name, _ = fields["refname"].(string)
			if t, ok := fields["datatype"].(map[string]any); ok {
				if t, ok := t["PLpgSQL_type"].(map[string]any); ok {
					v.Type, _ = t["typname"].(string)
				}
			}
			if fields["cursor_explicit_expr"] != nil {
				v.Kind = "cursor"
			}
			body.Variables = append(body.Variables, v)
		}
	}
	for kind, fields := range functions[0].Function.Action {
		body.Statements = append(body.Statements, plStatement(kind, fields))
	}
	return body, nil
}

func plStatement(kind string, fields map[string]any) *PLStatement {
	s := &PLStatement{Kind: strings.TrimPrefix(kind, "PLpgSQL_stmt_"), Line: integer(fields["lineno"]), Fields: fields}
	s.collect(fields)
	return s
}

// members lists the members of a statement in the order in which they are
// written, since a JSON object has none.
var members = []string{
	"cond", "t_expr", "lower", "upper", "step", "query", "expr", "sqlstmt", "argquery", "dynquery", "params", "message", "options",
	"then_body", "elsif_list", "case_when_list", "stmts", "body", "else_body", "else_stmts", "exceptions", "exc_list", "action",
	"var", "target", "into",
}

// collect gathers the expressions and the inner statements below v.
func (s *PLStatement) collect(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			s.collect(e)
		}
	case map[string]any:
		if q, ok := v["query"].(string); ok {
			s.SQL = append(s.SQL, q)
			return
		}
		for kind, inner := range v {
			fields, ok := inner.(map[string]any)
			if !ok {
				continue
			}
			switch {
			case strings.HasPrefix(kind, "PLpgSQL_stmt_"):
				s.Body = append(s.Body, plStatement(kind, fields))
				return
			case kind == "PLpgSQL_condition":
				if name, ok := fields["condname"].(string); ok {
					s.Conditions = append(s.Conditions, name)
				}
				return
			case strings.HasPrefix(kind, "PLpgSQL_"):
				s.collect(fields)
				return
			}
		}
		for _, m := range append(members, "conditions") {
			if inner, ok := v[m]; ok {
				s.collect(inner)
			}
		}
	}
}

func integer(v any) int {
	f, _ := v.(float64)
	return int(f)
}
