package env_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
	"galvani/trajectory/hdf5"
)

// A probe is a small sweep over x with a flag of its own, which counts what is
// called.
type probe struct {
	runs     int     // how many
	constant float64 // a parameter that is not explored
	seed     uint64
	options  []env.Option
	// preparing is handed the environment before the sweep; may be nil.
	preparing func(*env.Environment)
	experiment
}

type experiment struct {
	prepared, executed *atomic.Int64
	refusal            error // of Prepare
	run                func(ctx context.Context, i int) error
	more               func(r *trajectory.Run) error // adds results
}

func (x experiment) Prepare(_ context.Context, t *trajectory.Trajectory) error {
	x.prepared.Add(1)
	return x.refusal
}

func (x experiment) Run(ctx context.Context, r *trajectory.Run) error {
	x.executed.Add(1)
	if x.prepared.Load() == 0 {
		return errors.New("run before it was prepared")
	}
	if x.run != nil {
		if err := x.run(ctx, r.Index()); err != nil {
			return err
		}
	}
	if x.more != nil {
		if err := x.more(r); err != nil {
			return err
		}
	}
	return results(r)
}

// results are what every run of the tests leaves behind: a function of point and seed.
func results(r *trajectory.Run) error {
	x, err := trajectory.Get[int](r, "x")
	if err != nil {
		return err
	}
	c, err := trajectory.Get[float64](r, "model.constant")
	if err != nil {
		return err
	}
	ragged := make([]float64, x%5)
	for i := range ragged {
		ragged[i] = float64(r.Seed()>>uint(11+i)) / (1 << 53)
	}
	return errors.Join(
		r.AddResult("square", float64(x*x)*c),
		r.AddResult("group.ragged", ragged, trajectory.Comment("as many as x modulo 5")),
		r.AddResult("text", fmt.Sprintf("run %d", x)),
	)
}

func newProbe(runs int) *probe {
	return &probe{runs: runs, constant: 1.5, seed: 7, experiment: experiment{prepared: new(atomic.Int64), executed: new(atomic.Int64)}}
}

func (p *probe) trajectory(e *env.Environment) (*trajectory.Trajectory, error) {
	t, err := e.Trajectory("sweep", trajectory.Options{Seed: p.seed, Comment: "a test"})
	if err != nil {
		return nil, err
	}
	values := make([]int, p.runs)
	for i := range values {
		values[i] = i
	}
	return t, errors.Join(
		t.AddParameter("x", 0, trajectory.Comment("explored")),
		t.AddParameter("model.constant", p.constant),
		t.Explore(trajectory.Over("x", trajectory.Values(values...))),
	)
}

// exec runs the sweep as a program.
func (p *probe) exec(ctx context.Context, args ...string) (status int, stderr string) {
	var out, errs bytes.Buffer
	program := env.Program{Name: "prog", Flags: func(fs *flag.FlagSet) {
		fs.Bool("plots", true, "")
		fs.Float64("scale", 1, "")
	}, Run: func(ctx context.Context, e *env.Environment) error {
		t, err := p.trajectory(e)
		if err != nil {
			return err
		}
		if p.preparing != nil {
			p.preparing(e)
		}
		return e.Run(ctx, t, p.experiment, p.options...)
	}}
	status = program.Exec(ctx, args, &out, &errs)
	return status, errs.String()
}

func (p *probe) in(t *testing.T, dir string, args ...string) (status int, stderr string) {
	t.Helper()
	return p.exec(t.Context(), append([]string{"-out", dir, "-progress", "none"}, args...)...)
}

func file(dir string) string {
	if hdf5.Available() {
		return filepath.Join(dir, "sweep.hdf5")
	}
	return filepath.Join(dir, "sweep.traj")
}

// dump is the canonical export of the trajectory in the folder.
func dump(t *testing.T, path string) string {
	t.Helper()
	tr, err := trajectory.Open(t.Context(), path, trajectory.OpenOptions{Stores: env.Stores()})
	require.NoError(t, err)
	var text strings.Builder
	require.NoError(t, trajectory.Dump(&text, tr))
	require.NoError(t, tr.Close())
	return text.String()
}

