-- +goose NO TRANSACTION
-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION f() RETURNS INT AS $$ BEGIN RETURN 1; END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE INDEX CONCURRENTLY i ON t (a);
-- +goose Down
DROP INDEX i;
-- migrate:up transaction:false
CREATE TABLE t (id SERIAL);
-- migrate:down
DROP TABLE t;
