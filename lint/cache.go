package lint

import (
	"strings"
	"sync"
	"unsafe"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/internal/spool"
	"github.com/pg2crdb/pg2crdb/rules"
)

// Cache keeps the statements of texts, and parse trees by the text of their
// statement, so that linting a translation neither cuts nor parses again what the
// translation left alone. The zero value is ready; a nil *Cache keeps nothing. It
// is safe for concurrent use, by one at a time for each text.
type Cache struct {
	mu    sync.Mutex
	trees map[string]parsed
	size  int // of their texts
	full  bool

	// texts are told by their place in memory: they do not change, and as long
	// as the cache holds them nothing else is there.
	texts map[place][]*pgsql.Statement
	cut   int                          // bytes of the texts
	from  map[place][]*pgsql.Statement // of the texts that others were made of
	uncut bool                         // there were too many: none is kept

	plans map[planned]*rules.Plan

	judged rules.Judged
}

// planned is what a plan of the rules depends on.
type planned struct {
	all    **rules.Rule // told by their place, as texts are
	count  int
	target rules.Target
	layout string
	advice bool
}

type place struct {
	start *byte
	size  int
}

type parsed struct {
	tree pgsql.Node
	err  *pgsql.SyntaxError
}

// cacheBytes bounds the text whose trees are kept; a tree is some ten times as
// large as its text. Of a history that is larger, nothing is kept: a part of it
// would not be worth its memory.
const cacheBytes = 4 << 20

// Split cuts a text into its statements, or returns those that are known. The
// text must not change while the cache is in use.
func (c *Cache) Split(text []byte) ([]*pgsql.Statement, error) {
	if c != nil && len(text) > 0 {
		c.mu.Lock()
		sts, ok := c.texts[placeOf(text)]
		c.mu.Unlock()
		if ok {
			return sts, nil
		}
	}
	return pgsql.Split(text)
}

// Changed says that a text was made of an old one by some changes: the statements
// that they left alone need not be cut again.
func (c *Cache) Changed(old, text []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if sts := c.texts[placeOf(old)]; sts != nil {
		if c.from == nil {
			c.from = map[place][]*pgsql.Statement{}
		}
		c.from[placeOf(text)] = sts
	}
}

func placeOf(text []byte) place { return place{unsafe.SliceData(text), len(text)} }

// statements returns the statements of a text that stays where it is as long as
// the cache knows of it; ok is false if the cache has no room for them.
func (c *Cache) statements(text []byte) (_ []*pgsql.Statement, ok bool) {
	if c == nil || len(text) >= spool.Large { // a large one may be unmapped
		return nil, false
	}
	at := placeOf(text)
	c.mu.Lock()
	sts, ok := c.texts[at]
	if !ok && c.cut+len(text) > cacheBytes {
		c.texts, c.from, c.uncut = nil, nil, true // with the trees that statements hold
	}
	full, old := c.uncut, c.from[at]
	delete(c.from, at)
	c.mu.Unlock()
	if ok || full {
		return sts, ok
	}
	sts, err := pgsql.Resplit(text, old)
	if err != nil {
		return nil, false // it is met again by those who cut the text themselves
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.uncut {
		return sts, true
	}
	if c.texts == nil {
		c.texts = map[place][]*pgsql.Statement{}
	}
	c.cut += len(text)
	c.texts[at] = sts
	return sts, true
}

// plan returns the plan of a run over rules that do not change while the cache is
// in use.
func (c *Cache) plan(all []*rules.Rule, opts Options) *rules.Plan {
	if c == nil {
		return rules.NewPlan(all, opts.Target, opts.Layout, opts.Advice)
	}
	key := planned{count: len(all), target: opts.Target, layout: opts.Layout, advice: opts.Advice}
	if opts.Rules != nil {
		key.all = unsafe.SliceData(all)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.plans[key]
	if p == nil {
		if c.plans == nil {
			c.plans = map[planned]*rules.Plan{}
		}
		p = rules.NewPlan(all, opts.Target, opts.Layout, opts.Advice)
		c.plans[key] = p
	}
	return p
}

// judgements returns what runs remember of expressions.
func (c *Cache) judgements() *rules.Judged {
	if c == nil {
		return nil
	}
	return &c.judged
}

// parse parses a statement with p, or takes the tree of the same text. Forgotten
// tells that the text may be taken out of memory.
func (c *Cache) parse(p *pgsql.Parser, st *pgsql.Statement, forgotten bool) {
	if c == nil || st.Form != pgsql.SQL || st.Err != nil || st.Tree != nil {
		p.Parse(st)
		return
	}
	c.mu.Lock()
	known, ok := c.trees[st.Text]
	c.mu.Unlock()
	if ok {
		st.Tree, st.Err = known.tree, known.err
		return
	}
	p.Parse(st)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.size+len(st.Text) > cacheBytes {
		c.trees, c.full = nil, true
		c.texts, c.from, c.uncut = nil, nil, true
	}
	if c.full {
		return
	}
	if c.trees == nil {
		c.trees = map[string]parsed{}
	}
	c.size += len(st.Text)
	text := st.Text
	if forgotten {
		text = strings.Clone(text)
	}
	c.trees[text] = parsed{st.Tree, st.Err}
}