// published is how many shards there are.
func published(t *testing.T, dir string) int {
	t.Helper()
	paths, err := trajectory.Shards(runsDir(dir))
	if !errors.Is(err, fs.ErrNotExist) {
		require.NoError(t, err)
	}
	return len(paths)
}

// shards are the published shards by name, with what is in them.
func shards(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(trajectory.RunsDir(file(dir)), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && strings.HasPrefix(d.Name(), "shard_") {
			var b []byte
			b, err = os.ReadFile(path)
			all[path] = string(b)
		}
		return err
	})
	require.NoError(t, err)
	return all
}

func TestSameDumpForEveryNumberOfWorkers(t *testing.T) {
	t.Parallel()
	var first string
	for _, workers := range []string{"1", "2", "8"} {
		dir, p := t.TempDir(), newProbe(50)
		status, stderr := p.in(t, dir, "-workers", workers)
		require.Equal(t, 0, status, stderr)
		assert.EqualValues(t, 50, p.executed.Load())
		assert.EqualValues(t, 1, p.prepared.Load())
		assert.Contains(t, stderr, "50 of 50 runs done in ")
		got := dump(t, file(dir))
		assert.Contains(t, got, "square")
		if first == "" {
			first = got
		}
		assert.Equal(t, first, got, "%s workers", workers)
	}
}

func TestBothFormatsHoldTheSame(t *testing.T) {
	t.Parallel()
	if !hdf5.Available() {
		dir := t.TempDir()
		_, stderr := newProbe(5).in(t, dir)
		assert.Contains(t, stderr, "prog: built without cgo: the results go into "+filepath.Join(dir, "sweep.traj")+" instead of an HDF5 file\n")
		status, stderr := newProbe(5).in(t, filepath.Join(dir, "my.hdf5"))
		assert.Equal(t, 1, status)
		assert.Contains(t, stderr, "built without cgo")
		return
	}
	dir, other := t.TempDir(), filepath.Join(t.TempDir(), "my.traj")
	status, stderr := newProbe(5).in(t, dir)
	require.Equal(t, 0, status, stderr)
	for range 2 {
		status, stderr = newProbe(5).in(t, other)
		require.Equal(t, 0, status, stderr)
	}
	assert.Contains(t, stderr, "(reused 5, ran 0)")
	assert.Equal(t, dump(t, file(dir)), dump(t, other))
}

func TestFinishedSweepRunsNothing(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(10)
	var seen []int
	p.options = []env.Option{env.Finally(func(_ context.Context, tr *trajectory.Trajectory) error {
		values, err := trajectory.FromRuns[float64](tr, "square")
		seen = append(seen, len(values))
		return err
	})}
	status, stderr := p.in(t, dir)
	require.Equal(t, 0, status, stderr)
	want, saved := dump(t, file(dir)), shards(t, dir)
	written, err := os.Stat(file(dir))
	require.NoError(t, err)

	status, stderr = p.in(t, dir)
	assert.Equal(t, 0, status)
	assert.Contains(t, stderr, "finished before: nothing to run")
	assert.Contains(t, stderr, "10 of 10 runs done (reused 10, ran 0)")
	assert.EqualValues(t, 10, p.executed.Load()) // of the first time
	assert.Equal(t, []int{10, 10}, seen, "what comes after the runs is called both times, on all results")
	assert.Equal(t, saved, shards(t, dir))
	now, err := os.Stat(file(dir))
	require.NoError(t, err)
	assert.Equal(t, written.ModTime(), now.ModTime(), "the file is written again")

	require.NoError(t, os.RemoveAll(file(dir)))
	status, stderr = p.in(t, dir)
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 10, p.executed.Load())
	assert.Equal(t, want, dump(t, file(dir)))
}

