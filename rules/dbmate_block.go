package rules

import "strings"

var dbmateBlock = &Rule{
	Name:       "dbmate-block",
	Title:      "dbmate refuses the file",
	Layout:     "dbmate",
	Condition:  "A migration without a line `-- migrate:up`, with a statement in front of it, or with `-- migrate:down` in front of it.",
	Effect:     "dbmate refuses the file and stops.",
	Workaround: "Nothing is changed. Write `-- migrate:up` above the first statement and `-- migrate:down` behind the last, both at the beginning of a line.",
	Versions:   "*",
	Sources:    []string{"dbmate: pkg/dbmate/migration.go"},
	Examples: []Example{
		{
			Name:   "a statement in front",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n-- migrate:up\nCREATE TABLE u (id INT8 PRIMARY KEY);\n-- migrate:down\nDROP TABLE u;\n",
			Want:   []string{"1:1 error manual"},
			Manual: true,
		},
		{
			Name:   "no block",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error manual"},
			Manual: true,
		},
		{
			Name:  "two blocks",
			Input: "-- a comment\n-- migrate:up transaction:false\nCREATE TABLE t (id INT8 PRIMARY KEY);\n-- migrate:down\nDROP TABLE t;\n",
		},
	},
	Statement: func(p *Pass) {
		s := State[sourceText](p)
		if s.ends(p.Stmt) {
			checkDbmate(p, s)
		}
		s.see(p.Stmt)
	},
	Finish: func(p *Pass) { checkDbmate(p, State[sourceText](p)) },
}

func checkDbmate(p *Pass, s *sourceText) {
	text := s.text.String()
	up, down, first := -1, -1, -1
	offset := 0
	for _, line := range strings.SplitAfter(text, "\n") {
		word := ""
		if body, ok := strings.CutPrefix(line, "--"); ok {
			word, _, _ = strings.Cut(strings.TrimSpace(body), " ")
		}
		switch trimmed := strings.TrimSpace(line); {
		case word == "migrate:up" && up < 0:
			up = offset
		case word == "migrate:down" && down < 0:
			down = offset
		case first < 0 && trimmed != "" && !strings.HasPrefix(trimmed, "--"):
			first = offset
		}
		offset += len(line)
	}
	why, at := "", max(first, 0)
	switch {
	case strings.TrimSpace(text) == "":
	case up < 0:
		why = "no line says -- migrate:up"
	case first >= 0 && first < up:
		why = "a statement stands in front of -- migrate:up"
	case down >= 0 && down < up:
		why, at = "-- migrate:down stands in front of -- migrate:up", down
	}
	if why != "" {
		f := manual("dbmate refuses this file: "+why, "Write -- migrate:up above the first statement, and -- migrate:down behind the last")
		s.report(p, f, at, at+len(strings.TrimRight(lineAt(text, at), "\r")))
	}
	*s = sourceText{}
}
