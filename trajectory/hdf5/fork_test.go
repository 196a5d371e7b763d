//go:build cgo && unix

package hdf5_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory/hdf5"
)

// A process that is started while a file is open does not keep it locked.
func TestProcessesDoNotInheritFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.hdf5")
	s := hdf5.New(hdf5.Options{})
	w, err := s.Create(context.Background(), path, header())
	require.NoError(t, err)
	long := exec.Command("cat")
	stdin, err := long.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, long.Start())
	require.NoError(t, w.Node(noise("results.first", 100)))
	require.NoError(t, w.Commit())
	r, err := s.Open(context.Background(), path, "")
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.NoError(t, stdin.Close())
	require.NoError(t, long.Wait())
}

func TestProcessesMayBeStartedAtAnyTime(t *testing.T) {
	s := hdf5.New(hdf5.Options{})
	over := make(chan struct{})
	var starting sync.WaitGroup
	for range 2 {
		starting.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
					assert.NoError(t, exec.Command("true").Run())
				}
			}
		})
	}
	path := filepath.Join(t.TempDir(), "f.hdf5")
	for range 30 {
		require.NoError(t, writeAll(s, path, noise("results.first", 100)))
		r, err := s.Open(context.Background(), path, "")
		require.NoError(t, err)
		require.NoError(t, r.Close())
	}
	close(over)
	starting.Wait()
}
