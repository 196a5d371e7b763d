package env_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

// A lattice is a sweep over x and trials, whose runs name what they depend on. Flag scale is in
// no parameter.
type lattice struct {
	xs       []float64
	trials   int
	seed     uint64
	constant string
	options  []env.Option
	executed atomic.Int64
}

func newLattice(trials int, xs ...float64) *lattice {
	return &lattice{xs: xs, trials: trials, seed: 5, constant: "c"}
}

func (l *lattice) in(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	scale := 1.0
	return execute(env.Program{Name: "lattice", Flags: func(f *flag.FlagSet) { f.Float64Var(&scale, "scale", 1, "") }, Run: func(ctx context.Context, e *env.Environment) error {
		tr, err := e.Trajectory("sweep", trajectory.Options{Seed: l.seed})
		if err != nil {
			return err
		}
		var design trajectory.Design = trajectory.Over("x", trajectory.Values(l.xs...))
		if l.trials > 0 {
			design = trajectory.Grid{design, trajectory.Over("trial", trajectory.Trials(l.trials))}
		}
		if err := errors.Join(tr.AddParameter("x", 0.0), tr.AddParameter("trial", 0), tr.AddParameter("model.constant", l.constant), tr.Explore(design)); err != nil {
			return err
		}
		return e.Run(ctx, tr, env.Func(func(_ context.Context, r *trajectory.Run) error {
			l.executed.Add(1)
			x, err := trajectory.Get[float64](r, "x")
			return errors.Join(err,
				r.AddResult("y", scale*x),
				r.AddResult("$set.noise", r.Seed()),
				r.AddLink("again", "results.runs.$.y"),
			)
		}), l.options...)
	}}, append([]string{"-out", dir, "-progress", "none"}, args...)...)
}

func TestRunsOfAnotherSweepAreTaken(t *testing.T) {
	t.Parallel()
	first := t.TempDir()
	status, _, stderr := newLattice(2, 1, 2, 3).in(t, first)
	require.Zero(t, status, stderr)
	saved := shards(t, first)

	// More points and more trials, in another order: 6 of 20 are there.
	more := func() *lattice { return newLattice(4, 3, 0, 1, 5, 2) }
	whole := t.TempDir()
	status, _, stderr = more().in(t, whole)
	require.Zero(t, status, stderr)

	dir := t.TempDir()
	status, stdout, _ := more().in(t, dir, "-reuse", file(first), "-dry-run")
	require.Zero(t, status)
	assert.Contains(t, stdout, "elsewhere: 6 runs in "+runsDir(first)+"\n")
	assert.NoDirExists(t, runsDir(dir))

	l := more()
	status, _, stderr = l.in(t, dir, "-reuse", file(first))
	require.Zero(t, status, stderr)
	assert.Contains(t, stderr, "lattice: 6 runs are taken from "+runsDir(first)+"\n")
	assert.Contains(t, stderr, "20 of 20 runs done (reused 0, took 6, ran 14)")
	assert.EqualValues(t, 14, l.executed.Load())
	assert.Equal(t, dump(t, file(whole)), dump(t, file(dir)))
	assert.Equal(t, saved, shards(t, first), "the other sweep is not touched")

	text, err := os.ReadFile(filepath.Join(runsDir(dir), "reused.jsonl"))
	require.NoError(t, err)
	was := map[int]int{}
	for line := range strings.Lines(string(text)) {
		var note struct {
			Run, Was     int
			From, Digest string
		}
		require.NoError(t, json.Unmarshal([]byte(line), &note))
		assert.Equal(t, runsDir(first), note.From)
		assert.Len(t, note.Digest, 64)
		was[note.Run] = note.Was
	}
	assert.Equal(t, map[int]int{0: 4, 1: 5, 8: 0, 9: 1, 16: 2, 17: 3}, was)
	attempts, err := trajectory.Attempts(t.Context(), runsDir(dir))
	require.NoError(t, err)
	before, err := trajectory.Attempts(t.Context(), runsDir(first))
	require.NoError(t, err)
	assert.Equal(t, before[4].Start, attempts[0].Start, "times and hosts are those of when it was computed")
	assert.Equal(t, before[4].Program, attempts[0].Program)

	// Nothing is left: nothing is looked for.
	status, _, stderr = more().in(t, dir, "-reuse", file(first))
	require.Zero(t, status, stderr)
	assert.Contains(t, stderr, "finished before: nothing to run")

	// All of them can be taken, from several sweeps, by the folder too.
	all := newLattice(3, 1, 5)
	status, _, stderr = all.in(t, t.TempDir(), "-reuse", file(first), "-reuse", runsDir(dir))
	require.Zero(t, status, stderr)
	assert.Contains(t, stderr, "6 of 6 runs done (reused 0, took 6, ran 0)")
	assert.Zero(t, all.executed.Load())
}

