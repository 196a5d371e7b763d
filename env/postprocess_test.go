package env_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

// grower adds two runs to a sweep of four, and two more: pypet's test of expanding by
// post-processing. What it adds depends on the results alone.
type grower struct {
	to     int             // runs, at which it ends
	called *atomic.Int64   // how often
	phase  func(at string) // is told where it is; may be nil
}

func (g grower) at(format string, args ...any) {
	if g.phase != nil {
		g.phase(fmt.Sprintf(format, args...))
	}
}

func (g grower) process(_ context.Context, t *trajectory.Trajectory, done []env.Outcome) (trajectory.Design, error) {
	g.called.Add(1)
	g.at("processing %d", len(done))
	sum := 0
	for i, o := range done {
		if o.Index != i || t.Len() != len(done) {
			return nil, fmt.Errorf("outcome %d of %d is that of run %d", i, t.Len(), o.Index)
		}
		if !o.Done() {
			continue
		}
		x, errX := trajectory.Get[int](o, "x")
		square, errS := trajectory.Get[float64](o, "square")
		if err := errors.Join(errX, errS); err != nil {
			return nil, err
		}
		if square != 1.5*float64(x*x) {
			return nil, fmt.Errorf("run %d: the square of %d is %g", i, x, square)
		}
		sum += x
	}
	if len(done) >= g.to {
		return nil, nil
	}
	return trajectory.Over("x", trajectory.Values(sum, len(done)+1)), nil
}

func newGrower(runs, to int) (*probe, grower) {
	p, g := newProbe(runs), grower{to: to, called: new(atomic.Int64)}
	p.options = []env.Option{env.PostProcess(g.process)}
	return p, g
}

// explored are the values of x in all runs of the sweep in a folder.
func explored(t *testing.T, dir string) []int {
	t.Helper()
	tr, err := trajectory.Open(t.Context(), file(dir), trajectory.OpenOptions{Stores: env.Stores()})
	require.NoError(t, err)
	defer tr.Close()
	var all []int
	for i := range tr.Len() {
		r, err := tr.Run(i)
		require.NoError(t, err)
		x, err := trajectory.Get[int](r, "x")
		require.NoError(t, err)
		all = append(all, x)
	}
	return all
}

func TestPostProcessingAddsRuns(t *testing.T) {
	t.Parallel()
	var first string
	for _, workers := range []string{"1", "2", "8"} {
		dir := t.TempDir()
		p, g := newGrower(4, 8)
		var finally []int
		p.options = append(p.options, env.Finally(func(_ context.Context, t *trajectory.Trajectory) error {
			all, err := env.Outcomes(t)
			finally = append(finally, len(all))
			return err
		}))
		status, stderr := p.in(t, dir, "-workers", workers)
		require.Equal(t, 0, status, stderr)
		assert.EqualValues(t, 8, p.executed.Load())
		assert.EqualValues(t, 1, p.prepared.Load())
		assert.EqualValues(t, 3, g.called.Load(), "with 4, 6 and 8 runs")
		assert.Equal(t, []int{8}, finally)
		assert.Equal(t, []int{0, 1, 2, 3, 6, 5, 17, 7}, explored(t, dir))
		assert.Contains(t, stderr, "prog: 2 runs are added: 6 in all\n")
		assert.Contains(t, stderr, "prog: 8 of 8 runs done in ")
		got := dump(t, file(dir))
		if first == "" {
			first = got
		}
		assert.Equal(t, first, got, "%s workers", workers)

		// Once more: nothing is run, and nothing is added to what was added.
		status, stderr = p.in(t, dir, "-workers", workers)
		require.Equal(t, 0, status, stderr)
		assert.EqualValues(t, 8, p.executed.Load())
		assert.EqualValues(t, 4, g.called.Load())
		assert.Contains(t, stderr, "8 of 8 runs done (reused 8, ran 0)")
		assert.Equal(t, []int{8, 8}, finally)
		assert.Equal(t, first, dump(t, file(dir)))
	}
}

func TestNothingIsAdded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, g := newGrower(4, 4)
	status, stderr := p.in(t, dir)
	require.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 1, g.called.Load())
	assert.Contains(t, stderr, "4 of 4 runs done in ")
	same := t.TempDir()
	status, stderr = newProbe(4).in(t, same)
	require.Equal(t, 0, status, stderr)
	assert.Equal(t, dump(t, file(same)), dump(t, file(dir)))
}

