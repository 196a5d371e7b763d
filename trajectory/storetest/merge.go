package storetest

import (
	"bytes"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

// sweep sets up an experiment with all that a tree can hold.
func sweep(t *testing.T) *trajectory.Trajectory {
	t.Helper()
	tr, err := trajectory.New("sweep", trajectory.Options{Comment: "every kind", Seed: 7, Now: func() time.Time { return born }})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("model.x", 1.0, trajectory.Comment("explored"), trajectory.Annotate("order", 0)))
	require.NoError(t, tr.AddParameter("model.n", 1))
	require.NoError(t, tr.AddParameter("model.name", "exc"))
	require.NoError(t, tr.AddParameter("model.vector", []float64{1, 2, 3}))
	require.NoError(t, tr.AddParameter("model.ragged", []int32{1}))
	require.NoError(t, tr.AddParameter("model.list", trajectory.ListOf[string]{"a", "ß"}))
	require.NoError(t, tr.AddConfig("verbose", true))
	require.NoError(t, tr.AddDerived("sum", int64(3)))
	require.NoError(t, tr.AddResult("before", trajectory.Items{"a": 1, "b": []bool{true, false}}, trajectory.Comment("made before the runs")))
	require.NoError(t, tr.AddGroup("parameters.empty", trajectory.Comment("no children")))
	require.NoError(t, tr.AddLink("parameters.alias", "model.x"))
	require.NoError(t, tr.Explore(trajectory.Grid{
		trajectory.Over("model.x", trajectory.Values(1.0, math.NaN(), -0.5)),
		trajectory.Zip{trajectory.Over("n", trajectory.Values(10, 20)), trajectory.Over("ragged", trajectory.Values([]int32{}, []int32{1, 2}))},
	}))
	tr.Lock()
	return tr
}

// finish does what a run would do.
func finish(t *testing.T, tr *trajectory.Trajectory, i int) trajectory.RunRecord {
	t.Helper()
	r, err := tr.Run(i)
	require.NoError(t, err)
	info := trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: r.Seed(), Summary: r.Summary()}
	if i == 4 {
		info.State, info.Error, info.Stack = trajectory.Failed, "too hot", "somewhere"
		return trajectory.RunRecord{Info: info}
	}
	n, err := trajectory.Get[int](r, "n")
	require.NoError(t, err)
	require.NoError(t, r.AddResult("rate", float64(i)/3, trajectory.Comment("mean rate")))
	require.NoError(t, r.AddResult("counts", trajectory.Items{"n": n, "even": i%2 == 0, "label": fmt.Sprint("run ", i)}))
	require.NoError(t, r.AddResult("spikes.i", make([]int32, i)))
	require.NoError(t, r.AddResult("table", trajectory.Frame{{Name: "t", Values: make([]float64, i+1)}, {Name: "s", Values: make([]string, i+1)}}))
	require.NoError(t, r.AddResult("labelled", trajectory.DataFrame{Index: make([]float64, i), Columns: []int{i, -i - 1}, Values: []any{make([]float64, i), make([]int64, i)}}))
	require.NoError(t, r.AddDerived("twice", 2*n))
	if i == 3 {
		require.NoError(t, r.AddResult("$set.$.rare", map[string]any{"k": 1.5}, trajectory.Annotate("note", "only here")))
	}
	return trajectory.RunRecord{Info: info, Records: r.Records()}
}

func dump(t *testing.T, tr *trajectory.Trajectory) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, trajectory.Dump(&b, tr))
	return b.String()
}

// testMerge brings a sweep to disk through shards and reads it back, merged
// and not.
func testMerge(t *testing.T, s *suite) {
	tr := sweep(t)
	dir := trajectory.RunsDir(s.path)
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{Build: "test"})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(dir, plan))
	options := trajectory.OpenOptions{Stores: []trajectory.Store{s.Store}}
	for i := range tr.Len() {
		_, err := trajectory.WriteShard(dir, plan, finish(t, tr, i))
		require.NoError(t, err)
		if i == 2 {
			// The file has the first runs, the shards all.
			_, err := trajectory.Merge(background, dir, s.Store, s.path, trajectory.MergeOptions{})
			require.NoError(t, err)
		}
	}
	unmerged, err := trajectory.Open(background, s.path, options)
	require.NoError(t, err)
	want := dump(t, unmerged)
	require.NoError(t, unmerged.Close())

	report, err := trajectory.Merge(background, dir, s.Store, s.path, trajectory.MergeOptions{})
	require.NoError(t, err)
	assert.Equal(t, map[trajectory.State]int{trajectory.Done: tr.Len() - 1, trajectory.Failed: 1}, report.Runs)
	merged, err := trajectory.Open(background, s.path, options)
	require.NoError(t, err)
	defer merged.Close()
	assert.Equal(t, want, dump(t, merged))
	rates, err := trajectory.FromRuns[float64](merged, "rate")
	require.NoError(t, err)
	require.Len(t, rates, tr.Len()-1)
	for _, r := range rates {
		assert.Equal(t, float64(r.Index)/3, r.Value)
	}

	// A sweep too large for a group per run has the same content.
	s.path = s.path[:len(s.path)-len(s.Extensions()[0])] + "packed" + s.Extensions()[0]
	_, err = trajectory.Merge(background, dir, s.Store, s.path, trajectory.MergeOptions{PerRunGroups: -1})
	require.NoError(t, err)
	packed, err := trajectory.Open(background, s.path, options)
	require.NoError(t, err)
	defer packed.Close()
	assert.Equal(t, want, dump(t, packed))
}
