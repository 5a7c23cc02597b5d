package expr

import "github.com/pg2crdb/pg2crdb/internal/catalog"

// Relative is an immutable function of CockroachDB that does what a
// context-dependent cast does, but for what made the cast depend on something.
type Relative struct {
	// From and To are the names of the types of the cast; From "text" stands
	// for varchar, bpchar and name as well.
	From, To string
	// Function takes the operand of the cast as its one argument, and is
	// immutable in every version that has it.
	Function string
	// Since is the first CockroachDB version that has it. All are older than
	// v22.2, the oldest that the program knows.
	Since string
	// Differs says where the results differ from the cast's.
	Differs string
}

// ImmutableRelative returns the immutable relative of a cast, and whether
// there is one: ::timestamp of a text has parse_timestamp, ::timestamptz none.
//
// Sources: release notes of v20.2 and v21.1 (#60772, #60814: parse_timestamp)
// and of v21.2 (#68351: the others); what they do was measured on v26.1.
func ImmutableRelative(from, to catalog.Type) (Relative, bool) {
	if from.Dims > 0 || to.Dims > 0 || from.Schema != "" || to.Schema != "" {
		return Relative{}, false
	}
	source := from.Name
	switch source {
	case "varchar", "bpchar", "name":
		source = "text"
	}
	for i := range relatives {
		if r := &relatives[i]; r.From == source && r.To == to.Name {
			return *r, true
		}
	}
	return Relative{}, false
}

const (
	absolute = "refuses now, today, tomorrow and yesterday; reads month before day whatever the session's DateStyle is"
	isoStyle = "ISO style whatever the session's DateStyle is"
)

var relatives = [...]Relative{
	{"text", "timestamp", "parse_timestamp", "21.1", absolute + "; drops an offset, as the cast does"},
	{"text", "date", "parse_date", "21.2", absolute},
	{"text", "time", "parse_time", "21.2", absolute},
	{"text", "timetz", "parse_timetz", "21.2", absolute + "; refuses a time without an offset"},
	{"text", "interval", "parse_interval", "21.2", "PostgreSQL's IntervalStyle whatever the session's is"},
	{"timestamp", "text", "to_char", "21.2", isoStyle},
	{"date", "text", "to_char", "21.2", isoStyle},
	{"interval", "text", "to_char", "21.2", "PostgreSQL's IntervalStyle whatever the session's is"},
}
