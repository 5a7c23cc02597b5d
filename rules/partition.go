package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var partition = &Rule{
	Name:  "partition",
	Title: "Declarative partitioning",
	Condition: "`PARTITION BY` on a table, `CREATE TABLE ... PARTITION OF`, `ATTACH PARTITION`, `DETACH PARTITION`, and every statement that " +
		"names a partition: its indexes, constraints, comments, grants, rows, and what reads it.",
	Effect: "PostgreSQL's partitions are tables of their own. CockroachDB has no such tables (its own PARTITION BY places the ranges of one table) and refuses the clauses (SQLSTATE 42601).",
	Workaround: "The parent becomes a plain table with its columns, keys and indexes, in which all rows live; CockroachDB splits it into ranges by itself. A primary key that holds the " +
		"partition column stays as it is. The partitions go, with their own indexes, constraints, comments and grants; rows that are inserted into one go into the parent. What is lost: a row that fits no " +
		"partition is no longer refused, constraints that only one partition had no longer hold, and a partition can no longer be detached or dropped as a whole (delete its rows, or use row-level TTL). " +
		"A view, a function, a trigger or a query that names a partition, DETACH PARTITION and DROP TABLE of a partition are left to a person.",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, partitioning.md", "CockroachDB's parsers of v22.2 to v25.2 and v26.1 refuse the clauses"},
	Examples: []Example{
		{
			Name: "partitions as pg_dump writes them",
			Input: "CREATE TABLE public.m (\n    id bigint NOT NULL,\n    at timestamp with time zone NOT NULL,\n    CONSTRAINT m_pkey PRIMARY KEY (id, at)\n)\nPARTITION BY RANGE (at);\n\n" +
				"CREATE TABLE public.m_2024 (\n    id bigint NOT NULL,\n    at timestamp with time zone NOT NULL\n);\n\n" +
				"ALTER TABLE ONLY public.m ATTACH PARTITION public.m_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\n\n" +
				"ALTER TABLE ONLY public.m_2024 ADD CONSTRAINT m_2024_pkey PRIMARY KEY (id, at);\n\n" +
				"ALTER INDEX public.m_pkey ATTACH PARTITION public.m_2024_pkey;\n\n" +
				"INSERT INTO public.m_2024 (id, at) VALUES (1, '2024-02-03');\n",
			Output: "CREATE TABLE public.m (\n    id bigint NOT NULL,\n    at timestamp with time zone NOT NULL,\n    CONSTRAINT m_pkey PRIMARY KEY (id, at)\n);\n\n" +
				"INSERT INTO public.m (id, at) VALUES (1, '2024-02-03');\n",
			Want: []string{
				"6:1 error weaker", "8:1 warning weaker", "13:1 error exact", "15:1 warning exact", "17:1 error exact", "19:13 warning exact",
			},
			Error: "syntax error",
		},
		{
			Name: "PARTITION OF, with an index that only the partition has",
			Input: "CREATE TABLE m (id INT8 NOT NULL, region TEXT NOT NULL) PARTITION BY LIST (region);\nCREATE TABLE m_eu PARTITION OF m FOR VALUES IN ('de', 'fr');\n" +
				"CREATE TABLE m_other PARTITION OF m DEFAULT;\nCREATE INDEX m_eu_id ON m_eu (id);\nCREATE INDEX m_region ON m (region);\n",
			Output: "CREATE TABLE m (id INT8 NOT NULL, region TEXT NOT NULL);\nCREATE INDEX m_region ON m (region);\n",
			Want:   []string{"1:57 error weaker", "2:1 error weaker", "3:1 error weaker", "4:1 error weaker"},
			Error:  "syntax error",
		},
		{
			Name: "an index and a foreign key that every partition has move to the parent",
			Input: "CREATE TABLE c (id INT8 PRIMARY KEY);\nCREATE TABLE m (id INT8 NOT NULL, c INT8) PARTITION BY RANGE (id);\n" +
				"CREATE TABLE m_1 PARTITION OF m FOR VALUES FROM (1) TO (10);\nCREATE TABLE m_2 PARTITION OF m FOR VALUES FROM (10) TO (20);\n" +
				"CREATE INDEX m_1_c ON m_1 (c);\nCREATE INDEX m_2_c ON m_2 (c);\n" +
				"ALTER TABLE m_1 ADD CONSTRAINT m_1_fk FOREIGN KEY (c) REFERENCES c (id);\nALTER TABLE m_2 ADD CONSTRAINT m_2_fk FOREIGN KEY (c) REFERENCES c (id);\n",
			Output: "CREATE TABLE c (id INT8 PRIMARY KEY);\nCREATE TABLE m (id INT8 NOT NULL, c INT8);\nCREATE INDEX m_c ON m (c);\nALTER TABLE m ADD CONSTRAINT m_fk FOREIGN KEY (c) REFERENCES c (id);\n",
			Want: []string{
				"2:43 error weaker", "3:1 error weaker", "4:1 error weaker", "5:1 error exact", "6:1 error exact", "7:1 error exact", "8:1 error exact",
			},
			Error: "syntax error",
		},
		{
			Name: "a view that names a partition is left to a person",
			Input: "CREATE TABLE m (id INT8 NOT NULL) PARTITION BY RANGE (id);\nCREATE TABLE m_1 PARTITION OF m FOR VALUES FROM (1) TO (10);\n" +
				"CREATE VIEW v AS SELECT id FROM m_1;\nALTER TABLE m DETACH PARTITION m_1;\n",
			Output: "CREATE TABLE m (id INT8 NOT NULL);\nCREATE VIEW v AS SELECT id FROM m_1;\nALTER TABLE m DETACH PARTITION m_1;\n",
			Want:   []string{"1:35 error weaker", "2:1 error weaker", "3:33 error manual", "4:15 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:  "the PARTITION BY of a window is something else",
			Setup: "CREATE TABLE t (a INT8 PRIMARY KEY, b INT8);\n",
			Input: "CREATE VIEW v AS SELECT rank() OVER (PARTITION BY b ORDER BY a) AS r FROM t;\n",
		},
	},
	Trees:     []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindAlterTableStmt},
	Statement: findPartitions,
	Finish:    flattenPartitions,
}

