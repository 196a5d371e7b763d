package equation_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/internal/kernel"
)

// lanesOf makes a frame whose columns hold n numbers in (0, 1).
func lanesOf(columns, n int) *equation.Frame {
	f := &equation.Frame{}
	for c := range columns {
		x := make([]float64, n)
		for i := range x {
			x[i] = (float64((i*7919+c*104729)%10007) + 0.5) / 10007
		}
		f.Columns = append(f.Columns, x)
	}
	return f
}

func clusternetUpdate(t testing.TB) *equation.Program {
	e, err := equation.Parse(equation.Template(clusternet, map[string]string{"POST": "e"}))
	require.NoError(t, err)
	p, err := equation.CompileUpdate(e, "euler", equation.Scope{Symbols: columnsOf(e), Constants: clusternetConstants(), DT: 1e-4})
	require.NoError(t, err)
	return p
}

func BenchmarkUpdate(b *testing.B) {
	p := clusternetUpdate(b)
	for _, n := range []int{1, 512, 2000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := lanesOf(6, n)
			m := p.NewMachine(kernel.Best())
			for b.Loop() {
				m.Run(f, 0, n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/lane")
		})
	}
}

func BenchmarkReset(b *testing.B) {
	for _, text := range []string{"V = 0", "V = 0; w += 0.1"} {
		b.Run(text, func(b *testing.B) {
			p, err := equation.CompileStatements(text, equation.Scope{Symbols: []equation.Symbol{{Name: "V"}, {Name: "w", Column: 1}}})
			require.NoError(b, err)
			f := lanesOf(2, 2000)
			f.Index = [][]int32{{3, 700, 1200}}
			m := p.NewMachine(kernel.Best())
			for b.Loop() {
				m.RunAt(f, 3)
			}
		})
	}
}

func BenchmarkFind(b *testing.B) {
	for _, text := range []string{"V > 0.999", "V > 0.999 and w < 2"} {
		b.Run(text, func(b *testing.B) {
			c, err := equation.CompileCondition(text, equation.Scope{Symbols: []equation.Symbol{{Name: "V"}, {Name: "w", Column: 1}}})
			require.NoError(b, err)
			f := lanesOf(2, 2000)
			idx := make([]int32, 2000)
			m := c.NewMachine(kernel.Best())
			for b.Loop() {
				c.Find(m, f, 0, 2000, idx)
			}
		})
	}
}

func BenchmarkHodgkinHuxley(b *testing.B) {
	e, err := equation.Parse(hodgkinHuxley)
	require.NoError(b, err)
	p, err := equation.CompileUpdate(e, "euler", equation.Scope{Symbols: columnsOf(e), Constants: hodgkinHuxleyConstants(), DT: 1e-5})
	require.NoError(b, err)
	const n = 2048
	f := &equation.Frame{}
	for _, x := range []float64{-0.065, 0, 0, 1, 20e-9, 30e-9} {
		c := make([]float64, n)
		for i := range c {
			c[i] = x
		}
		f.Columns = append(f.Columns, c)
	}
	m := p.NewMachine(kernel.Best())
	for b.Loop() {
		m.Run(f, 0, n)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/lane")
}
