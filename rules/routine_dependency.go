package rules

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var routineDependency = &Rule{
	Name:  "routine-dependency",
	Title: "What a function, a trigger or another view names is renamed, changed or dropped",
	Condition: "`RENAME COLUMN`, `DROP COLUMN` or `ALTER COLUMN TYPE` of a column that a function's body names, and the latter two of one that a trigger's function names; renaming, moving or dropping a table that a trigger's function uses; " +
		"renaming or moving a view that another view uses; `DROP FUNCTION` of one that another function calls; `DROP TABLE ... CASCADE` of a table that a function uses. (For tables and their views and functions see `dependent-object`.)",
	Effect: "PostgreSQL looks the names in a function up when it runs. CockroachDB notes what a function, a trigger and a view name, and refuses the statement (SQLSTATE 2BP01). " +
		"`DROP TABLE ... CASCADE` drops the functions that use the table.",
	Workaround: "A person has to drop the function, the trigger or the view in front of the statement and make it again behind it, with the new names.",
	Versions:   "*",
	Issues:     []int{10083, 83233},
	Sources:    []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a column that a function reads",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8, b INT8);\nCREATE FUNCTION n() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM t WHERE a = 1';\n",
			Input:  "ALTER TABLE t RENAME COLUMN a TO c;\n",
			Want:   []string{"1:1 error manual"},
			Error:  "because function \"n\" depends on it",
			Manual: true,
		},
		{
			Name:   "columns that a trigger's function writes",
			Target: ">=24.3",
			Setup: "CREATE TABLE s (id INT8 PRIMARY KEY, n INT8, m INT8);\nCREATE TABLE u (id INT8 PRIMARY KEY);\n" +
				"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE s SET n = n + 1, m = 2; RETURN NULL; END$$;\n" +
				"CREATE TRIGGER tg AFTER INSERT ON u FOR EACH ROW EXECUTE FUNCTION f();\n",
			Input:  "ALTER TABLE s DROP COLUMN n;\nALTER TABLE s ALTER COLUMN m TYPE INT4;\n",
			Want:   []string{"1:1 error manual", "2:1 error manual"},
			Error:  "because trigger \"tg\" on table \"u\" depends on it",
			Manual: true,
		},
		{
			Name:   "a view under another",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\nCREATE VIEW v AS SELECT a FROM t;\nCREATE VIEW w AS SELECT a FROM v;\n",
			Input:  "ALTER VIEW v RENAME TO x;\n",
			Want:   []string{"1:1 error manual"},
			Error:  "because view \"w\" depends on it",
			Manual: true,
		},
		{
			Name:  "what nothing names",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8, b INT8);\nCREATE FUNCTION n() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM t WHERE a = 1';\n",
			Input: "ALTER TABLE t RENAME COLUMN b TO c;\nDROP FUNCTION n();\nALTER TABLE t RENAME COLUMN a TO b;\n",
		},
		{
			Name:   "another column, another name",
			Target: ">=24.3",
			Setup: "CREATE TABLE s (id INT8 PRIMARY KEY, n INT8, m INT8);\nCREATE TABLE u (id INT8 PRIMARY KEY);\n" +
				"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE s SET n = n + 1; RETURN NULL; END$$;\n" +
				"CREATE TRIGGER tg AFTER INSERT ON u FOR EACH ROW EXECUTE FUNCTION f();\n",
			Input: "ALTER TABLE s DROP COLUMN m;\nALTER TABLE s RENAME COLUMN n TO c;\n",
		},
	},
	Finish:    clearObstacles,
	Statement: followObstacles,
	Nodes: []pgsql.Kind{
		pgsql.KindViewStmt, pgsql.KindCreateTableAsStmt, pgsql.KindCreateFunctionStmt, pgsql.KindCreateTrigStmt,
		pgsql.KindDropStmt, pgsql.KindRenameStmt, pgsql.KindAlterObjectSchemaStmt, pgsql.KindAlterTableStmt,
	},
	Check: func(p *Pass, node pgsql.Node) {
		mem := State[routineUsers](p)
		if mem.users == nil {
			*mem = routineUsers{users: map[string]*user{}, byRelation: userIndex{}, byFunction: userIndex{}, byTable: userIndex{}}
		}
		if p.Stmt.Down {
			return
		}
		switch n := node.(type) {
		case *pgsql.ViewStmt:
			mem.add(p, "view", catalog.Name{Schema: n.View.Schemaname, Name: n.View.Relname}, usedNamesOf([]pgsql.Node{n.Query}))
		case *pgsql.CreateTableAsStmt:
			if n.Objtype == pgsql.ObjectMatview && n.Into != nil {
				mem.add(p, "view", catalog.Name{Schema: n.Into.Rel.Schemaname, Name: n.Into.Rel.Relname}, usedNamesOf([]pgsql.Node{n.Query}))
			}
		case *pgsql.CreateFunctionStmt:
			r := routineOf(p)
			if r.body == nil {
				return
			}
			var trees []pgsql.Node
			for _, f := range r.body.code {
				if f.tree != nil {
					trees = append(trees, f.tree)
				}
			}
			if r.isTrigger() {
				mem.bodies = mapSet(mem.bodies, r.name.Name, usedNamesOf(trees))
				return
			}
			if !isBroken(p, r.name) {
				mem.add(p, r.noun, r.name, usedNamesOf(trees))
			}
		case *pgsql.CreateTrigStmt:
			if m := mem.bodies[catalog.ListName(n.Funcname).Name]; m != nil && n.Relation != nil {
				mem.add(p, "trigger", catalog.Name{Schema: n.Relation.Schemaname, Name: n.Trigname + onTable + n.Relation.Relname}, m)
			}
		case *pgsql.DropStmt:
			mem.drop(p, n)
		case *pgsql.RenameStmt:
			mem.rename(p, n)
		case *pgsql.AlterObjectSchemaStmt:
			if n.Relation != nil {
				mem.refuse(p, n.Relation, "", "SET SCHEMA", mem.ours(p, n.Relation))
			}
		case *pgsql.AlterTableStmt:
			for _, c := range n.Cmds {
				cmd, ok := c.(*pgsql.AlterTableCmd)
				if ok && (cmd.Subtype == pgsql.ATDropColumn || cmd.Subtype == pgsql.ATAlterColumnType) {
					what := map[pgsql.AlterTableType]string{pgsql.ATDropColumn: "DROP COLUMN", pgsql.ATAlterColumnType: "ALTER COLUMN TYPE"}[cmd.Subtype]
					mem.refuse(p, n.Relation, cmd.Name, what, (*user).isCode)
				}
			}
		}
	},
}

