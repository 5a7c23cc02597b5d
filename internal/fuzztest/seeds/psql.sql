\connect app
\set ON_ERROR_STOP on
SET statement_timeout = 0; SELECT pg_catalog.set_config('search_path', '', false);
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY; SAVEPOINT a; ROLLBACK TO a; COMMIT AND CHAIN; SET CONSTRAINTS ALL DEFERRED;
COPY public.t (a, b) FROM stdin;
1	\N
it's	"quoted; text
\.

CREATE SEQUENCE public.s AS integer START WITH 1 NO MINVALUE CACHE 1;
ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('public.s'::regclass);
SELECT pg_catalog.setval('public.s', 42, true);
COPY t FROM '/tmp/x' WITH (FORMAT csv, FREEZE); COPY (SELECT 1) TO STDOUT CSV HEADER;
SELECT 1 \gset
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public; CREATE COLLATION c (provider = icu, locale = 'de');
COPY t FROM stdin;
never closed
