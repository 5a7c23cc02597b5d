package lint

import "sort"

// offsets is a growing list of byte offsets that takes four bytes for each: a
// history has millions of statements.
type offsets struct {
	low []uint32
	// wraps are the indexes from which on the bits above the low ones are one
	// more.
	wraps []int
}

// add appends an offset, which is none below the last one.
func (o *offsets) add(offset int64) {
	for int64(len(o.wraps)) < offset>>32 {
		o.wraps = append(o.wraps, len(o.low))
	}
	o.low = append(o.low, uint32(offset))
}

func (o *offsets) len() int { return len(o.low) }

func (o *offsets) at(i int) int64 {
	return int64(sort.SearchInts(o.wraps, i+1))<<32 | int64(o.low[i])
}
