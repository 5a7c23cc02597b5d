//go:build ignore

// Command gen_ast writes ast_gen.go, decode_gen.go and walk_gen.go: the parse
// tree as plain Go structs, the decoder that fills them from libpg_query's
// JSON, and the walk over them. It reads the message descriptors that
// pg_query_go carries, so a new pg_query_go needs only `go generate`.
//
// Why not the structs of pg_query_go itself: packing the tree as protobuf in C
// and decoding it in Go is three quarters of the cost of pg_query.Parse, the
// JSON of the same tree costs a quarter of it, and a tree of interfaces lets a
// rule say `case *pgsql.CreateStmt` without unwrapping.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"log"
	"os"
	"slices"
	"sort"
	"strings"
	"unicode"

	pg_query "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// analysed names what only PostgreSQL's analyser and planner make; the raw
// parser never does, so carrying them would be dead weight. A node that is met
// all the same decodes to *Unknown and is reported, not dropped.
var analysed = strings.Fields(`Query Var Param Aggref WindowFunc SubscriptingRef FuncExpr OpExpr
	DistinctExpr NullIfExpr ScalarArrayOpExpr SubPlan AlternativeSubPlan FieldSelect FieldStore
	RelabelType CoerceViaIO ArrayCoerceExpr ConvertRowtypeExpr CaseTestExpr ArrayExpr RowCompareExpr
	CoerceToDomain CoerceToDomainValue NextValueExpr InferenceElem TargetEntry RangeTblRef FromExpr
	OnConflictExpr RangeTblEntry RTEPermissionInfo RangeTblFunction WithCheckOption SortGroupClause
	WindowClause RowMarkClause TableFunc JsonConstructorExpr JsonIsPredicate MergeAction OidList
	ParseResult ScanResult ScanToken Node Token KeywordKind InlineCodeBlock CallContext`)

func main() {
	log.SetFlags(0)
	file := pg_query.File_pg_query_proto
	skip := map[string]bool{}
	for _, name := range analysed {
		skip[name] = true
	}

	var messages []protoreflect.MessageDescriptor
	for i := 0; i < file.Messages().Len(); i++ {
		if m := file.Messages().Get(i); !skip[string(m.Name())] {
			messages = append(messages, m)
		}
	}
	sort.Slice(messages, func(i, j int) bool { return messages[i].Name() < messages[j].Name() })

	g := &generator{skip: skip, enums: map[string]protoreflect.EnumDescriptor{}}
	g.ast(messages)
	g.decode(messages)
	g.walk(messages)
}

type generator struct {
	skip  map[string]bool
	enums map[string]protoreflect.EnumDescriptor
}

func (g *generator) ast(messages []protoreflect.MessageDescriptor) {
	var b bytes.Buffer
	b.WriteString(header)
	b.WriteString("// Kind names the type of a node.\ntype Kind uint16\n\nconst (\n\tKindUnknown Kind = iota\n")
	for _, m := range messages {
		fmt.Fprintf(&b, "\tKind%s\n", goName(string(m.Name())))
	}
	b.WriteString("\n\t// KindCount is one more than the last kind.\n\tKindCount\n)\n\nvar kindNames = [...]string{\n\t\"Unknown\",\n")
	for _, m := range messages {
		fmt.Fprintf(&b, "\t%q,\n", m.Name())
	}
	b.WriteString("}\n\n")

	for _, m := range messages {
		name := goName(string(m.Name()))
		fmt.Fprintf(&b, "// %s is libpg_query's message %s.\ntype %s struct {\n", name, m.Name(), name)
		fields := g.fields(m)
		sort.SliceStable(fields, func(i, j int) bool { return fields[i].align() > fields[j].align() })
		for _, f := range fields {
			fmt.Fprintf(&b, "\t%s %s\n", f.name, f.typ)
		}
		fmt.Fprintf(&b, "}\n\n// Kind returns Kind%s.\nfunc (*%s) Kind() Kind { return Kind%s }\n\n", name, name, name)
	}

	used := map[string]bool{"Node": true, "Kind": true, "Unknown": true}
	for _, m := range messages {
		used[goName(string(m.Name()))] = true
	}
	for _, name := range g.enumNames() {
		used[goName(name)] = true
	}
	for _, name := range g.enumNames() {
		e := g.enums[name]
		typ := goName(name)
		fmt.Fprintf(&b, "// %s is libpg_query's enum %s.\ntype %s int32\n\nconst (\n", typ, name, typ)
		for i := 0; i < e.Values().Len(); i++ {
			v := e.Values().Get(i)
			if v.Number() == 0 { // *_UNDEFINED, which the protobuf adds
				continue
			}
			c := goName(string(v.Name()))
			if used[c] {
				c = typ + c
			}
			used[c] = true
			fmt.Fprintf(&b, "\t%s %s = %d\n", c, typ, v.Number())
		}
		b.WriteString(")\n\n")
	}
	write("ast_gen.go", b.Bytes())
}

