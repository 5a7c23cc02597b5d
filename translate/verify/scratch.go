package verify

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// scratch is a database that exists for one verification.
type scratch struct {
	server *Server
	admin  *pgx.Conn
	name   string
}

// prefix of the names of scratch databases.
const prefix = "pg2crdb_verify_"

// newScratch makes a database with a name that nothing else has. No other
// database is ever touched.
func newScratch(ctx context.Context, s *Server) (*scratch, error) {
	admin, err := s.dial(ctx, s.config.Database, nil)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 8)
	if _, err := rand.Read(b); err != nil {
		admin.Close(ctx)
		return nil, fmt.Errorf("name the scratch database: %w", err)
	}
	d := &scratch{server: s, admin: admin, name: prefix + hex.EncodeToString(b)}
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+d.name); err != nil {
		admin.Close(ctx)
		var pe *pgconn.PgError
		if errors.As(err, &pe) && (pe.Code == "42501" || pe.Code == "25006") {
			return nil, fmt.Errorf("make a scratch database on %s: %s: verify works in a database of its own and needs a user with CREATEDB", s.address(), pe.Message)
		}
		return nil, fmt.Errorf("make a scratch database on %s: %w", s.address(), err)
	}
	return d, nil
}

// connect opens a session in the scratch database.
func (d *scratch) connect(ctx context.Context, notice func(string)) (*pgx.Conn, error) {
	return d.server.dial(ctx, d.name, notice)
}

// drop removes the database. It has time of its own: it runs after Ctrl-C too.
func (d *scratch) drop() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	defer d.admin.Close(ctx)
	if d.admin.IsClosed() {
		admin, err := d.server.dial(ctx, d.server.config.Database, nil)
		if err != nil {
			return fmt.Errorf("drop the scratch database %s: %w: drop it by hand", d.name, err)
		}
		d.admin = admin
	}
	if _, err := d.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+d.name+" CASCADE"); err != nil {
		return fmt.Errorf("drop the scratch database %s: %w: drop it by hand", d.name, err)
	}
	return nil
}
