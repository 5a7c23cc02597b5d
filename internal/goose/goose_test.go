package goose_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/goose"
)

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text   string
		want, refuse []string
	}{
		{
			"up and down", "-- +goose Up\n-- a comment\nCREATE TABLE t (a TEXT);\n\nCREATE TABLE u\n  (a TEXT); -- end\n-- +goose Down\nDROP TABLE u; DROP TABLE t;\n",
			[]string{"CREATE TABLE t (a TEXT);\n", "CREATE TABLE u\n  (a TEXT); -- end\n", "down DROP TABLE u; DROP TABLE t;\n"}, nil,
		},
		{
			"a function without a block", "-- +goose Up\nCREATE FUNCTION f() RETURNS int AS $$\nBEGIN\n  RETURN 1;\nEND\n$$ LANGUAGE plpgsql;\n",
			[]string{"CREATE FUNCTION f() RETURNS int AS $$\nBEGIN\n  RETURN 1;\n", "END\n$$ LANGUAGE plpgsql;\n"}, nil,
		},
		{
			"a function in a block", "-- +goose UP\n-- +goose StatementBegin\nSELECT 1;\nSELECT 2\n-- +goose StatementEnd\nSELECT 3;\n",
			[]string{"block SELECT 1;\nSELECT 2\n", "SELECT 3;\n"}, nil,
		},
		{"no semicolon", "-- +goose Up\nSELECT 1\n-- +goose Down\n/* x */\n", []string{"open SELECT 1\n", "down open /* x */\n"},
			[]string{"13: no semicolon at the end of a line ends this", "37: no semicolon at the end of a line ends this"}},
		{"no up", "SELECT 1;\n", nil, []string{"0: this stands in front of -- +goose Up", "0: no line says -- +goose Up"}},
		{"an open block", "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n", nil, []string{"13: no -- +goose StatementEnd ends this block"}},
		{"indented, unknown", "-- +goose Up\n  -- +goose Down\n-- +goose Sideways\n", nil,
			[]string{"13: a directive stands at the beginning of its line", "30: goose knows no directive -- +goose Sideways"}},
		{"CRLF", "-- +goose Up\r\nSELECT 1;\r\n\r\nSELECT 2;", []string{"SELECT 1;\r\n", "SELECT 2;"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			pieces, problems := goose.Read(c.text)
			var got, refused []string
			for _, p := range pieces {
				s := c.text[p.Start:p.End]
				for _, mark := range []struct {
					set  bool
					word string
				}{{p.Block, "block "}, {p.Open, "open "}, {p.Down, "down "}} {
					if mark.set {
						s = mark.word + s
					}
				}
				got = append(got, s)
			}
			for _, p := range problems {
				refused = append(refused, fmt.Sprintf("%d: %s", p.Offset, p.Message))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("pieces (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.refuse, refused); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
