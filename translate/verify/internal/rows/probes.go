package rows

import (
	"encoding/json"
	"fmt"
	"strings"
)

// long is a text that no page holds as it is.
var long = strings.Repeat("Lange Texte, 長い文章, long text; ", 400)

// texts probe what is stored of a text.
var texts = []string{
	"", "plain", "Ünïcödé ☃ 🐘 e\u0301", "it's \"quoted\" \\ and %_", "two\nlines\tand a tab", " blanks around ", "NULL", "日本語のテキスト", "\u00a0\u2003", long,
}

// instants are texts of RFC 3339, as Temporal stores them: any offset, any
// fraction, ties at the microsecond.
var instants = []string{
	"2024-01-01T00:00:00Z", "2024-01-01T00:00:00+05:30", "2024-01-01T00:00:00-08:00", "2024-02-29T23:59:59.9Z", "2023-12-31T23:59:59.999+14:00",
	"2023-12-31T23:59:59.999999500Z", "2020-06-15T12:00:00.0000005Z", "2020-06-15T12:00:00.0000015Z", "2020-06-15T12:00:00.1234565Z",
	"2020-06-15T12:00:00.123456501Z", "1969-12-31T23:59:59.9999995Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2016-12-31T23:59:59-00:01",
	"2038-01-19T03:14:08+00:00", "2000-01-01T00:00:00.5+12:45",
}

// probesOf returns values of a type, as text that both databases read; nil for a
// type that has none here. The first is a plain one.
func probesOf(typ string, enums map[string][]string) []string {
	if element, ok := strings.CutSuffix(typ, "[]"); ok {
		return arraysOf(probesOf(element, enums))
	}
	base, rest, _ := strings.Cut(typ, "(")
	limit := leadingNumber(rest)
	if _, behind, ok := strings.Cut(rest, ")"); ok {
		base += behind
	}
	switch base {
	case "smallint":
		return []string{"0", "1", "-1", "32767", "-32768"}
	case "integer":
		return []string{"0", "1", "-1", "2147483647", "-2147483648", "32768"}
	case "bigint":
		return []string{"0", "1", "-1", "9223372036854775807", "-9223372036854775808", "9007199254740993", "2147483648", "-2147483649"}
	case "oid":
		return []string{"0", "1", "4294967295"}
	case "numeric":
		return numbersOf(rest)
	case "real":
		return []string{"0", "1.5", "-2.25", "1e10", "1.1e-10", "NaN", "Infinity"}
	case "double precision":
		return []string{"0", "0.1", "-1.5", "1e300", "4.9e-300", "123456789.123456789", "NaN", "-Infinity"}
	case "boolean":
		return []string{"true", "false"}
	case "text", "character varying", "citext":
		return within(texts, limit)
	case "character", "name":
		if base == "name" {
			limit = 63
		}
		return within(texts[1:9], max(limit, 1))
	case "bytea":
		return []string{`\x00`, `\x`, `\xdeadbeef`, `\x5c782727`, `\x` + strings.Repeat("00ff", 4000)}
	case "uuid":
		return []string{"00000000-0000-0000-0000-000000000000", "123e4567-e89b-12d3-a456-426614174000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"}
	case "date":
		return []string{"2024-02-29", "0001-01-01", "9999-12-31", "1970-01-01", "1582-10-10"}
	case "timestamp without time zone":
		return []string{"2024-02-29 12:34:56.123456", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "1969-12-31 23:59:59.9", "2020-01-01 00:00:00.1234564", "2024-01-01T00:00:00Z"}
	case "timestamp with time zone":
		return []string{
			"2024-02-29 12:34:56.123456+00", "2024-01-01 00:00:00+05:30", "2024-01-01 00:00:00-08:00", "2023-12-31T23:59:59.999999+14:00",
			"0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00", "1969-12-31 23:59:59.5Z", "2020-01-01 00:00:00.1234564+01",
		}
	case "time without time zone":
		return []string{"12:34:56.123456", "00:00:00", "23:59:59.999999", "24:00:00"}
	case "time with time zone":
		return []string{"12:34:56.123456+00", "00:00:00+05:30", "23:59:59.999999-12:00"}
	case "interval":
		return []string{"1 day 02:03:04.5", "0", "1 year 2 mons -3 days", "-00:00:01.000001", "1000000 hours"}
	case "json", "jsonb":
		return []string{
			`{}`, `[]`, `null`, `"text"`, `123.450`, `{"b": 1, "aa": [1, 2.50, null, {"x": "é ☃ \u0041"}], "a": true}`, `[1, [2, [3]]]`,
			`{"deep": {"er": {"est": "` + strings.Repeat("x", 3000) + `"}}}`, `-0`, `1e400`, `"\"\\\/\b\f\n\r\t"`,
		}
	case "inet":
		return []string{"10.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32", "255.255.255.255/32"}
	case "cidr":
		return []string{"10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0"}
	case "macaddr":
		return []string{"08:00:2b:01:02:03", "ff:ff:ff:ff:ff:ff"}
	case "bit":
		return []string{strings.Repeat("1", max(limit, 1)), strings.Repeat("0", max(limit, 1))}
	case "bit varying":
		return []string{"1", "", "0"}
	case "tsvector":
		return []string{"plain words", "", "'it''s' a:1A b:2,3", "Großes ☃ 日本"}
	case "money":
		return []string{"1.50", "0", "-92233720368547758.08"}
	case "xml":
		return []string{"<a/>", "<a>é &amp; b</a>"}
	}
	if labels := enums[base]; len(labels) > 0 {
		return labels
	}
	return nil
}

