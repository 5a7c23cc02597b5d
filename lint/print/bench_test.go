package print

import (
	"io"
	"testing"
)

// A report with 9,000 findings.
func BenchmarkPrint(b *testing.B) {
	f := many(b, 3000)
	for _, name := range Formats() {
		b.Run(name, func(b *testing.B) {
			p, err := New(name, f.options())
			if err != nil {
				b.Fatal(err)
			}
			for i := 0; i < b.N; i++ {
				if err := p.Print(io.Discard, f.report); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
