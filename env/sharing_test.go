package env_test

import (
	"bytes"
	"context"
	"errors"
	"flag"

	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

func runsDir(dir string) string { return trajectory.RunsDir(file(dir)) }

func number(t *testing.T, pattern, text string) int {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	require.NotNil(t, m, "%s in %s", pattern, text)
	n, err := strconv.Atoi(m[1])
	require.NoError(t, err)
	return n
}

// wholeSweep is the dump of an undisturbed sweep of the child processes.
func wholeSweep(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	status, stderr := newProbe(killRuns).in(t, dir)
	require.Equal(t, 0, status, stderr)
	return dump(t, file(dir))
}

// threeProcesses executes a sweep of children that meet before they begin, and returns when the
// main one has ended, with what it said; the two others may be about to end.
func threeProcesses(t *testing.T, kind, dir string) (errs *lockedBuffer, workers []*exec.Cmd, said []*lockedBuffer) {
	t.Helper()
	meet := "ENV_TEST_DIR=" + dir
	main, _, errs := childProcess(kind, "-out", dir, "-workers", "1")
	main.Env = append(main.Env, meet)
	require.NoError(t, main.Start())
	for range 2 {
		w, _, errs := childProcess(kind, "worker", runsDir(dir), "-workers", "1")
		w.Env = append(w.Env, meet)
		require.NoError(t, w.Start())
		workers, said = append(workers, w), append(said, errs)
	}
	require.NoError(t, main.Wait(), errs)
	return errs, workers, said
}

func TestThreeProcessesShareASweep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	errs, workers, said := threeProcesses(t, "three", dir)
	own := number(t, `\(reused 0, ran (\d+), others ran \d+\)`, errs.String())
	others := number(t, `others ran (\d+)\)`, errs.String())
	assert.Equal(t, killRuns, own+others)
	for i, w := range workers {
		require.NoError(t, w.Wait(), said[i])
		n := number(t, `executed (\d+) runs`, said[i].String())
		assert.Positive(t, n)
		others -= n
	}
	assert.Zero(t, others, "no run was executed twice")
	assert.Equal(t, wholeSweep(t), dump(t, file(dir)))
	for _, left := range []string{"claims", "lost"} {
		assert.NoDirExists(t, filepath.Join(runsDir(dir), left))
	}
	entries, err := os.ReadDir(filepath.Join(runsDir(dir), "processes"))
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestWorkerFromElsewhere(t *testing.T) {
	t.Parallel()
	// The sweep was started with a relative path, and then its folder was moved.
	base := t.TempDir()
	home, moved := filepath.Join(base, "home"), filepath.Join(base, "moved")
	require.NoError(t, os.Mkdir(home, 0o777))
	main, _, errs := childProcess("slow", "-out", "out", "-workers", "1", "-deadline", "1s", "-grace", "10ms")
	main.Dir = home
	_ = main.Run()
	require.Contains(t, errs.String(), "the same command goes on")
	worker, _, errs := childProcess("slow", "worker", runsDir(filepath.Join(home, "out")), "-workers", "1", "-deadline", "300ms", "-grace", "10ms")
	worker.Dir = base
	_ = worker.Run()
	require.Contains(t, errs.String(), "of 200 runs are finished", "it finds the working directory")
	require.NoError(t, os.Rename(home, moved))
	worker, _, errs = childProcess("slow", "worker", runsDir(filepath.Join(moved, "out")))
	worker.Dir = base
	require.NoError(t, worker.Run(), errs)
	assert.Contains(t, errs.String(), "child: the sweep was started in a folder that is not here: ")
	assert.Regexp(t, `executed [1-9]\d* runs`, errs.String())
	assert.NoDirExists(t, filepath.Join(base, "out"), "its log is in the folder of the others")
	main, _, errs = childProcess("slow", "-out", "out")
	main.Dir = moved
	require.NoError(t, main.Run(), errs)
	assert.Contains(t, errs.String(), "200 of 200 runs done (reused 200, ran 0)")
	assert.Equal(t, wholeSweep(t), dump(t, file(filepath.Join(moved, "out"))))
}

func TestWorkersOfOneProcessShareASweep(t *testing.T) {
	t.Parallel()
	// The same within one process, where the race detector sees it.
	dir := t.TempDir()
	var both sync.WaitGroup
	both.Add(2)
	var once [2]sync.Once
	meet := func(k int) func(context.Context, int) error {
		return func(ctx context.Context, _ int) error {
			once[k].Do(func() { both.Done(); both.Wait() }) // both are at work
			time.Sleep(time.Millisecond)
			return nil
		}
	}
	p, q := newProbe(100), newProbe(100)
	p.run, q.run = meet(0), meet(1)
	done := make(chan string)
	go func() {
		status, stderr := q.exec(context.Background(), "worker", runsDir(dir), "-workers", "2")
		assert.Equal(t, 0, status, stderr)
		done <- stderr
	}()
	status, stderr := p.in(t, dir, "-workers", "2")
	require.Equal(t, 0, status, stderr)
	assert.Contains(t, stderr, "others ran")
	assert.Contains(t, <-done, "executed ")
	assert.EqualValues(t, 100, p.executed.Load()+q.executed.Load())
	alone := t.TempDir()
	status, stderr = newProbe(100).in(t, alone)
	require.Equal(t, 0, status, stderr)
	assert.Equal(t, dump(t, file(alone)), dump(t, file(dir)))
}

func TestFailuresOfOthersAreReported(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, q := newProbe(20), newProbe(20)
	started := make(chan struct{})
	p.run = func(context.Context, int) error { // waits until the other has done the rest
		select {
		case <-started:
		default:
			close(started)
			assert.Eventually(t, func() bool { return q.executed.Load() == 19 }, 20*time.Second, time.Millisecond)
		}
		return nil
	}
	q.run = func(_ context.Context, i int) error {
		if i == 15 {
			return errors.New("bad luck")
		}
		return nil
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-started
		status, stderr := q.exec(context.Background(), "worker", runsDir(dir), "-workers", "1")
		assert.Equal(t, 0, status, "a failed run is recorded, and no failure of the worker: %s", stderr)
		assert.Contains(t, stderr, "run 15 (x: 15) failed: bad luck")
	}()
	status, stderr := p.in(t, dir, "-workers", "1")
	<-done
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "prog: run 15 (x: 15) failed: bad luck\n")
	assert.Contains(t, stderr, "19 of 20 runs done, 1 failed (reused 0, ran 1, others ran 19)")
}

func TestWorkerHasToBeTheSameProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := newProbe(3)
	p.run = func(context.Context, int) error {
		for name, c := range map[string]struct {
			change func(*probe)
			args   []string
			says   string
		}{
			"parameter": {func(q *probe) { q.constant = 2.5 }, nil, "model.constant"},
			"range":     {func(q *probe) { q.runs = 4 }, nil, "length"},
			"flag":      {func(*probe) {}, []string{"-scale", "3"}, "flag -scale=3 (was 2)"},
		} {
			q := newProbe(3)
			c.change(q)
			status, stderr := q.exec(context.Background(), append([]string{"worker", runsDir(dir)}, c.args...)...)
			assert.Equal(t, 1, status, name)
			assert.Contains(t, stderr, "differs from the plan: ", name)
			assert.Contains(t, stderr, c.says, name)
			assert.Contains(t, stderr, "; a worker has to be the same program\n", name)
			assert.Zero(t, q.executed.Load(), name)
		}
		return nil
	}
	status, stderr := p.in(t, dir, "-scale", "2", "-workers", "1")
	require.Equal(t, 0, status, stderr)

	var errs bytes.Buffer
	other := env.Program{Name: "other", Run: func(context.Context, *env.Environment) error { return nil }}
	assert.Equal(t, 1, other.Exec(t.Context(), []string{"worker", runsDir(dir)}, &errs, &errs))
	assert.Regexp(t, `^other: the sweep in .* was started by the program prog, this is other\n$`, errs.String())
	errs.Reset()
	other.Name = "prog"
	other.Flags = func(fs *flag.FlagSet) { fs.Float64("scale", 1, "") }
	assert.Equal(t, 1, other.Exec(t.Context(), []string{"worker", runsDir(dir)}, &errs, &errs))
	assert.Regexp(t, `^prog: the program does not come to the sweep in .*\n$`, errs.String())
	errs.Reset()
	assert.Equal(t, 1, other.Exec(t.Context(), []string{"worker"}, &errs, &errs))
	assert.Regexp(t, `^prog: usage: prog worker DIR \[flags\], where DIR is the runs folder of a sweep`, errs.String())
	errs.Reset()
	assert.Equal(t, 1, other.Exec(t.Context(), []string{"worker", runsDir(dir), "-bogus"}, &errs, &errs))
	assert.Regexp(t, `^prog: there is no flag -bogus`, errs.String())
	errs.Reset()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	assert.Equal(t, 1, other.Exec(ctx, []string{"worker", filepath.Join(dir, "nowhere")}, &errs, &errs))
	assert.Regexp(t, `^prog: waiting for the sweep in .* to be started\nprog: enough\n$`, errs.String())
}

