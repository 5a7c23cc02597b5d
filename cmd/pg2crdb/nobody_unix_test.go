//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// nobody is a user without rights.
const nobody = 65534

func canBeNobody() bool { return true }

// asNobody runs the command as somebody whom permissions stop: root is nobody
// for that time, others are what they are. What it prints goes to the files
// nobody.out and nobody.err.
func asNobody(ts *testscript.TestScript, neg bool, args []string) {
	bin, err := exec.LookPath("pg2crdb")
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if p := filepath.Join(dir, "pg2crdb"); err != nil || strings.HasPrefix(dir, os.TempDir()) {
			if _, serr := os.Stat(p); serr == nil {
				bin, err = p, nil
				break
			}
		}
	}
	ts.Check(err)
	cmd := exec.Command(bin, args...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "TMPDIR=" + ts.Getenv("WORK")}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody, NoSetGroups: false}}
		for _, p := range []string{cmd.Dir, bin} { // lead nobody to them
			for ; p != filepath.Dir(p); p = filepath.Dir(p) {
				info, err := os.Stat(p)
				ts.Check(err)
				if info.Mode()&0o001 == 0 && strings.HasPrefix(p, os.TempDir()+"/") {
					ts.Check(os.Chmod(p, info.Mode().Perm()|0o011))
				}
			}
		}
	}
	err = cmd.Run()
	ts.Check(os.WriteFile(ts.MkAbs("nobody.out"), out.Bytes(), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("nobody.err"), errs.Bytes(), 0o644))
	ts.Logf("[nobody] %s\n%s%s", strings.Join(args, " "), &out, &errs)
	if (err != nil) != neg {
		ts.Fatalf("pg2crdb %s: %v", strings.Join(args, " "), err)
	}
}