func mapSet[K comparable, V any](m map[K]V, k K, v V) map[K]V {
	if m == nil {
		m = map[K]V{}
	}
	m[k] = v
	return m
}

// routineUsers is the rule's memory: what uses relations, by its own key.
type routineUsers struct {
	users map[string]*user
	// byRelation and byFunction are the users by what they name, byTable the
	// triggers by the name of their own table.
	byRelation, byFunction, byTable userIndex
	// bodies are those of trigger functions, which depend on nothing until a
	// trigger runs them.
	bodies map[string]*usedNames
}

// onTable stands between the name of a trigger and that of its table.
const onTable = " on table "

// userIndex finds users by something about them.
type userIndex map[string][]*user

// set notes a user, in the place of the one that had its key.
func (mem *routineUsers) set(u *user) {
	key := u.key()
	mem.unset(key)
	mem.users[key] = u
	u.each(mem, func(ix userIndex, by string) { ix[by] = append(ix[by], u) })
}

func (mem *routineUsers) unset(key string) {
	if u := mem.users[key]; u != nil {
		delete(mem.users, key)
		u.each(mem, func(ix userIndex, by string) { dropFrom(ix, by, u) })
	}
}

// each calls f for all that the user is found by.
func (u *user) each(mem *routineUsers, f func(ix userIndex, by string)) {
	for _, r := range u.relations {
		f(mem.byRelation, r)
	}
	for _, fn := range u.functions {
		f(mem.byFunction, fn)
	}
	if _, table, ok := strings.Cut(u.name, onTable); ok && u.noun == "trigger" {
		f(mem.byTable, table)
	}
}