func TestBadRunsAreRecordedAndTheOthersGoOn(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(12)
	broken := true
	p.run = func(_ context.Context, i int) error {
		switch {
		case !broken:
		case i == 4:
			return errors.New("neurons_e: V is NaN\nat 3 ms")
		case i == 7:
			panic("out of cheese")
		}
		return nil
	}
	var complete int
	p.options = []env.Option{env.Finally(func(_ context.Context, tr *trajectory.Trajectory) error {
		complete++
		values, err := trajectory.FromRuns[float64](tr, "square")
		assert.Len(t, values, map[int]int{1: 10, 2: 10, 3: 12}[complete], "call %d", complete)
		return err
	})}
	status, stderr := p.in(t, dir)
	assert.Equal(t, 1, status)
	assert.Regexp(t, `(?m)^prog: run 4 \(.*4.*\) failed: neurons_e: V is NaN; at 3 ms$`, stderr)
	assert.Regexp(t, `(?m)^prog: run 7 \(.*7.*\) failed: panic: out of cheese$`, stderr)
	assert.Contains(t, stderr, "prog: 10 of 12 runs done, 2 failed in ")
	assert.True(t, strings.HasSuffix(stderr, "prog: 2 of 12 runs failed: 4, 7; -retry runs them again\n"), stderr)
	tr, err := trajectory.Open(t.Context(), file(dir), trajectory.OpenOptions{Stores: env.Stores()})
	require.NoError(t, err)
	info, err := tr.RunInfo(7)
	require.NoError(t, err)
	assert.Equal(t, trajectory.Failed, info.State)
	assert.Equal(t, "panic: out of cheese", info.Error)
	assert.Contains(t, info.Stack, "run_test.go")
	require.NoError(t, tr.Close())

	// The same again would fail again: nothing is run, and it is told again.
	status, stderr = p.in(t, dir)
	assert.Equal(t, 1, status)
	assert.EqualValues(t, 12, p.executed.Load())
	assert.Regexp(t, `(?m)^prog:   run 4 \(.*4.*\) failed: neurons_e: V is NaN; at 3 ms$`, stderr)

	p.executed.Store(0)
	broken = false
	status, stderr = p.in(t, dir, "-retry")
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 2, p.executed.Load())
	assert.Contains(t, stderr, "12 of 12 runs done (reused 10, ran 2)")
	tr, err = trajectory.Open(t.Context(), file(dir), trajectory.OpenOptions{Stores: env.Stores()})
	require.NoError(t, err)
	info, err = tr.RunInfo(7)
	require.NoError(t, err)
	assert.Equal(t, trajectory.Done, info.State)
	assert.Equal(t, 1, info.Attempt)
	require.NoError(t, tr.Close())
}

func TestErrorsOfRunsCanBeAskedFor(t *testing.T) {
	t.Parallel()
	e, err := env.New(env.Options{Out: t.TempDir(), Workers: 2})
	require.NoError(t, err)
	p := newProbe(5)
	p.run = func(_ context.Context, i int) error {
		if i == 3 {
			return fs.ErrInvalid
		}
		return nil
	}
	tr, err := p.trajectory(e)
	require.NoError(t, err)
	err = e.Run(t.Context(), tr, p.experiment)
	var sweep *env.SweepError
	require.ErrorAs(t, err, &sweep)
	assert.Equal(t, 5, sweep.Runs)
	var run *env.RunError
	require.ErrorAs(t, err, &run)
	assert.Equal(t, 3, run.Index)
	assert.Equal(t, "run_00000003", run.Name)
	assert.Contains(t, run.Params, "3")
	assert.ErrorIs(t, err, fs.ErrInvalid)
}

func TestStopAfterFailures(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(20)
	p.run = func(_ context.Context, i int) error {
		if i >= 5 {
			return errors.New("no")
		}
		return nil
	}
	p.options = []env.Option{env.StopAfter(2), env.Finally(func(context.Context, *trajectory.Trajectory) error {
		return errors.New("called before all runs have ended")
	})}
	status, stderr := p.in(t, dir, "-workers", "1")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "5 of 20 runs done, 2 failed, 13 not begun")
	assert.Contains(t, stderr, "prog: 2 of 20 runs failed: 5, 6; stopped with 13 runs left; -retry runs them again\n")
	assert.EqualValues(t, 7, p.executed.Load())

	p = newProbe(20)
	status, stderr = p.in(t, dir, "-retry")
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 15, p.executed.Load())

	dir, p = t.TempDir(), newProbe(20)
	p.run = func(context.Context, int) error { return errors.New("no") }
	p.options = []env.Option{env.FailFast()}
	_, stderr = p.in(t, dir, "-workers", "1")
	assert.Contains(t, stderr, "prog: 1 of 20 runs failed: 0; stopped with 19 runs left")
}

func TestWhatChangedIsNamedAndRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	status, stderr := newProbe(6).in(t, dir, "-scale", "2")
	require.Equal(t, 0, status, stderr)
	want, saved := dump(t, file(dir)), shards(t, dir)
	for name, c := range map[string]struct {
		change func(*probe)
		args   []string
		says   []string
	}{
		"parameter": {func(p *probe) { p.constant = 2.5 }, []string{"-scale", "2"}, []string{"model.constant", "1.5", "2.5"}},
		"range":     {func(p *probe) { p.runs = 7 }, []string{"-scale", "2"}, []string{"x"}},
		"seed":      {func(p *probe) {}, []string{"-scale", "2", "-seed", "8"}, []string{"seed", "7", "8"}},
		"flag":      {func(p *probe) {}, []string{"-scale", "3"}, []string{"flag -scale=3 (was 2)"}},
		"several":   {func(p *probe) { p.constant = 2.5 }, []string{"-scale", "3", "-seed", "8"}, []string{"model.constant", "flag -scale=3 (was 2)", "seed"}},
		"cosmetic":  {func(p *probe) {}, []string{"-scale", "2", "-plots=false"}, []string{"flag -plots=false (was true)"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProbe(6)
			c.change(p)
			status, stderr := p.in(t, dir, c.args...)
			assert.Equal(t, 1, status)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), "one line: %s", stderr)
			assert.Contains(t, stderr, "differs from the plan: ")
			assert.Contains(t, stderr, "-force starts anew")
			assert.Contains(t, stderr, "-reuse "+file(dir)+" the runs that are the same\n", "it is the same program")
			for _, s := range c.says {
				assert.Contains(t, stderr, s)
			}
			assert.Zero(t, p.executed.Load())
			assert.Equal(t, saved, shards(t, dir))
		})
	}
	p := newProbe(6)
	status, stderr = p.in(t, dir, "-scale", "2", "-workers", "3", "-log-level", "error")
	assert.Equal(t, 0, status, stderr)

	// -force starts anew; nothing is deleted.
	p = newProbe(6)
	p.constant = 2.5
	status, stderr = p.in(t, dir, "-scale", "2", "-force")
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 6, p.executed.Load())
	assert.NotEqual(t, want, dump(t, file(dir)))
	old := strings.TrimSuffix(file(dir), filepath.Ext(file(dir))) + ".old1" + filepath.Ext(file(dir))
	assert.Contains(t, stderr, old)
	assert.Equal(t, want, dump(t, old))

	// And with nothing changed, -force has nothing to do.
	status, stderr = p.in(t, dir, "-scale", "2", "-force")
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 6, p.executed.Load())
}

func TestCosmeticFlagsMayChange(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(4)
	p.options = []env.Option{env.Cosmetic("plots")}
	status, stderr := p.in(t, dir)
	require.Equal(t, 0, status, stderr)
	status, stderr = p.in(t, dir, "-plots=false")
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 4, p.executed.Load())
}

// plant writes the plan of another program for the same sweep.
func plant(t *testing.T, dir string, p *probe, build string) {
	t.Helper()
	e, err := env.New(env.Options{Out: dir})
	require.NoError(t, err)
	tr, err := p.trajectory(e)
	require.NoError(t, err)
	tr.Lock()
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{Build: build, Args: []string{"-plots=true", "-scale=1"}})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(trajectory.RunsDir(e.File("sweep")), plan))
}

func TestChangedProgram(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(4)
	plant(t, dir, p, "executable 0123456789abcdef0123\nmodule example.org/m v1.0.0 h1:x")
	status, stderr := p.in(t, dir)
	assert.Equal(t, 1, status)
	assert.Regexp(t, `differs from the plan: the program changed: executable [0-9a-f]{12}, was executable 0123456789ab; module example.org/m v1.0.0 h1:x is not in the program any more; -retry goes on with this program, -force starts anew`, stderr)
	assert.Zero(t, p.executed.Load())

	status, stderr = p.in(t, dir, "-retry")
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 4, p.executed.Load())
	status, stderr = p.in(t, dir)
	assert.Equal(t, 0, status, "an accepted program stays accepted: %s", stderr)
}

