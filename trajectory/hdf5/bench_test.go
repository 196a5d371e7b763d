//go:build cgo

package hdf5_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
)

// clusternetRun is about what a run of the clustered network leaves: 20 000 spikes and three
// variables of four neurons over 20 000 steps.
func clusternetRun() []trajectory.Item {
	random := rand.New(rand.NewPCG(1, 2))
	traces := make([]float64, 3*4*20_000)
	for v, i := 0.0, 0; i < len(traces); i++ {
		v = 0.99*v + random.NormFloat64()
		traces[i] = v
	}
	times, neurons := make([]float64, 20_000), make([]int32, 20_000)
	for i := range times {
		times[i], neurons[i] = float64(i/3)*1e-4, random.Int32N(2500)
	}
	const rows = 20_000
	return []trajectory.Item{
		{Name: "spikes", Data: trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{
			{Name: "neuron", Data: array(trajectory.Scalar, trajectory.Int32, []int{rows}, neurons)},
			{Name: "time", Data: array(trajectory.Scalar, trajectory.Float, []int{rows}, times)},
		}}},
		{Name: "v", Data: array(trajectory.NDArray, trajectory.Float64, []int{3, 4, rows}, traces)},
	}
}

func writeRuns(b *testing.B, path string, runs int, items []trajectory.Item) {
	w, err := hdf5.New(hdf5.Options{}).Create(context.Background(), path, trajectory.Header{Name: "t", Length: runs, Time: when})
	require.NoError(b, err)
	for i := range runs {
		require.NoError(b, w.Node(trajectory.Record{Name: fmt.Sprintf("results.runs.run_%08d.all", i), Leaf: true, Class: "Result", Items: items}))
		require.NoError(b, w.Run(trajectory.RunInfo{Index: i, State: trajectory.Done, Start: when, Finish: when}))
	}
	require.NoError(b, w.Commit())
}

func readRuns(b *testing.B, path string) {
	r, err := hdf5.New(hdf5.Options{}).Open(context.Background(), path, "")
	require.NoError(b, err)
	for _, err := range r.Nodes("", false) {
		require.NoError(b, err)
	}
	require.NoError(b, r.Close())
}

func tenScalars() []trajectory.Item {
	var items []trajectory.Item
	for i := range 10 {
		items = append(items, trajectory.Item{Name: fmt.Sprintf("x%d", i), Data: scalar(trajectory.Float, []float64{float64(i) / 3})})
	}
	return items
}

func BenchmarkStore(b *testing.B) {
	for _, c := range []struct {
		name  string
		runs  int
		items []trajectory.Item
	}{
		{"clusternet_200runs", 200, clusternetRun()},
		{"scalars_10000runs", 10_000, tenScalars()},
	} {
		b.Run(c.name+"/write", func(b *testing.B) {
			for b.Loop() {
				writeRuns(b, filepath.Join(b.TempDir(), "f.hdf5"), c.runs, c.items)
			}
		})
		b.Run(c.name+"/read", func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "f.hdf5")
			writeRuns(b, path, c.runs, c.items)
			for b.Loop() {
				readRuns(b, path)
			}
		})
	}
}
