package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/hdf5"
)

var made = time.Date(2026, 11, 20, 3, 4, 5, 0, time.UTC)

// sweep makes a small sweep: four runs over tau and n, of which the last failed.
func sweep(t *testing.T) (*trajectory.Trajectory, []trajectory.RunRecord) {
	t.Helper()
	tr, err := trajectory.New("small", trajectory.Options{
		Comment: "a small sweep", Seed: 7, Kinds: brianparam.Kinds(), Now: func() time.Time { return made },
	})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("model.tau", quantity.MustParse("10 ms"), trajectory.Comment("membrane time constant"), trajectory.Annotate("order", 1)))
	require.NoError(t, tr.AddParameter("model.n", 1))
	require.NoError(t, tr.AddParameter("model.eqs", "dV/dt = -V/tau : 1\nmu : 1"))
	require.NoError(t, tr.AddParameter("model.weights", []float64{0.1, 0.2, 0.30000000000000004}))
	require.NoError(t, tr.AddResult("summary.best", 0.1))
	require.NoError(t, tr.AddLink("results.shortcut", "results.summary.best"))
	require.NoError(t, tr.Explore(trajectory.Grid{
		trajectory.Over("tau", trajectory.Values(quantity.MustParse("10 ms"), quantity.MustParse("20 ms"))),
		trajectory.Over("model.n", trajectory.Values(1, 2)),
	}))
	tr.Lock()
	var runs []trajectory.RunRecord
	for i := range tr.Len() {
		r, err := tr.Run(i)
		require.NoError(t, err)
		info := trajectory.RunInfo{
			Index: i, State: trajectory.Done, Seed: r.Seed(), Summary: r.Summary(),
			Start: made.Add(time.Minute), Finish: made.Add(time.Minute + 1500*time.Millisecond), Host: "here",
		}
		if i == 3 {
			info.State, info.Error, info.Stack = trajectory.Failed, "it broke", "main.go:1\nmain.go:2"
			runs = append(runs, trajectory.RunRecord{Info: info})
			continue
		}
		require.NoError(t, r.AddDerived("doubled", 2*i))
		require.NoError(t, r.AddResult("rate", float64(i)/10, trajectory.Comment("mean rate")))
		require.NoError(t, r.AddResult("spikes", trajectory.Items{
			"t": trajectory.Frame{{Name: "neuron", Values: []int32{3, 1, int32(i)}}, {Name: "time", Values: []float64{0.1, 0.2, 0.30000000000000004}}},
			"v": trajectory.Array[float64]{Shape: []int{2, 3}, Data: []float64{0, 1, 2, 3, 4, 5}},
		}))
		runs = append(runs, trajectory.RunRecord{Info: info, Records: r.Records()})
	}
	return tr, runs
}

// files writes the sweep in every way that it may lie on the disk.
func files(t *testing.T) map[string]string {
	t.Helper()
	tr, runs := sweep(t)
	dir := t.TempDir()
	write := func(name string) (path string) {
		path = filepath.Join(dir, name)
		p, err := trajectory.NewPlan(tr, trajectory.Identity{Build: "test"})
		require.NoError(t, err)
		require.NoError(t, trajectory.WritePlan(trajectory.RunsDir(path), p))
		_, err = trajectory.WriteShard(trajectory.RunsDir(path), p, runs...)
		require.NoError(t, err)
		infos := make([]trajectory.RunInfo, len(runs))
		for i := range runs {
			infos[i] = runs[i].Info
		}
		require.NoError(t, trajectory.LogRuns(trajectory.RunsDir(path), infos...))
		return path
	}
	all := map[string]string{"folder": write("merged.traj")}
	ctx := context.Background()
	_, err := trajectory.Merge(ctx, trajectory.RunsDir(all["folder"]), dirstore.New(), all["folder"], trajectory.MergeOptions{})
	require.NoError(t, err)
	if hdf5.Available() {
		all["shards only"] = write("shards.hdf5")
		all["hdf5"] = write("merged.hdf5")
		_, err = trajectory.Merge(ctx, trajectory.RunsDir(all["hdf5"]), hdf5.New(hdf5.Options{}), all["hdf5"], trajectory.MergeOptions{})
		require.NoError(t, err)
		require.NoError(t, os.RemoveAll(trajectory.RunsDir(all["hdf5"])))
	}
	return all
}

func galvani(args ...string) (status int, out, errs string) {
	var o, e bytes.Buffer
	status = run(context.Background(), args, &o, &e)
	return status, o.String(), e.String()
}

func good(t *testing.T, args ...string) string {
	t.Helper()
	status, out, errs := galvani(args...)
	require.Zero(t, status, errs)
	require.Empty(t, errs)
	return out
}

