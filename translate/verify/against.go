package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate/verify/internal/live"
	"github.com/pg2crdb/pg2crdb/translate/verify/internal/rows"
)

// Differs is the rule of findings about what is not the same on PostgreSQL.
const Differs = "verify-differs"

// Compared counts what was held against PostgreSQL.
type Compared struct {
	// Tables and Rows are how many tables and stored rows were compared.
	Tables, Rows int
	// Explained are the differences that a rule of the translation explains,
	// Unexplained the others.
	Explained, Unexplained int
}

// against applies the original of the pass's history to the PostgreSQL and holds
// what the pass has made against it.
func (p *pass) against(ctx context.Context) (err error) {
	v := p.v
	original, err := plan(p.h.Result, v.layout, true)
	if err != nil {
		return err
	}
	db, err := newScratch(ctx, v.opts.Against)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.drop()) }()
	c := &comparison{pass: p, postgres: v.opts.Against}
	if c.pg, err = db.connect(ctx, nil); err != nil {
		return err
	}
	defer c.pg.Close(context.WithoutCancel(ctx))
	if err := c.applyOriginal(ctx, original); err != nil {
		return err
	}
	if c.crdb, err = p.db.connect(ctx, nil); err != nil {
		return err
	}
	defer c.crdb.Close(context.WithoutCancel(ctx))
	// What instants look like depends on the session.
	for _, conn := range []*pgx.Conn{c.pg, c.crdb} {
		if _, err := conn.Exec(ctx, "SET TIME ZONE 'UTC'"); err != nil {
			return c.trouble(ctx, err)
		}
	}
	return c.run(ctx, original)
}

// comparison holds a scratch database against another one.
type comparison struct {
	*pass
	postgres *Server
	pg, crdb *pgx.Conn
	explain  *explainer
}

// applyOriginal applies the sources to the PostgreSQL. They have to be right
// there: half a schema is nothing to compare with.
func (c *comparison) applyOriginal(ctx context.Context, h *history) error {
	for _, u := range h.units {
		if u.transaction {
			if _, err := c.pg.Exec(ctx, "BEGIN"); err != nil {
				return c.trouble(ctx, err)
			}
		}
		for _, st := range u.statements {
			if reach := outside(st.Statement); reach != "" {
				c.v.note("%s: %s reaches %s and is not run on the PostgreSQL", st.where(), head(st.Statement), reach)
				continue
			}
			limited, cancel := context.WithTimeout(ctx, c.v.opts.Timeout)
			err := runStatement(limited, c.pg, st)
			cancel()
			if err != nil {
				return c.postgres.fail(ctx, err, "%s: %s refuses the original, so there is nothing to compare with", st.where(), c.postgres.name())
			}
		}
		if u.transaction {
			if _, err := c.pg.Exec(ctx, "COMMIT"); err != nil {
				return c.trouble(ctx, err)
			}
		}
	}
	// A dump empties the search path.
	_, err := c.pg.Exec(ctx, "RESET search_path")
	return err
}

func (c *comparison) trouble(ctx context.Context, err error) error {
	return c.v.server.fail(ctx, err, "compare with %s", c.postgres.Address())
}

// run compares the catalogs, then rows.
func (c *comparison) run(ctx context.Context, original *history) error {
	pg, err := live.Read(ctx, c.pg, false)
	if err != nil {
		return c.trouble(ctx, err)
	}
	crdb, err := live.Read(ctx, c.crdb, c.v.server.product == cockroach)
	if err != nil {
		return c.trouble(ctx, err)
	}
	c.explain = newExplainer(c.h, original)
	c.v.result.Compared.Tables += len(pg.Tables)
	for _, d := range live.Compare(pg, crdb) {
		if !c.explain.chosen(d) {
			c.differs(d)
		}
	}
	if c.v.opts.Rows <= 0 {
		return nil
	}
	return c.rows(ctx, pg, crdb)
}

// differs reports a difference.
func (c *comparison) differs(d live.Difference) {
	place, rule := c.explain.find(d)
	f := lint.Finding{
		Rule: Differs, Severity: rules.Info, Source: c.h.before.sources + place.source, File: c.h.Texts[place.source].Name,
		Start: place.start, End: place.end, Statement: c.h.before.statements + place.statement, Message: d.String(),
	}
	if rule != "" {
		f.Message += "; rule " + rule + " explains it"
		c.v.result.Compared.Explained++
	} else {
		f.Severity, f.Fidelity = rules.Error, rules.Manual
		f.Message += "; no rule of the translation explains it"
		f.Todo = "Look into it, and report it to pg2crdb with the statement"
		c.v.result.Compared.Unexplained++
	}
	c.finding(f)
}