func TestWorkerOfOneOfSeveralSweeps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var first, second atomic.Int64
	program := func(first, second *atomic.Int64, hold chan struct{}) env.Program {
		return env.Program{Name: "two", Run: func(ctx context.Context, e *env.Environment) error {
			sweep := func(name string, count *atomic.Int64, hold chan struct{}) error {
				tr, err := e.Trajectory(name, trajectory.Options{})
				if err != nil {
					return err
				}
				if err := errors.Join(tr.AddParameter("x", 0), tr.Explore(trajectory.Over("x", trajectory.Trials(10)))); err != nil {
					return err
				}
				return e.Run(ctx, tr, env.Func(func(_ context.Context, r *trajectory.Run) error {
					count.Add(1)
					if hold != nil {
						<-hold
					}
					return r.AddResult("y", r.Index())
				}))
			}
			if err := sweep("first", first, nil); err != nil {
				return err
			}
			return sweep("second", second, hold)
		}}
	}
	hold := make(chan struct{})
	p := program(&first, &second, hold)
	var errs lockedBuffer
	done := make(chan int)
	go func() { done <- p.Exec(context.Background(), []string{"-out", dir, "-workers", "1"}, &errs, &errs) }()
	require.Eventually(t, func() bool { return second.Load() == 1 }, 20*time.Second, time.Millisecond, "%v", &errs)
	var none, some atomic.Int64
	p = program(&none, &some, nil)
	runs := strings.Replace(runsDir(dir), "sweep", "second", 1)
	worked := make(chan int)
	go func() {
		worked <- p.Exec(context.Background(), []string{"worker", runs, "-workers", "1"}, &errs, &errs)
	}()
	require.Eventually(t, func() bool { return some.Load() == 9 }, 20*time.Second, time.Millisecond, "%v", &errs)
	close(hold)
	assert.Equal(t, 0, <-worked, errs.String())
	assert.Equal(t, 0, <-done, errs.String())
	assert.Zero(t, none.Load(), "the other sweep is left alone")
	assert.EqualValues(t, 10, first.Load())
	assert.EqualValues(t, 1, second.Load())
}

func TestKilledProcessesOfASharedSweep(t *testing.T) {
	t.Parallel()
	want := wholeSweep(t)
	rounds, found := 1, 0
	if !testing.Short() {
		rounds = 3
	}
	rng := rand.New(rand.NewPCG(2, uint64(time.Now().UnixNano())))
	for round := range rounds {
		dir := t.TempDir()
		var before map[string]string
		for kills := 0; ; kills++ {
			main, _, errs := childProcess("sweep", "-out", dir, "-workers", "1")
			worker, _, werrs := childProcess("sweep", "worker", runsDir(dir), "-workers", "1")
			require.NoError(t, main.Start())
			require.NoError(t, worker.Start())
			// The last of them are left alone, to finish. Before, the main process is
			// killed or both are: half of the times when something new has been saved.
			ended := make(chan struct{})
			if kills < 6 {
				delay, want := time.Duration(rng.IntN(200))*time.Millisecond, 0
				if kills%2 == 0 {
					want = len(before) + 1
				}
				go killLater(t, dir, want, delay, ended, []*exec.Cmd{main, worker}[:1+kills%2]...)
			}
			err := main.Wait()
			close(ended)
			if err != nil {
				require.ErrorContains(t, err, "killed", errs)
				_ = worker.Process.Kill()
			}
			if werr := worker.Wait(); werr != nil {
				require.ErrorContains(t, werr, "killed", werrs)
			}
			after := shards(t, dir)
			for name, content := range before {
				require.Equal(t, content, after[name], "round %d: shard %s changed", round, name)
			}
			if len(before) > 0 {
				found++
			}
			before = after
			if err != nil {
				continue
			}
			if m := regexp.MustCompile(`\(reused (\d+), ran (\d+)(?:, others ran (\d+))?\)`).FindStringSubmatch(errs.String()); m != nil {
				sum := 0
				for _, s := range m[1:] {
					n, _ := strconv.Atoi(s)
					sum += n
				}
				assert.Equal(t, killRuns, sum, errs)
			}
			break
		}
		require.Equal(t, want, dump(t, file(dir)), "round %d", round)
	}
	assert.Positive(t, found, "no kill came after a shard")
}

func TestRunThatTakesItsProcessWithItIsGivenUp(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]struct {
		starts int
		reason string
	}{
		// The report of a crash names the run; two are enough.
		"crash": {3, `run 7 \(x: 7\) failed: the process ended 2 times while it was executed: panic: out of the blue`},
		// Nothing is known of why the process ended: it may have been killed.
		"exit": {8, `run 7 \(x: 7\) failed: the process ended \d times while it was executed \(by os.Exit, a signal or for want of memory\)`},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for start := 1; ; start++ {
				require.LessOrEqual(t, start, want.starts, "it goes on for ever")
				cmd, _, errs := childProcess(kind, "-out", dir, "-workers", "2")
				var status *exec.ExitError
				require.ErrorAs(t, cmd.Run(), &status)
				if strings.Contains(errs.String(), "runs done") {
					assert.Equal(t, 1, status.ExitCode())
					assert.Regexp(t, "(?m)^child: "+want.reason, errs.String())
					assert.Contains(t, errs.String(), "11 of 12 runs done, 1 failed")
					break
				}
			}
			tr, err := trajectory.Open(t.Context(), file(dir), trajectory.OpenOptions{Stores: env.Stores()})
			require.NoError(t, err)
			defer tr.Close()
			info, err := tr.RunInfo(7)
			require.NoError(t, err)
			assert.Equal(t, trajectory.Failed, info.State)
			if kind == "crash" {
				assert.Contains(t, info.Stack, "kill_test.go")
			}
			// Whoever repeats it has mended it: the count starts again.
			cmd, _, errs := childProcess("sweep-12", "-out", dir, "-retry")
			assert.NoError(t, cmd.Run(), errs)
			assert.Contains(t, errs.String(), "12 of 12 runs done (reused 11, ran 1)")
		})
	}
}
