//go:build cgo && linux

package hdf5_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
)

// noise is a result that nothing compresses.
func noise(name string, n int) trajectory.Record {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	v := make([]float64, n)
	for i := range v {
		v[i] = random.Float64()
	}
	return trajectory.Record{Name: name, Leaf: true, Class: "Result", Items: []trajectory.Item{
		{Name: "v", Data: array(trajectory.NDArray, trajectory.Float64, []int{n}, v)},
	}}
}

// smallDisk is a folder on a disk of its own with room for so many bytes. Making one takes
// the rights of root; without them it is an ordinary folder.
func smallDisk(t *testing.T, size int) (dir string, small bool) {
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		return dir, false
	}
	t.Cleanup(func() { assert.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir, true
}

func TestFullDisk(t *testing.T) {
	dir, small := smallDisk(t, 1<<20)
	path := filepath.Join(dir, "f.hdf5")
	s := hdf5.New(hdf5.Options{})
	first := noise("results.first", 10_000)
	require.NoError(t, writeAll(s, path, first))
	var many []trajectory.Record
	for i := range 200 {
		many = append(many, noise(fmt.Sprintf("results.many.r%d", i), 1000))
	}
	for what, records := range map[string][]trajectory.Record{"one large node": {noise("results.large", 500_000)}, "many nodes": many} {
		err := writeAll(s, path, records...)
		if small {
			assert.ErrorIs(t, err, syscall.ENOSPC, what)
			assert.NotContains(t, err.Error(), "slist", what)
		} else {
			assert.NoError(t, err, what)
		}
		// What was there is there, and nothing else takes room.
		r, err := s.Open(context.Background(), path, "")
		require.NoError(t, err)
		got, err := r.Node("results.first")
		require.NoError(t, err)
		assert.True(t, first.Equal(got))
		require.NoError(t, r.Close())
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Len(t, entries, 1)
	}
	assert.NoError(t, writeAll(s, path, noise("results.second", 100)), "there is room for this")
}

func TestFolderRemovedWhileWriting(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sweep")
	w, err := hdf5.New(hdf5.Options{}).Create(context.Background(), filepath.Join(dir, "f.hdf5"), header())
	require.NoError(t, err)
	require.NoError(t, w.Node(noise("results.first", 100)))
	require.NoError(t, os.RemoveAll(dir))
	err = w.Commit()
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "cannot write")
	require.NoError(t, w.Abort())
}

// A file that pypet has open is left alone, and pypet cannot open one that is about to be replaced.
func TestFileLockedByAnotherProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.hdf5")
	s := hdf5.New(hdf5.Options{})
	require.NoError(t, writeAll(s, path, noise("results.first", 100)))
	other, err := os.Open(path)
	require.NoError(t, err)
	defer other.Close()
	exclusive := func() error { return syscall.Flock(int(other.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
	require.NoError(t, exclusive())
	assert.ErrorContains(t, writeAll(s, path), "being written by another program")
	_, err = s.Open(context.Background(), path, "")
	assert.ErrorContains(t, err, "being written by another process")
	assert.NoFileExists(t, path+".tmp")
	require.NoError(t, syscall.Flock(int(other.Fd()), syscall.LOCK_UN))

	w, err := s.Create(context.Background(), path, header())
	require.NoError(t, err)
	assert.ErrorIs(t, exclusive(), syscall.EWOULDBLOCK)
	require.NoError(t, w.Abort())
	assert.NoError(t, exclusive())
}