func TestOnlyTheSameRunsAreTaken(t *testing.T) {
	t.Parallel()
	first := t.TempDir()
	status, _, stderr := newLattice(2, 1, 2, 3).in(t, first)
	require.Zero(t, status, stderr)
	for name, c := range map[string]struct {
		change func(*lattice)
		args   []string
		says   string
	}{
		"parameter": {func(l *lattice) { l.constant = "d" }, nil, "it has done none of the points that are left, with the same seed"},
		"seed":      {func(l *lattice) { l.seed = 6 }, nil, "it has done none of the points"},
		"points":    {func(l *lattice) { l.xs = []float64{7, 8} }, nil, "it has done none of the points"},
		"flag":      {func(*lattice) {}, []string{"-scale", "3"}, "flag -scale=3 (was 1)"},
	} {
		l := newLattice(2, 1, 2, 3)
		c.change(l)
		status, _, stderr := l.in(t, t.TempDir(), append(c.args, "-reuse", file(first))...)
		require.Zero(t, status, stderr)
		assert.EqualValues(t, 2*len(l.xs), l.executed.Load(), name)
		assert.Contains(t, stderr, "lattice: no run is taken from "+runsDir(first)+": "+c.says, name)
	}

	// Without trials a seed belongs to an index: points that were added behind the others leave it.
	first = t.TempDir()
	status, _, stderr = newLattice(0, 1, 2).in(t, first)
	require.Zero(t, status, stderr)
	for name, c := range map[string]struct {
		xs       []float64
		executed int64
	}{"behind": {[]float64{1, 2, 3}, 1}, "before": {[]float64{0, 1, 2}, 3}} {
		l := newLattice(0, c.xs...)
		status, _, stderr = l.in(t, t.TempDir(), "-reuse", file(first))
		require.Zero(t, status, stderr)
		assert.Equal(t, c.executed, l.executed.Load(), name)
	}
}

func TestRunsOfAnotherProgramAreNotTaken(t *testing.T) {
	t.Parallel()
	first, p := t.TempDir(), newProbe(4)
	plant(t, first, p, "executable 0123456789abcdef0123")
	p.run = func(_ context.Context, i int) error {
		if i == 2 {
			return errors.New("no")
		}
		return nil
	}
	status, stderr := p.in(t, first, "-retry")
	require.Equal(t, 1, status, stderr)

	// The plan is another program's, but this one has executed the runs; one has failed.
	q := newProbe(4)
	status, stderr = q.in(t, t.TempDir(), "-reuse", file(first))
	require.Zero(t, status, stderr)
	assert.Contains(t, stderr, "prog: 3 runs are taken from ")
	assert.EqualValues(t, 1, q.executed.Load())

	// What nobody knows the program of is not taken.
	logs, err := filepath.Glob(filepath.Join(runsDir(first), "times_*"))
	require.NoError(t, err)
	require.NotEmpty(t, logs)
	for _, path := range logs {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(string(text), `"program":"executable `, `"program":"executable f`)), 0o644))
	}
	q = newProbe(4)
	status, stderr = q.in(t, t.TempDir(), "-reuse", file(first))
	require.Zero(t, status, stderr)
	assert.Contains(t, stderr, "prog: no run is taken from ")
	assert.EqualValues(t, 4, q.executed.Load())
}

func TestOtherSweepsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for path, says := range map[string]string{
		filepath.Join(dir, "nowhere.hdf5"): "-reuse: there is no sweep in " + filepath.Join(dir, "nowhere.hdf5.runs") + ": want the file of a sweep",
		file(dir):                          "-reuse: " + runsDir(dir) + " is the sweep itself",
	} {
		l := newLattice(1, 1)
		status, _, stderr := l.in(t, dir, "-reuse", path)
		assert.Equal(t, 1, status)
		assert.Contains(t, stderr, says)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		assert.Zero(t, l.executed.Load())
	}
}

func TestPointsThatAreAddedAreTakenToo(t *testing.T) {
	t.Parallel()
	first := t.TempDir()
	p, _ := newGrower(4, 8)
	status, stderr := p.in(t, first)
	require.Zero(t, status, stderr)
	dir := t.TempDir()
	p, _ = newGrower(4, 8)
	status, stderr = p.in(t, dir, "-reuse", file(first))
	require.Zero(t, status, stderr)
	assert.Zero(t, p.executed.Load())
	assert.Contains(t, stderr, "8 of 8 runs done (reused 0, took 8, ran 0)")
	assert.Equal(t, dump(t, file(first)), dump(t, file(dir)))
}
