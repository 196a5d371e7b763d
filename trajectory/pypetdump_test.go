package trajectory_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
)

func dumpPypet(t *testing.T, tr *trajectory.Trajectory) []string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, trajectory.DumpPypet(&b, tr))
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// Python sorts the keys, not what is printed of the entries: "a" before "a0".
func TestPypetDumpSortsKeys(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddResult("m", map[string]any{"a0": 1, "a": 2}))
	require.NoError(t, tr.AddResult("t", trajectory.Frame{{Name: "a0", Values: []int{1}}, {Name: "a", Values: []int{2}}}))
	assert.Contains(t, dumpPypet(t, tr), "results.m\tm\t{a:[2] a0:[1]}")
	assert.Contains(t, dumpPypet(t, tr), "results.t\tt\t{a:[2] a0:[1]}")
}

// A struct is a dict that pypet can have: its keys are names of columns.
func TestPypetSeesStructsAsDicts(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddResult("o", struct{ Depth int }{3}))
	assert.Contains(t, dumpPypet(t, tr), "results.o\to\t{galvani_go_type:[struct { Depth int }] galvani_json:[{\"Depth\":3}]}")
}

// pypet's ArrayParameter keeps scalars as its Parameter does.
func TestScalarsInAnArrayParameter(t *testing.T) {
	ints := func(v ...int64) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{
			{Name: "data", Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Int, Shape: []int{len(v)}, Values: v}},
		}}
	}
	path := t.TempDir() + "/x.traj"
	w, err := dirstore.New().Create(background, path, trajectory.Header{Name: "x", Length: 3, Explored: []string{"parameters.p"}})
	require.NoError(t, err)
	record := trajectory.Record{
		Name: "parameters.p", Leaf: true, Class: "ArrayParameter",
		Items: []trajectory.Item{{Name: "data", Data: ints(1)}, {Name: "explored_data", Data: ints(1, 2, 3)}},
	}
	for _, r := range []trajectory.Record{{Name: ""}, {Name: "parameters"}, record} {
		require.NoError(t, w.Node(r))
	}
	require.NoError(t, w.Commit())
	tr, err := trajectory.Open(background, path, trajectory.OpenOptions{Stores: []trajectory.Store{dirstore.New()}})
	require.NoError(t, err)
	t.Cleanup(func() { tr.Close() })
	r, err := tr.Run(2)
	require.NoError(t, err)
	v, err := trajectory.Get[int](r, "p")
	require.NoError(t, err)
	assert.Equal(t, 3, v)
	for r, err := range tr.Records() {
		require.NoError(t, err)
		if r.Name == record.Name {
			assert.Equal(t, record.Class, r.Class)
			assert.Equal(t, record.Items, r.Items)
		}
	}
}
