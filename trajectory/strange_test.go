package trajectory_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/dirstore"
)

// What Brian 2 writes for mV**-4.73: no dimension of package quantity.
const oddUnit = "6.45654229e-15 * mvolt ** -4.73"

// oddFile holds quantities whose units cannot be told, one of them explored, among others.
func oddFile(t *testing.T) string {
	t.Helper()
	cells := func(name string, typ trajectory.Type, v any, n int) trajectory.Column {
		return trajectory.Column{Name: name, Data: trajectory.Data{Coll: trajectory.Scalar, Type: typ, Shape: []int{n}, Values: v}}
	}
	table := func(columns ...trajectory.Column) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Table, Columns: columns}
	}
	unit, value := cells("unit", trajectory.Str, []string{oddUnit}, 1), cells("value", trajectory.Float, []float64{2.5}, 1)
	number := func(x float64) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Float, Values: []float64{x}}
	}
	text := func(s string) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Str, Values: []string{s}}
	}
	path := filepath.Join(t.TempDir(), "odd.traj")
	w, err := dirstore.New().Create(background, path, trajectory.Header{Name: "odd", Length: 2, Explored: []string{"parameters.b", "parameters.n"}})
	require.NoError(t, err)
	for _, r := range []trajectory.Record{
		{Name: "parameters.a", Class: "Brian2Parameter", Items: []trajectory.Item{{Name: "data__brn2__", Data: table(unit, value)}}},
		{Name: "parameters.b", Class: "Brian2Parameter", Items: []trajectory.Item{
			{Name: "data__brn2__", Data: table(unit, value)},
			{Name: "explored_data__brn2__", Data: table(cells("value", trajectory.Float, []float64{1, 2}, 2))},
		}},
		{Name: "parameters.n", Class: "Parameter", Items: []trajectory.Item{
			{Name: "data", Data: table(cells("data", trajectory.Int, []int64{0}, 1))},
			{Name: "explored_data", Data: table(cells("data", trajectory.Int, []int64{7, 8}, 2))},
		}},
		{Name: "results.r", Class: "Brian2Result", Items: []trajectory.Item{
			{Name: "odd__brn2__unit", Data: text(oddUnit)}, {Name: "odd__brn2__value", Data: number(2.5)},
			{Name: "v__brn2__unit", Data: text("1. * volt")}, {Name: "v__brn2__value", Data: number(0.005)},
			{Name: "x", Data: number(3)},
		}},
	} {
		r.Leaf = true
		require.NoError(t, w.Node(r))
	}
	require.NoError(t, w.Commit())
	return path
}

// A leaf that its class cannot decode has what the file holds, says why, and spoils nothing else.
func TestWhatCannotBeDecodedSpoilsNothing(t *testing.T) {
	path := oddFile(t)
	tr := openWith(t, path, trajectory.OpenOptions{Kinds: brianparam.Kinds()})
	assert.Equal(t, []string{"parameters.n"}, tr.Explored())
	r, err := tr.Run(1)
	require.NoError(t, err)
	n, err := trajectory.Get[int](r, "n")
	require.NoError(t, err)
	assert.Equal(t, 8, n)
	for _, name := range []string{"parameters.a", "parameters.b"} {
		p, err := tr.Parameter(name)
		require.NoError(t, err)
		assert.ErrorIs(t, p.Err(), brianparam.ErrFormat)
		assert.ErrorContains(t, p.Err(), name)
		assert.ErrorContains(t, p.Err(), "-4.73")
		raw, ok := p.Value().(trajectory.Items)["data__brn2__"].(trajectory.Frame)
		require.True(t, ok)
		assert.Equal(t, trajectory.FrameColumn{Name: "value", Values: []float64{2.5}}, raw[1])
		assert.NotEmpty(t, p.Text())
		assert.Contains(t, p.String(), "-4.73")
		_, err = trajectory.Get[quantity.Quantity](tr, name)
		assert.ErrorIs(t, err, brianparam.ErrFormat)
		require.NoError(t, tr.Unload(name))
		assert.ErrorIs(t, p.Err(), brianparam.ErrFormat)
	}
	res, err := tr.Result("r")
	require.NoError(t, err)
	items, err := res.Items()
	require.NoError(t, err)
	assert.Equal(t, trajectory.Items{"odd__brn2__unit": oddUnit, "odd__brn2__value": 2.5, "v": quantity.New(0.005, quantity.DimVoltage), "x": 3.0}, items)
	x, err := res.Item("odd__brn2__value")
	require.NoError(t, err)
	assert.Equal(t, 2.5, x)
	_, err = res.Item("odd")
	assert.ErrorContains(t, err, "odd__brn2__unit")
	var text strings.Builder
	require.NoError(t, trajectory.DumpPypet(&text, tr))
	assert.Contains(t, text.String(), "parameters.b\texplored_data__brn2__\t{value:[1 2]}\n")
	assert.Contains(t, text.String(), "results.r\todd__brn2__unit\t"+oddUnit+"\n")
	// It goes on into other files as it is.
	var before, after strings.Builder
	require.NoError(t, trajectory.Dump(&before, tr))
	to := filepath.Join(t.TempDir(), "to.traj")
	require.NoError(t, trajectory.Save(background, tr, dirstore.New(), to))
	require.NoError(t, trajectory.Dump(&after, openWith(t, to, trajectory.OpenOptions{Kinds: brianparam.Kinds()})))
	assert.Equal(t, before.String(), after.String())
	// It cannot be changed or explored, and no new sweep has it for a parameter.
	_, err = trajectory.OpenAsNew(background, path, trajectory.OpenOptions{Stores: []trajectory.Store{dirstore.New()}, Kinds: brianparam.Kinds()}, "again", trajectory.Options{})
	assert.ErrorContains(t, err, "parameters.a")
}

// One quantity of a result is read without the others.
func TestOneQuantityIsReadAlone(t *testing.T) {
	c := &counting{Store: dirstore.New(), nodes: map[string]int{}, items: map[string]int{}}
	tr := openWith(t, oddFile(t), trajectory.OpenOptions{Stores: []trajectory.Store{c}, Kinds: brianparam.Kinds()})
	res, err := tr.Result("r")
	require.NoError(t, err)
	for name, want := range map[string]any{"v": quantity.New(0.005, quantity.DimVoltage), "x": 3.0} {
		got, err := res.Item(name)
		require.NoError(t, err)
		assert.Equal(t, want, got)
		assert.Zero(t, c.nodes["results.r"])
	}
}
