package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var roleOption = &Rule{
	Name:  "role-option",
	Title: "Options of CREATE ROLE and ALTER ROLE",
	Condition: "`[NO]SUPERUSER`, `[NO]INHERIT`, `CONNECTION LIMIT`, `SYSID`, `IN ROLE`, `IN GROUP`, `ROLE`, `USER`, `ADMIN`; `[NO]REPLICATION` before v23.2, `[NO]BYPASSRLS` before v25.2; " +
		"`ALTER GROUP ... ADD USER`; renaming a role.",
	Effect:     "The whole statement is a syntax error (SQLSTATE 42601).",
	Workaround: "The option goes. `SUPERUSER` becomes `GRANT admin`, memberships become `GRANT`s behind the statement. What has no counterpart is lost: NOINHERIT, a limit of connections. Renaming a role is manual.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, create-role.md and alter-role.md", "release notes v23.2 (REPLICATION) and v25.2 (BYPASSRLS)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "what pg_dumpall writes",
			Target: ">=25.2",
			Setup:  "DROP ROLE IF EXISTS app1;\n",
			Input:  "CREATE ROLE app1;\nALTER ROLE app1 WITH NOSUPERUSER INHERIT NOCREATEROLE LOGIN NOREPLICATION NOBYPASSRLS;\nDROP ROLE app1;\n",
			Output: "CREATE ROLE app1;\nALTER ROLE app1 WITH NOCREATEROLE LOGIN NOREPLICATION NOBYPASSRLS;\nDROP ROLE app1;\n",
			Want:   []string{"2:22 error exact", "2:34 error exact"},
			Error:  "at or near \"nosuperuser\": syntax error",
		},
		{
			Name:   "memberships",
			Setup:  "DROP ROLE IF EXISTS app2, team2;\n",
			Input:  "CREATE ROLE team2;\nCREATE USER app2 WITH LOGIN IN ROLE team2 CONNECTION LIMIT 5;\nDROP ROLE app2, team2;\n",
			Output: "CREATE ROLE team2;\nCREATE USER app2 WITH LOGIN;\nGRANT team2 TO app2;\nDROP ROLE app2, team2;\n",
			Want:   []string{"2:29 error exact", "2:43 error weaker"},
			Error:  "at or near \"in\": syntax error",
		},
		{
			Name:   "a superuser",
			Setup:  "DROP ROLE IF EXISTS app3;\n",
			Input:  "CREATE ROLE app3 SUPERUSER;\nDROP ROLE app3;\n",
			Output: "CREATE ROLE app3;\nGRANT admin TO app3;\nDROP ROLE app3;\n",
			Want:   []string{"1:18 error weaker"},
			Error:  "at or near \"superuser\": syntax error",
		},
		{
			Name:   "nothing is left",
			Setup:  "DROP ROLE IF EXISTS app4;\nCREATE ROLE app4;\n",
			Input:  "ALTER ROLE app4 NOSUPERUSER;\nDROP ROLE app4;\n",
			Output: "DROP ROLE app4;\n",
			Want:   []string{"1:17 error exact"},
			Error:  "at or near \"nosuperuser\": syntax error",
		},
		{
			Name:   "renaming",
			Input:  "ALTER ROLE a RENAME TO b;\n",
			Want:   []string{"1:1 error manual"},
			Error:  "at or near \"rename\": syntax error",
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateRoleStmt, pgsql.KindAlterRoleStmt, pgsql.KindRenameStmt},
	Check: func(p *Pass, node pgsql.Node) {
		switch n := node.(type) {
		case *pgsql.RenameStmt:
			if n.RenameType == pgsql.ObjectRole {
				p.Report(manual("CockroachDB cannot rename a role", "Create a role of the new name, grant it what the old one has, and REASSIGN OWNED"))
			}
		case *pgsql.CreateRoleStmt:
			roleOptions(p, n.Options, QuoteIdent(n.Role), true)
		case *pgsql.AlterRoleStmt:
			if n.Role != nil {
				name := n.Role.Rolename
				if d := defElem(n.Options, "rolemembers"); d != nil && p.Stmt.Is(1, "group") {
					alterGroup(p, QuoteIdent(name), d, p.Stmt.Is(3, "drop"))
					return
				}
				roleOptions(p, n.Options, QuoteIdent(name), false)
			}
		}
	},
}