// user is a view, a function or a trigger, with what it names.
type user struct {
	noun, name string
	schema     string // as the statement that made it, or a trigger's table, says it
	*usedNames
	// relations are those of the tables that exist, by tableID.
	relations []string
}

// usedNames are the names in the text of something, each once.
type usedNames struct {
	tables             []catalog.Name
	columns, functions []string
	star               bool
}

// usedNamesOf collects the names in a text.
func usedNamesOf(trees []pgsql.Node) *usedNames {
	m := &usedNames{}
	for _, tree := range trees {
		pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
			switch n := n.(type) {
			case *pgsql.RangeVar:
				m.tables = with(m.tables, catalog.Name{Schema: n.Schemaname, Name: n.Relname})
			case *pgsql.ColumnRef:
				if s, ok := n.Fields[len(n.Fields)-1].(*pgsql.String); ok {
					m.columns = with(m.columns, s.Sval)
				} else {
					m.star = true
				}
			case *pgsql.ResTarget:
				if n.Name != "" {
					m.columns = with(m.columns, n.Name)
				}
			case *pgsql.FuncCall:
				m.functions = with(m.functions, catalog.ListName(n.Funcname).Name)
			}
			return true
		})
	}
	m.tables, m.columns, m.functions = slices.Clip(m.tables), slices.Clip(m.columns), slices.Clip(m.functions)
	return m
}

// with appends what is not there yet.
func with[T comparable](list []T, e T) []T {
	if slices.Contains(list, e) {
		return list
	}
	return append(list, e)
}

func (u *user) key() string { return userKey(u.noun, catalog.Name{Name: u.name}) }

// isCode reports whether the user has a body: of its own, or that of its function.
func (u *user) isCode() bool { return u.isRoutine() || u.noun == "trigger" }

func (u *user) isRoutine() bool { return u.noun == "function" || u.noun == "procedure" }

func userKey(noun string, name catalog.Name) string {
	if noun == "procedure" {
		noun = "function"
	}
	return noun + " " + name.Name
}

// add notes what a statement makes and what that names.
func (mem *routineUsers) add(p *Pass, noun string, name catalog.Name, m *usedNames) {
	u := &user{noun: noun, name: name.Name, schema: name.Schema, usedNames: m}
	for _, n := range m.tables {
		if t := p.Catalog.Relation(n); t != nil {
			u.relations = with(u.relations, tableID(p, t.Name))
		}
	}
	mem.set(u)
}

