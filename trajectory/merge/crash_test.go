package merge_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/merge"
)

// The program that is killed is this one, told by these variables what to merge.
const (
	envStore  = "GALVANI_TEST_MERGE_STORE"
	envTarget = "GALVANI_TEST_MERGE_TARGET"
	envOther  = "GALVANI_TEST_MERGE_OTHER"
)

func TestMain(m *testing.M) {
	if name := os.Getenv(envStore); name != "" {
		s := stores()[name]
		_, err := merge.Merge(background(), merge.Stored{Store: s, Path: os.Getenv(envTarget)}, killedOptions(), merge.Stored{Store: s, Path: os.Getenv(envOther)})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func killedOptions() merge.Options {
	return merge.Options{NoInfo: true, NoBackup: true, RemoveDuplicates: true}
}

func copied(t *testing.T, from merge.Stored) merge.Stored {
	t.Helper()
	to := merge.Stored{Store: from.Store, Path: filepath.Join(t.TempDir(), filepath.Base(from.Path)), Name: from.Name}
	require.NoError(t, merge.CopyFile(from.Path, to.Path))
	return to
}

// Killed at any moment, a merge leaves the trajectory as it was, or all of the new one.
func TestKilledMerge(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		values := func(n, first int) trajectory.Range {
			all := make([]int, n)
			for i := range all {
				all[i] = first + i
			}
			return ints(all...)
		}
		trace := func(t *testing.T, r *trajectory.Run) {
			require.NoError(t, r.AddResult("trace", make([]float64, 2000)))
		}
		a := experiment{name: "a", x: values(50, 0), result: trace}.build(t, s, t.TempDir())
		b := experiment{name: "b", x: values(150, 25), result: trace}.build(t, s, t.TempDir())
		before := dump(t, a)
		whole := copied(t, a)
		began := time.Now()
		_, err := merge.Merge(background(), whole, killedOptions(), b)
		require.NoError(t, err)
		took := time.Since(began)
		after := dump(t, whole)
		random := rand.New(rand.NewPCG(3, 4))
		for range 8 {
			target := copied(t, a)
			command := exec.Command(os.Args[0])
			command.Env = append(os.Environ(), envStore+"="+s.Format(), envTarget+"="+target.Path, envOther+"="+b.Path)
			require.NoError(t, command.Start())
			time.Sleep(time.Duration(random.Int64N(int64(2 * took))))
			require.NoError(t, command.Process.Kill())
			_ = command.Wait()
			left := dump(t, target)
			if left != after {
				require.Equal(t, before, left)
				_, err := merge.Merge(background(), target, killedOptions(), b)
				require.NoError(t, err, "the next merge is not in the way of what the killed one left")
				require.Equal(t, after, dump(t, target))
			}
		}
	})
}

// watched counts what a merge reads and writes, and lets others come in between.
type watched struct {
	trajectory.Store
	nodesRead, nodesWritten int
	beforeCreate            func()
}

func (w *watched) Open(ctx context.Context, path, name string) (trajectory.Reader, error) {
	r, err := w.Store.Open(ctx, path, name)
	return &watchedReader{r, w}, err
}

func (w *watched) Create(ctx context.Context, path string, h trajectory.Header) (trajectory.Writer, error) {
	if w.beforeCreate != nil {
		w.beforeCreate()
	}
	x, err := w.Store.Create(ctx, path, h)
	return &watchedWriter{x, w}, err
}

type watchedReader struct {
	trajectory.Reader
	w *watched
}

func (r *watchedReader) Node(name string) (trajectory.Record, error) {
	r.w.nodesRead++
	return r.Reader.Node(name)
}

type watchedWriter struct {
	trajectory.Writer
	w *watched
}

func (x *watchedWriter) Node(r trajectory.Record) error {
	x.w.nodesWritten++
	return x.Writer.Node(r)
}

// 41 merges one after the other: what each reads and writes of nodes depends on what it
// adds, not on what is there.
func TestConsecutiveMergesAreLinear(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		const runs = 10
		part := func(k int) experiment {
			all := make([]int, runs)
			for i := range all {
				all[i] = runs*k + i
			}
			return experiment{name: fmt.Sprintf("part%d", k), x: ints(all...)}
		}
		target := part(0).build(t, s, t.TempDir())
		w := &watched{Store: s}
		target.Store = w
		var read, written []int
		for k := 1; k <= 41; k++ {
			other := part(k).build(t, s, t.TempDir())
			w.nodesRead, w.nodesWritten = 0, 0
			report := merged(t, target, merge.Options{RemoveDuplicates: true}, other)
			require.Equal(t, runs, report.Others[0].Merged)
			read, written = append(read, w.nodesRead), append(written, w.nodesWritten)
		}
		target.Store = s
		assert.Equal(t, 42*runs, opened(t, target).Len())
		for k := 1; k < 41; k++ {
			assert.Equal(t, read[1], read[k])
			assert.Equal(t, written[1], written[k])
		}
	})
}

func TestTargetThatSomebodyElseWrites(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a, b := example03()
		into, from := a.build(t, s, t.TempDir()), b.build(t, s, t.TempDir())
		w := &watched{Store: s}
		w.beforeCreate = func() { merged(t, into, merge.Options{}, from) }
		_, err := merge.Merge(background(), merge.Stored{Store: w, Path: into.Path}, merge.Options{NoBackup: true}, from)
		assert.ErrorIs(t, err, merge.ErrChanged)
		assert.Equal(t, 24, opened(t, into).Len(), "what they wrote stays")
		// Nor may one of the others change.
		more := experiment{name: "more", x: ints(9), y: ints(9)}.build(t, s, t.TempDir())
		w.beforeCreate = func() { merged(t, from, merge.Options{}, more) }
		_, err = merge.Merge(background(), merge.Stored{Store: w, Path: into.Path}, merge.Options{NoBackup: true}, from)
		assert.ErrorIs(t, err, merge.ErrChanged)
		assert.Equal(t, 24, opened(t, into).Len())
	})
}

func TestCancelledMerge(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a, b := example03()
		into, from := a.build(t, s, t.TempDir()), b.build(t, s, t.TempDir())
		before := dump(t, into)
		ctx, cancel := context.WithCancel(background())
		w := &watched{Store: s, beforeCreate: cancel}
		_, err := merge.Merge(ctx, merge.Stored{Store: w, Path: into.Path}, merge.Options{NoBackup: true}, from)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, before, dump(t, into))
		left, err := os.ReadDir(filepath.Dir(into.Path))
		require.NoError(t, err)
		assert.Len(t, left, 1)
	})
}