func TestSeveralPostProcessors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, g := newGrower(4, 6)
	last := grower{to: 10, called: new(atomic.Int64)}
	p.options = append(p.options, env.PostProcess(last.process))
	status, stderr := p.in(t, dir)
	require.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 10, p.executed.Load())
	assert.EqualValues(t, 4, g.called.Load(), "always first")
	assert.EqualValues(t, 3, last.called.Load(), "when the first adds nothing")
}

func TestPostProcessingSeesFailedRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, g := newGrower(4, 6)
	p.run = func(_ context.Context, i int) error {
		if i == 1 || i == 5 {
			return errors.New("it diverges")
		}
		return nil
	}
	var failed []string
	p.options = append(p.options, env.PostProcess(func(_ context.Context, _ *trajectory.Trajectory, done []env.Outcome) (trajectory.Design, error) {
		for _, o := range done {
			if !o.Done() {
				_, err := trajectory.Get[float64](o, "square")
				assert.ErrorIs(t, err, trajectory.ErrNotFound)
				failed = append(failed, fmt.Sprintf("%d %s %s", o.Index, o.State, o.Error))
			}
		}
		return nil, nil
	}))
	status, stderr := p.in(t, dir)
	assert.Equal(t, 1, status)
	assert.Equal(t, []string{"1 failed it diverges", "5 failed it diverges"}, failed)
	assert.EqualValues(t, 6, p.executed.Load())
	assert.Contains(t, stderr, "prog: 2 of 6 runs failed: 1, 5; -retry runs them again\n")

	// Runs that were added are like all others.
	status, stderr = p.in(t, dir, "-only", "4")
	assert.Equal(t, 0, status, stderr)
	assert.Contains(t, stderr, "these are the results that are saved")
	p.run = nil
	status, stderr = p.in(t, dir, "-retry=5")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "prog: 1 of 6 runs failed: 1; -retry runs them again\n")
	status, stderr = p.in(t, dir, "-retry")
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 4, g.called.Load())
	assert.Equal(t, []int{0, 1, 2, 3, 5, 5}, explored(t, dir), "what was added stays although the sum is another now")
}

func TestFailFastAddsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, g := newGrower(4, 8)
	p.run = func(_ context.Context, i int) error {
		if i == 3 || i == 4 {
			return errors.New("it diverges")
		}
		return nil
	}
	for _, want := range []string{"1 of 4 runs failed: 3", "2 of 6 runs failed: 3, 4"} {
		p.options = append(p.options, env.FailFast())
		status, stderr := p.in(t, dir, "-workers", "1")
		assert.Equal(t, 1, status)
		assert.Contains(t, stderr, want)
	}
	assert.EqualValues(t, 1, g.called.Load())
}

func TestPostProcessingFails(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]struct {
		design trajectory.Design
		err    error
	}{
		"prog: post-processing: no idea\n": {err: errors.New("no idea")},
		"prog: post-processing adds points that cannot be run: trajectory: parameters.model.constant is not explored": {
			design: trajectory.Zip{trajectory.Over("x", trajectory.Values(9)), trajectory.Over("constant", trajectory.Values(9.0))}},
		"the range is empty": {design: trajectory.Over("x", trajectory.Values[int]())},
	} {
		dir, p := t.TempDir(), newProbe(4)
		var finally bool
		p.options = []env.Option{
			env.PostProcess(func(context.Context, *trajectory.Trajectory, []env.Outcome) (trajectory.Design, error) {
				return c.design, c.err
			}),
			env.Finally(func(context.Context, *trajectory.Trajectory) error { finally = true; return nil }),
		}
		status, stderr := p.in(t, dir)
		assert.Equal(t, 1, status)
		assert.Contains(t, stderr, want)
		assert.False(t, finally, "the results are not all there")
		assert.Equal(t, []int{0, 1, 2, 3}, explored(t, dir), "what there is can be read")

		p, g := newGrower(4, 8)
		status, stderr = p.in(t, dir)
		assert.Equal(t, 0, status, stderr)
		assert.EqualValues(t, 3, g.called.Load())
		assert.EqualValues(t, 4, p.executed.Load(), "only those that are added")
	}
}

func TestAGrownSweepIsComparedWithWhatItBeganWith(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, _ := newGrower(4, 8)
	status, stderr := p.in(t, dir)
	require.Equal(t, 0, status, stderr)
	want := dump(t, file(dir))

	p.constant = 2.5
	status, stderr = p.in(t, dir)
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "parameter parameters.model.constant is 2.5, in the plan 1.5;")
	assert.NotContains(t, stderr, "length")
	p.constant = 1.5
	p.runs = 5
	status, stderr = p.in(t, dir)
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "length is 5 runs, in the plan 4 runs;")

	p, g := newGrower(4, 6)
	p.constant = 1.5
	p.seed = 8
	status, stderr = p.in(t, dir, "-force")
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 2, g.called.Load())
	assert.Equal(t, []int{0, 1, 2, 3, 6, 5}, explored(t, dir), "it starts anew with 4 runs")
	ext := filepath.Ext(file(dir))
	assert.Equal(t, want, dump(t, filepath.Join(dir, "sweep.old1"+ext)))
}

func TestTheSameTrajectoryTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e, err := env.New(env.Options{Out: dir, Workers: 2})
	require.NoError(t, err)
	p, g := newGrower(4, 8)
	tr, err := p.trajectory(e)
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, e.Run(t.Context(), tr, p.experiment, p.options...))
		assert.Equal(t, 8, tr.Len())
	}
	assert.EqualValues(t, 4, g.called.Load())
	assert.EqualValues(t, 8, p.executed.Load())
}

func TestStoppedWhilePostProcessing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancelCause(t.Context())
	p, g := newGrower(4, 8)
	g.phase = func(at string) {
		if at == "processing 6" {
			cancel(env.ErrInterrupted)
		}
	}
	p.options = []env.Option{env.PostProcess(g.process)}
	status, stderr := p.exec(ctx, "-out", dir, "-progress", "none")
	assert.Equal(t, 130, status)
	assert.Contains(t, stderr, "the same command goes on")
	p, _ = newGrower(4, 8)
	status, stderr = p.in(t, dir)
	assert.Equal(t, 0, status, stderr)
	assert.Equal(t, []int{0, 1, 2, 3, 6, 5, 17, 7}, explored(t, dir))
	executed := p.executed.Load()
	assert.True(t, executed == 2 || executed == 4, executed)
}

// grownChild is a program whose sweep grows from 4 to 40 runs, two at a time. KILL_AT names the
// phase in which it kills itself.
func grownChild() {
	p, g := newGrower(4, 40)
	kill := func(at string) {
		if at == os.Getenv("KILL_AT") {
			if p, err := os.FindProcess(os.Getpid()); err == nil {
				_ = p.Kill()
			}
			select {}
		}
	}
	g.phase = kill
	p.options = []env.Option{
		env.PostProcess(func(ctx context.Context, t *trajectory.Trajectory, done []env.Outcome) (trajectory.Design, error) {
			d, err := g.process(ctx, t, done)
			time.Sleep(2 * time.Millisecond)
			kill(fmt.Sprintf("processed %d", len(done)))
			return d, err
		}),
		env.Finally(func(context.Context, *trajectory.Trajectory) error { kill("finally"); return nil }),
	}
	p.run = func(ctx context.Context, i int) error {
		for dir := os.Getenv("ENV_TEST_DIR"); dir != ""; time.Sleep(time.Millisecond) {
			// The first run waits until three processes are at work; each has two files.
			entries, err := os.ReadDir(filepath.Join(runsDir(dir), "processes"))
			if i > 0 || err != nil || len(entries) >= 6 || ctx.Err() != nil {
				break
			}
		}
		kill(fmt.Sprintf("run %d", i))
		time.Sleep(3 * time.Millisecond)
		return nil
	}
	child(p)
}

func wholeGrown(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	p, _ := newGrower(4, 40)
	status, stderr := p.in(t, dir)
	require.Equal(t, 0, status, stderr)
	return dump(t, file(dir))
}

func requireKilled(t *testing.T, err error, said fmt.Stringer) {
	t.Helper()
	var status *exec.ExitError
	require.ErrorAs(t, err, &status, said)
	require.Equal(t, syscall.SIGKILL, status.Sys().(syscall.WaitStatus).Signal(), "it failed by itself: %s", said)
}

func TestKilledInEveryPhaseOfGrowing(t *testing.T) {
	t.Parallel()
	want := wholeGrown(t)
	dir := t.TempDir()
	before := shards(t, dir)
	for _, phase := range []string{
		"run 2", "processing 4", "processed 4", "run 4", "run 5", "processing 6", "processed 6", "run 6",
		"processed 12", "run 30", "processing 40", "processed 40", "finally",
	} {
		cmd, _, errs := childProcess("grown", "-out", dir, "-workers", "2")
		cmd.Env = append(cmd.Env, "KILL_AT="+phase)
		requireKilled(t, cmd.Run(), errs)
		after := shards(t, dir)
		for name, content := range before {
			require.Equal(t, content, after[name], "%s: shard %s changed", phase, name)
		}
		before = after
	}
	cmd, _, errs := childProcess("grown", "-out", dir, "-workers", "2")
	require.NoError(t, cmd.Run(), errs)
	assert.Contains(t, errs.String(), "40 of 40 runs done (reused 40, ran 0)")
	assert.Equal(t, want, dump(t, file(dir)))
}

func TestGrowingSweepKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	want := wholeGrown(t)
	rounds := 2
	if !testing.Short() {
		rounds = 5
	}
	for range rounds {
		dir := t.TempDir()
		for kills := 0; ; kills++ {
			cmd, _, errs := childProcess("grown", "-out", dir, "-workers", "2")
			require.NoError(t, cmd.Start())
			if kills < 25 {
				killer := time.AfterFunc(time.Duration(20+(kills*37)%160)*time.Millisecond, func() { _ = cmd.Process.Kill() })
				defer killer.Stop()
			}
			err := cmd.Wait()
			if err == nil {
				break
			}
			requireKilled(t, err, errs)
		}
		require.Equal(t, want, dump(t, file(dir)))
	}
}

func TestProcessesShareAGrowingSweep(t *testing.T) {
	t.Parallel()
	want := wholeGrown(t)
	dir := t.TempDir()
	_, workers, said := threeProcesses(t, "grown", dir)
	others := 0
	for i, w := range workers {
		require.NoError(t, w.Wait(), said[i])
		others += number(t, `executed (\d+) runs`, said[i].String())
	}
	assert.Positive(t, others)
	assert.Equal(t, want, dump(t, file(dir)))
}

func TestWorkersEndWhenNoOneAddsRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	main, _, errs := childProcess("grown", "-out", dir, "-workers", "1")
	main.Env = append(main.Env, "KILL_AT=processed 8")
	require.NoError(t, main.Start())
	w, _, said := childProcess("grown", "worker", runsDir(dir), "-workers", "1")
	require.NoError(t, w.Start())
	requireKilled(t, main.Wait(), errs)
	require.NoError(t, w.Wait(), said)
	assert.Regexp(t, regexp.MustCompile(`executed \d+ runs`), said.String())
	main, _, errs = childProcess("grown", "-out", dir, "-workers", "2")
	require.NoError(t, main.Run(), errs)
	assert.Equal(t, wholeGrown(t), dump(t, file(dir)))
}

func TestGenerationsAreFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, _ := newGrower(4, 8)
	status, stderr := p.in(t, dir)
	require.Equal(t, 0, status, stderr)
	var lengths []string
	for g := range 3 {
		plan, err := trajectory.ReadPlanAt(runsDir(dir), g)
		require.NoError(t, err)
		lengths = append(lengths, strconv.Itoa(plan.Header.Length))
	}
	assert.Equal(t, []string{"4", "6", "8"}, lengths)
	_, err := trajectory.ReadPlanAt(runsDir(dir), 3)
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}

func TestHostsServeAllRoundsOfAGrowingSweep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	main, _, errs := childProcess("grown", "-out", dir, "-workers", "1", "-hosts", "animals/1=sh -c")
	require.NoError(t, main.Run(), errs)
	assert.NotContains(t, errs.String(), "left out")
	assert.Equal(t, wholeGrown(t), dump(t, file(dir)))
}

// BenchmarkRound is what a round of post-processing costs beside its two runs, at the
// beginning of a sweep and after many rounds.
func BenchmarkRound(b *testing.B) {
	for _, rounds := range []int{10, 100, 200} {
		b.Run(fmt.Sprint(rounds), func(b *testing.B) {
			for b.Loop() {
				p := newProbe(2)
				p.options = []env.Option{env.PostProcess(func(_ context.Context, _ *trajectory.Trajectory, done []env.Outcome) (trajectory.Design, error) {
					if len(done) >= 2*rounds {
						return nil, nil
					}
					return trajectory.Over("x", trajectory.Values(1, 2)), nil
				})}
				if status, stderr := p.exec(b.Context(), "-out", b.TempDir(), "-progress", "none", "-workers", "2"); status != 0 {
					b.Fatal(stderr)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N*rounds), "ms/round")
		})
	}
}

func TestPointsThatCannotBeSaved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, g := newGrower(4, 8)
	g.phase = func(at string) {
		if at == "processing 4" { // a folder where the file would be
			require.NoError(t, os.MkdirAll(filepath.Join(runsDir(dir), "plan_00001.npz"), 0o777))
		}
	}
	p.options = []env.Option{env.PostProcess(g.process)}
	status, stderr := p.in(t, dir)
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "the points that post-processing adds cannot be saved")
	require.NoError(t, os.Remove(filepath.Join(runsDir(dir), "plan_00001.npz")))
	p, _ = newGrower(4, 8)
	status, stderr = p.in(t, dir)
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 4, p.executed.Load())
}
