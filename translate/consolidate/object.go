package consolidate

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// object is what stands beside the tables: a schema, an extension, a type, a
// sequence, a function or a view, with the statements that make and change it.
type object struct {
	key   string
	name  catalog.Name
	items []*item
	// first tells that it is made in front of all else: a schema, an extension.
	first bool
	gone  bool
	// demoted tells that it is carried over in its place: it depends on what is.
	demoted bool
}

func objectKey(kind string, n catalog.Name) string {
	if n.Schema == "" {
		n.Schema = "public"
	}
	return kind + " " + n.Schema + "." + n.Name
}

// object sorts the statements that make or change an object. It reports false
// for others.
func (b *builder) object(it *item) bool {
	made := func(kind string, n catalog.Name) bool {
		b.make(it, objectKey(kind, b.qualify(n)), b.qualify(n))
		return true
	}
	changed := func(kind string, n catalog.Name) bool {
		if o := b.objects[objectKey(kind, b.qualify(n))]; o != nil {
			it.object = o
			o.items = append(o.items, it)
		}
		return true
	}
	switch n := it.st.Tree.(type) {
	case *pgsql.CreateSchemaStmt:
		made("schema", catalog.Name{Name: n.Schemaname})
		it.object.first = true
		return true
	case *pgsql.CreateExtensionStmt:
		made("extension", catalog.Name{Name: n.Extname})
		it.object.first = true
		return true
	case *pgsql.CreateEnumStmt:
		return made("type", catalog.ListName(n.TypeName))
	case *pgsql.CreateDomainStmt:
		return made("type", catalog.ListName(n.Domainname))
	case *pgsql.CompositeTypeStmt:
		return made("type", rangeName(n.Typevar))
	case *pgsql.CreateRangeStmt:
		return made("type", catalog.ListName(n.TypeName))
	case *pgsql.AlterEnumStmt:
		return changed("type", catalog.ListName(n.TypeName))
	case *pgsql.AlterDomainStmt:
		return changed("type", catalog.ListName(n.TypeName))
	case *pgsql.CreateSeqStmt:
		return made("sequence", rangeName(n.Sequence))
	case *pgsql.AlterSeqStmt:
		if ownedBy(it.st) >= 0 { // the table has to be there
			name := b.qualify(rangeName(n.Sequence))
			it.about = func() bool { return b.catalog.Sequence(name) != nil }
			return true
		}
		return changed("sequence", rangeName(n.Sequence))
	case *pgsql.ViewStmt:
		return made("view", rangeName(n.View))
	case *pgsql.CreateTableAsStmt:
		if n.Into == nil || n.Into.Rel == nil || n.Objtype != pgsql.ObjectMatview {
			return false
		}
		return made("view", rangeName(n.Into.Rel))
	case *pgsql.CreateFunctionStmt:
		b.make(it, b.functionKey(n), b.qualify(catalog.ListName(n.Funcname)))
		return true
	case *pgsql.AlterFunctionStmt:
		if n.Func == nil {
			return false
		}
		for _, o := range b.functions(n.Func) {
			it.object = o
			o.items = append(o.items, it)
			return true
		}
		return true
	}
	return false
}

// make registers an object. One of the same key, which CREATE OR REPLACE
// replaces, goes.
func (b *builder) make(it *item, key string, name catalog.Name) {
	if old := b.objects[key]; old != nil {
		if it.st.Find(0, "exists") >= 0 && it.st.Find(0, "exists") <= 4 { // IF NOT EXISTS
			it.object, it.gone = old, true
			return
		}
		if old.demoted {
			o := &object{key: key, name: name, items: []*item{it}, demoted: true}
			it.object, b.objects[key] = o, o
			b.made = append(b.made, o)
			return
		}
		// The new definition stands in the place of the old one, and what was
		// said of the old one stays.
		old.items = append([]*item{it}, old.items[1:]...)
		it.object = old
		return
	}
	o := &object{key: key, name: name, items: []*item{it}}
	it.object, b.objects[key] = o, o
	b.made = append(b.made, o)
}

// qualify completes a name with the schema that it is made in.
func (b *builder) qualify(n catalog.Name) catalog.Name {
	if n.Schema == "" {
		n.Schema = "public"
		if len(b.catalog.SearchPath) > 0 {
			n.Schema = b.catalog.SearchPath[0]
		}
	}
	return n
}

