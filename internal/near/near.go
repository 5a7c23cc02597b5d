// Package near finds the name that somebody meant.
package near

// Name returns the name that is nearest to a word, if one is near enough to be
// what was meant, otherwise "". Of names equally near it is the first.
func Name(word string, names []string) string {
	best, at := "", max(1, len(word)/3)+1
	for _, n := range names {
		if d := distance(word, n, at); d < at {
			best, at = n, d
		}
	}
	return best
}

// Hint returns `; did you mean "name"?`, or nothing if no name is near.
func Hint(word string, names []string) string {
	if n := Name(word, names); n != "" {
		return `; did you mean "` + n + `"?`
	}
	return ""
}

// distance returns how many letters have to be put in, taken out, replaced or
// swapped with their neighbour to turn a into b; limit if that many or more.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
