// Package launch starts a CockroachDB to verify on: a binary, a release that is
// downloaded, or a container. It is apart from package verify because of what
// it takes to do so.
package launch

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/cockroachdb/cockroach-go/v2/testserver"

	"github.com/pg2crdb/pg2crdb/internal/quick"
	"github.com/pg2crdb/pg2crdb/translate/verify"
)

// Binary runs a CockroachDB binary with its data in memory. stop ends it.
//
// The test server that it starts it with writes what it does to the standard
// logger of package log.
func Binary(ctx context.Context, path string) (s *verify.Server, stop func(), err error) {
	if err := isCockroach(ctx, path); err != nil {
		return nil, nil, err
	}
	// With certificates rather than insecure: an insecure server refuses
	// passwords of roles.
	ts, err := testserver.NewTestServer(testserver.CockroachBinaryPathOpt(path), testserver.SecureOpt())
	if err != nil {
		return nil, nil, fmt.Errorf("start %s: %w", path, err)
	}
	s, err = connect(ctx, ts.PGURL().String())
	if err != nil {
		ts.Stop()
		return nil, nil, fmt.Errorf("start %s: %w", path, err)
	}
	return s, ts.Stop, nil
}

// Download fetches a release of CockroachDB, such as "v24.3.8", and runs it like
// Binary. What was downloaded stays in the directory for temporary files, for
// the next time.
func Download(ctx context.Context, version string) (s *verify.Server, stop func(), err error) {
	v, err := semver.StrictNewVersion(strings.TrimPrefix(version, "v"))
	if err != nil {
		return nil, nil, fmt.Errorf("download CockroachDB %s: %w: name a release such as v24.3.8", version, err)
	}
	path, err := testserver.DownloadBinary(&testserver.TestConfig{}, "v"+v.String(), false)
	if err != nil {
		return nil, nil, fmt.Errorf("download CockroachDB v%s: %w", v, err)
	}
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	return Binary(ctx, path)
}

// isCockroach asks a binary for its version, as the test server does, which
// takes any answer for one.
func isCockroach(ctx context.Context, path string) error {
	out, err := exec.CommandContext(ctx, path, "version").Output()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("ask %s for its version: %w", path, err)
	}
	first, _, _ := strings.Cut(string(out), "\n")
	if f := strings.Fields(first); len(f) < 3 || f[0] != "Build" {
		return fmt.Errorf("%s is no CockroachDB: asked for its version it says %q", path, first)
	}
	return nil
}

func connect(ctx context.Context, url string) (*verify.Server, error) {
	s, err := verify.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	s.Disposable = true
	if err := quick.Apply(ctx, url); err != nil {
		return nil, fmt.Errorf("set the server up: %w", err)
	}
	return s, nil
}
