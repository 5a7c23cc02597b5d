package pgsql

/*
#cgo LDFLAGS: -Wl,--wrap=dup2

#include <unistd.h>

// libpg_query redirects file descriptor 2 to a pipe around every parse. The
// descriptor belongs to the whole process: what other goroutines write to
// stderr meanwhile is lost, and two parses at once can leave it redirected for
// good. The linker sends every dup2 of the program's C code here, and those
// that a parsing thread aims at descriptor 2 are left out; what the parser
// would write there (it writes nothing) goes to stderr as usual.

static __thread int parsing;

int __real_dup2(int from, int to);

int __wrap_dup2(int from, int to) {
	if (parsing && to == STDERR_FILENO)
		return to;
	return __real_dup2(from, to);
}

static void set_parsing(int on) { parsing = on; }
*/
import "C"

import "runtime"

// beginParse makes the calling thread leave stderr alone until the returned
// function is called.
func beginParse() (end func()) {
	runtime.LockOSThread()
	C.set_parsing(1)
	return endParse
}

func endParse() {
	C.set_parsing(0)
	runtime.UnlockOSThread()
}
