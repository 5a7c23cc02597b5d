package consolidate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/internal/temporal"
	"github.com/pg2crdb/pg2crdb/translate"
)

// temporalStore finishes the schema of a Temporal store: with the version tables
// if they are asked for, and with the proof that the setup-schema command of
// every era reads it as it is meant if not.
func temporalStore(s *Schema, out *translate.Output, h *translate.Result, cut scope, opts Options) error {
	if opts.VersionTables {
		v, err := lastVersion(out, h, cut)
		if err != nil {
			return err
		}
		s.Text = append(s.Text, versionTables(v, opts.From != "")...)
		if text, ok := inTransaction(s.Text); ok {
			s.Text = text
		}
		return nil
	}
	const name = "schema.sql"
	var bad []string
	for _, p := range temporal.CheckSchema(temporal.Files(map[string][]byte{name: s.Text}), name, pgsql.Split) {
		if !p.Warning {
			bad = append(bad, "  "+p.Error())
		}
	}
	if len(bad) > 0 {
		return fmt.Errorf("temporal-sql-tool could not read the consolidated schema of store %s, so it is not written:\n%s", s.Name, strings.Join(bad, "\n"))
	}
	if text, ok := inTransaction(s.Text); ok && sentAtOnce(text) {
		s.Text = text
	}
	return nil
}

// transaction begins the one in which several tables are made.
const transaction = `-- All in one transaction, which is several times faster and leaves nothing
-- half-made. From v25.1 on, CockroachDB commits in front of each CREATE, by a
-- setting that is switched off here; older versions do not have it.
-- temporal-sql-tool takes the block for one statement.
BEGIN;
SELECT set_config(name, 'off', true) FROM pg_catalog.pg_settings WHERE name = 'autocommit_before_ddl';

`

// inTransaction puts a transaction around a schema of several tables, if that
// only makes tables and puts rows into them: other changes of a schema are better
// off on their own.
func inTransaction(text []byte) ([]byte, bool) {
	stmts, err := pgsql.Split(text)
	if err != nil {
		return nil, false
	}
	tables := 0
	for _, st := range stmts {
		if st.Text == "" {
			continue
		}
		st.Parse()
		switch st.Tree.(type) {
		case *pgsql.CreateStmt:
			tables++
		case *pgsql.InsertStmt:
		default:
			return nil, false
		}
	}
	return slices.Concat([]byte(transaction), text, []byte("\nEND;\n")), tables > 1
}

// sentAtOnce reports whether the tool of every era sends a text in one piece, and
// leaves nothing out but comments.
func sentAtOnce(text []byte) bool {
	want, err := pgsql.Split(text)
	if err != nil {
		return false
	}
	sameStatement := func(a, b *pgsql.Statement) bool { return a.Form == b.Form && a.SameTokens(b.Text) }
	for _, era := range temporal.Eras() {
		sent, err := era.Split(text)
		if err != nil || len(sent) != 1 {
			return false
		}
		got, err := pgsql.Split([]byte(sent[0]))
		trailer := func(st *pgsql.Statement) bool { return st.Text == "" }
		if err != nil || !slices.EqualFunc(slices.DeleteFunc(got, trailer), slices.DeleteFunc(slices.Clone(want), trailer), sameStatement) {
			return false
		}
	}
	return true
}

// lastVersion returns the manifest of the last version that is taken.
func lastVersion(out *translate.Output, h *translate.Result, cut scope) (*temporal.Manifest, error) {
	tree, err := temporal.ReadTree(temporal.Files(out.Files))
	if err != nil {
		return nil, fmt.Errorf("read the manifests of the translation: %w", err)
	}
	for _, store := range tree.Stores {
		if !strings.HasPrefix(h.Texts[0].Name, store.Dir+"/") && store.Dir != "." {
			continue
		}
		for i := len(store.Versions) - 1; i >= 0; i-- {
			if v := store.Versions[i]; !cut.after(v.Dir + "/manifest.json") {
				return v.Manifest, nil
			}
		}
	}
	return nil, fmt.Errorf("the tree holds no version of the store of %s", h.Texts[0].Name)
}

// versionTables makes the two tables of temporal-sql-tool and says in them that
// the database is at a version, as setup-schema does. The name of the database
// is the one that it is run in: the tool looks the version up under it.
func versionTables(m *temporal.Manifest, upgrade bool) string {
	literal := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	version, minimum := literal(m.CurrVersion), literal(m.MinCompatibleVersion)
	var b strings.Builder
	if !upgrade {
		b.WriteString(`
-- What temporal-sql-tool keeps of the version.
CREATE TABLE schema_version (
  version_partition INT NOT NULL,
  db_name VARCHAR(255) NOT NULL,
  creation_time TIMESTAMP,
  curr_version VARCHAR(64),
  min_compatible_version VARCHAR(64),
  PRIMARY KEY (version_partition, db_name)
);

CREATE TABLE schema_update_history (
  version_partition INT NOT NULL,
  year INT NOT NULL,
  month INT NOT NULL,
  update_time TIMESTAMP NOT NULL,
  description VARCHAR(255),
  manifest_md5 VARCHAR(64),
  new_version VARCHAR(64),
  old_version VARCHAR(64),
  PRIMARY KEY (version_partition, year, month, update_time)
);
`)
	}
	fmt.Fprintf(&b, `
INSERT INTO schema_version (version_partition, db_name, creation_time, curr_version, min_compatible_version)
VALUES (0, current_database(), now()::TIMESTAMP, %s, %s)
ON CONFLICT (version_partition, db_name) DO UPDATE SET creation_time = excluded.creation_time,
  curr_version = excluded.curr_version, min_compatible_version = excluded.min_compatible_version;

INSERT INTO schema_update_history (version_partition, year, month, update_time, description, manifest_md5, new_version, old_version)
VALUES (0, extract(year FROM now())::INT, extract(month FROM now())::INT, now()::TIMESTAMP, 'consolidated schema', '', %s, '0');
`, version, minimum, version)
	return b.String()
}
