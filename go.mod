module github.com/pg2crdb/pg2crdb

go 1.22

require (
	github.com/Masterminds/semver/v3 v3.5.0 // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/pganalyze/pg_query_go/v5 v5.1.0 // indirect
	google.golang.org/protobuf v1.31.0 // indirect
)
