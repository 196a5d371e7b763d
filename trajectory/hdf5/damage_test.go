//go:build cgo && unix

package hdf5_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
)

// damagedFiles is how many files the tests of this file damage: a few, or as many as
// GALVANI_FUZZ says.
func damagedFiles(t *testing.T) int {
	if text := os.Getenv("GALVANI_FUZZ"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err, "GALVANI_FUZZ")
		return n
	}
	return 120
}

// readLimit is what the child that reads damaged files may take of memory.
const readLimit = 1 << 30

// readAll reads every file of a folder as far as it can be read and prints what became of it.
func readAll(folder string) {
	limit(readLimit)
	files, err := filepath.Glob(filepath.Join(folder, "*.*"))
	fatal(err)
	for _, f := range files {
		fmt.Println("file", filepath.Base(f))
		var text string
		if strings.HasSuffix(f, ".runs") {
			text, err = dumped(strings.TrimSuffix(f, ".runs"))
		} else {
			text, err = everything(f)
		}
		if err != nil {
			fmt.Println("error", strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Printf("read %x\n", sha256.Sum256([]byte(text)))
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if m.Sys > readLimit {
			fmt.Println("memory", m.Sys)
			os.Exit(4)
		}
	}
	fmt.Println("end")
}

// everything prints all that is in a file, and the last error of reading it.
func everything(path string) (string, error) {
	var out strings.Builder
	s, ctx := hdf5.New(hdf5.Options{}), context.Background()
	names, err := s.Names(ctx, path)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		r, e := s.Open(ctx, path, name)
		if e != nil {
			err = e
			continue
		}
		rows, e := r.Runs()
		if e != nil {
			err = e
		}
		fmt.Fprintf(&out, "%v %v\n", r.Header(), rows)
		for rec, e := range r.Nodes("", false) {
			if e != nil {
				err = e
			}
			fmt.Fprintf(&out, "%v\n", rec)
		}
		if e := r.Close(); e != nil {
			err = e
		}
	}
	return out.String(), err
}

// dumped is the dump of a trajectory that lies in a runs folder.
func dumped(path string) (string, error) {
	t, err := trajectory.Open(context.Background(), path, trajectory.OpenOptions{})
	if err != nil {
		return "", err
	}
	defer t.Close()
	var out strings.Builder
	err = trajectory.Dump(&out, t)
	return out.String(), err
}

func readOne(s trajectory.Store, path string) (nodes int, err error) {
	r, err := s.Open(context.Background(), path, "")
	if err != nil {
		return 0, err
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
	return nodes, err
}

// A victim is what is damaged.
type victim struct {
	name  string
	bytes []byte
	// want is what reading gives when nothing is damaged, if damage cannot go unnoticed.
	want string
}

// damages is a folder of damaged files.
type damages struct {
	dir  string
	want map[string]string // of those where damage cannot go unnoticed
}

// outcome is what became of damaged files.
type outcome struct{ errors, same, crashes int }

// read reads the files in child processes: an error or the data that was written each time, in bounded
// time and memory. A crash inside libhdf5 is counted if tolerated; one of the code here never is.
func (d damages) read(t *testing.T, tolerate bool) (o outcome) {
	t.Helper()
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		c := child("read", d.dir)
		out, err := runFor(ctx, c)
		late := ctx.Err()
		cancel()
		require.NoError(t, late, "a file hangs the reader:\n%s", tail(out))
		require.NotContains(t, out, "\nmemory ", "a file takes too much memory")
		o.add(t, d, out)
		if err == nil && strings.HasSuffix(out, "end\n") {
			return o
		}
		inside := strings.Contains(out, "during cgo execution") || strings.Contains(out, "signal arrived during external code execution") ||
			strings.Contains(err.Error(), "signal:")
		require.True(t, tolerate && inside, "the reader itself crashed:\n%s", tail(out))
		o.crashes++
		// Go on without the files up to the one that did it, which an isolated store reports.
		_, last, _ := cutLast(out, "file ")
		last, _, _ = strings.Cut(last, "\n")
		_, err = readOne(isolated(time.Minute, 0), filepath.Join(d.dir, last))
		require.ErrorIs(t, err, trajectory.ErrCorrupt)
		names, err := filepath.Glob(filepath.Join(d.dir, "*.*"))
		require.NoError(t, err)
		for _, name := range names {
			if filepath.Base(name) <= last {
				require.NoError(t, os.RemoveAll(name))
			}
		}
	}
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func tail(s string) string { return s[max(0, len(s)-3000):] }

// add counts what a child has printed.
func (o *outcome) add(t *testing.T, d damages, out string) {
	t.Helper()
	name := ""
	for line := range strings.SplitSeq(out, "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "file":
			name = rest
		case "error":
			o.errors++
		case "read":
			if want := d.want[name]; want != "" {
				require.Equal(t, fmt.Sprintf("%x", sha256.Sum256([]byte(want))), rest, "%s gives other data than were written", name)
			}
			o.same++
		}
	}
}

func runFor(ctx context.Context, c *exec.Cmd) (string, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.Process.Kill() })
	defer stop()
	out, err := c.CombinedOutput()
	return string(out), err
}