func TestTree(t *testing.T) {
	for name, path := range files(t) {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, strings.TrimLeft(`
small (4 runs)  # a small sweep
  derived_parameters
    runs
      run_00000000
        doubled = 0
      ... 2 more runs (-all prints them)
  parameters
    model
      eqs = 'dV/dt = -V/tau : 1\nmu : 1'
      n = 1, explored over 4 values
      tau = 10 ms, explored over 4 values  # membrane time constant
      weights = array([0.1, 0.2, 0.30000000000000004])
  results
    runs
      run_00000000
        rate [Result]  # mean rate
        spikes [Result]
      ... 2 more runs (-all prints them)
    summary
      best [Result]
    shortcut -> results.summary.best
`, "\n"), good(t, "tree", path))
			assert.Equal(t, "results\n  runs\n  summary\n  shortcut -> results.summary.best\n", good(t, "tree", path, "-depth", "1", "results"))
			full := good(t, "tree", "-full", path)
			assert.Contains(t, full, "\nresults.runs.run_00000002.spikes\n")
			assert.Contains(t, full, "\nresults.shortcut\n")
			assert.Contains(t, good(t, "tree", "-all", path), "      run_00000002\n")
			assert.Equal(t, "tau = 10 ms, explored over 4 values  # membrane time constant\n", good(t, "tree", path, "tau"))
		})
	}
}

func TestShow(t *testing.T) {
	tr, _ := sweep(t)
	seed := func(i int) string {
		r, err := tr.Run(i)
		require.NoError(t, err)
		return fmt.Sprint(r.Seed())
	}
	for name, path := range files(t) {
		t.Run(name, func(t *testing.T) {
			whole := good(t, "show", path)
			for _, line := range []string{
				"trajectory  small\n", "comment     a small sweep\n", "made        2026-11-20 03:04:05 UTC\n", "seed        7\n", "runs        3 done, 1 failed\n",
				"explored    parameters.model.tau, parameters.model.n\n",
				"parameters.model.tau      10 ms  membrane time constant  [explored: 10 ms, 10 ms, 20 ms, 20 ms]\n",
				"parameters.model.weights  0.1 0.2 0.30000000000000004\n",
				"parameters.model.eqs      \"dV/dt = -V/tau : 1\\nmu : 1\"\n",
				"0    done    " + seed(0), "1.5s      n: 2,   tau: 20 ms  it broke\n", "summary.best  float  0.1\n",
			} {
				assert.Contains(t, whole, line)
			}
			one := good(t, "show", "-run", "2", path)
			for _, line := range []string{
				"run       2\n", "state     done\n", "seed      " + seed(2) + "\n", "duration  1.5s\n",
				"parameters.model.tau  20 ms  membrane time constant\n", "parameters.model.n    1\n",
				"\nderived parameters\ndoubled  4\n",
				"rate      float         0.2\n", "spikes.t  table[3 x 2]  neuron: 3 1 2  time: 0.1 0.2 0.30000000000000004\n", "spikes.v  float64[2x3]  0 1 2 3 4 5\n",
			} {
				assert.Contains(t, one, line)
			}
			failed := good(t, "show", path, "-run", "3")
			assert.Contains(t, failed, "error     it broke\n")
			assert.Contains(t, failed, "\nstack\nmain.go:1\nmain.go:2\n")

			assert.Equal(t, "3\n1\n2\n", good(t, "show", "-run", "2", path, "spikes.t.neuron"))
			assert.Equal(t, "0.1\n0.2\n0.30000000000000004\n", good(t, "show", path, "results.runs.run_00000001.spikes.t.time"))
			assert.Equal(t, "neuron\ttime\n3\t0.1\n1\t0.2\n1\t0.30000000000000004\n", good(t, "show", "-run", "1", path, "spikes.t"))
			assert.Equal(t, "0\t1\t2\n3\t4\t5\n", good(t, "show", "-run", "0", path, "spikes.v"))
			assert.Equal(t, "0.01\n", good(t, "show", path, "model.tau.value"))
			assert.Equal(t, strings.TrimLeft(`
name      parameters.model.tau
class     Brian2Parameter
comment   membrane time constant
quantity  10 ms
@order    1

value  float
0.01

unit  str
1. * second

explored  4 values
0	0.01
1	0.01
2	0.02
3	0.02
`, "\n"), good(t, "show", path, "tau"))
			assert.Contains(t, good(t, "show", path, "model"), "\nweights  0.1 0.2 0.30000000000000004\n")
		})
	}
}

