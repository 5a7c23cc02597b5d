package temporal

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/atonce"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Split cuts a text into its statements, as pgsql.Split does.
type Split func(text []byte) ([]*pgsql.Statement, error)

// Check reads a versioned directory the way the update-schema command of
// temporal-sql-tool reads it, with the splitter of every era, and returns what
// keeps one of them from executing exactly what is written there, in the order
// of versions, files and places. No problem, warnings apart, means that all of
// them execute the same statements. The constraints:
//
//	C1   a version directory is named v and the CurrVersion of its manifest
//	C2   there are versions
//	C3   a manifest is JSON with CurrVersion, MinCompatibleVersion and a
//	     Description of at most 255 characters
//	C4   the files that it names exist, under plain relative names
//	C5   a version without statements says so with AllowNoCqlFiles
//	C6   a statement starts with CREATE, ALTER, INSERT or DROP
//	C7   no IF, BEGIN, END or LOOP that a splitter takes for its own
//	C8   -- comments; no byte order mark, and nothing else that a splitter misreads
//	C10  identifiers are in lower case (warning)
//	C11  a statement that fails with "already exists" may be passed over as a
//	C12  whole; one that cannot be run twice comes last (warning)
//
// C9 (no statement relies on a transaction around it) and C13 (the name of the
// database) cannot be seen in the files. That Temporal's own versions are all
// there (C2) is for those to check who know which they are.
func Check(fsys fs.FS, dir string, split Split) []Problem {
	dirs, others, err := versionDirs(fsys, dir)
	if err != nil {
		return []Problem{{File: dir, Constraint: "C1", Eras: Eras(), Message: fmt.Sprintf("cannot be read: %v", reason(err))}}
	}
	var ps []Problem
	for _, o := range others {
		ps = append(ps, Problem{File: o.Path, Constraint: "C1", Eras: Eras(), Message: o.Reason,
			Warning: !looksLikeVersion(path.Base(o.Path))})
	}
	if len(dirs) == 0 {
		ps = append(ps, noVersions(dir))
	}
	ps = append(ps, sameVersions(dirs)...)
	found := make([][]Problem, len(dirs))
	atonce.Do(len(dirs), func(i int) { found[i] = checkVersion(fsys, dirs[i], split) })
	for i, d := range dirs {
		if v, _ := parseVersion(path.Base(d)[1:]); v[2] != 0 {
			ps = append(ps, Problem{File: d, Constraint: "C1", Eras: Eras(), Warning: true,
				Message: "Temporal's versions have two numbers: with a third one the history differs from Temporal's own"})
		}
		ps = append(ps, found[i]...)
	}
	return ps
}

// CheckSchema checks one file for setup-schema -f of every era: like Check, but
// without the constraints that only update-schema has (C6, C11, C12).
func CheckSchema(fsys fs.FS, file string, split Split) []Problem {
	c, ps := checkFile(fsys, file, false, split)
	if c == nil {
		return ps
	}
	sortByPlace(c.problems)
	return c.problems
}

func noVersions(dir string) Problem {
	return Problem{File: dir, Constraint: "C2", Eras: Eras(), Message: "holds no version directory: add one such as v1.0 with a " + manifestName}
}

// sameVersions finds directories, in order of version, that are one version to
// the tool.
func sameVersions(dirs []string) []Problem {
	var ps []Problem
	for i := 1; i < len(dirs); i++ {
		before, _ := parseVersion(path.Base(dirs[i-1])[1:])
		if v, _ := parseVersion(path.Base(dirs[i])[1:]); v == before {
			ps = append(ps, Problem{File: dirs[i], Constraint: "C1", Eras: Eras(),
				Message: fmt.Sprintf("is the same version as %s: remove one", path.Base(dirs[i-1]))})
		}
	}
	return ps
}

func checkVersion(fsys fs.FS, dir string, split Split) []Problem {
	m, ps := readManifest(fsys, dir)
	if m == nil {
		return ps
	}
	var checks []*sqlCheck
	statements := 0
	for i, name := range m.Files {
		if !isPlainFile(fsys, dir, name) || slices.Contains(m.Files[:i], name) {
			continue // the manifest's problem
		}
		c, problems := checkFile(fsys, path.Join(dir, name), true, split)
		if c == nil {
			return append(ps, problems...)
		}
		checks = append(checks, c)
		statements += len(c.statements)
	}
	checkRerun(checks)
	for _, c := range checks {
		sortByPlace(c.problems)
		ps = append(ps, c.problems...)
	}
	if statements == 0 && len(checks) > 0 && !m.AllowNoFiles {
		ps = append(ps, m.problem(below(dir, manifestName), "C5", m.offset(fieldFiles),
			"there is no statement in the files of this version: write \"SchemaUpdateCqlFiles\": [] and \"AllowNoCqlFiles\": true"))
	}
	return ps
}

func isPlainFile(fsys fs.FS, dir, name string) bool {
	return fs.ValidPath(name) && isFile(fsys, below(dir, name))
}

// checkRerun warns of statements that keep an interrupted version from being
// finished by the next run: those that fail the second time with something
// other than "already exists", and that others follow.
func checkRerun(files []*sqlCheck) {
	last := true
	for i := len(files) - 1; i >= 0; i-- {
		c := files[i]
		for k := len(c.statements) - 1; k >= 0; k-- {
			st := c.statements[k]
			if says := secondRun(st); says != "" && !last {
				c.warn("C11", st, 0, "a run that is interrupted behind this statement cannot be finished: the next one fails here with %q, which temporal-sql-tool does not pass over: put it last in its version, several drops of one kind in one statement", says)
			}
			last = false
		}
	}
}

// secondRun returns what a statement that succeeded fails with when it is run
// again; empty if the tool passes over it or it does not fail.
func secondRun(st *pgsql.Statement) string {
	switch {
	case st.Is(0, "drop"), st.Is(0, "alter") && st.Find(2, "rename") >= 0:
		return "does not exist"
	case st.Words(0, "alter", "table"):
		for _, a := range alterActions(st) {
			if st.Is(a[0], "drop") {
				return "does not exist"
			}
		}
	case st.Is(0, "insert") && st.Find(0, "conflict") < 0:
		return "duplicate key value"
	}
	return ""
}

// alterActions returns the token ranges of what an ALTER TABLE does.
func alterActions(st *pgsql.Statement) [][2]int {
	i := 2
	if st.Words(i, "if", "exists") {
		i += 2
	}
	if st.Is(i, "only") {
		i++
	}
	for i++; st.Is(i, "."); i += 2 { // behind the name
	}
	if st.Is(i, "*") {
		i++
	}
	if i >= len(st.Tokens) {
		return nil
	}
	return st.List(i, len(st.Tokens))
}
