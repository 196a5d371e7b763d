package design_test

import (
	"testing"

	"galvani/trajectory"
	"galvani/trajectory/design"
)

// BenchmarkAt measures one value of a design of a million points.
func BenchmarkAt(b *testing.B) {
	const n = 1_000_000
	factors := []design.Factor{design.Uniform("x", 0, 1)}
	for name, d := range map[string]trajectory.Design{
		"random": design.Random{N: n, Factors: factors}, "latin": design.LatinHypercube{N: n, Factors: factors},
		"sobol": design.Sobol{N: n, Factors: factors}, "owen": design.Sobol{N: n, Factors: factors, Scramble: design.Owen},
		"normal": design.Random{N: n, Factors: []design.Factor{design.Normal("x", 0, 1)}},
		"gamma":  design.Random{N: n, Factors: []design.Factor{design.Gamma("x", 2, 1)}},
		"subset": design.Subset{Of: design.Integers("x", 1, n, 1), N: n},
	} {
		columns, err := d.Columns()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				columns[0].Range.At(i)
				i = (i + 7919) % n
			}
		})
	}
}
