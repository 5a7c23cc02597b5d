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

const (
	// scratchPrefix is what the names of scratch databases start with.
	scratchPrefix = "pg2crdb_verify_"
	// dropTimeout is how long a scratch database is tried to be dropped.
	dropTimeout = 2 * time.Minute
)

// Leftover is the error for a scratch database that could not be dropped.
type Leftover struct {
	// Database is its name, Address the server's.
	Database, Address string
	Err               error
}

func (e *Leftover) Error() string {
	return fmt.Sprintf("the scratch database %s on %s could not be dropped: %v: drop it by hand", e.Database, e.Address, e.Err)
}

func (e *Leftover) Unwrap() error { return e.Err }

// newScratch makes a database with a name that nothing else has. No other
// database is ever touched.
func newScratch(ctx context.Context, s *Server) (*scratch, error) {
	name := make([]byte, 8)
	if _, err := rand.Read(name); err != nil {
		return nil, fmt.Errorf("name the scratch database: %w", err)
	}
	admin, err := s.dial(ctx, s.config.Database, nil)
	if err != nil {
		return nil, err
	}
	d := &scratch{server: s, admin: admin, name: scratchPrefix + hex.EncodeToString(name)}
	_, err = admin.Exec(ctx, "CREATE DATABASE "+d.name)
	if err == nil {
		return d, nil
	}
	doing := fmt.Sprintf("make a scratch database on %s", s.Address())
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		// Nobody knows whether the server has made it: the answer is missing.
		err = s.fail(ctx, err, "%s", doing)
		return nil, errors.Join(err, d.drop())
	}
	admin.Close(ctx)
	switch pe.Code {
	case "42501", "25006":
		return nil, fmt.Errorf("%s: %s: verify works in a database of its own and needs a user that may create one (CREATEDB), on a server that is not read-only", doing, s.scrub(pe.Message))
	}
	return nil, s.fail(ctx, err, "%s", doing)
}

// connect opens a session in the scratch database.
func (d *scratch) connect(ctx context.Context, notice func(*pgconn.Notice)) (*pgx.Conn, error) {
	return d.server.dial(ctx, d.name, notice)
}

// drop removes the database. It has time of its own: it runs after Ctrl-C too. Where it
// cannot, one of a server that goes with the verification goes with that.
func (d *scratch) drop() error {
	ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
	defer cancel()
	if err := d.tryDrop(ctx); err != nil && !d.server.Disposable {
		return &Leftover{Database: d.name, Address: d.server.Address(), Err: err}
	}
	return nil
}

func (d *scratch) tryDrop(ctx context.Context) error {
	if d.admin.IsClosed() { // an interruption closes the connection as well
		admin, err := d.server.dial(ctx, d.server.config.Database, nil)
		if err != nil {
			return err
		}
		d.admin = admin
	}
	defer d.admin.Close(ctx)
	how := "CASCADE"
	if d.server.product == postgres {
		how = "WITH (FORCE)"
	}
	if _, err := d.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+d.name+" "+how); err != nil {
		return d.server.fail(ctx, err, "DROP DATABASE")
	}
	return nil
}
