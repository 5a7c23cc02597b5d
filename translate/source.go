package translate

// Original returns the source that the text was translated from.
func (t *Text) Original() []byte { return t.source.Text }

// Transaction reports whether the migration tool runs the source in one
// transaction.
func (t *Text) Transaction() bool { return t.source.Transaction }

// Batch reports whether that transaction is the server's, which gets the source as
// one text.
func (t *Text) Batch() bool { return t.source.Batch }

// OriginalDown is Down for a byte offset of the source.
func (t *Text) OriginalDown(offset int64) bool { return t.source.Down != nil && t.source.Down(offset) }
