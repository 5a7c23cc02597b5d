package pgsql

// TokenKind says what a token is. The kinds are coarser than PostgreSQL's: a
// keyword is a Word, since whether a word is a keyword depends on its place.
type TokenKind uint8

const (
	Invalid  TokenKind = iota // a byte that starts no token, or an unterminated quote
	Word                      // an unquoted identifier or keyword
	Quoted                    // "identifier", U&"identifier"
	Literal                   // 'literal', also E'', B'', X'', N'' and U&''
	Dollar                    // $tag$ literal $tag$
	Number                    // 1, 1.5e3, 0x1F
	Param                     // $1
	Operator                  // +, ->>, ::, :=
	Punct                     // one of ( ) [ ] , ; . :
)

// Token is one token of a statement. There are as many as anything in memory, so
// that it is kept in eight bytes.
type Token struct {
	start uint32
	size  uint32 // in bytes, above four bits for the kind
}

// longestToken is how long a token may be in bytes. What is longer is in a statement
// that is too large to be parsed, see DefaultMaxStatement, and cut off there.
const longestToken = 1<<28 - 1

func newToken(start, end int, kind TokenKind) Token {
	return Token{uint32(start), uint32(min(end-start, longestToken))<<4 | uint32(kind)}
}

// Kind returns what the token is.
func (t Token) Kind() TokenKind { return TokenKind(t.size & 0xf) }

// Start returns the byte offset of the token in the text of its statement.
func (t Token) Start() int { return int(t.start) }

// Size returns the length of the token in bytes.
func (t Token) Size() int { return int(t.size >> 4) }

// End returns the byte offset behind the token.
func (t Token) End() int { return t.Start() + t.Size() }

// Comment is a comment within or in front of a statement. Offsets count from
// the start of the statement's text, so those in front of it are negative.
type Comment struct {
	Start, End int
	Block      bool
}

// byte classes
const (
	clSpace = 1 << iota
	clIdentStart
	clIdent
	clDigit
	clOper
	clPunct
)

var class = func() (t [256]uint8) {
	for _, c := range " \t\n\r\f\v" {
		t[c] |= clSpace
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c] |= clIdentStart | clIdent
		t[c-'a'+'A'] |= clIdentStart | clIdent
	}
	for c := 0x80; c < 0x100; c++ {
		t[c] |= clIdentStart | clIdent
	}
	t['_'] |= clIdentStart | clIdent
	t['$'] |= clIdent
	for c := '0'; c <= '9'; c++ {
		t[c] |= clDigit | clIdent
	}
	for _, c := range "~!@#^&|`?+-*/%<>=" {
		t[c] |= clOper
	}
	for _, c := range "()[],;.:" {
		t[c] |= clPunct
	}
	return t
}()
