CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE pair AS (a bigint, b text);
CREATE DOMAIN posint AS integer CHECK (VALUE > 0);
CREATE DOMAIN email AS text;
CREATE DOMAIN short AS varchar(10);
CREATE DOMAIN email2 AS email;
CREATE FUNCTION f_imm(x text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(x) $$;
CREATE FUNCTION f_pair() RETURNS pair LANGUAGE sql AS $$ SELECT ROW(1, 'a')::pair $$;
CREATE FUNCTION f_over(x integer) RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION f_over(x text) RETURNS text LANGUAGE sql AS $$ SELECT 'a'::text $$;
CREATE FUNCTION f_mood(x mood) RETURNS mood[] LANGUAGE sql AS $$ SELECT ARRAY[x] $$;
CREATE TABLE t (
    s text, v varchar(10), c char(3), n name, q "char",
    i bigint, k integer, h smallint, f double precision, r real, d numeric(10,2), b boolean, y bytea,
    dt date, ti time, tt timetz, ts timestamp, tz timestamptz, iv interval,
    u uuid, j jsonb, jo json, ip inet, cd cidr, mc macaddr, vb varbit, bt bit(3), mo money, xm xml, pt point,
    tv tsvector, tq tsquery, sa text[], ia bigint[], ka integer[], za timestamptz[], da date[], va varchar(5)[],
    ir int4range, tr tstzrange, m mood, ms mood[], p pair, pi posint, em email, em2 email2, sh short, pia posint[]
);
