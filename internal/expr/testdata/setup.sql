CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE pair AS (a INT8, b TEXT);
CREATE FUNCTION f_imm(x TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$ SELECT lower(x) $$;
CREATE FUNCTION f_stable(x TEXT) RETURNS TIMESTAMPTZ LANGUAGE sql STABLE AS $$ SELECT now() $$;
CREATE FUNCTION f_volatile(x TEXT) RETURNS TEXT LANGUAGE sql AS $$ SELECT lower(x) $$;
CREATE TABLE t (
    s TEXT,
    v VARCHAR(10),
    c CHAR(3),
    i INT8,
    k INT4,
    f FLOAT8,
    r FLOAT4,
    d DECIMAL,
    b BOOL,
    y BYTEA,
    dt DATE,
    ti TIME,
    tt TIMETZ,
    ts TIMESTAMP,
    tz TIMESTAMPTZ,
    iv INTERVAL,
    u UUID,
    j JSONB,
    ip INET,
    vb VARBIT,
    tv TSVECTOR,
    tq TSQUERY,
    sa TEXT[],
    ia INT8[],
    za TIMESTAMPTZ[],
    n NAME,
    da DATE[],
    m mood,
    ms mood[],
    p pair,
    ci CITEXT
);