// tableKey says which table is meant over the whole history, whatever its name
// is at the time: by the place of the statement that made it.
type tableKey struct {
	source int
	start  int64
}

func keyOf(t *catalog.Table) tableKey { return tableKey{t.Def.Source, t.Def.Start} }

// partitions is what the rule remembers: which tables are partitions, and what
// names them. A table may become a partition long after statements about it
// (pg_dump attaches them last); so that not every statement of every history is
// kept until then, the statements are looked at once more at the end, where
// there are partitions at all.
type partitions struct {
	// parts are the partitions.
	parts map[tableKey]*part
	// refs are the statements that name a partition.
	refs map[tableKey][]*partRef
	// rows are the tables of which a statement about rows was kept already.
	rows map[tableKey]bool
	// dropped are the tables that a statement dropped, on the way forward and
	// on the way back.
	dropped map[tableKey][2]bool
	// columns are the partition columns of the partitioned tables.
	columns map[tableKey][]string
}

// part is one partition.
type part struct {
	name catalog.Name
	// parent is its parent's; known tells whether the history made that.
	parent     tableKey
	parentName catalog.Name
	known      bool
	// attached reports that it was made as a table of its own, so that
	// statements about it are accepted as they stand.
	attached bool
	// like reports that its columns are the parent's, in the same order.
	like bool
	// bound is the text of FOR VALUES.
	bound string
}

type refKind uint8

const (
	refMade    refKind = iota // the statement that made the table
	refAbout                  // a statement about the table alone: goes with it
	refIndex                  // CREATE INDEX
	refKey                    // ADD CONSTRAINT
	refElement                // an element of a list, as of GRANT
	refDrop                   // an element of DROP TABLE
	refRows                   // the target of INSERT or COPY
	refRowsAll                // the same without a list of columns
	refRead                   // anything else that names the table
)

// partRef is a statement that names a table.
type partRef struct {
	kind refKind
	stmt *Statement // without its tree
	// start and end are where the name stands.
	start, end int
	// list and element say which element goes.
	list    List
	element int
	// what names the object in messages.
	what string
	// shape of an index or a foreign key: equal on tables that have the same.
	shape string
	// unique are the columns of a unique index or key.
	unique  bool
	columns []string
	// object is where the name of the index or the constraint stands; 0,0 if
	// it has none.
	objectStart, objectEnd int
	object                 string
}

// keptText bounds what is kept of a statement's text.
const keptText = 4000

// kept returns a copy of the statement to be held until the end of the
// history. Without full, only what a message shows is kept of its text.
func (s *Statement) kept(full bool) *Statement {
	k := *s
	ps := *s.Statement
	ps.Tree, ps.Comments = nil, nil
	if !full {
		ps.Tokens = nil
		ps.Lead = ""
		if len(ps.Text) > keptText {
			ps.Text = ps.Text[:keptText]
		}
		ps.Text = string(append([]byte(nil), ps.Text...))
	}
	k.Statement = &ps
	return &k
}

func (r *partRef) finding(sev Severity, fid Fidelity, format string, args ...any) Finding {
	f := Finding{Stmt: r.stmt, Start: r.start, End: r.end, Severity: sev, Fidelity: fid, Message: fmt.Sprintf(format, args...)}
	if r.kind != refRows && r.kind != refRowsAll && r.kind != refRead && r.kind != refElement && r.kind != refDrop {
		f.Start, f.End = 0, len(r.stmt.Text)
	}
	f.End = min(f.End, len(r.stmt.Text))
	f.Start = min(f.Start, f.End)
	return f
}

// partitionClause returns the token range of PARTITION BY ... (...).
func partitionClause(st *Statement, spec *pgsql.PartitionSpec) (first, last int, ok bool) {
	first = st.TokenAt(int(spec.Location))
	if !st.Is(first, "partition") {
		return 0, 0, false
	}
	open := st.Find(first, "(")
	if open < 0 {
		return 0, 0, false
	}
	last = st.Close(open)
	return first, last, last > 0
}

// reportParent takes PARTITION BY off a table.
func reportParent(p *Pass, n *pgsql.CreateStmt) {
	first, last, ok := partitionClause(p.Stmt, n.Partspec)
	if !ok {
		return
	}
	f := Finding{Severity: Error, Fidelity: Weaker, Edits: []Edit{p.Delete(first, last)}, Message: fmt.Sprintf(
		"CockroachDB has no partitions that are tables: %s becomes one plain table (split into ranges by itself), and a row that fits no partition is no longer refused",
		n.Relation.Relname)}
	f.at(p.Stmt, first, last)
	p.Report(f)
}
