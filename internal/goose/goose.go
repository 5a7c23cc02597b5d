// Package goose reads a migration as github.com/pressly/goose does: line by
// line, and a statement ends at a line that ends with a semicolon, unless
// StatementBegin and StatementEnd are around it.
package goose

import (
	"strings"
)

// Piece is what goose sends as one statement, with the line ends in it.
type Piece struct {
	// Start and End are byte offsets; End is behind the last line.
	Start, End int
	Down       bool
	// Block tells that StatementBegin and StatementEnd are around it.
	Block bool
	// Open tells that no semicolon ends it: goose refuses the file.
	Open bool
}

// Problem is why goose refuses a file, at a byte offset.
type Problem struct {
	Offset  int
	Message string
}

type state int

const (
	start state = iota
	up
	upBlock
	down
	downBlock
)

// Read cuts a migration into pieces.
func Read(text string) ([]Piece, []Problem) {
	r := reader{open: -1}
	offset := 0
	for _, line := range strings.SplitAfter(text, "\n") {
		if line != "" {
			r.line(offset, line)
		}
		offset += len(line)
	}
	switch {
	case r.state == start:
		r.refuse(0, "no line says -- +goose Up")
	case r.state == upBlock || r.state == downBlock:
		r.refuse(r.begin, "no -- +goose StatementEnd ends this block")
	default:
		r.unfinished(len(text))
	}
	return r.pieces, r.problems
}

type reader struct {
	state    state
	begin    int // of the block
	open     int // where the piece begins that is being read; -1 if none is
	pieces   []Piece
	problems []Problem
}

func (r *reader) refuse(offset int, message string) {
	r.problems = append(r.problems, Problem{offset, message})
}

func (r *reader) line(offset int, line string) {
	trimmed := strings.TrimSpace(line)
	if r.state == start && trimmed == "" {
		return
	}
	if strings.HasPrefix(trimmed, "--") && strings.Contains(line, "+goose") {
		if r.directive(offset, line) {
			return
		}
	}
	if r.open < 0 {
		if strings.HasPrefix(trimmed, "--") || strings.TrimRight(line, "\r\n") == "" {
			return // comments and empty lines in front of a statement
		}
		r.open = offset
	}
	if r.state == start {
		r.refuse(offset, "this stands in front of -- +goose Up")
		r.open = -1
		return
	}
	if (r.state == up || r.state == down) && endsStatement(line) {
		r.close(offset+len(line), false)
	}
}

// close ends the piece that is being read, if there is one.
func (r *reader) close(end int, open bool) {
	if r.open >= 0 {
		r.pieces = append(r.pieces, Piece{
			Start: r.open, End: end, Open: open,
			Down: r.state == down || r.state == downBlock, Block: r.state == upBlock || r.state == downBlock,
		})
	}
	r.open = -1
}

// unfinished closes a piece that no semicolon ends.
func (r *reader) unfinished(end int) {
	if r.open >= 0 {
		r.refuse(r.open, "no semicolon at the end of a line ends this")
		r.close(end, true)
	}
}

// directive reads a line with +goose in it. It reports whether goose takes the
// line for no more than that.
func (r *reader) directive(offset int, line string) bool {
	if line[0] == ' ' || line[0] == '\t' {
		r.refuse(offset, "a directive stands at the beginning of its line")
		return true
	}
	word := strings.TrimSpace(strings.Replace(strings.ReplaceAll(line, "--", ""), "+goose", "", 1))
	switch strings.ToLower(word) {
	case "up":
		if r.state != start {
			r.refuse(offset, "a second -- +goose Up")
			return true
		}
		r.state = up
	case "down":
		if r.state != up {
			r.refuse(offset, "-- +goose Down stands behind no -- +goose Up, or within a block")
			return true
		}
		r.unfinished(offset)
		r.state = down
	case "statementbegin":
		switch r.state {
		case up:
			r.state = upBlock
		case down:
			r.state = downBlock
		default:
			r.refuse(offset, "-- +goose StatementBegin stands behind no Up or Down, or within a block")
			return true
		}
		r.begin = offset
	case "statementend":
		if r.state != upBlock && r.state != downBlock {
			r.refuse(offset, "-- +goose StatementEnd ends no StatementBegin")
			return true
		}
		r.close(offset, false)
		if r.state == upBlock {
			r.state = up
		} else {
			r.state = down
		}
	case "no transaction", "envsub on", "envsub off":
	default:
		r.refuse(offset, "goose knows no directive "+strings.TrimSpace(line))
	}
	return true
}

// endsStatement reports whether a line ends with a semicolon, but for a
// comment behind it.
func endsStatement(line string) bool {
	last := ""
	for _, word := range strings.Fields(line) {
		if strings.HasPrefix(word, "--") {
			break
		}
		last = word
	}
	return strings.HasSuffix(last, ";")
}
