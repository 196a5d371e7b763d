//go:build cgo

package hdf5_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
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

// readAll reads every file of a folder as far as it can be read.
func readAll(folder string) {
	s := hdf5.New(hdf5.Options{})
	files, err := filepath.Glob(filepath.Join(folder, "*.hdf5"))
	fatal(err)
	for _, f := range files {
		fmt.Println("file", filepath.Base(f))
		readOne(s, f)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if m.Sys > 1<<30 {
			fmt.Println("memory", m.Sys)
			os.Exit(4)
		}
	}
	fmt.Println("end")
}

func readOne(s *hdf5.Store, path string) (nodes int, err error) {
	ctx := context.Background()
	names, err := s.Names(ctx, path)
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		r, e := s.Open(ctx, path, name)
		if e != nil {
			err = e
			continue
		}
		if _, e := r.Runs(); e != nil {
			err = e
		}
		for _, e := range r.Nodes("", false) {
			nodes++
			if e != nil {
				err = e
			}
		}
		if e := r.Close(); e != nil {
			err = e
		}
	}
	return nodes, err
}

// TestDamagedFiles reads files with flipped bits, overwritten words and cut ends in child
// processes: an error or data each time, in bounded time and memory. libhdf5 itself
// crashes on some; the code here must not.
func TestDamagedFiles(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	small := filepath.Join(t.TempDir(), "small.hdf5")
	w, err := hdf5.New(hdf5.Options{}).Create(context.Background(), small, header())
	require.NoError(t, err)
	for _, r := range records() {
		if r.Name == "results.all" {
			r.Items = r.Items[:30]
		}
		require.NoError(t, w.Node(r))
	}
	require.NoError(t, w.Commit())
	sources := [][]byte{readPlain(t, small)}
	for _, f := range []string{"explored_kinds", "incomplete", "pandas_table"} {
		sources = append(sources, readPlain(t, filepath.Join("testdata", "pypet", f+".hdf5.gz")))
	}
	dir := t.TempDir()
	const files = 200
	for i := range files {
		b := bytes.Clone(sources[i%len(sources)])
		damage(random, b, i/len(sources)%4)
		if i%5 == 4 {
			b = b[:random.IntN(len(b))]
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.hdf5", i)), b, 0o666))
	}
	crashes := 0
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		c := child("read", dir)
		out, err := runFor(ctx, c)
		cancel()
		if err == nil && strings.HasSuffix(out, "end\n") {
			break
		}
		require.NotErrorIs(t, ctx.Err(), context.DeadlineExceeded, "a file hangs the reader")
		require.NotContains(t, out, "memory ", "a file takes too much memory")
		require.True(t, strings.Contains(out, "during cgo execution") || strings.Contains(out, "signal: aborted") ||
			strings.Contains(err.Error(), "signal:"), "the reader itself crashed:\n%s", out)
		crashes++
		require.Less(t, crashes, files/20, "libhdf5 crashes too often")
		// Go on without the files up to the one that did it.
		last := out[strings.LastIndex(out, "file ")+len("file "):]
		last = last[:strings.IndexByte(last, '\n')]
		names, err := filepath.Glob(filepath.Join(dir, "*.hdf5"))
		require.NoError(t, err)
		for _, name := range names {
			if filepath.Base(name) <= last {
				require.NoError(t, os.Remove(name))
			}
		}
	}
	t.Logf("%d of %d damaged files crashed libhdf5", crashes, files)
}

func runFor(ctx context.Context, c *exec.Cmd) (string, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.Process.Kill() })
	defer stop()
	out, err := c.CombinedOutput()
	return string(out), err
}

// damage changes a few places of a file. Most of a file is data, so the structures near
// its beginning get more than their share.
func damage(random *rand.Rand, b []byte, how int) {
	place := func() int {
		if random.IntN(2) == 0 {
			return random.IntN(min(len(b)-8, 20_000))
		}
		return random.IntN(len(b) - 8)
	}
	for range 1 + random.IntN(30) {
		at := place()
		switch how {
		case 0:
			b[at] ^= 1 << random.IntN(8)
		case 1:
			b[at] = 0xff
		case 2:
			binary.LittleEndian.PutUint64(b[at:], random.Uint64()>>random.IntN(64))
		case 3:
			binary.LittleEndian.PutUint16(b[at:], uint16(random.Uint32()))
		}
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
