package pgsql

import (
	"unicode"
	"unicode/utf8"
)

// Shifts returns the offset of the first character whose lower case has another
// length in bytes, as U+0130 has; -1 if there is none. A byte that is not UTF-8 is
// such a character. Temporal's tool walks over a lower-case copy of a text and cuts
// the original at the same offsets.
func Shifts[T string | []byte](text T) int {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			for i+8 <= len(text) && (text[i]|text[i+1]|text[i+2]|text[i+3]|text[i+4]|text[i+5]|text[i+6]|text[i+7]) < utf8.RuneSelf {
				i += 8 // mostly there is no other
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(string(text[i:min(i+utf8.UTFMax, len(text))]))
		if utf8.RuneLen(unicode.ToLower(r)) != n {
			return i
		}
		i += n
	}
	return -1
}