// rows puts generated rows into the tables of both databases and compares what
// they stored.
func (c *comparison) rows(ctx context.Context, pg, crdb *live.Catalog) error {
	stored := map[string][]map[string]string{}
	for _, t := range parentsFirst(pg) {
		if crdb.Table(t.FullName()) == nil || t.Kind != "r" {
			continue
		}
		plan := rows.NewPlan(shared(t, crdb.Table(t.FullName())), pg.Enums)
		for _, col := range plan.Unprobed {
			c.v.note("--rows: %s.%s keeps its default: there are no values of type %s to probe it with", t.FullName(), col.Name, col.Type)
		}
		if err := c.fill(ctx, plan, stored); err != nil {
			return err
		}
		if err := c.compareRows(ctx, t, crdb.Table(t.FullName())); err != nil {
			return err
		}
	}
	return nil
}

// shared is a table with the columns that another one has as well: rows can be
// put into these.
func shared(t, other *live.Table) *live.Table {
	both := *t
	both.Columns = nil
	for _, c := range t.Columns {
		if other.Column(c.Name) != nil {
			both.Columns = append(both.Columns, c)
		}
	}
	return &both
}

// together is how many rows are put in at once, where both databases take them.
const together = 25

// fill inserts the rows of one table, each in both databases or in none.
func (c *comparison) fill(ctx context.Context, plan *rows.Plan, stored map[string][]map[string]string) error {
	name := plan.Table.FullName()
	refused := map[bool]int{} // by whether it was CockroachDB that refused
	first := map[bool]string{}
	keep := func(values []string) {
		row := map[string]string{}
		for k, col := range plan.Columns {
			row[col.Name] = values[k]
		}
		stored[name] = append(stored[name], row)
	}
	for i := 0; i < c.v.opts.Rows; {
		// A row may refer to an earlier one of its table, so the first is by itself.
		var batch [][]string
		var inserts []string
		for len(batch) < together && i+len(batch) < c.v.opts.Rows && (i > 0 || len(batch) == 0) {
			values, ok := plan.Row(i+len(batch), stored)
			if !ok {
				break // what its foreign key refers to holds no rows
			}
			batch = append(batch, values)
			inserts = append(inserts, plan.Insert(values))
		}
		if len(batch) == 0 {
			break
		}
		if c.v.opts.Progress != nil {
			c.v.opts.Progress(c.v.done, c.v.total, fmt.Sprintf("row %d of %s", i+1, name))
		}
		i += len(batch)
		if len(batch) > 1 {
			taken, err := c.atOnce(ctx, inserts)
			if err != nil {
				return err
			}
			if taken {
				for _, values := range batch {
					keep(values)
				}
				continue
			}
		}
		for k, values := range batch {
			pgErr, crdbErr, err := c.both(ctx, inserts[k])
			if err != nil {
				return err
			}
			switch {
			case pgErr == "" && crdbErr == "":
				keep(values)
			case (pgErr == "") != (crdbErr == ""):
				byCockroach := pgErr == ""
				if refused[byCockroach]++; refused[byCockroach] == 1 {
					first[byCockroach] = pgErr + crdbErr
				}
			}
		}
	}
	for _, byCockroach := range []bool{false, true} {
		if n := refused[byCockroach]; n > 0 {
			d := live.Difference{Kind: live.AcceptKind, Table: name, Part: columnIn(first[byCockroach], plan.Table), Postgres: "rows are accepted", Cockroach: "rows are accepted"}
			answer := fmt.Sprintf("%d rows are refused, such as with %q", n, first[byCockroach])
			if byCockroach {
				d.Cockroach = answer
			} else {
				d.Postgres = answer
			}
			c.differs(d)
		}
	}
	return nil
}

// columnIn returns the column of a table that an error speaks of, empty if it is
// none.
func columnIn(message string, t *live.Table) string {
	for _, name := range mentioned(message) {
		if t.Column(name) != nil {
			return name
		}
	}
	return ""
}

// atOnce runs several INSERTs in both databases if both take all of them;
// otherwise it leaves nothing.
func (c *comparison) atOnce(ctx context.Context, inserts []string) (taken bool, err error) {
	text := "BEGIN;\n" + strings.Join(inserts, ";\n")
	taken = true
	for _, run := range []struct {
		conn *pgx.Conn
		text string
	}{
		{c.pg, text + ";\nSET CONSTRAINTS ALL IMMEDIATE"}, {c.crdb, text}, {c.crdb, "COMMIT"}, {c.pg, "COMMIT"}, // from here on nothing is refused
	} {
		if _, err := run.conn.Exec(ctx, run.text); err != nil {
			if !isServerError(err) {
				return false, c.trouble(ctx, err)
			}
			taken = false
			break
		}
	}
	if taken {
		return true, nil
	}
	for _, conn := range []*pgx.Conn{c.pg, c.crdb} {
		if conn.PgConn().TxStatus() == 'I' {
			continue
		}
		if _, err := conn.Exec(ctx, "ROLLBACK"); err != nil {
			return false, c.trouble(ctx, err)
		}
	}
	return false, nil
}

