package synth

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// dumpTables is how many tables a dump has, whatever its size.
const dumpTables = 100

// WriteDump writes what pg_dump would of a database: at least size bytes, nearly
// all of them rows. With inserts they are written as INSERT statements
// (pg_dump --inserts --rows-per-insert=100), otherwise as COPY blocks.
func WriteDump(w io.Writer, size int64, inserts bool) error {
	d := dump{w: bufio.NewWriterSize(w, 1<<16), src: source{seed}}
	d.print(dumpHead)
	var tables []*table
	for i := range dumpTables {
		t := newTable(&d.src, i+1)
		if t.id = "bigint"; i%4 == 0 {
			t.id = "uuid"
		}
		tables = append(tables, t)
		d.table(t)
	}
	for i, t := range tables {
		// What is left goes to the tables that are left, in equal shares.
		share := (size - d.n) / int64(len(tables)-i)
		if inserts {
			d.inserts(t, share)
		} else {
			d.copy(t, share)
		}
	}
	for _, t := range tables {
		d.keys(t)
	}
	d.print("--\n-- PostgreSQL database dump complete\n--\n\n")
	if d.err == nil {
		d.err = d.w.Flush()
	}
	if d.err != nil {
		return fmt.Errorf("write a dump: %w", d.err)
	}
	return nil
}

type dump struct {
	w   *bufio.Writer
	src source
	n   int64
	err error
}

func (d *dump) print(s string) {
	if d.err != nil {
		return
	}
	k, err := d.w.WriteString(s)
	d.n, d.err = d.n+int64(k), err
}

func (d *dump) printf(format string, args ...any) { d.print(fmt.Sprintf(format, args...)) }

const dumpHead = `--
-- PostgreSQL database dump
--

-- Dumped from database version 15.8
-- Dumped by pg_dump version 15.8

SET statement_timeout = 0;
SET lock_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

`

func (d *dump) heading(name, typ string) {
	d.printf("--\n-- Name: %s; Type: %s; Schema: public; Owner: app\n--\n\n", name, typ)
}

func (d *dump) table(t *table) {
	d.heading(t.name, "TABLE")
	d.printf("CREATE TABLE public.%s (\n    id %s NOT NULL,\n", t.name, t.id)
	for _, c := range t.columns {
		rest, _, _ := strings.Cut(c.rest, " CHECK")
		d.printf("    %s %s%s,\n", c.name, strings.ToLower(c.typ.sql), rest)
	}
	d.printf("    created_at timestamp with time zone DEFAULT now() NOT NULL\n);\n\n\nALTER TABLE public.%s OWNER TO app;\n\n", t.name)
	if t.id == "bigint" {
		d.heading(t.name+"_id_seq", "SEQUENCE")
		d.printf("CREATE SEQUENCE public.%[1]s_id_seq\n    START WITH 1\n    INCREMENT BY 1\n    NO MINVALUE\n    NO MAXVALUE\n    CACHE 1;\n\n\n"+
			"ALTER TABLE public.%[1]s_id_seq OWNER TO app;\n\nALTER SEQUENCE public.%[1]s_id_seq OWNED BY public.%[1]s.id;\n\n\n", t.name)
	}
}

func (t *table) names() string {
	names := []string{"id"}
	for _, c := range t.columns {
		names = append(names, c.name)
	}
	return strings.Join(append(names, "created_at"), ", ")
}

func (t *table) rowKey(s *source, n int) string {
	if t.id == "uuid" {
		return uuid(s)
	}
	return fmt.Sprint(n)
}

// copy writes rows of at least size bytes as a COPY block.
func (d *dump) copy(t *table, size int64) {
	d.heading(t.name, "TABLE DATA")
	d.printf("COPY public.%s (%s) FROM stdin;\n", t.name, t.names())
	var row strings.Builder
	for n, end := 1, d.n+size; d.n < end && d.err == nil; n++ {
		row.Reset()
		row.WriteString(t.rowKey(&d.src, n))
		for _, c := range t.columns {
			row.WriteByte('\t')
			if c.rest == "" && d.src.one(5) {
				row.WriteString(`\N`)
			} else {
				row.WriteString(c.typ.raw(&d.src))
			}
		}
		row.WriteString("\t" + moment(&d.src) + "\n")
		d.print(row.String())
	}
	d.print("\\.\n\n\n")
}

// inserts writes rows of at least size bytes as INSERT statements.
func (d *dump) inserts(t *table, size int64) {
	d.heading(t.name, "TABLE DATA")
	const rows = 100
	head := fmt.Sprintf("INSERT INTO public.%s VALUES\n", t.name)
	var row strings.Builder
	for n, end := 1, d.n+size; d.n < end && d.err == nil; n += rows {
		d.print(head)
		for i := range rows {
			row.Reset()
			row.WriteString("\t('" + t.rowKey(&d.src, n+i) + "', ")
			for _, c := range t.columns {
				if c.rest == "" && d.src.one(5) {
					row.WriteString("NULL, ")
				} else {
					row.WriteString(c.typ.value(&d.src) + ", ")
				}
			}
			row.WriteString("'" + moment(&d.src) + "')")
			if i+1 < rows {
				row.WriteString(",\n")
			} else {
				row.WriteString(";\n")
			}
			d.print(row.String())
		}
	}
	d.print("\n\n")
}

// keys writes what pg_dump puts behind the rows.
func (d *dump) keys(t *table) {
	d.heading(t.name+"_pkey", "CONSTRAINT")
	d.printf("ALTER TABLE ONLY public.%[1]s\n    ADD CONSTRAINT %[1]s_pkey PRIMARY KEY (id);\n\n\n", t.name)
	d.heading(t.name+"_created_at", "INDEX")
	d.printf("CREATE INDEX %[1]s_created_at ON public.%[1]s USING btree (created_at);\n\n\n", t.name)
}
