package translate_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pg2crdb/pg2crdb/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// postgres returns a connection to a PostgreSQL, in a database of its own. Both
// go when the test ends.
func postgres(t *testing.T) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	config, err := pgx.ParseConfig(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	admin, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	config = config.Copy()
	config.Database = fmt.Sprintf("pg2crdb_test_%d", time.Now().UnixNano())
	mustExec(t, admin, "CREATE DATABASE "+config.Database)
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close(ctx)
		if _, err := admin.Exec(ctx, "DROP DATABASE "+config.Database); err != nil {
			t.Error(err)
		}
		admin.Close(ctx)
	})
	return conn
}
