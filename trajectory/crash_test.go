package trajectory_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
)

// childOf tells the test binary that it is the program to be killed, and where it works.
const childOf = "GALVANI_TRAJECTORY_CHILD"

const crashRuns = 200

func TestMain(m *testing.M) {
	if path := os.Getenv(childOf); path != "" {
		if err := child(path); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// crashExperiment is the same in parent and child.
func crashExperiment() (*trajectory.Trajectory, error) {
	tr, err := trajectory.New("crash", trajectory.Options{Seed: 5, Now: func() time.Time { return epoch }})
	if err != nil {
		return nil, err
	}
	if err := tr.AddParameter("x", 0); err != nil {
		return nil, err
	}
	return tr, tr.Explore(trajectory.Over("x", trajectory.Trials(crashRuns)))
}

func crashRun(tr *trajectory.Trajectory, i int) (trajectory.RunRecord, error) {
	r, err := tr.Run(i)
	if err != nil {
		return trajectory.RunRecord{}, err
	}
	trace := make([]float64, 2000)
	for k := range trace {
		trace[k] = float64(i*k) / 3
	}
	if err := r.AddResult("trace", trace); err != nil {
		return trajectory.RunRecord{}, err
	}
	err = r.AddResult("rate", float64(i)/3)
	return trajectory.RunRecord{Info: trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: r.Seed(), Summary: r.Summary()}, Records: r.Records()}, err
}

// child goes on with the sweep: it writes the plan if there is none, publishes
// what is missing, merging now and then, and says what is durable.
func child(path string) error {
	dir := trajectory.RunsDir(path)
	tr, err := crashExperiment()
	if err != nil {
		return err
	}
	plan, err := trajectory.ReadPlan(dir)
	if err != nil {
		if plan, err = trajectory.NewPlan(tr, trajectory.Identity{}); err != nil {
			return err
		}
		if err := trajectory.WritePlan(dir, plan); err != nil {
			return err
		}
	}
	have, err := trajectory.Status(background, dir)
	if err != nil {
		return err
	}
	done := map[int]bool{}
	for _, r := range have {
		done[r.Index] = true
	}
	var batch []trajectory.RunRecord
	for i := range crashRuns {
		if done[i] {
			continue
		}
		r, err := crashRun(tr, i)
		if err != nil {
			return err
		}
		batch = append(batch, r)
		if len(batch) <= i%3 && i < crashRuns-1 {
			continue
		}
		name, err := trajectory.WriteShard(dir, plan, batch...)
		if err != nil {
			return err
		}
		fmt.Println("published", filepath.Base(name))
		if err := trajectory.LogRuns(dir, batch[0].Info); err != nil {
			return err
		}
		batch = nil
		if i%5 == 0 {
			if _, err := trajectory.Merge(background, dir, dirstore.New(), path, trajectory.MergeOptions{}); err != nil {
				return err
			}
			fmt.Println("merged", i)
		}
	}
	_, err = trajectory.Merge(background, dir, dirstore.New(), path, trajectory.MergeOptions{})
	fmt.Println("finished")
	return err
}

// hashes of all published files of a runs folder.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		require.ErrorIs(t, err, fs.ErrNotExist)
		return out
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "shard_") && e.Name() != "plan.npz" {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		sum := sha256.Sum256(raw)
		out[e.Name()] = hex.EncodeToString(sum[:])
	}
	return out
}

func kill(t *testing.T, p *os.Process) {
	t.Helper()
	if err := p.Kill(); !errors.Is(err, os.ErrProcessDone) {
		require.NoError(t, err)
	}
}

// The child is killed at random moments until it gets to the end; nothing that it
// said was published may be lost or changed, and the file is as if nobody had been killed.
func TestKilledAtAnyMoment(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "crash.traj")
	dir := trajectory.RunsDir(path)
	random := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	known := map[string]string{}
	kills, merged := 0, false
	for finished := false; !finished; {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), childOf+"="+path)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		// The moment is a number of messages and then a few hundred microseconds, so
		// that it falls into publishing as well as into merging.
		after := random.IntN(7)
		if kills%4 == 0 {
			// Early, when the plan is written or read.
			after = -1
			time.Sleep(time.Duration(random.IntN(8000)) * time.Microsecond)
			kill(t, cmd.Process)
		}
		if kills > 80 {
			after = 1 << 30 // let it finish
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			word, name, _ := strings.Cut(lines.Text(), " ")
			switch word {
			case "published":
				known[name] = ""
			case "merged":
				merged = true
			case "finished":
				finished = true
			default:
				t.Fatal(lines.Text())
			}
			if n == after {
				time.Sleep(time.Duration(random.IntN(3000)) * time.Microsecond)
				kill(t, cmd.Process)
			}
		}
		if cmd.Wait() != nil {
			kills++
		}
		now := hashes(t, dir)
		for name, old := range known {
			if old != "" {
				require.Equal(t, old, now[name], "%s has changed", name)
			}
			require.NotEmpty(t, now[name], "%s was published and is gone", name)
		}
		known = now
		if len(known) > 0 {
			_, err = trajectory.Status(background, dir)
			require.NoError(t, err)
			tr, err := trajectory.Open(background, path, openOptions())
			require.NoError(t, err)
			require.NoError(t, tr.Close())
		}
	}
	assert.True(t, merged)
	assert.GreaterOrEqual(t, kills, 5, "it was hardly killed")

	tr, err := crashExperiment()
	require.NoError(t, err)
	calm := filepath.Join(t.TempDir(), "calm.traj")
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(trajectory.RunsDir(calm), plan))
	var all []trajectory.RunRecord
	for i := range crashRuns {
		r, err := crashRun(tr, i)
		require.NoError(t, err)
		all = append(all, r)
	}
	_, err = trajectory.WriteShard(trajectory.RunsDir(calm), plan, all...)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(dir))
	sameDump(t, openDump(t, calm), openDump(t, path))
}