// functionKey tells overloads apart by the types of their arguments.
func (b *builder) functionKey(n *pgsql.CreateFunctionStmt) string {
	var types []string
	for _, p := range n.Parameters {
		if fp, ok := p.(*pgsql.FunctionParameter); ok && fp.Mode != pgsql.FuncParamOut && fp.Mode != pgsql.FuncParamTable {
			types = append(types, typeName(fp.ArgType))
		}
	}
	return objectKey("function", b.qualify(catalog.ListName(n.Funcname))) + "(" + strings.Join(types, ",") + ")"
}

// functions returns the functions that a name means, perhaps with the types of
// its arguments.
func (b *builder) functions(o *pgsql.ObjectWithArgs) []*object {
	key := objectKey("function", b.qualify(catalog.ListName(o.Objname)))
	if !o.ArgsUnspecified {
		var types []string
		for _, a := range o.Objargs {
			if tn, ok := a.(*pgsql.TypeName); ok {
				types = append(types, typeName(tn))
			}
		}
		if f := b.objects[key+"("+strings.Join(types, ",")+")"]; f != nil && !f.gone {
			return []*object{f}
		}
		return nil
	}
	var out []*object
	for _, f := range b.made {
		if strings.HasPrefix(f.key, key+"(") && !f.gone {
			out = append(out, f)
		}
	}
	return out
}

func typeName(tn *pgsql.TypeName) string {
	t := catalog.TypeOf(tn)
	return fmt.Sprintf("%s.%s%d", t.Schema, t.Name, t.Dims)
}

func rangeName(rv *pgsql.RangeVar) catalog.Name {
	if rv == nil {
		return catalog.Name{}
	}
	return catalog.Name{Schema: rv.Schemaname, Name: rv.Relname}
}

// ownedBy returns the token of OWNED BY in a statement about a sequence, -1 if
// it names no table.
func ownedBy(st *pgsql.Statement) int {
	i := st.Find(0, "owned")
	if i < 0 || st.Is(i+2, "none") {
		return -1
	}
	return i
}

// drop sorts a DROP: what it drops goes with all that was said of it.
func (b *builder) drop(it *item, n *pgsql.DropStmt, before state) {
	it.gone = true
	carry := before.unknown
	for _, def := range before.dropped {
		switch t := b.tables[def]; {
		case t != nil:
			// Its statements say nothing of what is there in the end.
		case b.objects[objectKey("view", def.Name)] != nil:
			b.remove(b.objects[objectKey("view", def.Name)])
		default:
			carry = true
		}
	}
	for _, ix := range before.indexes {
		if t := b.tables[ix.Table]; t == nil {
			carry = true
		} else if t.unfolded {
			it.table, it.gone = t, false
		}
	}
	for _, def := range before.uniques {
		if t := b.tables[def]; t == nil {
			carry = true
		} else if t.unfolded {
			it.table, it.gone = t, false
		}
	}
	switch n.RemoveType {
	case pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview, pgsql.ObjectIndex:
	case pgsql.ObjectTrigger, pgsql.ObjectPolicy:
		carry = !b.dropOn(n)
	default:
		for _, o := range n.Objects {
			found := b.dropped(n.RemoveType, o)
			for _, f := range found {
				b.remove(f)
			}
			carry = carry || len(found) == 0 && !n.MissingOk
		}
	}
	if carry {
		it.gone = false
	}
}

func (b *builder) remove(o *object) {
	o.gone = true
	delete(b.objects, o.key)
}

// dropped returns the objects that are meant by an element of DROP.
func (b *builder) dropped(t pgsql.ObjectType, n pgsql.Node) []*object {
	var name catalog.Name
	switch n := n.(type) {
	case *pgsql.List:
		name = catalog.ListName(n.Items)
	case *pgsql.String:
		name = catalog.Name{Name: n.Sval}
	case *pgsql.TypeName:
		name = catalog.ListName(n.Names)
	case *pgsql.ObjectWithArgs:
		return b.functions(n)
	}
	kind := map[pgsql.ObjectType]string{
		pgsql.ObjectSequence: "sequence", pgsql.ObjectTypeObjectType: "type", pgsql.ObjectDomain: "type",
		pgsql.ObjectSchema: "schema", pgsql.ObjectExtension: "extension",
	}[t]
	if o := b.objects[objectKey(kind, b.qualify(name))]; o != nil && kind != "" {
		return []*object{o}
	}
	return nil
}
