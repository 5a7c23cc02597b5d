-- Tables as applications have them.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE IF NOT EXISTS app.users (
    id BIGSERIAL PRIMARY KEY, -- the key
    email CITEXT UNIQUE NOT NULL,
    name VARCHAR(255) COLLATE "C",
    feeling mood DEFAULT 'ok'::mood,
    price MONEY, ip CIDR, area POLYGON,
    /* nested /* comment */ */
    doc JSON NOT NULL DEFAULT '{"a": 1}',
    tags TEXT[] DEFAULT ARRAY['a', 'b'],
    search TSVECTOR GENERATED ALWAYS AS (to_tsvector('english', name || ' ' || email)) STORED,
    born TIMESTAMP GENERATED ALWAYS AS ((doc->>'born')::timestamptz AT TIME ZONE 'UTC') STORED,
    n INT CHECK (n > 0) NO INHERIT,
    EXCLUDE USING gist (area WITH &&),
    FOREIGN KEY (n) REFERENCES other (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
) WITH (fillfactor = 70) TABLESPACE fast;

CREATE UNLOGGED TABLE part (a INT, b DATE) PARTITION BY RANGE (b);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE INDEX CONCURRENTLY ON app.users USING gin (doc jsonb_path_ops, id);
CREATE UNIQUE INDEX u ON app.users (lower(name) text_pattern_ops NULLS LAST) INCLUDE (id) WHERE n > 0;
