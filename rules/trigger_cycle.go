package rules

import (
	"fmt"
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var triggerCycle = &Rule{
	Name:       "trigger-cycle",
	Title:      "A trigger whose function calls one that uses the trigger's table",
	Condition:  "`CREATE TRIGGER` on a table whose trigger function calls a function that reads or changes that table. (What the trigger function itself does with the table is accepted.)",
	Effect:     "CockroachDB notes that the table depends on the called function, and that on the table, and refuses the cycle (SQLSTATE 42P13, \"there will be a dependency cycle\").",
	Workaround: "Manual: write what the called function does into the trigger function.",
	Versions:   ">=24.3",
	Sources:    []string{"CockroachDB source v26.1, pkg/sql/catalog/funcdesc/func_desc.go", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a function that counts the rows",
			Target: ">=24.3",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, n INT8);\nCREATE FUNCTION g() RETURNS INT8 LANGUAGE sql AS 'SELECT count(*) FROM t';\n" +
				"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := g(); RETURN NEW; END $$;\n",
			Input:  "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\n",
			Want:   []string{"1:1 error manual"},
			Error:  "dependency cycle",
			Manual: true,
		},
		{
			Name:   "the trigger function itself",
			Target: ">=24.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, n INT8);\nCREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := (SELECT count(*) FROM t); RETURN NEW; END $$;\n",
			Input:  "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateTrigStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.CreateTrigStmt)
		t := p.Catalog.Table(n.Relation)
		mem := sharedState[routineUsers](p, routineDependency)
		body := mem.bodies[catalog.ListName(n.Funcname).Name]
		if t == nil || body == nil || p.Stmt.Down {
			return
		}
		for _, name := range body.functions {
			if u := mem.users[userKey("function", catalog.Name{Name: name})]; u != nil && slices.Contains(u.relations, tableID(p, t.Name)) {
				p.Report(manual(fmt.Sprintf("the trigger's function calls %s, which uses table %s: CockroachDB refuses the cycle", name, t.Name.Name), "Write what the function does into the trigger function"))
				return
			}
		}
	},
}