// damage changes a file: some bits, some bytes, or its end. Most of a file is data, so the
// structures near its beginning get more than their share.
func damage(random *rand.Rand, b []byte, how int) []byte {
	b = bytes.Clone(b)
	place := func() int {
		if random.IntN(2) == 0 {
			return random.IntN(min(len(b)-8, 20_000))
		}
		return random.IntN(len(b) - 8)
	}
	if how == cut {
		return b[:random.IntN(len(b))]
	}
	for range 1 + random.IntN(8)*random.IntN(4) {
		at := place()
		switch how {
		case flip:
			b[at] ^= 1 << random.IntN(8)
		case ones:
			b[at] = 0xff
		case word:
			binary.LittleEndian.PutUint64(b[at:], random.Uint64()>>random.IntN(64))
		}
	}
	return b
}

// Ways to damage a file.
const (
	flip = iota
	cut
	ones
	word
	ways
)

// batches damages files, so many at a time, and reads them.
func batches(t *testing.T, n int, random *rand.Rand, victims []victim, ext string, write func(path string, v victim, b []byte), tolerate bool) outcome {
	t.Helper()
	var all outcome
	for done := 0; done < n; {
		d := damages{t.TempDir(), map[string]string{}}
		for range min(500, n-done) {
			v, how := victims[done%len(victims)], done/len(victims)%ways
			name := fmt.Sprintf("%06d%s", done, ext)
			b := damage(random, v.bytes, how)
			write(filepath.Join(d.dir, name), v, b)
			if how == flip || how == cut || bytes.Equal(b, v.bytes) {
				d.want[name] = v.want
			}
			done++
		}
		o := d.read(t, tolerate)
		all.errors, all.same, all.crashes = all.errors+o.errors, all.same+o.same, all.crashes+o.crashes
		require.NoError(t, os.RemoveAll(d.dir))
	}
	require.Equal(t, n, all.errors+all.same+all.crashes)
	return all
}

// TestDamagedFiles reads files of this package, which have checksums, and of pypet, which have not.
func TestDamagedFiles(t *testing.T) {
	small := filepath.Join(t.TempDir(), "small.hdf5")
	w, err := hdf5.New(hdf5.Options{}).Create(context.Background(), small, header())
	require.NoError(t, err)
	for _, r := range records() {
		if r.Name == "results.all" {
			r.Items = slices.DeleteFunc(slices.Clone(r.Items), func(it trajectory.Item) bool { return strings.HasPrefix(it.Name, "wide") })
		}
		require.NoError(t, w.Node(r))
	}
	for _, r := range runs() {
		require.NoError(t, w.Run(r))
	}
	require.NoError(t, w.Commit())
	want, err := everything(small)
	require.NoError(t, err)
	ours := victim{"ours", readPlain(t, small), want}
	victims := []victim{ours}
	for _, f := range []string{"explored_kinds", "incomplete", "pandas_table", "frames"} {
		// Our own as often as pypet's.
		victims = append(victims, victim{f, readPlain(t, filepath.Join("testdata", "pypet", f+".hdf5.gz")), ""}, ours)
	}
	n := damagedFiles(t)
	o := batches(t, n, rand.New(rand.NewPCG(3, 4)), victims, ".hdf5", func(path string, _ victim, b []byte) {
		require.NoError(t, os.WriteFile(path, b, 0o666))
	}, true)
	t.Logf("%d damaged files: %d errors, %d read, %d crashes inside libhdf5", n, o.errors, o.same, o.crashes)
	require.LessOrEqual(t, o.crashes, n/50, "libhdf5 crashes too often")
}

// TestDamagedArchives reads plans and shards, which are .npz archives.
func TestDamagedArchives(t *testing.T) {
	source := filepath.Join(t.TempDir(), "x.hdf5.runs")
	require.NoError(t, os.Mkdir(source, 0o777))
	tr, err := trajectory.New("x", trajectory.Options{Comment: "ß", Seed: 3, Now: func() time.Time { return when }})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("trial", 0))
	require.NoError(t, tr.AddParameter("vec", []float64{1, 2, 3}))
	require.NoError(t, tr.Explore(trajectory.Over("trial", trajectory.Trials(4))))
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(source, plan))
	tr.Lock()
	for i := range 4 {
		run, err := tr.Run(i)
		require.NoError(t, err)
		require.NoError(t, run.AddResult("rate", 1.5*float64(i)))
		require.NoError(t, run.AddResult("trace", make([]float64, 10*i)))
		require.NoError(t, run.AddResult("table", trajectory.Frame{{Name: "t", Values: []float64{1, 2}}, {Name: "name", Values: []string{"a", "ß"}}}))
		_, err = trajectory.WriteShard(source, plan, trajectory.RunRecord{
			Info: trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: run.Seed()}, Records: run.Records(),
		})
		require.NoError(t, err)
	}
	want, err := dumped(strings.TrimSuffix(source, ".runs"))
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(source, "*.npz"))
	require.NoError(t, err)
	require.Len(t, files, 5)
	var victims []victim
	for _, f := range files {
		victims = append(victims, victim{filepath.Base(f), readPlain(t, f), want})
	}
	n := damagedFiles(t)
	o := batches(t, n, rand.New(rand.NewPCG(5, 6)), victims, ".runs", func(path string, v victim, b []byte) {
		require.NoError(t, os.Mkdir(path, 0o777))
		for _, f := range files {
			if filepath.Base(f) != v.name {
				require.NoError(t, os.Link(f, filepath.Join(path, filepath.Base(f))))
			}
		}
		require.NoError(t, os.WriteFile(filepath.Join(path, v.name), b, 0o666))
	}, false)
	t.Logf("%d damaged archives: %d errors, %d read as they were", n, o.errors, o.same)
}
