//go:build cgo

package hdf5_test

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
)

// TestDataFramesOfPandas reads what pandas wrote, as far as a DataFrame can hold it, and stores it again.
func TestDataFramesOfPandas(t *testing.T) {
	stores := trajectory.OpenOptions{Stores: []trajectory.Store{hdf5.New(hdf5.Options{})}}
	tr, err := trajectory.Open(context.Background(), unpack(t, filepath.Join("testdata", "pypet"), "frames"), stores)
	require.NoError(t, err)
	defer tr.Close()
	frame := func(tr *trajectory.Trajectory, name string) any {
		r, err := tr.Result("results." + name)
		require.NoError(t, err)
		v, err := r.Item("frame")
		require.NoError(t, err)
		return v
	}
	want := map[string]trajectory.DataFrame{
		"plain": {Index: []int64{5, 7}, Columns: []string{"a", "b"}, Values: []any{[]float64{1, 2}, []float64{3.5, 4}}},
		"texts": {Index: []string{"a", "größe", ""}, Columns: []int64{3, -4}, Values: []any{[]int64{0, 2, 4}, []int64{1, 3, 5}}},
		"mixed": {Index: []int64{0, 1}, Columns: []float64{.5, 1.5, 2.5, 3.5, 4.5, 5.5}, Values: []any{
			[]int64{1, 2}, []float64{.5, 1.5}, []int64{3, 4}, []bool{true, false}, trajectory.Array[uint8]{Shape: []int{2}, Data: []uint8{7, 255}}, []float32{.1, .2},
		}},
		"norows": {Index: []int64{}, Columns: []string{"a", "b"}, Values: []any{[]float64{}, []int32{}}},
	}
	again, err := trajectory.New("again", trajectory.Options{})
	require.NoError(t, err)
	for name, f := range want {
		assert.Equal(t, f, frame(tr, name), name)
		require.NoError(t, again.AddResult(name, trajectory.Items{"frame": f}))
	}
	named := frame(tr, "named").(trajectory.DataFrame)
	assert.Equal(t, []any{"current", "what.", []float64{.1, .2}, []string{"i", "f"}}, []any{named.IndexName, named.ColumnsName, named.Index, named.Columns})
	assert.Equal(t, []int64{1, 2}, named.Values[0])
	assert.True(t, math.IsNaN(named.Values[1].([]float64)[1]))
	for _, name := range []string{"object", "dates", "levels", "nothing", "nameless", "number", "complex"} {
		assert.Equal(t, trajectory.Data{Coll: hdf5.Frame, Type: trajectory.Bytes, Values: []string{""}}, frame(tr, name), name)
	}
	path := filepath.Join(t.TempDir(), "again.hdf5")
	require.NoError(t, trajectory.Save(context.Background(), again, stores.Stores[0], path))
	back, err := trajectory.Open(context.Background(), path, stores)
	require.NoError(t, err)
	defer back.Close()
	for name, f := range want {
		assert.Equal(t, f, frame(back, name), name)
	}
}
