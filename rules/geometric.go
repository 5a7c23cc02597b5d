package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var geometric = &Rule{
	Name:      "geometric-type",
	Title:     "The geometric types do not exist",
	Condition: "A column, cast, parameter or variable of type `point`, `line`, `lseg`, `box`, `path`, `polygon` or `circle`.",
	Effect:    "CockroachDB refuses the types (SQLSTATE 0A000).",
	Workaround: "None that keeps the meaning. GEOMETRY holds points, lines and polygons, but is written as WKT, not as `(1,2)`, compares and measures by other operators, and has no circle and no unbounded line. " +
		"Where the program only stores a point, two FLOAT8 columns do.",
	Versions: "*",
	Issues:   []int{21286},
	Sources:  []string{"CockroachDB docs, data-types.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a point",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, at point);\n",
			Want:   []string{"1:41 error manual"},
			Error:  "unimplemented",
			Manual: true,
		},
		{
			Name:  "PostGIS is built in",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, at GEOMETRY(POINT, 4326), area GEOGRAPHY, b BOX2D);\n",
		},
	},
	Nodes: typeNodes,
	Types: []string{"point", "lseg", "path", "polygon", "box", "line", "circle"},
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			if todo, ok := geometricTypes[u.builtin()]; ok {
				u.manual("GEOMETRY is another type, with other operators and another form", todo, "")
			}
		})
	},
}

var geometricTypes = map[string]string{
	"point":   "Store GEOMETRY(POINT), or two FLOAT8 columns, and change the statements that read and write it",
	"lseg":    "Store GEOMETRY(LINESTRING), or four FLOAT8 columns, and change the statements that read and write it",
	"path":    "Store GEOMETRY(LINESTRING), or an array of coordinates, and change the statements that read and write it",
	"polygon": "Store GEOMETRY(POLYGON), or an array of coordinates, and change the statements that read and write it",
	"box":     "Store BOX2D, GEOMETRY(POLYGON) or four FLOAT8 columns, and change the statements that read and write it",
	"line":    "Store its coefficients as three FLOAT8 columns, and change the statements that read and write it",
	"circle":  "Store centre and radius as three FLOAT8 columns, and change the statements that read and write it",
}
