package plot_test

import (
	"io"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/plot"
)

// raster is 2.5 s of 2000 neurons with so many spikes.
func raster(spikes int) plot.RasterOptions {
	r := rand.New(rand.NewPCG(1, 2))
	o := plot.RasterOptions{DT: 1e-4, N: 2000, Stop: 2.5, Title: "excitatory neurons"}
	for k := range spikes {
		o.Steps = append(o.Steps, int64(k)*25000/int64(spikes))
		o.Neurons = append(o.Neurons, r.Int32N(2000))
	}
	return o
}

// traces is so many membrane potentials over 2.5 s.
func traces(rows int) plot.TracesOptions {
	r := rand.New(rand.NewPCG(1, 2))
	o := plot.TracesOptions{DT: 1e-4, YLabel: "V", Unit: "mV", Title: "membrane potentials"}
	for k := range 25000 {
		o.Steps = append(o.Steps, int64(k))
	}
	for range rows {
		v, row := -0.07, make([]float64, 25000)
		for k := range row {
			v += (-0.06-v)*1e-4/0.015 + r.NormFloat64()*4e-4
			if v > -0.05 {
				v = -0.07
			}
			row[k] = v
		}
		o.Values = append(o.Values, row)
	}
	return o
}

func curve() plot.CurveOptions {
	r := rand.New(rand.NewPCG(1, 2))
	s := plot.Series{}
	for i := range 8 {
		x := 1 + 0.2*float64(i)
		s.X = append(s.X, x)
		trials := make([]float64, 10)
		for k := range trials {
			trials[k] = 0.65 + 0.1*math.Sin(3*x) + 0.05*r.NormFloat64()
		}
		s.Trials = append(s.Trials, trials)
	}
	return plot.CurveOptions{Series: []plot.Series{s}, XLabel: "R_ee", YLabel: "mean Fano factor"}
}

func BenchmarkEncode(b *testing.B) {
	for _, c := range []struct {
		name string
		make func() (*plot.Figure, error)
	}{
		{"figure=raster/spikes=50000", func() (*plot.Figure, error) { return plot.Raster(raster(50000)) }},
		{"figure=raster/spikes=100000", func() (*plot.Figure, error) { return plot.Raster(raster(100000)) }},
		{"figure=traces/rows=4", func() (*plot.Figure, error) { return plot.Traces(traces(4)) }},
		{"figure=curve", func() (*plot.Figure, error) { return plot.Curve(curve()) }},
	} {
		for _, format := range []string{"png", "svg"} {
			b.Run(c.name+"/format="+format, func(b *testing.B) {
				f, err := c.make()
				require.NoError(b, err)
				for b.Loop() {
					require.NoError(b, f.Encode(io.Discard, format))
				}
			})
		}
	}
}
