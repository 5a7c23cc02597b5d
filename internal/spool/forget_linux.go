package spool

import "syscall"

// forget takes the pages out of memory. It is a hint: an error changes nothing.
func forget(b []byte) { _ = syscall.Madvise(b, syscall.MADV_DONTNEED) }
