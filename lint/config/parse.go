package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/pg2crdb/pg2crdb/internal/near"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// Error is a mistake in a configuration.
type Error struct {
	File         string
	Line, Column int
	Message      string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// Parse reads a configuration. The name is for messages. The error joins one
// *Error for each mistake.
func Parse(name string, text []byte) (*Config, error) {
	p := reader{file: name, c: &Config{}}
	file, err := parser.ParseBytes(text, 0)
	var bad yaml.Error
	switch {
	case errors.As(err, &bad):
		p.fail(bad.GetToken(), "%s", bad.GetMessage())
	case err != nil:
		p.fail(nil, "%s", err)
	default:
		p.document(file)
	}
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return p.c, nil
}

// reader walks the tree of a file. It does not decode into a struct, because
// every message is to say where, also those about values.
type reader struct {
	file string
	c    *Config
	errs []error
}

func (p *reader) fail(at *token.Token, format string, args ...any) {
	e := &Error{File: p.file, Line: 1, Column: 1, Message: fmt.Sprintf(format, args...)}
	if at != nil && at.Position != nil {
		e.Line, e.Column = at.Position.Line, at.Position.Column
	}
	p.errs = append(p.errs, e)
}

// keys are those of the file, in the order in which messages list them.
var keys = []string{"target", "layout", "fail-on", "advice", "rules", "exclude"}

func (p *reader) document(f *ast.File) {
	var docs []ast.Node
	for _, d := range f.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			docs = append(docs, d.Body)
		}
	}
	if len(docs) == 0 {
		return
	}
	if len(docs) > 1 {
		p.fail(docs[1].GetToken(), "a second document: the file has one")
	}
	p.mapping(docs[0], "the file", func(key *token.Token, value ast.Node) {
		switch key.Value {
		case "target":
			if s, ok := p.text(value, "a range of versions such as \">=23.1\""); ok {
				_, err := rules.ParseTarget(s)
				p.check(value, err)
				p.c.Target = s
			}
		case "layout":
			if s, ok := p.text(value, "the name of a layout"); ok {
				if !slices.Contains(layout.Names(), s) {
					p.fail(value.GetToken(), "layout %q is not known: take one of %s%s", s, strings.Join(layout.Names(), ", "), near.Hint(s, layout.Names()))
				}
				p.c.Layout = s
			}
		case "fail-on":
			if s, ok := p.text(value, "a severity, a fidelity or never"); ok {
				_, err := lint.ParseFailOn(s)
				p.check(value, err)
				p.c.FailOn = s
			}
		case "advice":
			b, ok := value.(*ast.BoolNode)
			if !ok {
				p.fail(value.GetToken(), "advice is true or false, not %s", what(value))
				return
			}
			p.c.Advice = &b.Value
		case "rules":
			p.rules(value)
		case "exclude":
			p.exclude(value)
		default:
			p.fail(key, "unknown key %q: the keys are %s%s", key.Value, strings.Join(keys, ", "), near.Hint(key.Value, keys))
		}
	})
}

func (p *reader) rules(n ast.Node) {
	var names []string
	for _, r := range rules.All() {
		names = append(names, r.Name)
	}
	p.c.Severity = map[string]rules.Severity{}
	p.mapping(n, "rules", func(key *token.Token, value ast.Node) {
		if !slices.Contains(names, key.Value) {
			p.fail(key, "no rule is named %q: `pg2crdb rules` lists them%s", key.Value, near.Hint(key.Value, names))
			return
		}
		s, ok := p.text(value, "off, info, warning or error")
		if !ok {
			return
		}
		sev, known := rules.ParseSeverity(s)
		if !known && s != "off" {
			p.fail(value.GetToken(), "severity %q of rule %s: it is off, info, warning or error%s", s, key.Value, near.Hint(s, []string{"off", "info", "warning", "error"}))
			return
		}
		p.c.Severity[key.Value] = sev
	})
}

func (p *reader) exclude(n ast.Node) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		p.fail(n.GetToken(), "exclude is a list of globs, each on a line of its own behind a dash, not %s", what(n))
		return
	}
	for _, v := range list.Values {
		s, ok := p.text(v, "a glob such as \"**/testdata/**\"")
		if !ok {
			continue
		}
		if s == "" || strings.HasPrefix(s, "/") || strings.HasPrefix(s, "../") || !doublestar.ValidatePattern(s) {
			p.fail(v.GetToken(), "%q is no glob of paths below this directory: write such as \"db/old/**\" or \"**/*_test.sql\"", s)
			continue
		}
		p.c.Exclude = append(p.c.Exclude, s)
	}
}

// mapping calls f for each key of a mapping.
func (p *reader) mapping(n ast.Node, name string, f func(key *token.Token, value ast.Node)) {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	case *ast.NullNode:
		return // a key whose values are all commented out
	default:
		p.fail(n.GetToken(), "%s is a mapping of keys to values, not %s", name, what(n))
		return
	}
	seen := map[string]bool{}
	for _, v := range values {
		key := v.Key.GetToken()
		if seen[key.Value] {
			p.fail(key, "key %q is there twice", key.Value)
			continue
		}
		seen[key.Value] = true
		f(key, v.Value)
	}
}

// text returns a value as it is written: 24.10 is a version, not a number.
func (p *reader) text(n ast.Node, want string) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	p.fail(n.GetToken(), "this is %s, not %s", what(n), want)
	return "", false
}

func (p *reader) check(n ast.Node, err error) {
	if err != nil {
		p.fail(n.GetToken(), "%s", err)
	}
}

// what names the kind of a node.
func what(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.NullNode:
		return "empty"
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return "an anchor, an alias or a tag"
	}
	return fmt.Sprintf("%q", n.GetToken().Value)
}
