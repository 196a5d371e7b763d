package kernel_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"galvani/internal/kernel"
)

// perLane runs f, which handles n lanes, and reports the time per lane.
func perLane(b *testing.B, n int, f func()) {
	for b.Loop() {
		f()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/lane")
	b.ReportMetric(0, "ns/op")
}

// onPaths runs a benchmark on every path.
func onPaths(b *testing.B, name string, n int, f func(k *kernel.Set) func()) {
	for _, k := range kernel.Available() {
		b.Run(fmt.Sprintf("%s/path=%s/n=%d", name, k.Name, n), func(b *testing.B) { perLane(b, n, f(k)) })
	}
}

// ordinary returns n numbers between lo and hi.
func ordinary(n int, lo, hi float64) []float64 {
	r := rand.New(rand.NewPCG(7, 7))
	a := make([]float64, n)
	for i := range a {
		a[i] = lo + (hi-lo)*r.Float64()
	}
	return a
}

func BenchmarkElementwise(b *testing.B) {
	const n = 512
	var s [4][]float64
	for i := range s {
		s[i] = ordinary(n, 0.1, 3)
	}
	dst := make([]float64, n)
	for _, op := range elementwises() {
		onPaths(b, "op="+op.name, n, func(k *kernel.Set) func() { return func() { op.call(k, dst, s) } })
	}
}

// BenchmarkCall measures what a call costs beside the work.
func BenchmarkCall(b *testing.B) {
	a, dst := ordinary(8, 0, 1), make([]float64, 8)
	k4 := [5]float64{1, 2, 3, 4, 5}
	for _, n := range []int{0, 8} {
		for _, k := range kernel.Available() {
			b.Run(fmt.Sprintf("op=Add/path=%s/n=%d", k.Name, n), func(b *testing.B) {
				for b.Loop() {
					k.Add(dst[:n], a, a)
				}
			})
			b.Run(fmt.Sprintf("op=LinFlush4/path=%s/n=%d", k.Name, n), func(b *testing.B) {
				for b.Loop() {
					k.LinFlush[3](dst[:n], &k4, a, a, a, a)
				}
			})
		}
	}
}

// BenchmarkClusternet runs the state update of a clusternet neuron (five
// equations, Euler), then the threshold, over blocks of a population.
func BenchmarkClusternet(b *testing.B) {
	for _, block := range []int{256, 512} {
		for _, n := range []int{block, 2560, 10240} {
			cols := make([][]float64, 6)
			for i := range cols {
				cols[i] = ordinary(n, 0, 0.9)
			}
			idx := make([]int32, n)
			for _, find := range []bool{false, true} {
				onPaths(b, fmt.Sprintf("block=%d/find=%v", block, find), n, func(k *kernel.Set) func() {
					kv := [5]float64{0.99, 0.01, 0.001, -0.001, 0}
					kx := [5]float64{0.9, 0.1}
					ky := [5]float64{0.9}
					return func() {
						for lo := 0; lo < n; lo += block {
							v, x, y, xi, yi, mu := cols[0][lo:lo+block], cols[1][lo:lo+block], cols[2][lo:lo+block], cols[3][lo:lo+block], cols[4][lo:lo+block], cols[5][lo:lo+block]
							k.LinOntoFlush[3](v, &kv, x, xi, mu, v)
							k.LinFlush[1](x, &kx, x, y, nil, nil)
							k.LinFlush[1](xi, &kx, xi, yi, nil, nil)
							k.LinFlush[0](y, &ky, y, nil, nil, nil)
							k.LinFlush[0](yi, &ky, yi, nil, nil, nil)
							if find {
								k.FindGT(idx, v, 1, int32(lo))
							}
						}
					}
				})
			}
		}
	}
}

func BenchmarkFind(b *testing.B) {
	const n = 512
	a := ordinary(n, 0, 1)
	idx := make([]int32, n)
	for _, share := range []float64{0, 0.002, 0.1, 0.5, 1} {
		onPaths(b, fmt.Sprintf("hits=%v", share), n, func(k *kernel.Set) func() {
			return func() { k.FindGE(idx, a, 1-share, 0) }
		})
	}
}

func BenchmarkAddAt(b *testing.B) {
	const n = 1000
	r := rand.New(rand.NewPCG(1, 2))
	for _, targets := range []int{2500, 100_000} {
		dst := ordinary(targets, 0, 1)
		idx := make([]int32, n)
		for i := range idx {
			idx[i] = int32(r.IntN(targets))
		}
		src := ordinary(n, 0, 1)
		onPaths(b, fmt.Sprintf("op=AddAt/targets=%d", targets), n, func(k *kernel.Set) func() {
			return func() { k.AddAt(dst, idx, 0.1) }
		})
		onPaths(b, fmt.Sprintf("op=AddAtEach/targets=%d", targets), n, func(k *kernel.Set) func() {
			return func() { k.AddAtEach(dst, idx, src) }
		})
		onPaths(b, fmt.Sprintf("op=Gather/targets=%d", targets), n, func(k *kernel.Set) func() {
			return func() { k.Gather(src, dst, idx) }
		})
		onPaths(b, fmt.Sprintf("op=Scatter/targets=%d", targets), n, func(k *kernel.Set) func() {
			return func() { k.Scatter(dst, idx, src) }
		})
	}
}

func BenchmarkReduce(b *testing.B) {
	const n = 512
	a := ordinary(n, 0, 1)
	onPaths(b, "op=Sum", n, func(k *kernel.Set) func() { return func() { k.Sum(a) } })
	onPaths(b, "op=NonFinite", n, func(k *kernel.Set) func() { return func() { k.NonFinite(a) } })
}

func BenchmarkRandom(b *testing.B) {
	const n = 512
	dst, u := make([]float64, n), ordinary(n, 0, 1)
	words := make([]uint32, n)
	idx := make([]int32, 2*n)
	onPaths(b, "op=Philox", n, func(k *kernel.Set) func() {
		return func() { k.Philox(words, [2]uint32{1, 2}, [3]uint32{3, 4, 5}, 0) }
	})
	onPaths(b, "op=Uniform", n, func(k *kernel.Set) func() {
		return func() { k.Uniform(dst, [2]uint32{1, 2}, [3]uint32{3, 4, 5}, 0) }
	})
	onPaths(b, "op=Normal", n, func(k *kernel.Set) func() { return func() { k.Normal(dst, u) } })
	onPaths(b, "op=Jumps", n, func(k *kernel.Set) func() {
		return func() { k.Jumps(idx[:n], u, math.Log1p(-0.1), 2048) }
	})
	for _, p := range []float64{0.125, 0.25, 0.5} {
		onPaths(b, fmt.Sprintf("op=Below/p=%v", p), 2*n, func(k *kernel.Set) func() {
			return func() { k.Below(idx, words, uint16(p*65536), 0) }
		})
	}
}