func TestInterruptedSweepGoesOn(t *testing.T) {
	t.Parallel()
	whole := t.TempDir()
	status, stderr := newProbe(30).in(t, whole)
	require.Equal(t, 0, status, stderr)

	dir, p := t.TempDir(), newProbe(30)
	ctx, cancel := context.WithCancelCause(t.Context())
	p.run = func(ctx context.Context, i int) error {
		if i == 12 {
			cancel(env.ErrInterrupted)
		}
		if i >= 12 {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}
	p.options = []env.Option{env.Finally(func(context.Context, *trajectory.Trajectory) error {
		return errors.New("called before all runs have ended")
	})}
	status, stderr = p.exec(ctx, "-out", dir, "-workers", "2", "-grace", "0")
	assert.Equal(t, 130, status)
	assert.Contains(t, stderr, "prog: interrupted: finished runs are being saved")
	// With two workers, run 11 may still be running when 12 interrupts.
	assert.Regexp(t, `prog: stopped with 1[12] of 30 runs finished; the same command goes on\n$`, stderr)
	saved := shards(t, dir)
	partial := dump(t, file(dir))
	assert.Contains(t, partial, "run_00000005", "what is finished can be read before the sweep is")

	p = newProbe(30)
	status, stderr = p.in(t, dir)
	assert.Equal(t, 0, status, stderr)
	m := regexp.MustCompile(`\(reused (\d+), ran (\d+)\)`).FindStringSubmatch(stderr)
	require.NotNil(t, m, stderr)
	assert.Contains(t, []string{"11 19", "12 18"}, m[1]+" "+m[2])
	assert.Equal(t, m[2], fmt.Sprint(p.executed.Load()))
	now := shards(t, dir)
	for name, content := range saved {
		assert.Equal(t, content, now[name], "%s changed", name)
	}
	assert.Equal(t, dump(t, file(whole)), dump(t, file(dir)))
}

func TestWhatKilledProcessesLeftIsRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	status, stderr := newProbe(3).in(t, dir)
	require.Equal(t, 0, status, stderr)
	old, young := filepath.Join(runsDir(dir), ".tmp-old"), filepath.Join(runsDir(dir), ".tmp-young")
	for _, path := range []string{old, young} {
		require.NoError(t, os.WriteFile(path, []byte("half a shard"), 0o644))
	}
	past := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(old, past, past))
	status, stderr = newProbe(3).in(t, dir)
	require.Equal(t, 0, status, stderr)
	assert.NoFileExists(t, old)
	assert.FileExists(t, young, "it may belong to a process that is just coming")
}

func TestUnwritableOutput(t *testing.T) {
	t.Parallel()
	blocked := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(blocked, nil, 0o644))
	p := newProbe(3)
	status, stderr := p.in(t, filepath.Join(blocked, "out"))
	assert.Equal(t, 1, status)
	assert.Regexp(t, `^prog: no output folder: mkdir .*/file/out: not a directory; choose another with -out\n$`, stderr)
	assert.Zero(t, p.prepared.Load()+p.executed.Load())

	// A trajectory file that is none is found before anything runs, and kept.
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "my.hdf5"), []byte("my thesis"), 0o644))
	status, stderr = p.exec(t.Context(), "-out", filepath.Join(dir, "my.hdf5"))
	assert.Equal(t, 1, status)
	assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	assert.Contains(t, stderr, "my.hdf5")
	assert.Zero(t, p.executed.Load())
	kept, err := os.ReadFile(filepath.Join(dir, "my.hdf5"))
	require.NoError(t, err)
	assert.Equal(t, "my thesis", string(kept))
}

func TestCorruptShardIsNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	status, stderr := newProbe(8).in(t, dir)
	require.Equal(t, 0, status, stderr)
	want := dump(t, file(dir))
	for name, content := range shards(t, dir) {
		damaged := []byte(content)
		at := strings.Index(content, "run 5") // a result
		require.Positive(t, at)
		damaged[at] ^= 1
		for _, bad := range [][]byte{damaged, damaged[:len(damaged)/2], nil} {
			require.NoError(t, os.Chmod(name, 0o644))
			require.NoError(t, os.WriteFile(name, bad, 0o644))
			p := newProbe(8)
			status, stderr = p.in(t, dir)
			assert.Equal(t, 1, status)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), "one line: %s", stderr)
			assert.Contains(t, stderr, name)
			assert.Contains(t, stderr, "remove that file: its runs are run again")
			assert.Zero(t, p.executed.Load())
			kept, err := os.ReadFile(name)
			require.NoError(t, err)
			assert.Equal(t, string(bad), string(kept))
		}
		require.NoError(t, os.Remove(name))
	}
	p := newProbe(8)
	status, stderr = p.in(t, dir)
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 8, p.executed.Load())
	assert.Equal(t, want, dump(t, file(dir)))
}

func TestCorruptPlanIsNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	status, stderr := newProbe(8).in(t, dir)
	require.Equal(t, 0, status, stderr)
	want := dump(t, file(dir))
	plan := filepath.Join(trajectory.RunsDir(file(dir)), "plan.npz")
	content, err := os.ReadFile(plan)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(plan, content[:len(content)/2], 0o644))
	status, stderr = newProbe(8).in(t, dir)
	assert.Equal(t, 1, status)
	assert.Equal(t, 1, strings.Count(stderr, "\n"), "one line: %s", stderr)
	assert.Contains(t, stderr, plan)
	assert.Contains(t, stderr, "; -force starts anew and moves what is there aside")
	p := newProbe(8)
	status, stderr = p.in(t, dir, "-force")
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 8, p.executed.Load())
	assert.Equal(t, want, dump(t, file(dir)))
}

func TestFolderRemovedInTheMiddle(t *testing.T) {
	t.Parallel()
	dir, p := filepath.Join(t.TempDir(), "out"), newProbe(1000)
	var once sync.Once
	p.run = func(ctx context.Context, i int) error {
		if i == 20 {
			// A file may come just when the last but it has been removed.
			once.Do(func() {
				for os.RemoveAll(dir) != nil {
					continue
				}
			})
		}
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Millisecond):
		}
		return ctx.Err()
	}
	status, stderr := p.in(t, dir, "-workers", "2")
	assert.Equal(t, 1, status)
	assert.Regexp(t, `1000 runs, 2 at once\nprog: the runs folder was removed while runs were being saved in it: .*; the same command starts anew, or goes on if the folder is put back\n$`, stderr)
	assert.Less(t, p.executed.Load(), int64(1000))
}

func TestRunsFolderIsEmptiedInTheMiddle(t *testing.T) {
	t.Parallel()
	dir, p := filepath.Join(t.TempDir(), "out"), newProbe(1000)
	p.run = func(ctx context.Context, i int) error {
		if i == 20 {
			assert.NoError(t, os.Remove(filepath.Join(runsDir(dir), "plan.npz")))
		}
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Millisecond):
		}
		return ctx.Err()
	}
	status, stderr := p.in(t, dir, "-workers", "2")
	assert.Equal(t, 1, status)
	assert.Regexp(t, `prog: the runs folder was removed while runs were being saved in it: .*; the same command starts anew, or goes on if the folder is put back\n$`, stderr)
	assert.Less(t, p.executed.Load(), int64(1000))
}

func TestTwoSweepsInOneFolder(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(2)
	other := newProbe(2)
	p.run = func(context.Context, int) error {
		status, stderr := other.in(t, dir)
		assert.Equal(t, 1, status)
		assert.Regexp(t, `^prog: .*\.runs is in use by another process: process \d+ on .*; wait for it or choose another -out\n$`, stderr)
		return nil
	}
	status, stderr := p.in(t, dir, "-workers", "1")
	assert.Equal(t, 0, status, stderr)
	assert.Zero(t, other.executed.Load())
}

func TestResultsWithoutTheirRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	status, stderr := newProbe(3).in(t, dir)
	require.Equal(t, 0, status, stderr)
	want := dump(t, file(dir))
	require.NoError(t, os.RemoveAll(trajectory.RunsDir(file(dir))))
	p := newProbe(3)
	status, stderr = p.in(t, dir)
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "holds a trajectory sweep already")
	assert.Zero(t, p.executed.Load())
	assert.Equal(t, want, dump(t, file(dir)))
	status, stderr = p.in(t, dir, "-force")
	assert.Equal(t, 0, status, stderr)
	assert.Equal(t, want, dump(t, file(dir)))
}