type field struct {
	name, typ string
	desc      protoreflect.FieldDescriptor
	// one of: "string", "bool", "int", "enum", "node", "message"; list when repeated
	class string
	elem  string
	list  bool
}

// leftOut are fields that PostgreSQL sets when it analyzes a statement, and no parser
// does, or that nobody here asks for: of the nodes that there are most of, which
// are kept small.
var leftOut = map[string][]string{
	"Constraint": {"cooked_expr", "old_conpfeqop", "old_pktable_oid", "reset_default_tblspc", "initially_valid",
		"fk_matchtype", "fk_upd_action", "fk_del_action"},
	"ColumnDef":    {"cooked_default", "identity_sequence", "inhcount", "coll_oid", "is_from_type", "storage"},
	"IndexElem":    {"indexcolname"},
	"IndexStmt":    {"exclude_op_names", "idxcomment", "index_oid", "old_number", "old_create_subid", "old_first_relfilelocator_subid", "transformed", "reset_default_tblspc"},
	"CoalesceExpr": {"xpr", "coalescetype", "coalescecollid"},
}

func (g *generator) fields(m protoreflect.MessageDescriptor) []field {
	var out []field
	for i := 0; i < m.Fields().Len(); i++ {
		d := m.Fields().Get(i)
		if slices.Contains(leftOut[string(m.Name())], string(d.Name())) {
			continue
		}
		f := field{name: goName(string(d.Name())), desc: d, list: d.IsList()}
		if f.name == "Kind" { // the method's name
			f.name = "Kind_"
		}
		switch d.Kind() {
		case protoreflect.StringKind:
			f.class, f.elem = "string", "string"
		case protoreflect.BoolKind:
			f.class, f.elem = "bool", "bool"
		case protoreflect.Int32Kind:
			f.class, f.elem = "int", "int32"
		case protoreflect.Uint32Kind:
			f.class, f.elem = "int", "uint32"
		case protoreflect.Int64Kind:
			f.class, f.elem = "int", "int64"
		case protoreflect.Uint64Kind:
			f.class, f.elem = "int", "uint64"
		case protoreflect.EnumKind:
			f.class, f.elem = "enum", goName(string(d.Enum().Name()))
			g.enums[string(d.Enum().Name())] = d.Enum()
		case protoreflect.MessageKind:
			switch name := string(d.Message().Name()); {
			case name == "Node":
				f.class, f.elem = "node", "Node"
			case g.skip[name]:
				continue
			default:
				f.class, f.elem = "message", goName(name)
			}
		default:
			log.Fatalf("%s: field kind %s is not handled", d.FullName(), d.Kind())
		}
		if d.ContainingOneof() != nil { // A_Const's value
			if len(out) > 0 && out[len(out)-1].class == "oneof" {
				continue
			}
			out = append(out, field{name: "Val", typ: "Node", desc: d, class: "oneof"})
			continue
		}
		f.typ = f.elem
		if f.class == "message" {
			f.typ = "*" + f.elem
		}
		if f.list {
			f.typ = "[]" + f.typ
		}
		out = append(out, f)
	}
	return out
}

// align returns how many bytes a field's place is a multiple of. Those that want
// the most come first, so that no room is lost between them.
func (f field) align() int {
	switch {
	case f.list:
		return 8
	case f.class == "bool":
		return 1
	case f.class == "enum", f.typ == "int32", f.typ == "uint32":
		return 4
	}
	return 8
}

