package rng_test

import (
	"fmt"
	"testing"

	"galvani/internal/kernel"
	"galvani/internal/rng"
)

// BenchmarkTargets measures the choice of random targets per synapse made.
func BenchmarkTargets(b *testing.B) {
	for _, p := range []float64{0.01, 0.1, 0.2, 0.25, 0.5} {
		for _, k := range kernel.Available() {
			b.Run(fmt.Sprintf("p=%v/path=%s", p, k.Name), func(b *testing.B) {
				targets, err := rng.NewTargets(rng.Stream{Key: rng.NewKey(1), Kernel: k}, p)
				if err != nil {
					b.Fatal(err)
				}
				dst := make([]int32, 0, rng.BlockWidth)
				row, made := uint32(0), 0
				for b.Loop() {
					dst = targets.Append(dst[:0], row, 0, 0, rng.BlockWidth)
					made += len(dst)
					row++
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(made), "ns/synapse")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// BenchmarkStream measures the streams per value.
func BenchmarkStream(b *testing.B) {
	const n = 512
	dst, counts := make([]float64, n), make([]int64, n)
	for _, k := range kernel.Available() {
		s := rng.Stream{Key: rng.NewKey(1), Kernel: k}
		for _, c := range []struct {
			name string
			f    func(step int64)
		}{
			{"Uniform", func(step int64) { s.Uniform(dst, step, 0, 0) }},
			{"Normal", func(step int64) { s.Normal(dst, step, 0, 0) }},
			{"Geometric", func(step int64) { s.Geometric(counts, 0.1, step, 0, 0) }},
			{"Binomial/mean=1", func(step int64) { s.Binomial(counts, 1000, 0.001, step, 0, 0) }},
			{"Binomial/mean=100", func(step int64) { s.Binomial(counts, 1000, 0.1, step, 0, 0) }},
		} {
			b.Run(fmt.Sprintf("%s/path=%s", c.name, k.Name), func(b *testing.B) {
				step := int64(0)
				for b.Loop() {
					c.f(step)
					step++
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/value")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