func TestPrepareFails(t *testing.T) {
	t.Parallel()
	e, err := env.New(env.Options{Out: t.TempDir()})
	require.NoError(t, err)
	p := newProbe(3)
	tr, err := p.trajectory(e)
	require.NoError(t, err)
	p.refusal = errors.New("no neurons left")
	err = e.Run(t.Context(), tr, p.experiment)
	assert.EqualError(t, err, "env: preparing the runs: no neurons left")
	assert.ErrorIs(t, err, p.refusal)
	assert.Zero(t, p.executed.Load())
}

func TestFinallyFails(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(3)
	p.options = []env.Option{
		env.Finally(func(context.Context, *trajectory.Trajectory) error { return errors.New("no ink") }),
		env.Finally(func(context.Context, *trajectory.Trajectory) error { return errors.New("no paper") }),
	}
	status, stderr := p.in(t, dir)
	assert.Equal(t, 1, status)
	assert.True(t, strings.HasSuffix(stderr, "prog: after the runs: no ink\nprog: after the runs: no paper\n"), stderr)
}

// A reporting experiment is told where to report to.
type reporting struct {
	experiment
	report func(int, float64)
}

func (r *reporting) ReportTo(f func(int, float64)) { r.report = f }

func TestProgressOfRuns(t *testing.T) {
	t.Parallel()
	var errs lockedBuffer
	e, err := env.New(env.Options{Out: t.TempDir(), Workers: 2, Progress: "bar", Stderr: &errs, Name: "prog"})
	require.NoError(t, err)
	p := newProbe(4)
	tr, err := p.trajectory(e)
	require.NoError(t, err)
	x := &reporting{experiment: p.experiment}
	x.run = func(ctx context.Context, i int) error {
		if i == 1 {
			env.Report(ctx, 0.5)
		} else {
			x.report(i, 0.5)
		}
		assert.Eventually(t, func() bool {
			return strings.Contains(errs.String(), "%") && !strings.Contains(lastBar(errs.String()), "  0%")
		},
			10*time.Second, time.Millisecond, "the bar does not move")
		return nil
	}
	require.NoError(t, e.Run(t.Context(), tr, x))
	assert.Contains(t, errs.String(), "prog [==")
	env.Report(t.Context(), 0.5) // of nothing: nothing happens
}

func lastBar(s string) string { return s[strings.LastIndex(s, "\r")+1:] }

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestManyRunsLeaveNothingBehind(t *testing.T) {
	const runs = 5000
	var early uint64
	alive := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	dir, p := t.TempDir(), newProbe(runs)
	goroutines := runtime.NumGoroutine()
	p.run = func(_ context.Context, i int) error {
		switch i {
		case runs / 10:
			early = alive()
		case runs - 1:
			// A run's results take about 2 kB; kept, they would be 9 MB more at the end. Those of
			// the last moments may still be on their way to the disk.
			assert.Eventually(t, func() bool { return alive() < early+4<<20 }, 20*time.Second, 10*time.Millisecond, "memory grows with the number of runs")
		}
		return nil
	}
	status, stderr := p.in(t, dir, "-workers", "1")
	require.Equal(t, 0, status, stderr)
	for wait := 0; runtime.NumGoroutine() > goroutines && wait < 10_000; wait++ {
		time.Sleep(time.Millisecond) // a goroutine that is done may take a moment to go
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), goroutines, "goroutines are left over")
}

func TestNewChecksItsOptions(t *testing.T) {
	t.Parallel()
	_, err := env.New(env.Options{Workers: -1})
	assert.EqualError(t, err, "env: -1 workers: want 0 (one per processor) or more")
	_, err = env.New(env.Options{Progress: "loud"})
	assert.EqualError(t, err, `env: progress "loud": want auto, bar, lines or none`)
	e, err := env.New(env.Options{})
	require.NoError(t, err)
	assert.Equal(t, runtime.GOMAXPROCS(0), e.Workers())
	assert.Equal(t, filepath.Join("results", "sweep"), e.Dir())
	assert.Error(t, e.Run(t.Context(), nil, nil))
	seed := uint64(99)
	e, err = env.New(env.Options{Seed: &seed, Out: filepath.Join(t.TempDir(), "a.hdf5", "b.traj")})
	require.NoError(t, err)
	tr, err := e.Trajectory("t", trajectory.Options{Seed: 3})
	require.NoError(t, err)
	assert.EqualValues(t, 99, tr.Seed())
	assert.Equal(t, "b.traj", filepath.Base(e.File("t")))
}
