package env_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
)

const killRuns = 200

// TestMain lets the test binary be a program of its own: killed and interrupted
// are whole processes.
func TestMain(m *testing.M) {
	// Asking git takes longer than most of the sweeps here; one test looks at what it says.
	os.Setenv("GIT_DIR", os.DevNull)
	switch os.Getenv("ENV_TEST_CHILD") {
	case "":
		// Most tests wait for something, and not for a processor. A flag -parallel still counts.
		if err := flag.Set("test.parallel", strconv.Itoa(4*runtime.GOMAXPROCS(0))); err != nil {
			panic(err)
		}
		os.Exit(m.Run())
	case "sweep":
		p := newProbe(killRuns)
		p.run = func(ctx context.Context, _ int) error {
			select {
			case <-ctx.Done():
			case <-time.After(4 * time.Millisecond):
			}
			return ctx.Err()
		}
		child(p)
	case "nice":
		env.Main("child", nil, func(_ context.Context, e *env.Environment) error {
			tasks, err := filepath.Glob("/proc/self/task/*/stat")
			for _, task := range tasks {
				stat, err := os.ReadFile(task)
				if err != nil {
					return err
				}
				_, fields, _ := strings.Cut(string(stat), ") ")
				fmt.Fprintln(e.Stdout(), strings.Fields(fields)[16])
			}
			return err
		})
	case "sweep-12":
		child(newProbe(12))
	case "slow":
		p := newProbe(killRuns)
		p.run = func(ctx context.Context, _ int) error {
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Millisecond):
			}
			return ctx.Err()
		}
		child(p)
	case "three": // begins when three processes are at work
		p := newProbe(killRuns)
		p.run = func(ctx context.Context, _ int) error {
			for {
				entries, err := os.ReadDir(filepath.Join(runsDir(os.Getenv("ENV_TEST_DIR")), "processes"))
				if err != nil || len(entries) >= 6 || ctx.Err() != nil { // each has two files
					break
				}
				time.Sleep(time.Millisecond)
			}
			time.Sleep(4 * time.Millisecond)
			return ctx.Err()
		}
		child(p)
	case "grown":
		grownChild()
	case "crash":
		p := newProbe(12)
		p.run = func(ctx context.Context, i int) error {
			if i == 7 {
				go func() { panic("out of the blue") }()
			}
			time.Sleep(5 * time.Millisecond)
			return nil
		}
		child(p)
	case "exit":
		p := newProbe(12)
		p.run = func(ctx context.Context, i int) error {
			if i == 7 {
				os.Exit(7)
			}
			time.Sleep(5 * time.Millisecond)
			return nil
		}
		child(p)
	case "stubborn":
		p := newProbe(2)
		p.run = func(context.Context, int) error {
			fmt.Println("deaf")
			select {}
		}
		child(p)
	}
}

func child(p *probe) {
	env.Main("child", nil, func(ctx context.Context, e *env.Environment) error {
		t, err := p.trajectory(e)
		if err != nil {
			return err
		}
		return e.Run(ctx, t, p.experiment, p.options...)
	})
}

func childProcess(kind string, args ...string) (*exec.Cmd, *lockedBuffer, *lockedBuffer) {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "ENV_TEST_CHILD="+kind)
	var out, errs lockedBuffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	return cmd, &out, &errs
}

// killLater kills processes a while after there are so many shards, unless the sweep ends before.
func killLater(t *testing.T, dir string, want int, delay time.Duration, ended chan struct{}, victims ...*exec.Cmd) {
	for published(t, dir) < want {
		select {
		case <-ended:
			return
		case <-time.After(time.Millisecond):
		}
	}
	select {
	case <-ended:
	case <-time.After(delay):
		for _, victim := range victims {
			_ = victim.Process.Kill()
		}
	}
}

func TestKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	whole := t.TempDir()
	cmd, _, errs := childProcess("sweep", "-out", whole, "-workers", "2")
	require.NoError(t, cmd.Run(), errs)
	want := dump(t, file(whole))

	rounds, withShards := 2, 0
	if !testing.Short() {
		rounds = 6
	}
	rng := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	for round := range rounds {
		dir := t.TempDir()
		var before map[string]string
		for kills := 0; ; kills++ {
			cmd, _, errs := childProcess("sweep", "-out", dir, "-workers", "2")
			require.NoError(t, cmd.Start())
			ended := make(chan struct{})
			if kills < 20 {
				// Half of the times when something new has been saved, else at any time.
				delay, want := time.Duration(rng.IntN(300))*time.Millisecond, 0
				if kills%2 == 1 {
					delay, want = delay/4, len(before)+1
				}
				go killLater(t, dir, want, delay, ended, cmd)
			}
			err := cmd.Wait()
			close(ended)
			after := shards(t, dir)
			for name, content := range before {
				require.Equal(t, content, after[name], "round %d: shard %s changed", round, name)
			}
			found := len(before) > 0
			if found {
				withShards++
			}
			before = after
			if err == nil {
				if m := regexp.MustCompile(`\(reused (\d+), ran (\d+)\)`).FindStringSubmatch(errs.String()); m != nil {
					var reused, ran int
					fmt.Sscan(m[1], &reused)
					fmt.Sscan(m[2], &ran)
					assert.Equal(t, killRuns, reused+ran)
				} else {
					assert.False(t, found, "a resumed sweep says what it reused: %s", errs)
				}
				break
			}
			var status *exec.ExitError
			require.ErrorAs(t, err, &status)
			require.Equal(t, syscall.SIGKILL, status.Sys().(syscall.WaitStatus).Signal(), "it failed by itself: %s", errs)
		}
		require.Equal(t, want, dump(t, file(dir)), "round %d", round)
	}
	assert.Positive(t, withShards, "no kill came after a shard")
}

func TestInterruptedProcess(t *testing.T) {
	t.Parallel()
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		dir := t.TempDir()
		cmd, _, errs := childProcess("sweep", "-out", dir, "-workers", "1", "-profile", "cpu")
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool { return published(t, dir) > 0 }, 20*time.Second, 5*time.Millisecond)
		require.NoError(t, cmd.Process.Signal(sig))
		var status *exec.ExitError
		require.ErrorAs(t, cmd.Wait(), &status, errs.String())
		assert.Equal(t, 130, status.ExitCode())
		assert.Regexp(t, `child: stopped with \d+ of 200 runs finished; the same command goes on\n`, errs.String())
		info, err := os.Stat(dir + "/cpu.pprof")
		require.NoError(t, err)
		assert.Positive(t, info.Size(), "the profile is cut off")

		cmd, _, errs = childProcess("sweep", "-out", dir, "-workers", "2")
		require.NoError(t, cmd.Run(), errs)
		assert.Contains(t, errs.String(), "200 of 200 runs done (reused ")
	}
}

func TestSecondInterruptLeavesAtOnce(t *testing.T) {
	t.Parallel()
	cmd, out, errs := childProcess("stubborn", "-out", t.TempDir())
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return strings.Contains(out.String(), "deaf") }, 20*time.Second, time.Millisecond)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.Eventually(t, func() bool { return strings.Contains(errs.String(), "once more leaves at once") }, 20*time.Second, time.Millisecond)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var err error
	require.Eventually(t, func() bool {
		_ = cmd.Process.Signal(os.Interrupt) // those that come right after the first one are the same
		select {
		case err = <-ended:
			return true
		default:
			return false
		}
	}, 20*time.Second, 50*time.Millisecond)
	var status *exec.ExitError
	require.ErrorAs(t, err, &status)
	assert.NotContains(t, errs.String(), "does not return", "it is not waited for")
	assert.Equal(t, 130, status.ExitCode())
}

func TestSignalsThatComeTogetherAreOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, _, errs := childProcess("slow", "-out", dir, "-workers", "1")
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return published(t, dir) > 0 }, 20*time.Second, 5*time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM)) // as timeout does it: to the process and to its group
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	var status *exec.ExitError
	require.ErrorAs(t, cmd.Wait(), &status, errs.String())
	assert.Equal(t, 130, status.ExitCode())
	assert.Regexp(t, `child: stopped with \d+ of 200 runs finished; the same command goes on\n`, errs.String())
}

func TestMisspeltFlagOfAProcess(t *testing.T) {
	t.Parallel()
	cmd, _, _ := childProcess("sweep", "-wrokers", "2")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	var status *exec.ExitError
	require.ErrorAs(t, cmd.Run(), &status)
	assert.Equal(t, 1, status.ExitCode())
	assert.Equal(t, "child: there is no flag -wrokers: did you mean -workers? (-h lists all)\n", errs.String())
}
