package pgsql

import "bytes"

// lexer cuts SQL into tokens by the rules of PostgreSQL's scan.l, with
// standard_conforming_strings on. It is our own because libpg_query's scanner
// knows neither psql's meta commands nor COPY data, stops at the first error,
// wants the whole text at once, and costs more than the parse of small
// statements.
type lexer struct {
	src []byte
	pos int
	// open names a quote or comment that ran into the end of src.
	open string
	// openAt is where it began.
	openAt int
	// comments collects the comments passed over, when keep is set.
	comments []Comment
	keep     bool
}

// skipTrivia moves past white space and comments.
func (l *lexer) skipTrivia() {
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		switch {
		case class[c]&clSpace != 0:
			l.pos++
		case c == '-' && l.at(1) == '-':
			start := l.pos
			if n := bytes.IndexByte(l.src[l.pos:], '\n'); n >= 0 {
				l.pos += n
			} else {
				l.pos = len(l.src)
			}
			l.comment(start, l.pos, false)
		case c == '/' && l.at(1) == '*':
			start := l.pos
			l.blockComment()
			l.comment(start, l.pos, true)
		default:
			return
		}
	}
}

func (l *lexer) comment(start, end int, block bool) {
	if l.keep {
		l.comments = append(l.comments, Comment{start, end, block})
	}
}

func (l *lexer) at(n int) byte {
	if l.pos+n < len(l.src) {
		return l.src[l.pos+n]
	}
	return 0
}

// blockComment passes over a /* */ comment; they nest.
func (l *lexer) blockComment() {
	start, depth := l.pos, 0
	for l.pos < len(l.src) {
		switch {
		case l.src[l.pos] == '/' && l.at(1) == '*':
			depth++
			l.pos += 2
		case l.src[l.pos] == '*' && l.at(1) == '/':
			depth--
			l.pos += 2
			if depth == 0 {
				return
			}
		default:
			l.pos++
		}
	}
	l.pos = len(l.src)
	l.unterminated("comment", start)
}

func (l *lexer) unterminated(what string, at int) {
	if l.open == "" {
		l.open, l.openAt = what, at
	}
}

// next returns the next token; the caller has skipped trivia and knows that
// there is text left.
func (l *lexer) next() Token {
	start := l.pos
	c := l.src[l.pos]
	kind := Invalid
	switch cl := class[c]; {
	case cl&clIdentStart != 0:
		kind = l.word(c)
	case c == '\'':
		kind = l.quote('\'', false, "quoted string", start)
	case c == '"':
		kind = l.quote('"', false, "quoted identifier", start)
	case cl&clDigit != 0, c == '.' && class[l.at(1)]&clDigit != 0:
		kind = l.number()
	case c == '$':
		kind = l.dollar()
	case c == ':' && (l.at(1) == ':' || l.at(1) == '='):
		l.pos += 2
		kind = Operator
	case cl&clOper != 0:
		kind = l.operator()
	case cl&clPunct != 0:
		l.pos++
		kind = Punct
	default:
		l.pos++
	}
	return newToken(start, l.pos, kind)
}

// word reads an identifier, or a literal that a letter introduces.
func (l *lexer) word(c byte) TokenKind {
	start := l.pos
	switch c | 0x20 {
	case 'e':
		if l.at(1) == '\'' {
			l.pos++
			return l.quote('\'', true, "quoted string", start)
		}
	case 'b', 'x', 'n':
		if l.at(1) == '\'' {
			l.pos++
			return l.quote('\'', false, "quoted string", start)
		}
	case 'u':
		if l.at(1) == '&' && (l.at(2) == '\'' || l.at(2) == '"') {
			q := l.at(2)
			l.pos += 2
			return l.quote(q, false, "quoted text", start)
		}
	}
	for l.pos++; l.pos < len(l.src) && class[l.src[l.pos]]&clIdent != 0; l.pos++ {
	}
	return Word
}

func (l *lexer) quote(q byte, backslash bool, what string, start int) TokenKind {
	kind := Literal
	if q == '"' {
		kind = Quoted
	}
	l.pos++
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == q:
			if l.at(1) != q {
				l.pos++
				return kind
			}
			l.pos += 2
		case c == '\\' && backslash:
			l.pos += 2
		default:
			l.pos++
		}
	}
	l.pos = len(l.src)
	l.unterminated(what, start)
	return Invalid
}

// dollar reads $1 or a dollar-quoted string.
func (l *lexer) dollar() TokenKind {
	start := l.pos
	if class[l.at(1)]&clDigit != 0 {
		for l.pos++; l.pos < len(l.src) && class[l.src[l.pos]]&clDigit != 0; l.pos++ {
		}
		return Param
	}
	end := l.pos + 1
	for end < len(l.src) && l.src[end] != '$' && class[l.src[end]]&clIdent != 0 {
		end++
	}
	if end >= len(l.src) || l.src[end] != '$' {
		l.pos++
		return Invalid
	}
	tag := l.src[l.pos : end+1]
	n := bytes.Index(l.src[end+1:], tag)
	if n < 0 {
		l.pos = len(l.src)
		l.unterminated("dollar-quoted string", start)
		return Invalid
	}
	l.pos = end + 1 + n + len(tag)
	return Dollar
}

func (l *lexer) number() TokenKind {
	digits := func() {
		for l.pos < len(l.src) && (class[l.src[l.pos]]&clDigit != 0 || l.src[l.pos] == '_') {
			l.pos++
		}
	}
	if l.src[l.pos] == '0' {
		switch l.at(1) | 0x20 {
		case 'x', 'o', 'b':
			for l.pos += 2; l.pos < len(l.src) && class[l.src[l.pos]]&clIdent != 0; l.pos++ {
			}
			return Number
		}
	}
	digits()
	if l.at(0) == '.' && l.at(1) != '.' {
		l.pos++
		digits()
	}
	if l.at(0)|0x20 == 'e' {
		n := 1
		if c := l.at(1); c == '+' || c == '-' {
			n = 2
		}
		if class[l.at(n)]&clDigit != 0 {
			l.pos += n
			digits()
		}
	}
	return Number
}

// operator reads the longest run of operator characters, less a comment that
// starts within it and less the trailing + or - that PostgreSQL leaves to the
// next token unless one of its special characters came before.
func (l *lexer) operator() TokenKind {
	start := l.pos
	special := false
	for l.pos < len(l.src) && class[l.src[l.pos]]&clOper != 0 {
		c := l.src[l.pos]
		if c == '-' && l.at(1) == '-' || c == '/' && l.at(1) == '*' {
			break
		}
		switch c {
		case '~', '!', '@', '#', '^', '&', '|', '`', '?', '%':
			special = true
		}
		l.pos++
	}
	if !special {
		for l.pos-start > 1 && (l.src[l.pos-1] == '+' || l.src[l.pos-1] == '-') {
			l.pos--
		}
	}
	return Operator
}
