package synth

import "fmt"

// Step is one change of a history: what a developer puts into one migration.
type Step struct {
	Title string // such as create_customer_orders_12
	SQL   string // statements, each closed by a semicolon and a line feed
}

// History makes the steps of a growing database, one after the other and
// without end.
type History struct {
	src    source
	tables []*table // the latest ones, which later steps still change
	made   int
	steps  []Step // made and not returned yet
	enums  int
}

// recent is how many tables later steps still change.
const recent = 200

// NewHistory returns the history of a seed.
func NewHistory(seed uint64) *History { return &History{src: source{seed}} }

// Next returns the next step.
func (h *History) Next() Step {
	if len(h.steps) == 0 {
		h.grow()
	}
	s := h.steps[0]
	h.steps = h.steps[1:]
	return s
}

func (h *History) add(title, sql string) { h.steps = append(h.steps, Step{title, sql}) }

// grow makes the steps around one new table.
func (h *History) grow() {
	s := &h.src
	h.made++
	var parent *table
	if len(h.tables) > 0 && s.one(2) {
		parent = pick(s, h.tables)
	}
	if s.one(12) {
		h.enums++
		h.add(fmt.Sprintf("create_state_%d", h.enums), fmt.Sprintf("CREATE TYPE state_%d AS ENUM ('new', 'open', 'done', 'failed');\n", h.enums))
	}
	t := newTable(s, h.made)
	create := fmt.Sprintf("-- %s: %s\n", t.name, s.sentence(s.between(6, 16))) + t.create(s, parent)
	for range s.between(1, 3) {
		create += t.comment(s)
	}
	h.add("create_"+t.name, create)
	for i := range s.between(1, 3) {
		h.add(fmt.Sprintf("index_%s_%d", t.name, i+1), t.createIndex(s, i+1))
	}
	for i := range s.between(0, 3) {
		h.add(fmt.Sprintf("seed_%s_%d", t.name, i+1), t.insert(s, s.between(1, 12)))
	}
	if s.one(4) {
		h.add("trigger_"+t.name, t.trigger())
	}
	if s.one(6) {
		h.add("view_"+t.name, t.view(s))
	}
	if h.tables = append(h.tables, t); len(h.tables) > recent {
		h.tables = h.tables[1:]
	}
	for range s.between(2, 10) {
		old := pick(s, h.tables)
		h.add(fmt.Sprintf("alter_%s_%d", old.name, old.changes+1), old.alter(s))
	}
}

// trigger writes a function and the trigger that calls it.
func (t *table) trigger() string {
	return fmt.Sprintf(`CREATE OR REPLACE FUNCTION touch_%[1]s() RETURNS TRIGGER AS $$
BEGIN
    -- A row that does not change keeps its time.
    IF NEW.created_at IS NULL THEN
        NEW.created_at := now();
    END IF;
    NEW.updated_at := now();
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER touch_%[1]s BEFORE INSERT OR UPDATE ON %[1]s
    FOR EACH ROW EXECUTE FUNCTION touch_%[1]s();
`, t.name)
}

func (t *table) view(s *source) string {
	t.viewed = true
	c := pick(s, t.columns).name
	return fmt.Sprintf(`CREATE VIEW recent_%[1]s AS
SELECT t.id, t.%[2]s, t.created_at, coalesce(t.updated_at, t.created_at) AS changed_at
FROM %[1]s AS t
WHERE t.created_at > '%[3]s' AND (t.%[2]s IS NOT NULL OR t.updated_at IS NULL);
`, t.name, c, day(s))
}