// roleOptions takes out the options that CockroachDB does not know.
func roleOptions(p *Pass, options []pgsql.Node, role string, create bool) {
	st := p.Stmt
	type span struct{ first, last int }
	var gone []span
	var spans []span
	for i, o := range options {
		d, ok := o.(*pgsql.DefElem)
		if !ok {
			return
		}
		first := st.tokenOf(d)
		last := len(st.Tokens) - 1
		if i+1 < len(options) {
			if next, ok := options[i+1].(*pgsql.DefElem); ok {
				last = st.tokenOf(next) - 1
			}
		}
		if first < 0 || last < first {
			return
		}
		spans = append(spans, span{first, last})
	}
	var findings []Finding
	var behind []string
	for i, o := range options {
		d := o.(*pgsql.DefElem)
		f := Finding{Severity: Error, Fidelity: Exact}
		yes := true
		if b, ok := d.Arg.(*pgsql.Boolean); ok {
			yes = b.Boolval
		}
		word := strings.ToUpper(st.textOf(spans[i].first, spans[i].first))
		switch d.Defname {
		case "superuser":
			f.Message = "CockroachDB has no attribute " + word + ": who is not a member of admin is no superuser"
			if yes {
				f.Fidelity = Weaker
				f.Message = "CockroachDB has no attribute SUPERUSER: members of the role admin may do what there is to do"
				behind = append(behind, "GRANT admin TO "+role)
			}
		case "inherit":
			f.Message = "CockroachDB has no attribute INHERIT: members always inherit"
			if !yes {
				f.Fidelity = Weaker
				f.Message = "CockroachDB has no attribute NOINHERIT: members always inherit, so the role has more privileges than it said"
			}
		case "connectionlimit":
			f.Message = "CockroachDB limits no role's connections: the option goes"
			if !st.Is(spans[i].first+2, "-") {
				f.Fidelity = Weaker
			}
		case "sysid":
			f.Message = "CockroachDB chooses the number of a role itself: the option goes"
		case "addroleto":
			f.Message = "CockroachDB's CREATE ROLE takes no memberships: a GRANT follows"
			behind = append(behind, "GRANT "+roleList(d)+" TO "+role)
		case "rolemembers":
			f.Message = "CockroachDB's CREATE ROLE takes no members: a GRANT follows"
			behind = append(behind, "GRANT "+role+" TO "+roleList(d))
		case "adminmembers":
			f.Message = "CockroachDB's CREATE ROLE takes no members: a GRANT follows"
			behind = append(behind, "GRANT "+role+" TO "+roleList(d)+" WITH ADMIN OPTION")
		case "isreplication":
			f = sinceVersion(p, f, yes, word, "23.2")
		case "bypassrls":
			f = sinceVersion(p, f, false, word, "25.2")
		}
		if f.Message == "" {
			continue
		}
		f.at(st, spans[i].first, spans[i].last)
		findings = append(findings, f)
		gone = append(gone, spans[i])
	}
	if len(findings) == 0 {
		return
	}
	switch {
	case len(gone) == len(options) && !create && len(behind) == 0:
		for i := range findings {
			findings[i].Edits = p.DropStatement()
		}
	case len(gone) == len(options) && !create:
		findings[0].Edits = []Edit{p.Replace(0, len(st.Text), strings.Join(behind, ";\n"))}
	default:
		for i := range findings {
			first := gone[i].first
			if i == 0 && len(gone) == len(options) && st.Is(first-1, "with") {
				first--
			}
			findings[i].Edits = []Edit{p.Delete(first, gone[i].last)}
		}
		if len(behind) > 0 {
			findings[0].Edits = append(findings[0].Edits, p.Insert(len(st.Text), ";\n"+strings.Join(behind, ";\n")))
		}
	}
	for _, f := range findings {
		p.Report(f)
	}
}

// sinceVersion is about an attribute that CockroachDB has from a version on.
func sinceVersion(p *Pass, f Finding, loses bool, word, version string) Finding {
	if p.Target.Within(">=" + version) {
		return f
	}
	f.Until = version
	f.Message = fmt.Sprintf("CockroachDB has the attribute %s only from v%s on: it goes", word, version)
	if loses {
		f.Fidelity = Weaker
	}
	return f
}

func roleList(d *pgsql.DefElem) string {
	var out []string
	if l, ok := d.Arg.(*pgsql.List); ok {
		for _, e := range l.Items {
			if r, ok := e.(*pgsql.RoleSpec); ok {
				if r.Roletype != pgsql.RolespecCstring {
					out = append(out, "CURRENT_USER")
					continue
				}
				out = append(out, QuoteIdent(r.Rolename))
			}
		}
	}
	return strings.Join(out, ", ")
}

// alterGroup turns ALTER GROUP g ADD or DROP USER into a grant.
func alterGroup(p *Pass, group string, d *pgsql.DefElem, drop bool) {
	text := "GRANT " + group + " TO " + roleList(d)
	if drop {
		text = "REVOKE " + group + " FROM " + roleList(d)
	}
	p.Report(Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Replace(0, len(p.Stmt.Text), text)},
		Message: "CockroachDB has no ALTER GROUP ... USER: membership is granted and revoked"})
}
