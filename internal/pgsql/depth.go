package pgsql

import (
	"fmt"
	"strings"
)

// MaxDepth is how deep the tree of a statement may be. libpg_query walks it on
// the C stack and dies of a segmentation fault where that ends: at 130 bytes a
// level (measured, gcc -O2), this many fit several times into the smallest
// stack that threads have on the supported systems, 2 MiB on Windows. PostgreSQL
// gives up at about the same depth: with its default max_stack_depth, at some
// 4,000 operators in a row.
//
// What nests, such as parentheses, never gets far: the grammar takes some
// thousand levels of it. What matters is what repeats without an end and is a
// level deeper each time: a || b || c, a::b::c, UNION, JOIN.
const MaxDepth = 5000

// tooDeep returns an error if the tree of a text might be deeper than MaxDepth.
// tokens are those of the text.
func tooDeep(text string, tokens []Token) *SyntaxError {
	if len(tokens) <= MaxDepth { // no token adds more than one level
		return nil
	}
	d := depth{frames: []frame{{}}}
	for _, t := range tokens {
		if d.token(t.Kind(), text[t.Start():t.End()]) > MaxDepth {
			return &SyntaxError{
				Message: fmt.Sprintf("nested more than %d levels deep, or as many operators in a row, which PostgreSQL does not take either: break the expression up", MaxDepth),
				Offset:  t.Start(),
			}
		}
	}
	return nil
}

// depth estimates the depth of a tree from its tokens, never too low.
type depth struct{ frames []frame }

// frame is what parentheses, brackets or CASE enclose.
type frame struct {
	start  int // the depth around it
	isCase bool
	// What makes the tree deeper as it repeats, and lasts until something ends
	// it: set operations until the statement does, joins until a comma, operators
	// until AND and OR, which make one flat list each.
	unions, joins, operators int
	// betweens are those whose AND is still to come.
	betweens int
}

func (f *frame) depth() int { return f.start + f.unions + f.joins + f.operators }

func (d *depth) token(kind TokenKind, text string) int {
	f := &d.frames[len(d.frames)-1]
	switch kind {
	case Operator:
		f.operators++
	case Word:
		d.word(f, text)
	case Punct:
		switch text[0] {
		case '(', '[':
			d.frames = append(d.frames, frame{start: f.depth() + 1})
		case ')', ']':
			for len(d.frames) > 1 {
				f := d.frames[len(d.frames)-1]
				d.frames = d.frames[:len(d.frames)-1]
				if !f.isCase {
					break
				}
			}
			d.frames[len(d.frames)-1].operators++
		case ',':
			f.joins, f.operators = 0, 0
		case ';':
			f.unions, f.joins, f.operators = 0, 0, 0
		}
	}
	return d.frames[len(d.frames)-1].depth()
}

// longestWord is the length of the longest word below.
const longestWord = len("intersect")

func (d *depth) word(f *frame, text string) {
	if len(text) > longestWord {
		return
	}
	switch strings.ToLower(text) {
	case "and":
		if f.betweens > 0 {
			f.betweens--
			return
		}
		f.operators = 2 // an AND within an OR
	case "or":
		f.operators = 2
	case "between":
		f.betweens++
		f.operators++
	case "not", "is", "isnull", "notnull", "in", "like", "ilike", "similar", "collate", "at":
		f.operators++
	case "union", "intersect", "except":
		f.unions++
		f.joins, f.operators = 0, 0
	case "join":
		f.joins++
		f.operators = 0
	case "case":
		d.frames = append(d.frames, frame{start: f.depth() + 1, isCase: true})
	case "when", "then", "else":
		if f.isCase {
			f.operators = 1
		}
	case "end":
		if f.isCase {
			d.frames = d.frames[:len(d.frames)-1]
		}
	}
}
