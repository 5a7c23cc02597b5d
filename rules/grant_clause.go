package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var grantClause = &Rule{
	Name:       "grant-clause",
	Title:      "Clauses of GRANT and REVOKE",
	Condition:  "`REVOKE ... CASCADE` or `RESTRICT`, `GRANTED BY`, `TO GROUP r`, and for roles `WITH ADMIN TRUE`, `WITH INHERIT` and `WITH SET`.",
	Effect:     "Syntax errors (SQLSTATE 42601); only `WITH ADMIN OPTION` and `WITH GRANT OPTION` are known.",
	Workaround: "The clause goes, `WITH ADMIN TRUE` becomes `WITH ADMIN OPTION`. CockroachDB records no grantor, a `REVOKE` leaves what the role has granted to others, and a member always inherits and can always `SET ROLE`.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, grant.md and revoke.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "cascade",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "REVOKE ALL ON t FROM public CASCADE;\nREVOKE ALL ON t FROM public RESTRICT;\n",
			Output: "REVOKE ALL ON t FROM public;\nREVOKE ALL ON t FROM public;\n",
			Want:   []string{"1:29 error weaker", "2:29 error exact"},
			Error:  "at or near \"cascade\": syntax error",
		},
		{
			Name:   "a group and a grantor",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "GRANT SELECT ON t TO GROUP root GRANTED BY CURRENT_USER;\n",
			Output: "GRANT SELECT ON t TO root;\n",
			Want:   []string{"1:22 error exact", "1:33 error exact"},
			Error:  "at or near \"group\": syntax error",
		},
		{
			Name:  "what CockroachDB takes",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input: "GRANT SELECT ON t TO root WITH GRANT OPTION;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindGrantStmt, pgsql.KindGrantRoleStmt},
	Check: func(p *Pass, node pgsql.Node) {
		st := p.Stmt
		var cascade pgsql.DropBehavior
		defaults := false
		switch n := node.(type) {
		case *pgsql.GrantStmt:
			cascade = n.Behavior
			defaults = n.Targtype == pgsql.AclTargetDefaults
			if foreignObject(n) {
				return
			}
		case *pgsql.GrantRoleStmt:
			cascade = n.Behavior
			grantRoleOptions(p, n)
		}
		last := len(st.Tokens) - 1
		if w := st.Word(last); (w == "cascade" || w == "restrict") && !defaults {
			f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Delete(last, last)}, Message: "CockroachDB's REVOKE has no RESTRICT: it goes"}
			if cascade == pgsql.DropCascade {
				f.Fidelity = Weaker
				f.Message = "CockroachDB's REVOKE has no CASCADE: it goes, and what the role has granted to others stays with them"
			}
			f.at(st, last, last)
			p.Report(f)
			last--
		}
		if by := st.Find(0, "granted"); by > 0 && st.Is(by+1, "by") {
			f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Delete(by, by+2)}, Message: "CockroachDB records no grantor: the clause goes"}
			f.at(st, by, by+2)
			p.Report(f)
		}
		for i := range st.Tokens {
			if st.Is(i, "group") && i > 0 && (st.Is(i-1, "to") || st.Is(i-1, "from") || st.Is(i-1, ",")) && i < last && !st.Is(i+1, ",") {
				f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Delete(i, i)}, Message: "CockroachDB's GRANT does not take the word GROUP: roles are all the same"}
				f.at(st, i, i)
				p.Report(f)
			}
		}
	},
}

// grantRoleOptions takes out what a GRANT of a role says about the membership.
func grantRoleOptions(p *Pass, n *pgsql.GrantRoleStmt) {
	st := p.Stmt
	with := st.Find(0, "with")
	if !n.IsGrant && len(n.Opt) > 0 && defElem(n.Opt, "admin") == nil {
		p.drop(Weaker, "in CockroachDB a member always inherits and can always SET ROLE: the option cannot be taken away, the statement goes")
		return
	}
	if !n.IsGrant || with < 0 || len(n.Opt) == 0 || len(n.Opt) == 1 && st.Words(with, "with", "admin", "option") {
		return
	}
	end := with + 1
	for end < len(st.Tokens) && !st.Is(end, "granted") {
		end++
	}
	f := Finding{Severity: Error, Fidelity: Exact, Message: "in CockroachDB a member always inherits and can always SET ROLE: the options go"}
	f.at(st, with, end-1)
	f.Edits = []Edit{p.Delete(with, end-1)}
	for _, o := range n.Opt {
		d, ok := o.(*pgsql.DefElem)
		if !ok {
			continue
		}
		b, isBool := d.Arg.(*pgsql.Boolean)
		value := !isBool || b.Boolval
		switch {
		case d.Defname == "admin" && value:
			start, stop := st.span(with, end-1)
			f.Edits = []Edit{p.Replace(start, stop, "WITH ADMIN OPTION")}
		case d.Defname != "admin" && !value:
			f.Fidelity = Weaker
			f.Message = fmt.Sprintf("in CockroachDB a member always inherits and can always SET ROLE: %s FALSE goes, the member gets more than it said", d.Defname)
		}
	}
	p.Report(f)
}
