//go:build cgo && unix

package hdf5_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
	"galvani/trajectory/storetest"
)

// isolated reads in the test program itself, started anew.
func isolated(timeout time.Duration, memory uint64) *hdf5.Isolated {
	return isolatedAs("serve", timeout, memory)
}

func isolatedAs(task string, timeout time.Duration, memory uint64) *hdf5.Isolated {
	return hdf5.Isolate(hdf5.IsolateOptions{
		Command: []string{"env", childTask + "=" + task, os.Args[0]}, Timeout: timeout, Memory: memory,
	})
}

func TestIsolatedStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) trajectory.Store { return isolated(time.Minute, 0) })
}

func TestIsolatedReadsTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.hdf5")
	write(t, hdf5.New(hdf5.Options{}), path)
	r, err := isolated(time.Minute, 0).Open(context.Background(), path, "")
	require.NoError(t, err)
	defer r.Close()
	assert.Equal(t, header(), r.Header())
	got, err := r.Runs()
	require.NoError(t, err)
	assert.Equal(t, runs(), got)
	for range 2 {
		for rec, err := range r.Nodes("", false) { // stopped early
			require.NoError(t, err)
			assert.Equal(t, records()[0], rec)
			break
		}
		for i, rec := range all(t, r, "", false) {
			want := records()[i]
			require.True(t, want.Equal(rec), "%s", want.Name)
		}
	}
}

func TestWhatHappensInTheOtherProcessIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.hdf5")
	write(t, hdf5.New(hdf5.Options{}), path)
	ctx := context.Background()
	_, err := isolatedAs("crash", time.Minute, 0).Open(ctx, path, "")
	assert.ErrorIs(t, err, trajectory.ErrCorrupt)
	assert.ErrorContains(t, err, "libhdf5 crashed")
	_, err = isolatedAs("crash", time.Minute, 0).Names(ctx, path)
	assert.ErrorContains(t, err, "libhdf5 crashed")
	_, err = isolatedAs("hang", 50*time.Millisecond, 0).Open(ctx, path, "")
	assert.ErrorIs(t, err, trajectory.ErrCorrupt)
	assert.ErrorContains(t, err, "takes longer than 50ms")
	_, err = hdf5.Isolate(hdf5.IsolateOptions{Command: []string{"false"}}).Open(ctx, path, "")
	assert.ErrorContains(t, err, "exit status 1")
	_, err = hdf5.Isolate(hdf5.IsolateOptions{Command: []string{filepath.Join(t.TempDir(), "none")}}).Open(ctx, path, "")
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = hdf5.Isolate(hdf5.IsolateOptions{}).Open(ctx, path, "")
	assert.ErrorContains(t, err, "no command")
}

func TestMemoryIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.hdf5")
	s := hdf5.New(hdf5.Options{})
	w, err := s.Create(context.Background(), path, header())
	require.NoError(t, err)
	large := make([]float64, 12<<20)
	require.NoError(t, w.Node(trajectory.Record{Name: "results.large", Leaf: true, Class: "Result", Items: []trajectory.Item{
		{Name: "large", Data: array(trajectory.NDArray, trajectory.Float64, []int{len(large)}, large)},
	}}))
	require.NoError(t, w.Commit())
	for memory, fails := range map[uint64]bool{32 << 20: true, 8 << 30: false} {
		r, err := isolated(time.Minute, memory).Open(context.Background(), path, "")
		require.NoError(t, err)
		_, err = r.Node("results.large")
		assert.Equal(t, fails, err != nil, "%v", err)
		if fails {
			assert.ErrorContains(t, err, "takes more than 32 MB of memory")
		}
		require.NoError(t, r.Close())
	}
}
