package temporal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"
)

const manifestName = "manifest.json"

// maxDescription is the width of schema_update_history.description, in
// characters.
const maxDescription = 255

// The fields of a manifest that the tool reads. It matches their names without
// regard to case and ignores all others.
const (
	fieldVersion     = "CurrVersion"
	fieldMinVersion  = "MinCompatibleVersion"
	fieldDescription = "Description"
	fieldFiles       = "SchemaUpdateCqlFiles"
	fieldAllowNone   = "AllowNoCqlFiles"
)

// Manifest is the manifest.json of a version directory.
type Manifest struct {
	// CurrVersion is the version, without a v in front.
	CurrVersion          string
	MinCompatibleVersion string
	// Description is at most 255 characters long.
	Description string
	// Files are the names of the SQL files in the order in which they are
	// applied, relative to the manifest's directory.
	Files []string
	// AllowNoFiles tells that the version may hold no statement at all.
	AllowNoFiles bool

	raw    []byte
	fields []field
}

// field is a top-level field of the JSON text, as byte offsets into it.
type field struct {
	name            string // as the constants above; "" for a field the tool ignores
	key, keyEnd     int
	value, valueEnd int
}

// Bytes returns the text that the manifest was read from.
func (m *Manifest) Bytes() []byte { return bytes.Clone(m.raw) }

// readManifest reads and checks the manifest of a version directory, whose
// base name is v and the version. The manifest is nil if there are problems
// that leave it without meaning.
func readManifest(fsys fs.FS, dir string) (*Manifest, []Problem) {
	file := below(dir, manifestName)
	m, ps := loadManifest(fsys, dir, file)
	if m == nil {
		return nil, ps
	}
	ps = append(ps, m.checkVersions(file, path.Base(dir))...)
	ps = append(ps, m.checkFiles(file, fsys, dir)...)
	return m, ps
}

// loadManifest parses the file, or takes what a snapshot has parsed.
func loadManifest(fsys fs.FS, dir, file string) (*Manifest, []Problem) {
	if s, ok := fsys.(*snapshot); ok {
		if m, ok := s.manifests[file]; ok {
			return m.manifest, m.problems
		}
	}
	data, err := fs.ReadFile(fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, []Problem{noManifest(dir)}
	}
	if err != nil {
		return nil, []Problem{{File: file, Constraint: "C3", Eras: Eras(),
			Message: fmt.Sprintf("cannot be read: %v", reason(err))}}
	}
	return parseManifest(file, data)
}

func noManifest(dir string) Problem {
	return Problem{File: dir, Constraint: "C3", Eras: Eras(), Message: "there is no " + manifestName + " in this version directory: add it, or move the directory away"}
}

// parseManifest reads the JSON. It returns no manifest if the text is no JSON
// object or a field has the wrong type.
func parseManifest(file string, data []byte) (*Manifest, []Problem) {
	m := &Manifest{raw: data}
	fail := func(offset int, format string, args ...any) (*Manifest, []Problem) {
		return nil, []Problem{m.problem(file, "C3", offset, format, args...)}
	}
	if bytes.HasPrefix(data, []byte(byteOrderMark)) {
		return fail(0, "starts with a byte order mark: save it as UTF-8 without one")
	}
	if !json.Valid(data) {
		var syntax *json.SyntaxError
		if err := json.Unmarshal(data, new(any)); errors.As(err, &syntax) {
			return fail(min(max(int(syntax.Offset)-1, 0), len(data)), "is not JSON: %v: correct it", err)
		}
		return fail(0, "is not JSON: correct it")
	}
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		return fail(0, "must hold one JSON object, { ... }")
	}
	m.findFields()
	seen := map[string]bool{}
	for _, f := range m.fields {
		if f.name == "" {
			continue
		}
		if seen[f.name] {
			return fail(f.key, "%s stands here for the second time, and temporal-sql-tool takes the last one: remove one", f.name)
		}
		seen[f.name] = true
		if err := m.decode(f); err != nil {
			return fail(f.value, "%s must be %v", f.name, err)
		}
	}
	m.CurrVersion = strings.TrimPrefix(m.CurrVersion, "v")
	return m, nil
}

