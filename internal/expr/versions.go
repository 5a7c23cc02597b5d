package expr

import "sort"

// addition is a function and the CockroachDB version that brought it.
type addition struct{ name, since string }

// additions are the functions that came after v22.2, the oldest version that
// the program knows, sorted by name. Source: the release notes of v23.1 to
// v26.2. A function that a patch release of an older series also got
// (make_date in v23.1.12) counts from the next series on, because a range must
// hold for every patch of a series.
var additions = [...]addition{
	{"acldefault", "26.2"}, {"array_cat_agg", "23.1"}, {"bit_count", "24.1"}, {"bitmask_and", "23.2"}, {"bitmask_or", "23.2"},
	{"bitmask_xor", "23.2"}, {"cosine_distance", "24.2"}, {"daitch_mokotoff", "26.2"}, {"decrypt", "23.2"}, {"decrypt_iv", "23.2"},
	{"dmetaphone", "26.2"}, {"dmetaphone_alt", "26.2"}, {"encrypt", "23.2"}, {"encrypt_iv", "23.2"}, {"gen_random_bytes", "23.2"},
	{"has_system_privilege", "25.4"}, {"inner_product", "24.2"}, {"jsonb_array_to_string_array", "23.2"},
	{"jsonb_path_exists", "25.2"}, {"jsonb_path_match", "25.2"}, {"jsonb_path_query", "25.2"}, {"jsonb_path_query_array", "25.2"},
	{"jsonb_path_query_first", "25.2"}, {"l1_distance", "24.2"}, {"l2_distance", "24.2"}, {"lca", "25.4"},
	{"levenshtein_less_equal", "25.4"}, {"ltree2text", "25.4"}, {"make_date", "23.2"}, {"make_timestamp", "23.2"},
	{"make_timestamptz", "23.2"}, {"makeaclitem", "26.2"}, {"metaphone", "24.1"}, {"nameconcatoid", "23.2"}, {"nlevel", "25.4"},
	{"oidvectortypes", "23.2"}, {"parse_ident", "23.1"}, {"pg_blocking_pids", "23.1"}, {"pg_encoding_max_length", "24.1"},
	{"pg_get_function_arguments", "23.1"}, {"pg_get_triggerdef", "26.2"}, {"pg_sequence_last_value", "23.2"},
	{"pg_trigger_depth", "26.2"}, {"phraseto_tsquery", "23.1"}, {"plainto_tsquery", "23.1"}, {"setseed", "24.1"}, {"subltree", "25.4"},
	{"subpath", "25.4"}, {"substring_index", "25.2"}, {"text2ltree", "25.4"}, {"to_tsquery", "23.1"}, {"to_tsvector", "23.1"},
	{"ts_parse", "23.1"}, {"ts_rank", "23.1"}, {"vector_dims", "24.2"}, {"vector_norm", "24.2"},
}

// addedIn returns the CockroachDB version that brought a function, as in
// "23.1"; empty for those of v22.2, and for names that no version has.
func addedIn(function string) string {
	i := sort.Search(len(additions), func(i int) bool { return additions[i].name >= function })
	if i < len(additions) && additions[i].name == function {
		return additions[i].since
	}
	return ""
}

// overloadAddedIn returns the version that brought an overload of an older
// function; empty if none is known to be younger. Source: the release notes.
func overloadAddedIn(function string, ops []operand) string {
	switch function {
	case "concat":
		for j := range ops {
			if t := ops[j].t; t.known() && !t.null() && (t.array || family(t.id) != tText) {
				return "24.3" // #127098
			}
		}
	case "to_char":
		if len(ops) == 2 && (ops[0].t.id == tInterval || ops[0].t.id == tDate) {
			return "23.1" // #91382, #102989
		}
	case "date_trunc":
		if len(ops) == 3 {
			return "23.2" // #108824
		}
	case "array_position":
		if len(ops) == 3 {
			return "24.1" // #112161
		}
	}
	return ""
}

// typeAddedIn returns the version that brought a type. Source:
// cockroachdb-matrix.md, section 5, and the release notes of v25.2.
func typeAddedIn(id typeID) string {
	switch id {
	case tTsvector, tTsquery:
		return "23.1"
	case tPgLsn:
		return "23.2"
	case tVector:
		return "24.2"
	case tJsonpath:
		return "25.2"
	case tCitext:
		return "25.3"
	case tLtree:
		return "25.4"
	}
	return ""
}

// userFunctionsSince returns the version from which CockroachDB takes calls of
// user-defined functions in a place (pkg/sql/catalog/funcdesc/helpers.go, and
// the release notes of v23.1 and v25.3); empty if no version that the program
// knows refuses them.
func userFunctionsSince(p Place) string {
	switch p {
	case CheckConstraint, ColumnDefault, SetDefault:
		return "23.1"
	case PolicyUsing, PolicyCheck:
		return "" // policies themselves are from v25.2, and take functions from there
	case Query:
		return "" // of v22.2 itself
	case TypeUsing:
		return "" // measured on v26.1: taken; said nowhere of others
	}
	return "25.3"
}
