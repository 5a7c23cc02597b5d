package pgsql

// Parser parses statements one after the other. What trees have in common, it does
// not make for each of them anew: it takes less time and memory than
// Statement.Parse does. It is not safe for concurrent use.
type Parser struct{ reader treeReader }

// NewParser returns a parser for many statements.
func NewParser() *Parser { return &Parser{treeReader{names: new(names)}} }

// Parse is Statement.Parse.
func (p *Parser) Parse(s *Statement) {
	if s.Form != SQL || s.Err != nil || s.Tree != nil || s.Text == "" {
		return
	}
	if s.Inverted() { // which the grammar refuses
		if s.parseCockroach(p); s.Tree != nil {
			return
		}
	}
	if s.Tree, s.Err = p.parse(s.Text, s.Tokens); s.Err != nil || indexColumn(s.Tree) {
		s.parseCockroach(p)
	}
}

// parse parses the text of one statement. The tokens are needed if the text is longer
// than MaxDepth.
func (p *Parser) parse(text string, tokens []Token) (Node, *SyntaxError) {
	if len(text) > DefaultMaxStatement {
		// PostgreSQL takes 1 GB, and libpg_query counts bytes in 32 bits.
		return nil, &SyntaxError{Message: tooLarge(DefaultMaxStatement)}
	}
	if err := CheckText(text); err != nil {
		return nil, err
	}
	if err := tooDeep(text, tokens); err != nil {
		return nil, err
	}
	tree, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	r := &p.reader
	r.start(tree)
	defer r.start("") // the text is of no use any more
	var stmts []Node
	for first := true; r.field(first); first = false {
		if r.key != "stmts" {
			r.skip()
			continue
		}
		for first := true; r.element(first); first = false {
			raw := new(RawStmt)
			raw.decode(r)
			stmts = append(stmts, raw.Stmt)
		}
	}
	switch {
	case r.bad:
		return nil, &SyntaxError{Message: "libpg_query returned a tree that cannot be read"}
	case len(stmts) == 0:
		return nil, &SyntaxError{Message: "no statement"}
	case len(stmts) > 1:
		return nil, &SyntaxError{Message: "more than one statement"}
	}
	return stmts[0], nil
}