// findFields notes where the top-level fields stand. The text is known to be
// JSON, and an object.
func (m *Manifest) findFields() {
	at := skipBetween(m.raw, bytes.IndexByte(m.raw, '{')+1)
	for at < len(m.raw) && m.raw[at] == '"' {
		f := field{key: at, keyEnd: valueEnd(m.raw, at)}
		f.value = skipBetween(m.raw, f.keyEnd)
		f.valueEnd = valueEnd(m.raw, f.value)
		name := string(m.raw[f.key+1 : f.keyEnd-1])
		if strings.Contains(name, `\`) && json.Unmarshal(m.raw[f.key:f.keyEnd], &name) != nil {
			return
		}
		for _, known := range []string{fieldVersion, fieldMinVersion, fieldDescription, fieldFiles, fieldAllowNone} {
			if strings.EqualFold(name, known) {
				f.name = known
			}
		}
		m.fields = append(m.fields, f)
		at = skipBetween(m.raw, f.valueEnd)
	}
}

// skipBetween passes over what stands between the values of valid JSON.
func skipBetween(text []byte, i int) int {
	for i < len(text) && bytes.IndexByte([]byte(" \t\r\n,:"), text[i]) >= 0 {
		i++
	}
	return i
}

// valueEnd returns the offset behind the value at i of valid JSON.
func valueEnd(text []byte, i int) int {
	for depth := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default: // a number or a word, or what stands between values
			for depth == 0 && i+1 < len(text) && bytes.IndexByte([]byte(" \t\r\n,]}"), text[i+1]) < 0 {
				i++
			}
		}
		if depth == 0 {
			return min(i+1, len(text))
		}
	}
	return len(text)
}

// decode sets what the field holds. The error says what it must be.
func (m *Manifest) decode(f field) error {
	value := m.raw[f.value:f.valueEnd]
	text := func(into *string) error {
		if json.Unmarshal(value, into) != nil {
			return errors.New("a string")
		}
		return nil
	}
	switch {
	case f.name == fieldVersion:
		return text(&m.CurrVersion)
	case f.name == fieldMinVersion:
		return text(&m.MinCompatibleVersion)
	case f.name == fieldDescription:
		return text(&m.Description)
	case f.name == fieldAllowNone:
		if json.Unmarshal(value, &m.AllowNoFiles) != nil {
			return errors.New("true or false")
		}
	case f.name == fieldFiles:
		if json.Unmarshal(value, &m.Files) != nil {
			return errors.New(`a list of file names, such as ["schema.sql"]`)
		}
	}
	return nil
}

// checkVersions checks the fields beside the files; dir is the name of the
// version's directory.
func (m *Manifest) checkVersions(file, dir string) []Problem {
	var ps []Problem
	add := func(constraint, name, format string, args ...any) {
		ps = append(ps, m.problem(file, constraint, m.offset(name), format, args...))
	}
	switch want := strings.TrimPrefix(dir, "v"); {
	case m.CurrVersion == "":
		add("C3", fieldVersion, "CurrVersion is missing: add \"CurrVersion\": %q", want)
	case m.CurrVersion != want:
		add("C1", fieldVersion, "CurrVersion is %q but the directory is %s: make CurrVersion %q, or rename the directory", m.CurrVersion, dir, want)
	}
	if m.MinCompatibleVersion == "" {
		add("C3", fieldMinVersion, "MinCompatibleVersion is missing or empty: add one, such as \"MinCompatibleVersion\": \"0.1\"")
	} else if _, ok := parseVersion(strings.TrimPrefix(m.MinCompatibleVersion, "v")); !ok {
		add("C3", fieldMinVersion, "MinCompatibleVersion %q is no version: write one such as \"0.1\"", m.MinCompatibleVersion)
	}
	if n := utf8.RuneCountInString(m.Description); n > maxDescription {
		add("C3", fieldDescription, "Description has %d characters and temporal-sql-tool's table takes %d: shorten it", n, maxDescription)
	}
	if len(m.Files) == 0 && !m.AllowNoFiles {
		add("C5", fieldFiles, "SchemaUpdateCqlFiles names no file: name one, or add \"AllowNoCqlFiles\": true if the version is empty on purpose")
	}
	return ps
}

// checkFiles checks the names of the files and that they are there.
func (m *Manifest) checkFiles(file string, fsys fs.FS, dir string) []Problem {
	var ps []Problem
	seen := map[string]bool{}
	for i, name := range m.Files {
		add := func(format string, args ...any) {
			ps = append(ps, m.problem(file, "C4", m.filePlace(i), format, args...))
		}
		switch {
		case name == "":
			add("an empty file name: remove it")
			continue
		case path.IsAbs(name):
			add("%q is an absolute path: name a file in the manifest's own directory", name)
			continue
		case path.Clean(name) == ".." || strings.HasPrefix(path.Clean(name), "../"):
			add("%q leaves the manifest's directory: move the file into it and name it without ..", name)
			continue
		case !fs.ValidPath(name) || name == ".":
			add("%q is no plain relative path: write %q", name, path.Clean(name))
			continue
		case seen[name]:
			add("%q is named twice, and temporal-sql-tool would execute it twice: remove one", name)
			continue
		}
		seen[name] = true
		info, err := fs.Stat(fsys, below(dir, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			add("%q is not in the directory: add the file, or remove the name", name)
		case err != nil:
			add("%q cannot be read: %v", name, reason(err))
		case !info.Mode().IsRegular():
			add("%q is no regular file: name an SQL file", name)
		}
	}
	return ps
}

// offset returns where the value of a field stands, or the object if it has
// none.
func (m *Manifest) offset(name string) int {
	for _, f := range m.fields {
		if f.name == name {
			return f.value
		}
	}
	return max(bytes.IndexByte(m.raw, '{'), 0)
}

// filePlace returns the byte offset of an element of Files, or that of the list.
func (m *Manifest) filePlace(i int) int {
	for _, f := range m.fields {
		if f.name != fieldFiles {
			continue
		}
		dec := json.NewDecoder(bytes.NewReader(m.raw[f.value:f.valueEnd]))
		if _, err := dec.Token(); err != nil {
			break
		}
		for ; dec.More(); i-- {
			var name json.RawMessage
			if dec.Decode(&name) != nil {
				break
			}
			if i == 0 {
				return f.value + int(dec.InputOffset()) - len(name)
			}
		}
	}
	return m.offset(fieldFiles)
}

func (m *Manifest) problem(file, constraint string, offset int, format string, args ...any) Problem {
	p := Problem{File: file, Constraint: constraint, Eras: Eras(), Message: fmt.Sprintf(format, args...)}
	p.Line, p.Column = lineColumn(m.raw, offset)
	return p
}

// reason returns why a file operation failed, without the path, which the
// message names already.
func reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
