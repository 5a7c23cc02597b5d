package catalog

import "slices"

// kin are the tables that a table is tied to. Few have any.
type kin struct {
	partitionOf *Table
	partitions  []*Table
	inherits    []*Table
}

// PartitionOf returns the parent of a partition, nil if the table is none.
func (t *Table) PartitionOf() *Table {
	if t.kin == nil {
		return nil
	}
	return t.kin.partitionOf
}

// Partitions returns the partitions.
func (t *Table) Partitions() []*Table {
	if t.kin == nil {
		return nil
	}
	return t.kin.partitions
}

// Inherits returns the tables that this one inherits from.
func (t *Table) Inherits() []*Table {
	if t.kin == nil {
		return nil
	}
	return t.kin.inherits
}

// relate returns the table's kin, to be changed.
func (t *Table) relate() *kin {
	if t.kin == nil {
		t.kin = &kin{}
	}
	return t.kin
}

func (k *kin) addPartition(t *Table) { k.partitions = append(k.partitions, t) }

func (k *kin) removePartition(t *Table) { k.partitions = remove(k.partitions, t) }

func (k *kin) clone() *kin {
	if k == nil {
		return nil
	}
	return &kin{k.partitionOf, slices.Clone(k.partitions), slices.Clone(k.inherits)}
}