// using returns what uses a relation, or a column of it, in order.
func (mem *routineUsers) using(p *Pass, rv *pgsql.RangeVar, column string, which func(*user) bool) []*user {
	t := p.Catalog.Table(rv)
	if t == nil {
		return nil
	}
	id := tableID(p, t.Name)
	var out []*user
	for _, u := range mem.byRelation[id] {
		if !which(u) || column != "" && !u.star && !slices.Contains(u.columns, column) {
			continue
		}
		out = append(out, u)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out
}

// refuse reports a statement that something's use of the relation forbids.
func (mem *routineUsers) refuse(p *Pass, rv *pgsql.RangeVar, column, what string, which func(*user) bool) {
	users := mem.using(p, rv, column, which)
	if len(users) == 0 {
		return
	}
	var names []string
	var obstacles []*obstacle
	for _, u := range users {
		names = append(names, u.noun+" "+u.name)
		obstacles = append(obstacles, &obstacle{kind: u.noun, name: catalog.Name{Schema: u.schema, Name: u.name}})
	}
	subject := rv.Relname
	if column != "" {
		subject += "." + column
	}
	obstruct(p, manual(fmt.Sprintf("CockroachDB refuses %s of %s because %s uses it", what, subject, strings.Join(names, ", ")),
		"Drop what uses it in front of the statement, and make it again behind it with the new names"), obstacles)
}

// ours selects what rule dependent-object does not speak of: for a table its
// triggers, for a view everything.
func (mem *routineUsers) ours(p *Pass, rv *pgsql.RangeVar) func(*user) bool {
	t := p.Catalog.Table(rv)
	view := t != nil && (t.Kind == catalog.View || t.Kind == catalog.MatView)
	return func(u *user) bool { return view || u.noun == "trigger" }
}

func (mem *routineUsers) rename(p *Pass, n *pgsql.RenameStmt) {
	switch n.RenameType {
	case pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview:
		mem.refuse(p, n.Relation, "", "RENAME", mem.ours(p, n.Relation))
		// A view keeps its own dependencies under its new name.
		if n.Relation != nil {
			old := userKey("view", catalog.Name{Name: n.Relation.Relname})
			if u := mem.users[old]; u != nil {
				mem.unset(old)
				u.name = n.Newname
				mem.set(u)
			}
			mem.renameTable(n.Relation.Relname, n.Newname)
		}
	case pgsql.ObjectColumn:
		if t := p.Catalog.Table(n.Relation); t != nil && t.Kind != catalog.View && t.Kind != catalog.MatView {
			mem.refuse(p, n.Relation, n.Subname, "RENAME COLUMN", (*user).isRoutine)
		}
	}
}

// renameTable lets the triggers of a table follow it.
func (mem *routineUsers) renameTable(from, to string) {
	for _, u := range slices.Clone(mem.byTable[from]) {
		mem.unset(u.key())
		u.name = strings.TrimSuffix(u.name, onTable+from) + onTable + to
		mem.set(u)
	}
}

func (mem *routineUsers) drop(p *Pass, n *pgsql.DropStmt) {
	gone := map[string]bool{}
	for _, o := range n.Objects {
		switch o := o.(type) {
		case *pgsql.List:
			gone[catalog.ListName(o.Items).Name] = true
		case *pgsql.ObjectWithArgs:
			gone[catalog.ListName(o.Objname).Name] = true
		}
	}
	switch n.RemoveType {
	case pgsql.ObjectView, pgsql.ObjectMatview:
		for name := range gone {
			mem.unset("view " + name)
		}
	case pgsql.ObjectTrigger:
		if id, table := droppedTrigger(p, n); id.name != "" {
			if i := strings.LastIndexByte(table, '.'); i >= 0 {
				table = table[i+1:]
			}
			mem.unset("trigger " + id.name + onTable + strings.Trim(table, `"`))
		}
	case pgsql.ObjectFunction, pgsql.ObjectProcedure, pgsql.ObjectRoutine:
		for name := range gone {
			mem.callers(p, n, name, gone)
			mem.unset("function " + name)
		}
	case pgsql.ObjectTable:
		for _, o := range n.Objects {
			if l, ok := o.(*pgsql.List); ok {
				mem.dropTable(p, n, catalog.ListName(l.Items))
			}
		}
	}
}

// callers reports a dropped function that other functions call.
func (mem *routineUsers) callers(p *Pass, n *pgsql.DropStmt, name string, gone map[string]bool) {
	if len(p.Catalog.Functions(catalog.Name{Name: name})) == 0 {
		return
	}
	var names []string
	for _, u := range mem.byFunction[name] {
		if u.isRoutine() && !gone[u.name] && u.name != name {
			names = append(names, u.noun+" "+u.name)
		}
	}
	if len(names) == 0 {
		return
	}
	sort.Strings(names)
	p.Report(manual(fmt.Sprintf("CockroachDB refuses to drop %s because %s calls it", name, strings.Join(names, ", ")), "Drop what calls it first, and make it again behind the statement if it is still needed"))
}

// dropTable reports a dropped table that functions use.
func (mem *routineUsers) dropTable(p *Pass, n *pgsql.DropStmt, name catalog.Name) {
	rv := &pgsql.RangeVar{Schemaname: name.Schema, Relname: name.Name}
	other := func(u *user) bool { return u.noun == "trigger" && !strings.HasSuffix(u.name, onTable+name.Name) }
	if n.Behavior == pgsql.DropCascade {
		for _, u := range mem.using(p, rv, "", func(*user) bool { return true }) {
			if u.isRoutine() {
				p.Report(Finding{Severity: Warning, Fidelity: Changed, Message: fmt.Sprintf("CASCADE drops %s %s with the table, which PostgreSQL does not", u.noun, u.name)})
			}
			mem.unset(u.key())
		}
		return
	}
	mem.refuse(p, rv, "", "DROP TABLE", other)
	// The table's own triggers go with it.
	for _, u := range slices.Clone(mem.byTable[name.Name]) {
		mem.unset(u.key())
	}
}
