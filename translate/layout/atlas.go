package layout

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
)

// atlas is Ariga's Atlas: {version}_{name}.sql, in the order of the names, with
// their checksums in atlas.sum, which is computed anew for the translation. A
// file runs in a transaction unless it starts with `-- atlas:txmode none`. A
// file that starts with `-- atlas:checkpoint` stands for all in front of it on
// a new database, so it is a history apart.
var atlas = format{
	name: "atlas", versioned: true, open: openAtlas,
	detect: func(d *dir) bool { return len(d.named(atlasSum)) > 0 },
}

const atlasSum = "atlas.sum"

func openAtlas(d *dir) (*Tree, error) {
	tree := &Tree{Layout: "atlas", steps: map[string]step{}}
	files := map[string][]string{} // by the folder of an atlas.sum
	roots, in := byFolder(d.sql)
	for _, root := range roots {
		slices.Sort(in[root])
		h := History{Name: root}
		var checkpoints []History
		for i, n := range in[root] {
			text, err := d.read(n)
			if err != nil {
				return nil, err
			}
			src := lint.Source{Name: n, Text: text, Unit: n, Transaction: !slices.Contains(atlasDirectives(string(text)), "txmode none")}
			if v, err := parseVersion(leadingDigits(path.Base(n))); err == nil {
				tree.steps[n] = step{version: v}
			}
			if i > 0 && slices.ContainsFunc(atlasDirectives(string(text)), func(d string) bool { return d == "checkpoint" || strings.HasPrefix(d, "checkpoint ") }) {
				checkpoints = append(checkpoints, History{Name: n, Sources: []lint.Source{src}})
				continue
			}
			h.Sources = append(h.Sources, src)
		}
		tree.Histories = append(append(tree.Histories, h), checkpoints...)
		if slices.Contains(d.other, path.Join(root, atlasSum)) {
			files[root] = in[root]
		}
	}
	tree.finish = func(out map[string][]byte) []Note {
		for root, names := range files {
			out[path.Join(root, atlasSum)] = sumFile(names, out)
		}
		return nil
	}
	return tree, nil
}

// atlasDirectives returns the directives at the head of a file: the comments in
// front of its first empty line.
func atlasDirectives(text string) []string {
	var out []string
	for _, line := range strings.SplitAfter(text, "\n") {
		body, ok := strings.CutPrefix(line, "--")
		if !ok {
			if strings.TrimSpace(line) == "" {
				return out
			}
			return nil // the comments belong to a statement
		}
		if d, ok := strings.CutPrefix(strings.TrimSpace(body), "atlas:"); ok {
			out = append(out, strings.Join(strings.Fields(d), " "))
		}
	}
	return out
}

// sumFile writes an atlas.sum: the hash of each file is that of all up to it,
// names and contents, and the first line is the hash of the lines.
func sumFile(names []string, out map[string][]byte) []byte {
	all, lines := sha256.New(), sha256.New()
	var b strings.Builder
	for _, n := range names {
		base := path.Base(n)
		all.Write([]byte(base))
		if strings.HasPrefix(string(out[n]), "-- atlas:sum ignore") {
			continue
		}
		all.Write(out[n])
		sum := base64.StdEncoding.EncodeToString(all.Sum(nil))
		lines.Write([]byte(base))
		lines.Write([]byte(sum))
		fmt.Fprintf(&b, "%s h1:%s\n", base, sum)
	}
	return []byte("h1:" + base64.StdEncoding.EncodeToString(lines.Sum(nil)) + "\n" + b.String())
}
