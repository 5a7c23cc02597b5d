package rules

// suppression documents what package lint itself reports of the comments that
// silence findings: a rule could not, since only the engine knows what all the
// others found.
var suppression = &Rule{
	Name:  "suppression",
	Title: "A suppression that is wrong or silences nothing",
	Condition: "A comment that starts with `pg2crdb:` and cannot be read, names a rule that does not exist or names none (error), " +
		"or silences nothing because its rules found nothing there (warning). The forms are:\n\n" +
		"- `-- pg2crdb:ignore rule[, rule] -- reason` behind a statement, on the same line: that statement; on a line of its own in front of a statement: the next statement; " +
		"within a statement: what is found on its line or, if it has the line to itself, on the next one.\n" +
		"- `-- pg2crdb:ignore-start rule[, rule] -- reason` and `-- pg2crdb:ignore-end`: what stands in between.\n" +
		"- `-- pg2crdb:ignore-file rule[, rule] -- reason`, anywhere in a file: the whole file.",
	Effect: "A suppression that is wrong silences nothing, and one that is not needed any more would silence the next finding at its place, unseen. " +
		"A silenced finding is not reported and its fix is not applied; the report counts how many there are.",
	Workaround: "Correct the name (`pg2crdb rules` lists them), or remove the comment. A suppression of a rule that does not run, because of the target or the configuration, is left in peace.",
	Versions:   "*",
	Sources:    []string{"pg2crdb itself"},
	Examples: []Example{
		{
			Name:  "the next statement, with its reason",
			Input: "-- pg2crdb:ignore concurrently -- the index is small\nDROP INDEX CONCURRENTLY IF EXISTS i;\n",
		},
		{
			Name:  "one line of a statement",
			Input: "CREATE TABLE t (\n  id TEXT PRIMARY KEY,\n  a INTEGER -- pg2crdb:ignore integer-width\n);\n",
		},
		{
			Name:   "a rule that does not exist",
			Input:  "CREATE TABLE t (id TEXT PRIMARY KEY); -- pg2crdb:ignore integer-widht\n",
			Want:   []string{"1:57 error manual"},
			Manual: true,
		},
		{
			Name:   "no rule",
			Input:  "-- pg2crdb:ignore\nCREATE TABLE t (id TEXT PRIMARY KEY);\n",
			Want:   []string{"1:1 error manual"},
			Manual: true,
		},
		{
			Name:  "nothing to silence",
			Input: "CREATE TABLE t (id TEXT PRIMARY KEY); -- pg2crdb:ignore serial -- it was one once\n",
			Want:  []string{"1:57 warning"},
		},
	},
}
