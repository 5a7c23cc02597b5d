//go:build !unix

package main

import "github.com/rogpeppe/go-internal/testscript"

func canBeNobody() bool { return false }

func asNobody(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("asnobody needs Unix") }
