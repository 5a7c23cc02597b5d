package temporal

import (
	"bytes"
	"encoding/json"
	"slices"
	"sort"
	"strings"
)

// WithoutFiles returns the text of the same manifest with only the given files
// in SchemaUpdateCqlFiles, in that order, and with AllowNoCqlFiles set, so that
// the tool also takes the version if no statement is left in it (tools from
// v1.24.0 on). Everything else stays byte for byte.
func (m *Manifest) WithoutFiles(keep ...string) []byte {
	edits := manifestEdits{raw: m.raw}
	files, last := m.field(fieldFiles), field{}
	if n := len(m.fields); n > 0 {
		last = m.fields[n-1]
	}
	switch {
	case files == nil:
		edits.insert(m, last, fieldFiles, fileList("", keep))
		files = &last
	case !slices.Equal(m.Files, keep):
		edits.replace(*files, fileList(string(m.raw[files.value:files.valueEnd]), keep))
	}
	switch allow := m.field(fieldAllowNone); {
	case allow == nil:
		edits.insert(m, *files, fieldAllowNone, "true")
	case !m.AllowNoFiles:
		edits.replace(*allow, "true")
	}
	return edits.apply()
}

func (m *Manifest) field(name string) *field {
	for i := range m.fields {
		if m.fields[i].name == name {
			return &m.fields[i]
		}
	}
	return nil
}

// fileList formats names as a JSON list in the style of the old one: one name
// to a line if the old one has line breaks.
func fileList(old string, names []string) string {
	if len(names) == 0 {
		return "[]"
	}
	open, sep, end := "[", ", ", "]"
	if first := strings.IndexByte(old, '"'); first >= 0 && strings.Contains(old, "\n") {
		open, sep = old[:first], ","+old[1:first]
		end = old[strings.LastIndexByte(old, '"')+1:]
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quoteJSON(n)
	}
	return open + strings.Join(quoted, sep) + end
}

// quoteJSON quotes a string without the escapes that only HTML needs.
func quoteJSON(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil { // a string always encodes
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// manifestEdits are replacements of parts of the text.
type manifestEdits struct {
	raw  []byte
	list []manifestEdit
}

type manifestEdit struct {
	start, end int
	text       string
}

func (e *manifestEdits) replace(f field, value string) {
	e.list = append(e.list, manifestEdit{f.value, f.valueEnd, value})
}

// insert adds a field behind another one, spaced like that one.
func (e *manifestEdits) insert(m *Manifest, after field, name, value string) {
	before := after.key
	for before > 0 && strings.IndexByte(" \t\r\n", m.raw[before-1]) >= 0 {
		before--
	}
	colon := string(m.raw[after.keyEnd:after.value])
	text := "," + string(m.raw[before:after.key]) + quoteJSON(name) + colon + value
	e.list = append(e.list, manifestEdit{after.valueEnd, after.valueEnd, text})
}

// apply returns the text with the edits done; of two at one place the first
// one stays in front.
func (e *manifestEdits) apply() []byte {
	sort.SliceStable(e.list, func(i, j int) bool { return e.list[i].start < e.list[j].start })
	var out []byte
	done := 0
	for _, d := range e.list {
		out = append(append(out, e.raw[done:d.start]...), d.text...)
		done = d.end
	}
	return append(out, e.raw[done:]...)
}
