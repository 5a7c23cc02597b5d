# What takes long and is no part of go test ./...

# For how many seconds each target runs.
FUZZ_SECONDS ?= 600

.PHONY: fuzz bench

# Every fuzz target, ten minutes each unless told otherwise.
fuzz:
	.ci/fuzz $(FUZZ_SECONDS)

# The benchmarks, and the table of their figures in the README.
bench:
	go run ./internal/tools/bench