// numbersOf probes NUMERIC with its precision and scale, written as "10,2)".
func numbersOf(rest string) []string {
	precision := leadingNumber(rest)
	_, behind, _ := strings.Cut(rest, ",")
	scale := leadingNumber(strings.TrimSpace(behind))
	if precision == 0 {
		return []string{"0", "1.50", "-0.000000000000000000001", "123456789012345678901234567890.123456789", "1e30", "100"}
	}
	whole := strings.Repeat("9", max(precision-scale, 0))
	if whole == "" {
		whole = "0"
	}
	largest := whole
	if scale > 0 {
		largest += "." + strings.Repeat("9", scale)
	}
	half := "0." + strings.Repeat("0", scale) + "5" // rounded, away from zero
	return []string{"0", "1", largest, "-" + largest, half, "-" + half, "0.1"}
}

// within cuts texts to a number of characters; 0 is no limit. What is cut is
// still probed: it fills the column.
func within(list []string, limit int) []string {
	if limit <= 0 {
		return list
	}
	var out []string
	for _, s := range list {
		if r := []rune(s); len(r) > limit {
			s = string(r[:limit])
		}
		out = append(out, s)
	}
	return out
}

func arraysOf(elements []string) []string {
	if len(elements) == 0 {
		return nil
	}
	quote := func(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }
	out := []string{"{" + quote(elements[0]) + "}", "{}", "{NULL}"}
	var all []string
	for _, e := range elements {
		all = append(all, quote(e))
	}
	return append(out, "{"+strings.Join(all, ",")+",NULL}")
}

// documentsOf makes JSON documents whose members probe what computed columns read
// of them.
func documentsOf(keys []documentKey) []string {
	out := []string{"{}"}
	most := 0
	probes := make([][]any, len(keys))
	for i, k := range keys {
		probes[i] = membersOf(k.typ)
		most = max(most, len(probes[i]))
	}
	for n := range most + 3 {
		doc := map[string]any{"other": n}
		for i, k := range keys {
			if len(probes[i]) == 0 || (n+i)%11 == 10 {
				continue // not every document has every member
			}
			doc[k.key] = probes[i][(n+i)%len(probes[i])]
		}
		text, err := json.Marshal(doc)
		if err == nil {
			out = append(out, string(text))
		}
	}
	return out
}

// membersOf returns members of a JSON document for a computed column of a type.
func membersOf(typ string) []any {
	base, rest, _ := strings.Cut(typ, "(")
	limit := leadingNumber(rest)
	if _, behind, ok := strings.Cut(rest, ")"); ok {
		base += behind
	}
	var out []any
	add := func(list ...string) {
		for _, s := range list {
			out = append(out, s)
		}
	}
	switch base {
	case "timestamp without time zone", "timestamp with time zone":
		add(instants...)
	case "date":
		add("2024-02-29", "0001-01-01", "9999-12-31")
	case "boolean":
		return []any{true, false}
	case "smallint", "integer", "bigint":
		for _, n := range probesOf(base, nil) {
			out = append(out, json.Number(n))
		}
	case "numeric":
		for _, n := range numbersOf(rest) {
			out = append(out, json.Number(n))
		}
	case "real", "double precision":
		return []any{0, 0.1, -1.5, 1e10, json.Number("123456789.123456789")}
	case "tsvector":
		add("foo bar", "Foo", "the and Running", "", "'it''s' fine", "日本 ☃")
	case "json", "jsonb":
		return []any{[]string{"a", "é"}, []string{}, "text", map[string]any{"x": nil}, 12.5, []string{strings.Repeat("x", 2000)}}
	case "uuid":
		add(probesOf("uuid", nil)...)
	case "text", "character varying", "character":
		add(within(texts, limit)...)
	default:
		return []any{fmt.Sprint("of ", base)}
	}
	return out
}
