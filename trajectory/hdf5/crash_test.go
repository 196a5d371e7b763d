//go:build cgo && unix

package hdf5_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
)

// The test program starts itself again for what must happen in a process of its own.
const (
	childTask   = "GALVANI_HDF5_CHILD"
	childFolder = "GALVANI_HDF5_FOLDER"
)

func TestMain(m *testing.M) {
	switch os.Getenv(childTask) {
	case "commit":
		commitForEver(filepath.Join(os.Getenv(childFolder), "f.hdf5"))
	case "read":
		readAll(os.Getenv(childFolder))
		return
	case "serve":
		fatal(hdf5.Serve(os.Stdin, os.Stdout))
		return
	case "crash":
		_, _ = os.Stdin.Read(make([]byte, 1))
		_ = syscall.Kill(os.Getpid(), syscall.SIGSEGV)
		time.Sleep(time.Minute)
	case "contend":
		contend(filepath.Join(os.Getenv(childFolder), "f.hdf5"))
	case "hang":
		time.Sleep(time.Minute)
	}
	os.Exit(m.Run())
}

func child(task, folder string) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childTask+"="+task, childFolder+"="+folder)
	return c
}

func fatal(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(3)
	}
}

func version(n int64) []trajectory.Record {
	values := make([]float64, 30_000)
	for i := range values {
		values[i] = float64(n)
	}
	return []trajectory.Record{
		{Name: "results.first", Leaf: true, Class: "Result", Items: []trajectory.Item{{Name: "n", Data: scalar(trajectory.Int, []int64{n})}}},
		{Name: "results.last", Leaf: true, Class: "Result", Items: []trajectory.Item{{Name: "v", Data: array(trajectory.NDArray, trajectory.Float64, []int{len(values)}, values)}}},
	}
}

// commitForEver writes version after version and says after each that it is there.
func commitForEver(path string) {
	s := hdf5.New(hdf5.Options{})
	for n := int64(1); ; n++ {
		w, err := s.Create(context.Background(), path, trajectory.Header{Name: "t", Length: 1, Time: when})
		fatal(err)
		for _, r := range version(n) {
			fatal(w.Node(r))
		}
		fatal(w.Commit())
		fmt.Println(n)
	}
}

func TestKilledWhileCommitting(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	dir := t.TempDir()
	path := filepath.Join(dir, "f.hdf5")
	s := hdf5.New(hdf5.Options{})
	for range 12 {
		var out bytes.Buffer
		c := child("commit", dir)
		c.Stdout, c.Stderr = &out, &out
		require.NoError(t, c.Start())
		time.Sleep(time.Duration(60+random.IntN(60)) * time.Millisecond)
		require.NoError(t, c.Process.Kill())
		require.Error(t, c.Wait())
		require.NotContains(t, out.String(), "error")
		acknowledged := int64(strings.Count(out.String(), "\n"))
		r, err := s.Open(context.Background(), path, "")
		if os.IsNotExist(errOf(os.Stat(path))) {
			require.Zero(t, acknowledged)
			continue
		}
		require.NoError(t, err)
		got := all(t, r, "results", false)
		require.NoError(t, r.Close())
		require.Len(t, got, 3)
		n := got[1].Items[0].Data.Values.([]int64)[0]
		assert.Equal(t, version(n), got[1:], "a mixture of versions")
		// The last one may have been renamed without having been reported.
		assert.True(t, acknowledged == 0 || n == acknowledged || n == acknowledged+1, "version %d, acknowledged %d", n, acknowledged)
	}
}

func errOf(_ os.FileInfo, err error) error { return err }

// writeAll writes a version with these nodes.
func writeAll(s *hdf5.Store, path string, records ...trajectory.Record) error {
	w, err := s.Create(context.Background(), path, header())
	if err != nil {
		return err
	}
	for _, r := range records {
		if err := w.Node(r); err != nil {
			return errors.Join(err, w.Abort())
		}
	}
	return w.Commit()
}

// contend writes version after version as often as it is let.
func contend(path string) {
	s := hdf5.New(hdf5.Options{})
	for {
		err := writeAll(s, path, version(int64(os.Getpid()))...)
		switch {
		case err == nil:
			fmt.Println("written")
		case strings.Contains(err.Error(), "being written by another"):
		default:
			fatal(err)
		}
	}
}

func TestTwoProcessesWriting(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.hdf5")
	s := hdf5.New(hdf5.Options{})
	require.NoError(t, writeAll(s, path, version(1)...))
	var out [2]bytes.Buffer
	for i := range out {
		c := child("contend", dir)
		c.Stdout, c.Stderr = &out[i], &out[i]
		require.NoError(t, c.Start())
		defer func() {
			assert.NoError(t, c.Process.Kill())
			assert.ErrorContains(t, c.Wait(), "killed")
			assert.NotContains(t, out[i].String(), "error")
			assert.Contains(t, out[i].String(), "written")
		}()
	}
	reads := 0
	for end := time.Now().Add(500 * time.Millisecond); reads < 5 || time.Now().Before(end); reads++ {
		r, err := s.Open(context.Background(), path, "")
		require.NoError(t, err)
		got := all(t, r, "results", false)
		require.NoError(t, r.Close())
		require.Len(t, got, 3)
		n := got[1].Items[0].Data.Values.([]int64)[0]
		require.Equal(t, version(n), got[1:], "a mixture of versions")
	}
}

// FuzzOpen reads any bytes as a file. A crash of libhdf5 ends the fuzzing; TestDamagedFiles goes on.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("\x89HDF\r\n\x1a\n"))
	f.Add([]byte{})
	path := filepath.Join(f.TempDir(), "seed.hdf5")
	w, err := hdf5.New(hdf5.Options{}).Create(context.Background(), path, header())
	require.NoError(f, err)
	for _, r := range records()[:6] {
		require.NoError(f, w.Node(r))
	}
	require.NoError(f, w.Commit())
	seed, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(seed)
	f.Add(seed[:len(seed)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "f.hdf5")
		require.NoError(t, os.WriteFile(path, b, 0o666))
		_, _ = readOne(hdf5.New(hdf5.Options{}), path)
	})
}
