package lint

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPile fills every field that a finding has, whichever they are, with values
// of many sizes, and takes the findings back.
func TestPile(t *testing.T) {
	var want []Finding
	for i := range 3 * pileFrom {
		var f Finding
		n := int64(i)
		fill(reflect.ValueOf(&f).Elem(), &n, i%7 == 0)
		want = append(want, f)
	}
	var p pile
	p.add(want[:pileFrom])
	p.add(want[pileFrom : 2*pileFrom])
	if got := p.take(texts{}, want[2*pileFrom:]); !reflect.DeepEqual(want, got) {
		for i := range want {
			if diff := cmp.Diff(want[i], got[i]); diff != "" {
				t.Fatalf("finding %d (-put +taken):\n%s", i, diff)
			}
		}
		t.Errorf("put %d findings, took %d", len(want), len(got))
	}
}

// fill sets v, and all that is in it, to values that go on from n.
func fill(v reflect.Value, n *int64, empty bool) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n, empty)
		}
	case reflect.String:
		if !empty {
			v.SetString(fmt.Sprint("text ", *n%9000))
		}
	case reflect.Slice:
		if !empty {
			v.Set(reflect.MakeSlice(v.Type(), int(*n%3)+1, int(*n%3)+1))
			for i := range v.Len() {
				fill(v.Index(i), n, empty)
			}
		}
	case reflect.Bool:
		v.SetBool(*n%2 == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt((*n * *n * 977) << (*n % 20))
	case reflect.Int8, reflect.Uint8:
		if v.CanInt() {
			v.SetInt(*n % 5)
		} else {
			v.SetUint(uint64(*n % 5))
		}
	default:
		panic("a finding with a field of kind " + v.Kind().String())
	}
}

func TestSetAside(t *testing.T) {
	r := &Report{Findings: []Finding{{Rule: "a"}}}
	r.SetAside()()
	if len(r.Findings) != 1 {
		t.Errorf("a small report has %d findings", len(r.Findings))
	}
	r = &Report{Findings: make([]Finding, pileFrom)}
	back := r.SetAside()
	if len(r.Findings) != 0 {
		t.Errorf("%d findings are still there", len(r.Findings))
	}
	if back(); len(r.Findings) != pileFrom {
		t.Errorf("%d findings came back, want %d", len(r.Findings), pileFrom)
	}
}