func TestTable(t *testing.T) {
	tr, _ := sweep(t)
	var seeds []string
	for i := range tr.Len() {
		r, err := tr.Run(i)
		require.NoError(t, err)
		seeds = append(seeds, fmt.Sprint(r.Seed()))
	}
	for name, path := range files(t) {
		t.Run(name, func(t *testing.T) {
			rows, err := csv.NewReader(strings.NewReader(good(t, "table", "-format", "csv", path))).ReadAll()
			require.NoError(t, err)
			assert.Equal(t, [][]string{
				{"run", "state", "seed", "model.tau [s]", "model.n", "derived_parameters.doubled", "rate"},
				{"0", "done", seeds[0], "0.01", "1", "0", "0"},
				{"1", "done", seeds[1], "0.01", "2", "2", "0.1"},
				{"2", "done", seeds[2], "0.02", "1", "4", "0.2"},
				{"3", "failed", seeds[3], "0.02", "2", "", ""},
			}, rows)
			assert.Equal(t, strings.TrimLeft(`
run  model.tau [ms]  model.n  rate
  2              20        1   0.2
  1              10        2   0.1
  0              10        1     0
`, "\n"), good(t, "table", "-unit", "model.tau=ms", "-where", "state == 'done'", "-sort", "-rate", "-columns", "run, tau,model.n,rate", path))
			assert.Equal(t, `{"run":3,"rate":null}`+"\n", good(t, "table", path, "-format=ndjson", "-where", "run == 3", "-columns", "run,rate"))
			parquet := good(t, "table", "-format", "parquet", path)
			assert.True(t, strings.HasPrefix(parquet, "PAR1") && strings.HasSuffix(parquet, "PAR1"))
			assert.Contains(t, good(t, "table", "-arrays", "-log", "-parameters", "model.w*", path), "it broke")
			good(t, "table", "-format", "csv", "-columns", "weights,spikes.v", "-parameters", "weights", "-arrays", path)
		})
	}
}

func TestDumpIsTheSameHoweverItIsStored(t *testing.T) {
	var exact, pypet []string
	for _, path := range files(t) {
		exact = append(exact, good(t, "dump", path))
		pypet = append(pypet, good(t, "dump", "-pypet", "-trajectory", "small", path))
	}
	for i := range exact {
		assert.Equal(t, exact[0], exact[i])
		assert.Equal(t, pypet[0], pypet[i])
	}
	assert.Contains(t, exact[0], "\n#run_00000003\tstate\tstr\t\"failed\"\n")
	assert.Contains(t, pypet[0], "\nparameters.model.tau\texplored_data__brn2__\t{value:[0.01 0.01 0.02 0.02]}\n")
}

func TestWrongUseIsOneLineAndStatusOne(t *testing.T) {
	path := files(t)["folder"]
	for _, args := range [][]string{
		{}, {"nonsense"}, {"-x"},
		{"tree"}, {"tree", path, "results", "more"}, {"tree", path, "nothing"}, {"tree", "-depth", "x", path},
		{"show", path, "model.tauu"}, {"show", path, "tau.nothing"}, {"show", "-run", "4", path}, {"show", "-run", "-1", path}, {"show", "-run", "2", path, "nothing"},
		{"table", "-nonsense", path}, {"table", path, "more"}, {"table", "-format", "xls", path}, {"table", "-where", "nothing == 1", path},
		{"table", "-columns", "nothing", path}, {"table", "-sort", "nothing", path}, {"table", "-unit", "tau", path}, {"table", "-unit", "tau=mV", path},
		{"find", path}, {"find", path, "tau >"}, {"find", path, "tau == 'x'"}, {"find", path, "tau > 1", "more"}, {"find", path, "tau > 1"},
		{"merge", path}, {"merge", path, path}, {"merge", path, path + "x"}, {"merge", "-out", path, path, path}, {"merge", path + ".png", path},
		{"compact", path + "x"}, {"export", "-npz", path}, {"export", "-npz", "-pypet", path}, {"export", "-npz", path, path}, {"export", "-pypet", path},
		{"import", path}, {"import", path, path}, {"completion"}, {"completion", "csh"},
		{"dump", path + "x"}, {"dump", filepath.Join(t.TempDir(), "no.hdf5")}, {"dump", "-trajectory", "other", path}, {"dump", t.TempDir()},
	} {
		status, out, errs := galvani(args...)
		assert.Equal(t, 1, status, args)
		assert.Empty(t, out, args)
		assert.Equal(t, 1, strings.Count(errs, "\n"), "%v: %s", args, errs)
		assert.True(t, strings.HasPrefix(errs, "galvani"), errs)
	}
	_, _, errs := galvani("show", path, "model.tauu")
	assert.Contains(t, errs, "did you mean")
}

func TestHelp(t *testing.T) {
	out := good(t, "-h")
	for _, c := range commands() {
		assert.Contains(t, out, c.name)
		for _, args := range [][]string{{c.name, "-h"}, {"help", c.name}} {
			help := good(t, args...)
			assert.Contains(t, help, "usage: galvani "+c.name)
			assert.Contains(t, help, "example:\n")
		}
	}
}