// both runs an INSERT in both databases, and undoes it where the other refuses
// it. It returns what they answered.
func (c *comparison) both(ctx context.Context, insert string) (pg, crdb string, err error) {
	conns := []*pgx.Conn{c.pg, c.crdb}
	var answers [2]string
	for i, conn := range conns {
		if _, err := conn.Exec(ctx, "BEGIN"); err != nil {
			return "", "", c.trouble(ctx, err)
		}
		if _, err := conn.Exec(ctx, insert); err != nil {
			if !isServerError(err) {
				return "", "", c.trouble(ctx, err)
			}
			answers[i] = serverError(err).Message
		}
	}
	end := "COMMIT"
	if answers[0] != "" || answers[1] != "" {
		end = "ROLLBACK"
	}
	for i, conn := range conns {
		if _, err := conn.Exec(ctx, end); err != nil {
			if !isServerError(err) || end == "ROLLBACK" {
				return "", "", c.trouble(ctx, err)
			}
			answers[i] = serverError(err).Message // a constraint that is checked late
		}
	}
	return answers[0], answers[1], nil
}

// compareRows reads a table from both databases and compares the rows.
func (c *comparison) compareRows(ctx context.Context, pg, crdb *live.Table) error {
	var columns []string
	for _, col := range pg.Columns {
		if crdb.Column(col.Name) != nil && col.Identity != "a" {
			columns = append(columns, col.Name)
		}
	}
	if len(columns) == 0 {
		return nil
	}
	var read [2]rows.Stored
	for i, conn := range []*pgx.Conn{c.pg, c.crdb} {
		var err error
		if read[i], err = readRows(ctx, conn, pg, columns); err != nil {
			return c.trouble(ctx, err)
		}
	}
	c.v.result.Compared.Rows += len(read[0])
	for _, m := range rows.Compare(pg, read[0], read[1]) {
		d := live.Difference{Kind: live.ValueKind, Table: pg.FullName(), Part: m.Column, Postgres: clip(m.Postgres), Cockroach: clip(m.Cockroach)}
		if m.Rows > 1 {
			d.Postgres = fmt.Sprintf("%s (and so on in %d rows)", d.Postgres, m.Rows)
		}
		c.differs(d)
	}
	return nil
}

func readRows(ctx context.Context, conn *pgx.Conn, t *live.Table, columns []string) (rows.Stored, error) {
	quoted := make([]string, len(columns))
	for i, name := range columns {
		quoted[i] = pgx.Identifier{name}.Sanitize()
	}
	got, err := conn.Query(ctx, fmt.Sprintf("SELECT %s FROM %s", strings.Join(quoted, ", "), pgx.Identifier{t.Schema, t.Name}.Sanitize()), pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return nil, err
	}
	defer got.Close()
	var out rows.Stored
	for got.Next() {
		row := map[string]string{}
		for i, raw := range got.RawValues() {
			if row[columns[i]] = string(raw); raw == nil {
				row[columns[i]] = rows.Null
			}
		}
		out = append(out, row)
	}
	return out, got.Err()
}

// clip shortens a value for a message.
func clip(s string) string {
	const most = 80
	if s == rows.Null {
		return "NULL"
	}
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "..."
	}
	return fmt.Sprintf("%q", s)
}

// parentsFirst puts tables behind those that their foreign keys refer to.
func parentsFirst(c *live.Catalog) []*live.Table {
	var out []*live.Table
	var visit func(t *live.Table)
	visit = func(t *live.Table) {
		if t == nil || slices.Contains(out, t) {
			return
		}
		for _, k := range t.ForeignKeys {
			if k.RefTable != t.FullName() && !inCircle(c, t, k.RefTable) {
				visit(c.Table(k.RefTable))
			}
		}
		out = append(out, t)
	}
	for _, t := range c.Tables {
		visit(t)
	}
	return out
}

// inCircle reports whether a table refers back to another one.
func inCircle(c *live.Catalog, t *live.Table, to string) bool {
	seen := map[string]bool{}
	var reaches func(name string) bool
	reaches = func(name string) bool {
		if name == t.FullName() {
			return true
		}
		other := c.Table(name)
		if other == nil || seen[name] {
			return false
		}
		seen[name] = true
		for _, k := range other.ForeignKeys {
			if reaches(k.RefTable) {
				return true
			}
		}
		return false
	}
	return reaches(to)
}
