package temporal

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/dirfs"
)

const (
	serverModule = "go.temporal.io/server"
	schemaDir    = "schema/postgresql"
)

// insteadHint ends the errors that a directory on disk does not have.
const insteadHint = "or name a directory instead: pg2crdb translate path/to/temporal/schema/postgresql/v12"

// Fetch returns the schema/postgresql/v12 directory of a release of Temporal,
// such as "v1.30.4", out of the Go module of the server. The go command gets
// the module, so its cache, its proxy settings and its checksum database hold;
// nothing of the module is built or run.
func Fetch(ctx context.Context, version string) (fs.FS, error) {
	return fetch(ctx, goCommand, version)
}

// download is what go mod download -json prints.
type download struct {
	Error string // why not; there can be a Zip all the same
	Zip   string // path of the verified archive
	Dir   string // path of the extracted archive
	Sum   string // checksum that the archive was verified against
}

func fetch(ctx context.Context, run runner, version string) (fs.FS, error) {
	if !isRelease(version) {
		return nil, fmt.Errorf("%q is no release of Temporal: write all three numbers, like v1.30.4", version)
	}
	version = "v" + strings.TrimPrefix(version, "v")
	d, err := downloadModule(ctx, run, version)
	if err != nil {
		return nil, err
	}
	// A release that asks for a newer Go than the installed one is downloaded
	// and verified but not extracted; the SQL does not need that Go.
	var module fs.FS
	switch {
	case d.Dir == "" && d.Zip == "":
		return nil, fmt.Errorf("Temporal %s cannot be had: %s: check the version and the network, %s", version, oneLine(d.Error), insteadHint)
	case d.Sum == "":
		return nil, fmt.Errorf("the go command gave no checksum for Temporal %s, so nothing shows that it is the release: check the settings of go env (GOSUMDB, GONOSUMDB, GOFLAGS), %s", version, insteadHint)
	case d.Dir != "":
		module = dirfs.New(d.Dir)
	default:
		if module, err = openZip(d.Zip, serverModule+"@"+version); err != nil {
			return nil, fmt.Errorf("the archive of Temporal %s cannot be read: %w: clear it with go clean -modcache, %s", version, err, insteadHint)
		}
	}
	return schemaOf(module, version)
}

func downloadModule(ctx context.Context, run runner, version string) (download, error) {
	var d download
	dir, err := os.MkdirTemp("", "pg2crdb")
	if err != nil {
		return d, fmt.Errorf("no temporary directory for the go command: %w", err)
	}
	defer os.RemoveAll(dir)
	// The directory is empty, so that no go.mod of the caller's has a say.
	out, err := run(ctx, dir, "mod", "download", "-json", serverModule+"@"+version)
	if ctx.Err() != nil {
		return d, fmt.Errorf("download of Temporal %s: %w", version, ctx.Err())
	}
	if errors.Is(err, errNoGo) {
		return d, fmt.Errorf("Temporal %s is fetched as a Go module, and there is no go command on the PATH: install Go, %s", version, insteadHint)
	}
	// With an answer, a failure of the command is told by the answer.
	if len(out) > 0 && json.Unmarshal(out, &d) == nil {
		return d, nil
	}
	if err == nil {
		err = errors.New("its answer is not the JSON that was asked for")
	}
	return d, fmt.Errorf("the go command cannot download Temporal %s: %w: install Go 1.21 or later, %s", version, err, insteadHint)
}

// openZip returns the files of a module's archive under their paths in the
// module. The archive is read into memory (some 10 MB), so that nothing is
// left to close.
func openZip(file, prefix string) (fs.FS, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	return fs.Sub(archive, prefix)
}

// schemaOf returns the schema directory of a module.
func schemaOf(module fs.FS, version string) (fs.FS, error) {
	if dir := path.Join(schemaDir, "v12"); isDir(module, dir) {
		return fs.Sub(module, dir)
	}
	if isDir(module, schemaDir) {
		return nil, fmt.Errorf("Temporal %s has a schema for PostgreSQL 9.6 only, which is out of scope: take v1.20.0 or later", version)
	}
	return nil, fmt.Errorf("there is no %s/v12 in Temporal %s: %s", schemaDir, version, strings.TrimPrefix(insteadHint, "or "))
}

// oneLine joins the lines of another program's message, without a full stop at
// its end.
func oneLine(s string) string {
	if s == "" {
		return "the go command gives no reason"
	}
	return strings.TrimSuffix(strings.Join(strings.Fields(s), " "), ".")
}
