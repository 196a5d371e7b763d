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

// Of a parameter pypet loads the column data: the Go type beside it is not among what it prints.
func TestPypetDumpOfAStructAsAParameter(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("o", struct{ Depth int }{3}))
	require.NoError(t, tr.Explore(trajectory.Over("o", trajectory.Values(struct{ Depth int }{4}, struct{ Depth int }{5}))))
	assert.Subset(t, dumpPypet(t, tr), []string{
		"parameters.o\tdata\t{data:[{\"Depth\":3}]}", "parameters.o\texplored_data\t{data:[{\"Depth\":4} {\"Depth\":5}]}",
	})
}

// pypet loads a quantity without dimension as a number and stores that beside it. It
// prints one of the two: of a parameter what it takes from the quantity, of a result the number.
func TestPypetDumpOfNumbersStoredTwice(t *testing.T) {
	column := func(name string, v ...float64) trajectory.Column {
		return trajectory.Column{Name: name, Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Float64, Shape: []int{len(v)}, Values: v}}
	}
	text := func(s string, shape ...int) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Str, Shape: shape, Values: []string{s}}
	}
	table := func(c ...trajectory.Column) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Table, Columns: c}
	}
	number := func(x float64) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Float64, Values: []float64{x}}
	}
	unit := func(s string) trajectory.Column { return trajectory.Column{Name: "unit", Data: text(s, 1)} }
	tr := newTrajectory(t)
	for name, items := range map[string][]trajectory.Item{
		"parameters.ratio": {
			{Name: "data", Data: table(column("data", 0.5))}, {Name: "data__brn2__", Data: table(column("value", 0.25), unit("1"))},
			{Name: "explored_data", Data: table(column("data", 1, 2, 3))}, {Name: "explored_data__brn2__", Data: table(column("value", 1, 2))},
		},
		"parameters.volts": {
			{Name: "data", Data: table(column("data", 0.5))}, {Name: "data__brn2__", Data: table(column("value", 0.25), unit("1. * volt"))},
		},
		"parameters.plain": {{Name: "data", Data: table(column("data", 0.5))}},
	} {
		require.NoError(t, tr.AddRecord(trajectory.Record{Name: name, Leaf: true, Class: "Brian2Parameter", Items: items}))
	}
	require.NoError(t, tr.AddRecord(trajectory.Record{Name: "results.ratio", Leaf: true, Class: "Brian2Result", Items: []trajectory.Item{
		{Name: "x", Data: number(0.5)}, {Name: "x__brn2__unit", Data: text("1")}, {Name: "x__brn2__value", Data: number(0.25)},
		{Name: "y__brn2__unit", Data: text("1")}, {Name: "y__brn2__value", Data: number(0.75)},
	}}))
	assert.Equal(t, []string{
		"parameters.plain\tdata\t{data:[0.5]}",
		"parameters.ratio\tdata\t{data:[0.25]}",
		"parameters.ratio\texplored_data\t{data:[1 2]}",
		"parameters.volts\tdata__brn2__\t{unit:[1. * volt] value:[0.25]}",
		"results.ratio\tx\t0.5",
		"results.ratio\ty\t0.75",
	}, dumpPypet(t, tr))
}

// Names of columns may begin with a line, but not as what PyTables keeps for itself.
func TestPypetDumpOfNamesWithLines(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddResult("m", map[string]any{"__INT": 1, "_x": 2}))
	require.NoError(t, tr.AddResult("n", map[string]any{"_v_x": 1, "y": 2}))
	assert.Equal(t, []string{"results.m\tm\t{__INT:[1] _x:[2]}", "results.n\tn.c0\t1", "results.n\tn.y\t2"}, dumpPypet(t, tr))
}

// What PyTables has no table for are several values to pypet, named by their keys.
func TestPypetDumpOfNestedMaps(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddResult("m", map[string]any{
		"inner": map[string]any{"x": 1, "y": "a"}, "other": map[string]any{"text": "größer"}, "_h": 2, "c0": 3, "struct": struct{ Depth int }{3},
	}))
	assert.Equal(t, []string{
		"results.m\tm.c0\t2", "results.m\tm.c1\t3", "results.m\tm.inner\t{x:[1] y:[a]}", "results.m\tm.other.text\tgrößer",
		"results.m\tm.struct\t{galvani_go_type:[struct { Depth int }] galvani_json:[{\"Depth\":3}]}",
	}, dumpPypet(t, tr))
	assert.Equal(t, []string{"c1", "c1_", "c2"}, trajectory.PartNames([]trajectory.Column{{Name: "c1"}, {Name: "a.b"}, {Name: "c1_"}}))
}
