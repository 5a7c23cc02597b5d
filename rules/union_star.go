package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var unionStar = &Rule{
	Name:      "union-star",
	Title:     "NULL behind a * in the second part of a UNION",
	Condition: "`SELECT ... UNION SELECT t.*, NULL`, likewise INTERSECT and EXCEPT: a NULL or a literal without a cast that stands behind a `*` in another part than the first.",
	Effect: "CockroachDB takes the type of such a value from the first part, and counts `t.*` as one column where it looks it up: the value gets the type of a column further to the left, " +
		"and the query is refused if the two do not go together (SQLSTATE 42804).",
	Workaround: "The value is cast to the type of its column: `NULL::INT8`.",
	Versions:   "*",
	Sources:    []string{"cockroach: optbuilder/union.go (the types of the left part are what the right part wishes for, select item by select item)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a view of two parts",
			Setup:  "CREATE TABLE p (id INT8 PRIMARY KEY, a TEXT);\nCREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE VIEW v AS SELECT p.*, u.id AS user_id FROM u CROSS JOIN p UNION ALL SELECT p.*, NULL FROM p;\n",
			Want:   []string{"1:88 error manual"},
			Error:  "UNION types int and string cannot be matched",
			Manual: true,
		},
		{
			Name:  "a cast, no star in front, the first part",
			Setup: "CREATE TABLE p (id INT8 PRIMARY KEY, a TEXT);\nCREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Input: "CREATE VIEW v AS SELECT p.*, u.id AS user_id FROM u CROSS JOIN p UNION ALL SELECT p.*, NULL::INT8 FROM p;\n" +
				"CREATE VIEW w AS SELECT u.id AS user_id, p.* FROM u CROSS JOIN p UNION ALL SELECT NULL, p.* FROM p;\n" +
				"CREATE VIEW x AS SELECT p.*, NULL AS user_id FROM p UNION ALL SELECT p.*, u.id FROM u CROSS JOIN p;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindSelectStmt},
	Check: func(p *Pass, node pgsql.Node) {
		// The parts of a part are nodes of their own: an operation speaks of its right
		// hand as far as that is no operation, or of the first part of it.
		n := node.(*pgsql.SelectStmt)
		if n.Rarg == nil {
			return
		}
		right := n.Rarg
		for right.Larg != nil {
			right = right.Larg
		}
		star := false
		for _, e := range right.TargetList {
			item, ok := e.(*pgsql.ResTarget)
			if !ok {
				continue
			}
			switch v := item.Val.(type) {
			case *pgsql.ColumnRef:
				if len(v.Fields) > 0 {
					_, all := v.Fields[len(v.Fields)-1].(*pgsql.AStar)
					star = star || all
				}
			case *pgsql.AConst:
				_, text := v.Val.(*pgsql.String)
				if !star || !v.Isnull && !text {
					continue
				}
				i := p.Stmt.TokenAt(int(v.Location))
				f := manual("CockroachDB gives what stands behind a * here the type of a column further to the left", "Cast it, and those behind it, to the types of their columns, such as NULL::INT8; or write out the columns")
				f.at(p.Stmt, i, i)
				p.Report(f)
				return
			}
		}
	},
}