func (g *generator) decode(messages []protoreflect.MessageDescriptor) {
	var b bytes.Buffer
	b.WriteString(header)
	b.WriteString("import \"strings\"\n\n")
	// Without the decoding: a call that held one variable for each kind would
	// take a kilobyte of stack for each level of the tree.
	b.WriteString("// newNode returns an empty node of the kind that the tree calls name.\nfunc (r *treeReader) newNode(name string) Node {\n\tswitch name {\n")
	for _, m := range messages {
		fmt.Fprintf(&b, "\tcase %q:\n\t\treturn %s\n", m.Name(), makeNode(goName(string(m.Name()))))
	}
	b.WriteString("\t}\n\treturn &Unknown{Name: strings.Clone(name)}\n}\n\n")
	for _, m := range messages {
		name := goName(string(m.Name()))
		fields := g.fields(m)
		fmt.Fprintf(&b, "func (n *%s) decode(r *treeReader) {\n\tfor first := true; r.field(first); first = false {\n\t\tswitch r.key {\n", name)
		for _, f := range fields {
			if f.class == "oneof" {
				od := f.desc.ContainingOneof()
				for i := 0; i < od.Fields().Len(); i++ {
					d := od.Fields().Get(i)
					fmt.Fprintf(&b, "\t\tcase %q:\n\t\t\tv := %s\n\t\t\tv.decode(r)\n\t\t\tn.Val = v\n", d.JSONName(), makeNode(goName(string(d.Message().Name()))))
				}
				continue
			}
			fmt.Fprintf(&b, "\t\tcase %q:\n", f.desc.JSONName())
			var v string
			switch f.class {
			case "string":
				v = "r.str()"
			case "bool":
				v = "r.boolean()"
			case "int":
				v = f.elem + "(r.integer())"
			case "enum":
				v = "read" + f.elem + "(r)"
			case "node":
				v = "r.node()"
			case "message":
				b.WriteString("")
				v = "v"
			}
			pre := ""
			if f.class == "message" {
				pre = fmt.Sprintf("v := new(%s)\nv.decode(r)\n", f.elem)
			}
			if f.list && f.class == "node" {
				fmt.Fprintf(&b, "n.%s = r.nodes()\n", f.name)
			} else if f.list {
				fmt.Fprintf(&b, "for first := true; r.element(first); first = false {\n%sn.%s = append(n.%s, %s)\n}\n", pre, f.name, f.name, v)
			} else {
				fmt.Fprintf(&b, "%sn.%s = %s\n", pre, f.name, v)
			}
		}
		b.WriteString("\t\tdefault:\n\t\t\tr.skip()\n\t\t}\n\t}\n}\n\n")
	}
	for _, name := range g.enumNames() {
		e := g.enums[name]
		typ := goName(name)
		fmt.Fprintf(&b, "func read%s(r *treeReader) %s {\n\tswitch r.enum() {\n", typ, typ)
		for i := 0; i < e.Values().Len(); i++ {
			if v := e.Values().Get(i); v.Number() != 0 {
				fmt.Fprintf(&b, "\tcase %q:\n\t\treturn %d\n", v.Name(), v.Number())
			}
		}
		b.WriteString("\t}\n\treturn 0\n}\n\n")
	}
	write("decode_gen.go", b.Bytes())
}

// makeNode is the expression that makes a node. The most frequent ones, more than
// half of all, are made several at a time.
func makeNode(name string) string {
	switch name {
	case "String", "AConst", "Integer":
		return "r.new" + name + "()"
	}
	return "new(" + name + ")"
}

func (g *generator) enumNames() []string {
	names := make([]string, 0, len(g.enums))
	for name := range g.enums {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (g *generator) walk(messages []protoreflect.MessageDescriptor) {
	var b bytes.Buffer
	b.WriteString(header)
	b.WriteString("// children calls visit for each node directly below n, in the order of the\n// message's fields.\nfunc children(n Node, visit func(Node)) {\n\tswitch n := n.(type) {\n")
	for _, m := range messages {
		var body bytes.Buffer
		for _, f := range g.fields(m) {
			switch {
			case f.class == "oneof":
				continue // a constant's value is part of the constant
			case f.class != "node" && f.class != "message":
				continue
			case f.list:
				fmt.Fprintf(&body, "\t\tfor _, c := range n.%s {\n\t\t\tif c != nil {\n\t\t\t\tvisit(c)\n\t\t\t}\n\t\t}\n", f.name)
			default:
				fmt.Fprintf(&body, "\t\tif n.%s != nil {\n\t\t\tvisit(n.%s)\n\t\t}\n", f.name, f.name)
			}
		}
		if body.Len() > 0 {
			fmt.Fprintf(&b, "\tcase *%s:\n%s", goName(string(m.Name())), body.String())
		}
	}
	b.WriteString("\t}\n}\n\n")
	b.WriteString("// Location returns the byte offset that libpg_query gives for n within the\n// text of its statement, or -1 where the node carries none.\nfunc Location(n Node) int {\n\tswitch n := n.(type) {\n")
	for _, m := range messages {
		if f := m.Fields().ByName("location"); f != nil && f.Kind() == protoreflect.Int32Kind {
			fmt.Fprintf(&b, "\tcase *%s:\n\t\treturn int(n.Location)\n", goName(string(m.Name())))
		}
	}
	b.WriteString("\t}\n\treturn -1\n}\n")
	write("walk_gen.go", b.Bytes())
}

// goName turns protobuf's spellings (table_elts, A_Const, AT_AddColumn,
// CONSTR_NOTNULL) into Go's.
func goName(s string) string {
	var out strings.Builder
	for _, part := range strings.Split(s, "_") {
		if part == "" {
			continue
		}
		r := []rune(part)
		if len(r) > 2 && strings.ToUpper(part) == part {
			r = []rune(strings.ToLower(part))
		}
		r[0] = unicode.ToUpper(r[0])
		out.WriteString(string(r))
	}
	return out.String()
}

func write(name string, src []byte) {
	out, err := format.Source(src)
	if err != nil {
		os.WriteFile(name+".broken", src, 0o644)
		log.Fatalf("format %s: %v", name, err)
	}
	if err := os.WriteFile(name, out, 0o644); err != nil {
		log.Fatal(err)
	}
}

const header = "// Code generated by gen_ast.go; DO NOT EDIT.\n\npackage pgsql\n\n"
