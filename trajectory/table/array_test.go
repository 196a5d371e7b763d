package table_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/internal/npz"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/design"
	"galvani/trajectory/table"
)

// tableOf runs a design and reads the table.
func tableOf(t testing.TB, d trajectory.Design, o table.Options, run func(*trajectory.Run) error) *table.Table {
	t.Helper()
	tab, err := table.New(background, open(t, sweep(t, explore(t, d), 0, run)), o)
	require.NoError(t, err)
	return tab
}

func trials() trajectory.Design {
	return design.WithTrials(grid(), "trial", 2)
}

// rate is a number that says where it was made; run 3 fails.
func rate(r *trajectory.Run) error {
	tau, err := trajectory.Get[quantity.Quantity](r, "model.tau")
	if err != nil {
		return err
	}
	n, err := trajectory.Get[int](r, "model.n")
	if err != nil {
		return err
	}
	trial, err := trajectory.Get[int](r, "trial")
	if err != nil {
		return err
	}
	if r.Index() == 3 {
		return fmt.Errorf("no")
	}
	x := 1000*tau.SI()*100 + float64(10*n+trial)
	t := []float64{0, 0.5, 1}
	for name, v := range map[string]any{
		"rate": quantity.New(x, quantity.DimFrequency), "text": "x", "ok": trial == 1,
		"trace": []float64{x, x + 0.25, x + 0.5}, "t": t, "map": trajectory.Array[int32]{Shape: []int{2, 3}, Data: []int32{int32(x), 1, 2, 3, 4, 5}},
	} {
		if err := r.AddResult(name, v); err != nil {
			return err
		}
	}
	return nil
}

func TestGrid(t *testing.T) {
	tab := tableOf(t, trials(), table.Options{}, rate)
	a, err := tab.Grid("rate", table.ArrayOptions{})
	require.NoError(t, err)
	assert.Equal(t, []int{2, 3, 2}, a.Shape())
	assert.Equal(t, "Hz", a.Unit)
	assert.Equal(t, "model.tau", a.Dims[0].Name)
	assert.Equal(t, "s", a.Dims[0].Unit)
	assert.Equal(t, []any{0.005, 0.02}, a.Dims[0].Values)
	assert.Equal(t, []any{int64(1), int64(2), int64(3)}, a.Dims[1].Values)
	assert.Equal(t, 1, a.Missing())
	for i, tau := range []float64{500, 2000} {
		for n := range 3 {
			for trial := range 2 {
				x, ok := a.At(i, n, trial)
				if i == 0 && n == 1 && trial == 1 {
					assert.False(t, ok)
					assert.True(t, math.IsNaN(x))
					continue
				}
				assert.True(t, ok)
				assert.InDelta(t, tau+float64(10*(n+1)+trial), x, 1e-9)
			}
		}
	}
	_, ok := a.At(0, 0)
	assert.False(t, ok)
	_, ok = a.At(0, 3, 0)
	assert.False(t, ok)
	_, ok = a.At(-1, 0, 0)
	assert.False(t, ok)

	// In another order of the dimensions it is the transposed array.
	b, err := tab.Grid("rate", table.ArrayOptions{Dims: []string{"trial", "model.n", "model.tau"}})
	require.NoError(t, err)
	c, err := a.Transpose("trial", "model.n", "tau")
	require.NoError(t, err)
	sameArray(t, c, b)
	assert.Equal(t, []int{2, 3, 2}, c.Shape())
	x, _ := a.At(1, 2, 0)
	y, _ := c.At(0, 2, 1)
	assert.Equal(t, x, y)

	bools, err := tab.Grid("ok", table.ArrayOptions{})
	require.NoError(t, err)
	assert.Equal(t, []float64{0, 1}, bools.Values[:2])
}

func sameArray(t *testing.T, want, got *table.Array) {
	t.Helper()
	assert.Equal(t, want.Name, got.Name)
	assert.Equal(t, want.Unit, got.Unit)
	assert.Equal(t, want.Dims, got.Dims)
	assert.Equal(t, want.Present, got.Present)
	require.Len(t, got.Values, len(want.Values))
	for i, x := range want.Values {
		assert.Equal(t, math.Float64bits(x), math.Float64bits(got.Values[i]), "element %d", i)
	}
}

func TestSelecting(t *testing.T) {
	tab := tableOf(t, trials(), table.Options{}, rate)
	a, err := tab.Grid("rate", table.ArrayOptions{})
	require.NoError(t, err)
	want, _ := a.At(1, 2, 0)
	for _, tau := range []any{0.02, "20 ms", quantity.MustParse("20 ms"), 0.02 * (1 + 1e-12), float32(0.02) * 1} {
		if _, single := tau.(float32); single {
			_, err := a.Select("tau", tau)
			assert.ErrorIs(t, err, trajectory.ErrNotFound, "seven digits are not enough")
			continue
		}
		s, err := a.Select("tau", tau)
		require.NoError(t, err, "%v", tau)
		assert.Equal(t, []int{3, 2}, s.Shape())
		s, err = s.Select("n", 3)
		require.NoError(t, err)
		s, err = s.Select("trial", int64(0))
		require.NoError(t, err)
		assert.Empty(t, s.Shape())
		x, ok := s.At()
		assert.True(t, ok)
		assert.Equal(t, want, x)
	}
	for _, v := range []any{0.03, "20 mV", "twenty", true, []int{1}, nil} {
		_, err := a.Select("tau", v)
		assert.Error(t, err, "%v", v)
	}
	_, err = a.Select("nothing", 1)
	assert.ErrorIs(t, err, trajectory.ErrNotFound)

	s, err := a.Nearest("tau", 0.013)
	require.NoError(t, err)
	u, _ := a.Select("tau", 0.02)
	sameArray(t, u, s)
	_, err = a.Nearest("tau", math.NaN())
	assert.Error(t, err)
	_, err = a.Nearest("nothing", 1)
	assert.Error(t, err)

	s, err = a.Between("n", 2, 3)
	require.NoError(t, err)
	assert.Equal(t, []int{2, 2, 2}, s.Shape())
	x, _ := s.At(1, 1, 0)
	assert.Equal(t, want, x)
	s, err = a.Between("tau", "1 ms", "5 ms")
	require.NoError(t, err)
	assert.Equal(t, []int{1, 3, 2}, s.Shape())
	assert.Equal(t, []int{3, 2}, s.Squeeze().Shape())
	_, err = a.Between("tau", "6 ms", "7 ms")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	_, err = a.Between("tau", "6 mV", "7 mV")
	assert.Error(t, err)
	_, err = a.Between("nothing", 1, 2)
	assert.Error(t, err)

	s, err = a.Index("n", 1)
	require.NoError(t, err)
	assert.Equal(t, 1, s.Missing())
	full, err := a.Index("n", 2)
	require.NoError(t, err)
	assert.Nil(t, full.Present, "nothing is missing in this part")
	for _, i := range []int{-1, 3} {
		_, err = a.Index("n", i)
		assert.ErrorIs(t, err, trajectory.ErrNotFound)
	}
	_, err = a.Index("nothing", 0)
	assert.Error(t, err)

	r, err := a.Rename("tau", "time constant")
	require.NoError(t, err)
	assert.Equal(t, "time constant", r.Dims[0].Name)
	assert.Equal(t, "model.tau", a.Dims[0].Name)
	_, err = a.Rename("nothing", "x")
	assert.Error(t, err)
	for _, names := range [][]string{{"tau"}, {"tau", "n", "n"}, {"tau", "n", "nothing"}} {
		_, err = a.Transpose(names...)
		assert.Error(t, err)
	}
}

func TestTextsAndBoolsAsCoordinates(t *testing.T) {
	tab := tableOf(t, trajectory.Grid{
		trajectory.Over("method", trajectory.Values("euler", "heun")), trajectory.Over("fast", trajectory.Values(true, false)),
	}, table.Options{}, func(r *trajectory.Run) error { return r.AddResult("x", r.Index()) })
	a, err := tab.Grid("x", table.ArrayOptions{})
	require.NoError(t, err)
	s, err := a.Select("method", "heun")
	require.NoError(t, err)
	s, err = s.Select("fast", false)
	require.NoError(t, err)
	assert.Equal(t, []float64{3}, s.Values)
	_, err = a.Select("method", "rk4")
	assert.Error(t, err)
	_, err = a.Nearest("method", 1)
	assert.ErrorIs(t, err, trajectory.ErrType)
	items, err := a.Items()
	require.NoError(t, err)
	b, err := table.FromItems(items)
	require.NoError(t, err)
	sameArray(t, a, b)
}

func TestLinkedParametersShareADimension(t *testing.T) {
	d := trajectory.Grid{
		trajectory.Zip{design.Linspace("e.tau", 1, 3, 3), design.Linspace("i.tau", 10, 30, 3)},
		trajectory.Over("model.n", trajectory.Values(1, 2)),
	}
	tab := tableOf(t, d, table.Options{}, func(r *trajectory.Run) error { return r.AddResult("x", r.Index()) })
	a, err := tab.Grid("x", table.ArrayOptions{})
	require.NoError(t, err)
	assert.Equal(t, []int{3, 2}, a.Shape())
	assert.Equal(t, []float64{0, 1, 2, 3, 4, 5}, a.Values)
	assert.Equal(t, []table.Coord{{Name: "i.tau", Values: []any{10.0, 20.0, 30.0}}}, a.Dims[0].Also)
	s, err := a.Select("i.tau", 20)
	require.NoError(t, err)
	assert.Equal(t, []float64{2, 3}, s.Values)
	_, err = a.Coord("tau")
	assert.ErrorIs(t, err, trajectory.ErrNotUnique)
	r, err := a.Rename("i.tau", "inhibition")
	require.NoError(t, err)
	assert.Equal(t, "inhibition", r.Dims[0].Also[0].Name)
	assert.Equal(t, "i.tau", a.Dims[0].Also[0].Name)

	b, err := tab.Grid("x", table.ArrayOptions{Dims: []string{"model.n", "i.tau"}})
	require.NoError(t, err)
	assert.Equal(t, []int{2, 3}, b.Shape())
	assert.Equal(t, []float64{0, 2, 4, 1, 3, 5}, b.Values)
	assert.Equal(t, "e.tau", b.Dims[1].Also[0].Name)
	items, err := b.Items()
	require.NoError(t, err)
	c, err := table.FromItems(items)
	require.NoError(t, err)
	sameArray(t, b, c)
}

func TestGridRefuses(t *testing.T) {
	tab := tableOf(t, trials(), table.Options{}, rate)
	for name, try := range map[string]func() (*table.Array, error){
		"unknown": func() (*table.Array, error) { return tab.Grid("nothing", table.ArrayOptions{}) },
		"text":    func() (*table.Array, error) { return tab.Grid("text", table.ArrayOptions{}) },
		"no trial": func() (*table.Array, error) {
			return tab.Grid("rate", table.ArrayOptions{Dims: []string{"model.tau", "model.n"}})
		},
		"no dimension": func() (*table.Array, error) { return tab.Grid("rate", table.ArrayOptions{Dims: []string{"nothing"}}) },
		"twice": func() (*table.Array, error) {
			return tab.Grid("rate", table.ArrayOptions{Dims: []string{"tau", "model.tau"}})
		},
		"inner of none": func() (*table.Array, error) {
			return tab.Grid("rate", table.ArrayOptions{Inner: []table.Inner{{Name: "time"}}})
		},
		"too large":    func() (*table.Array, error) { return tab.Grid("rate", table.ArrayOptions{MaxBytes: 9 * 11}) },
		"runs unknown": func() (*table.Array, error) { return tab.OverRuns("nothing", table.ArrayOptions{}) },
		"runs of text": func() (*table.Array, error) { return tab.OverRuns("text", table.ArrayOptions{}) },
	} {
		_, err := try()
		assert.Error(t, err, name)
	}
	_, err := tab.Grid("rate", table.ArrayOptions{Dims: []string{"model.tau", "model.n"}})
	assert.ErrorContains(t, err, "rows 0 and 1 are at the same point (model.tau=0.005, model.n=1)")
	_, err = tab.Grid("rate", table.ArrayOptions{MaxBytes: 9 * 11})
	assert.ErrorIs(t, err, table.ErrTooLarge)

	shapes := tableOf(t, trajectory.Over("shape", trajectory.Values([]float64{1, 2}, []float64{3, 4})), table.Options{}, func(r *trajectory.Run) error { return r.AddResult("x", 1.5) })
	_, err = shapes.Grid("x", table.ArrayOptions{})
	assert.ErrorContains(t, err, "shape are arrays")
	a, err := shapes.OverRuns("x", table.ArrayOptions{})
	require.NoError(t, err)
	assert.Equal(t, []int{2}, a.Shape())
}

// TestSparsePointsAreMissing has many points of which few are there.
func TestSparsePointsAreMissing(t *testing.T) {
	d := trajectory.Points{Names: []string{"model.n", "model.g"}, Rows: [][]any{{1, 0.5}, {2, 0.5}, {2, 1.5}, {7, 2.5}}}
	tab := tableOf(t, d, table.Options{}, func(r *trajectory.Run) error { return r.AddResult("x", float64(r.Index())) })
	a, err := tab.Grid("x", table.ArrayOptions{})
	require.NoError(t, err)
	assert.Equal(t, []int{3, 3}, a.Shape())
	assert.Equal(t, 5, a.Missing())
	x, ok := a.At(1, 1)
	assert.True(t, ok)
	assert.Equal(t, 2.0, x)
}

func TestSequencesLieAlongTheRuns(t *testing.T) {
	traj := explore(t, nil)
	require.NoError(t, traj.Explore(design.Sequence{Of: traj, Parts: []trajectory.Design{design.Linspace("model.g", 1, 2, 2), design.Integers("model.n", 3, 5, 1)}}))
	path := sweep(t, traj, 0, func(r *trajectory.Run) error { return r.AddResult("x", 10*r.Index()) })
	tab, err := table.New(background, open(t, path), table.Options{})
	require.NoError(t, err)
	a, err := tab.OverRuns("x", table.ArrayOptions{})
	require.NoError(t, err)
	assert.Equal(t, []int{5}, a.Shape())
	assert.Equal(t, []float64{0, 10, 20, 30, 40}, a.Values)
	assert.Equal(t, []any{int64(0), int64(1), int64(2), int64(3), int64(4)}, a.Dims[0].Values)
	g, err := a.Coord("model.g")
	require.NoError(t, err)
	assert.Equal(t, []any{1.0, 2.0, 1.0, 1.0, 1.0}, g.Values)
	n, err := a.Coord("model.n")
	require.NoError(t, err)
	assert.Equal(t, []any{int64(3), int64(3), int64(3), int64(4), int64(5)}, n.Values)
	later, err := tab.Select("x")
	require.NoError(t, err)
	b, err := later.OverRuns("x", table.ArrayOptions{})
	require.NoError(t, err)
	assert.Equal(t, a.Values, b.Values)
}

func TestInnerDimensions(t *testing.T) {
	tab := tableOf(t, trials(), table.Options{Arrays: true}, rate)
	a, err := tab.Grid("trace", table.ArrayOptions{Inner: []table.Inner{{Name: "time", From: "t"}}})
	require.NoError(t, err)
	assert.Equal(t, []int{2, 3, 2, 3}, a.Shape())
	assert.Equal(t, []any{0.0, 0.5, 1.0}, a.Dims[3].Values)
	assert.Equal(t, 3, a.Missing())
	s, err := a.Select("time", 0.5)
	require.NoError(t, err)
	x, _ := s.At(0, 0, 0)
	assert.InDelta(t, 510.25, x, 1e-9)
	b, err := tab.Grid("map", table.ArrayOptions{Inner: []table.Inner{{Name: "space"}}})
	require.NoError(t, err)
	assert.Equal(t, []int{2, 3, 2, 2, 3}, b.Shape())
	assert.Equal(t, "space", b.Dims[3].Name)
	assert.Equal(t, "dim_1", b.Dims[4].Name)
	x, _ = b.At(1, 2, 1, 1, 2)
	assert.Equal(t, 5.0, x)
	c, err := tab.OverRuns("trace", table.ArrayOptions{})
	require.NoError(t, err)
	assert.Equal(t, []int{12, 3}, c.Shape())

	for name, o := range map[string]table.ArrayOptions{
		"no such column":  {Inner: []table.Inner{{Name: "time", From: "nothing"}}},
		"no array":        {Inner: []table.Inner{{Name: "time", From: "rate"}}},
		"other length":    {Inner: []table.Inner{{}, {Name: "time", From: "trace"}}},
		"differing":       {Inner: []table.Inner{{Name: "time", From: "trace"}}},
		"two-dimensional": {Inner: []table.Inner{{Name: "time", From: "map"}}},
		"too large":       {MaxBytes: 9 * 35},
	} {
		_, err := tab.Grid("trace", o)
		assert.Error(t, err, name)
	}
}

func TestRaggedArraysNeedPadding(t *testing.T) {
	tab := tableOf(t, trajectory.Over("model.n", trajectory.Values(0, 2, 3)), table.Options{Arrays: true}, func(r *trajectory.Run) error {
		n, err := trajectory.Get[int](r, "model.n")
		if err != nil {
			return err
		}
		v, times := make([]float64, n), make([]int, n)
		m := trajectory.Array[int]{Shape: []int{2, n}}
		for i := range n {
			v[i], times[i] = float64(10*n+i), 5*i
		}
		for i := range 2 * n {
			m.Data = append(m.Data, i)
		}
		if err := r.AddResult("times", times); err != nil {
			return err
		}
		if err := r.AddResult("m", m); err != nil {
			return err
		}
		return r.AddResult("v", v)
	})
	_, err := tab.Grid("v", table.ArrayOptions{})
	assert.ErrorContains(t, err, "Pad")
	a, err := tab.Grid("v", table.ArrayOptions{Pad: true, Inner: []table.Inner{{Name: "time", From: "times"}}})
	require.NoError(t, err)
	assert.Equal(t, []int{3, 3}, a.Shape())
	assert.Equal(t, []bool{false, false, false, true, true, false, true, true, true}, a.Present)
	assert.Equal(t, []float64{20, 21}, a.Values[3:5])
	assert.True(t, math.IsNaN(a.Values[5]))
	assert.Equal(t, []any{int64(0), int64(5), int64(10)}, a.Dims[1].Values)
	_, err = tab.Grid("v", table.ArrayOptions{Inner: []table.Inner{{Name: "time", From: "times"}}})
	assert.Error(t, err)
	m, err := tab.Grid("m", table.ArrayOptions{Pad: true})
	require.NoError(t, err)
	assert.Equal(t, []int{3, 2, 3}, m.Shape())
	x, ok := m.At(1, 1, 0)
	assert.True(t, ok)
	assert.Equal(t, 2.0, x)
	_, ok = m.At(1, 1, 2)
	assert.False(t, ok)
}

func TestSummarizeOverTrials(t *testing.T) {
	tab := tableOf(t, trials(), table.Options{}, rate)
	a, err := tab.Grid("rate", table.ArrayOptions{})
	require.NoError(t, err)
	s, err := a.Summarize("trial")
	require.NoError(t, err)
	assert.Equal(t, []int{2, 3}, s.Mean.Shape())
	assert.Equal(t, []float64{2, 1, 2, 2, 2, 2}, s.N.Values)
	assert.Equal(t, "Hz", s.Mean.Unit)
	assert.Equal(t, "rate.mean", s.Mean.Name)
	want := design.Summarize([]float64{510, 511})
	assert.InDelta(t, want.Mean, s.Mean.Values[0], 1e-9)
	assert.InDelta(t, want.Std, s.Std.Values[0], 1e-9)
	assert.InDelta(t, want.Low, s.Low.Values[0], 1e-9)
	assert.InDelta(t, want.High, s.High.Values[0], 1e-9)
	assert.InDelta(t, 520, s.Mean.Values[1], 1e-9)
	assert.Nil(t, s.Mean.Present)
	assert.Equal(t, []bool{true, false, true, true, true, true}, s.Low.Present)
	_, err = a.Summarize("nothing")
	assert.Error(t, err)

	// Over a dimension in the middle.
	m, err := a.Summarize("model.n")
	require.NoError(t, err)
	assert.Equal(t, []int{2, 2}, m.Mean.Shape())
	assert.InDelta(t, 520, m.Mean.Values[0], 1e-9)
	assert.InDelta(t, 521, m.Mean.Values[1], 1e-9, "511 and 531; 521 is missing")

	agg, err := tab.Aggregate("trial")
	require.NoError(t, err)
	assert.Equal(t, []string{"model.tau", "model.n", "ok", "ok.n", "ok.std", "ok.low", "ok.high", "rate", "rate.n", "rate.std", "rate.low", "rate.high"}, agg.Names())
	assert.Equal(t, 6, agg.Rows())
	c, err := agg.Column("rate")
	require.NoError(t, err)
	assert.Equal(t, s.Mean.Values, c.Floats())
	assert.Equal(t, "Hz", c.Unit)
	c, _ = agg.Column("rate.std")
	assert.Equal(t, []any{s.Std.Values[0], nil, s.Std.Values[2], s.Std.Values[3], s.Std.Values[4], s.Std.Values[5]}, column(t, agg, "rate.std"))
	assert.True(t, c.IsNull(1))
	again, err := agg.Grid("rate", table.ArrayOptions{})
	require.NoError(t, err)
	assert.Equal(t, s.Mean.Values, again.Values)

	_, err = tab.Aggregate("trial", "rate")
	require.NoError(t, err)
	for _, names := range [][]string{{"nothing"}, {"trial", "text"}, {"trial", "nothing"}} {
		_, err = tab.Aggregate(names[0], names[1:]...)
		assert.Error(t, err, names)
	}
}

func TestStack(t *testing.T) {
	tab := tableOf(t, trials(), table.Options{}, rate)
	a, err := tab.Grid("rate", table.ArrayOptions{})
	require.NoError(t, err)
	b, err := tab.Grid("ok", table.ArrayOptions{})
	require.NoError(t, err)
	s, err := table.Stack("output", a, b)
	require.NoError(t, err)
	assert.Equal(t, []int{2, 2, 3, 2}, s.Shape())
	assert.Empty(t, s.Unit)
	back, err := s.Select("output", "rate")
	require.NoError(t, err)
	back.Name, back.Unit = "rate", "Hz"
	sameArray(t, a, back)
	part, err := a.Index("trial", 0)
	require.NoError(t, err)
	whole, err := table.Stack("output", part, part)
	require.NoError(t, err)
	assert.Nil(t, whole.Present)
	_, err = table.Stack("output", a, part)
	assert.Error(t, err)
	_, err = table.Stack("output")
	assert.Error(t, err)
}

func TestArrayFiles(t *testing.T) {
	tab := tableOf(t, trials(), table.Options{}, rate)
	a, err := tab.Grid("rate", table.ArrayOptions{})
	require.NoError(t, err)
	full, err := a.Index("model.n", 0)
	require.NoError(t, err)
	point, err := full.Select("trial", 0)
	require.NoError(t, err)
	point, err = point.Index("tau", 0)
	require.NoError(t, err)
	empty := &table.Array{Name: "empty", Dims: []table.Dim{{Coord: table.Coord{Name: "x"}}}, Values: []float64{}}
	for _, a := range []*table.Array{a, full, point, empty} {
		items, err := a.Items()
		require.NoError(t, err)
		// Through a file, as anybody would.
		traj := explore(t, nil)
		require.NoError(t, traj.AddResult("summary.rate", items))
		res, err := traj.Result("summary.rate")
		require.NoError(t, err)
		read, err := res.Items()
		require.NoError(t, err)
		b, err := table.FromItems(read)
		require.NoError(t, err)
		if a == empty {
			assert.Empty(t, b.Values)
			continue
		}
		sameArray(t, a, b)
	}

	var raw bytes.Buffer
	require.NoError(t, a.WriteNPZ(&raw))
	f, err := npz.NewFile(bytes.NewReader(raw.Bytes()), int64(raw.Len()))
	require.NoError(t, err)
	assert.Equal(t, []string{"data", "present", "coord_0", "coord_1", "coord_2", "meta"}, f.Names())
	data, err := f.Read("data")
	require.NoError(t, err)
	assert.Equal(t, []int{2, 3, 2}, data.Shape)
	meta, err := f.Read("meta")
	require.NoError(t, err)
	var m map[string]any
	require.NoError(t, json.Unmarshal(meta.Values.([]byte), &m))
	assert.Equal(t, "Hz", m["unit"])
	tau, err := f.Read("coord_0")
	require.NoError(t, err)
	assert.Equal(t, []float64{0.005, 0.02}, tau.Values)
}

func TestDamagedItems(t *testing.T) {
	tab := tableOf(t, trials(), table.Options{}, rate)
	a, err := tab.Grid("rate", table.ArrayOptions{})
	require.NoError(t, err)
	for name, damage := range map[string]func(trajectory.Items){
		"no meta":         func(m trajectory.Items) { delete(m, "meta") },
		"meta no text":    func(m trajectory.Items) { m["meta"] = 5 },
		"meta no JSON":    func(m trajectory.Items) { m["meta"] = "{" },
		"no data":         func(m trajectory.Items) { delete(m, "data") },
		"data of text":    func(m trajectory.Items) { m["data"] = "x" },
		"short data":      func(m trajectory.Items) { m["data"] = []float64{1} },
		"other data":      func(m trajectory.Items) { m["data"] = make([]int, 12) },
		"short mask":      func(m trajectory.Items) { m["present"] = []bool{true} },
		"odd mask":        func(m trajectory.Items) { m["present"] = map[string]any{"a": struct{}{}} },
		"no coordinate":   func(m trajectory.Items) { delete(m, "coord_0") },
		"odd coordinate":  func(m trajectory.Items) { m["coord_0"] = 1.5 },
		"long coordinate": func(m trajectory.Items) { m["coord_0"] = make([]float64, 3) },
		"huge":            func(m trajectory.Items) { m["meta"] = `{"dims":[{"name":"x","labels":["a"],"also":[{"name":"y"}]}]}` },
	} {
		items, err := a.Items()
		require.NoError(t, err)
		damage(items)
		_, err = table.FromItems(items)
		assert.ErrorIs(t, err, trajectory.ErrCorrupt, name)
	}
}

// FuzzFromItems reads any text as the description of an array.
func FuzzFromItems(f *testing.F) {
	f.Add(`{"name":"rate","unit":"Hz","dims":[{"name":"x","item":"coord_0","also":[{"name":"y","labels":["a","b"]}]},{"name":"z","labels":["p"]}]}`)
	f.Add(`{"dims":[]}`)
	f.Add(`{"dims":[{"name":"x","item":"data"}]}`)
	f.Add(`{}`)
	f.Fuzz(func(t *testing.T, meta string) {
		a, err := table.FromItems(trajectory.Items{"meta": meta, "data": []float64{1, 2}, "coord_0": []int{3, 4}, "coord_1": []string{"a"}})
		if err != nil {
			return
		}
		_ = a.String()
		assert.Len(t, a.Values, a.Table().Rows())
		items, err := a.Items()
		require.NoError(t, err)
		b, err := table.FromItems(items)
		require.NoError(t, err)
		assert.Equal(t, a.Shape(), b.Shape())
	})
}

func TestLongForm(t *testing.T) {
	tab := tableOf(t, trials(), table.Options{}, rate)
	a, err := tab.Grid("rate", table.ArrayOptions{})
	require.NoError(t, err)
	long := a.Table()
	assert.Equal(t, 12, long.Rows())
	assert.Equal(t, []string{"model.tau", "model.n", "trial", "rate"}, long.Names())
	assert.Equal(t, []any{int64(1), int64(1), int64(2), int64(2), int64(3), int64(3), int64(1), int64(1), int64(2), int64(2), int64(3), int64(3)}, column(t, long, "model.n"))
	c, _ := long.Column("rate")
	assert.True(t, c.IsNull(3))
	b, err := long.Grid("rate", table.ArrayOptions{})
	require.NoError(t, err)
	sameArray(t, a, b)
	named := &table.Array{Name: "x", Dims: []table.Dim{{Coord: table.Coord{Name: "x", Values: []any{"a"}}, Also: []table.Coord{{Name: "x", Values: []any{true}}}}}, Values: []float64{1}}
	assert.Equal(t, []string{"x_2", "x_3", "x"}, named.Table().Names())
}

func TestArrayString(t *testing.T) {
	tab := tableOf(t, trials(), table.Options{Units: map[string]string{"model.tau": "ms"}}, rate)
	a, err := tab.Grid("rate", table.ArrayOptions{})
	require.NoError(t, err)
	assert.Equal(t, `rate [Hz] (model.tau: 2, model.n: 3, trial: 2), 1 of 12 missing
  * model.tau [ms]  5 20
  * model.n         1 2 3
  * trial           0 1
  510 511
  520 -
  530 531
  2010 2011
  2020 2021
  2030 2031
`, a.String())
	s, err := a.Select("tau", "20 ms")
	require.NoError(t, err)
	s, err = s.Index("trial", 0)
	require.NoError(t, err)
	s, err = s.Index("model.n", 0)
	require.NoError(t, err)
	assert.Equal(t, "rate [Hz] ()\n  2010\n", s.String())
}

// TestParametersThatFollowOthers explores a zip in which no parameter but one differs at each point.
func TestParametersThatFollowOthers(t *testing.T) {
	d := trajectory.Grid{
		trajectory.Zip{
			trajectory.Over("fast", trajectory.Values(true, false, true)),
			trajectory.Over("model.n", trajectory.Values(1, 2, 3)),
			trajectory.Over("shape", trajectory.Values([]float64{1, 2}, []float64{3, 4}, []float64{1, 2})),
			trajectory.Over("method", trajectory.Values("c", "b", "a")),
		},
		design.Linspace("model.g", 0, 1, 2),
	}
	tab := tableOf(t, d, table.Options{}, func(r *trajectory.Run) error { return r.AddResult("x", r.Index()) })
	a, err := tab.Grid("x", table.ArrayOptions{})
	require.NoError(t, err)
	assert.Equal(t, []int{3, 2}, a.Shape())
	assert.Equal(t, "model.n", a.Dims[0].Name)
	assert.Equal(t, []table.Coord{
		{Name: "fast", Values: []any{true, false, true}}, {Name: "shape", Values: []any{"[1,2]", "[3,4]", "[1,2]"}}, {Name: "method", Values: []any{"c", "b", "a"}},
	}, a.Dims[0].Also)
	assert.Equal(t, []float64{0, 1, 2, 3, 4, 5}, a.Values)
	s, err := a.Select("method", "b")
	require.NoError(t, err)
	assert.Equal(t, []float64{2, 3}, s.Values)
	b, err := tab.Grid("x", table.ArrayOptions{Dims: []string{"method", "model.g"}})
	require.NoError(t, err)
	assert.Len(t, b.Dims[0].Also, 3)
	_, err = tab.Grid("x", table.ArrayOptions{Dims: []string{"fast", "model.g"}})
	assert.ErrorContains(t, err, "same point")
}

// Rows, places and values that are not there give no value or an error.
func TestAskingForWhatIsNotThere(t *testing.T) {
	tab := tableOf(t, trials(), table.Options{Arrays: true}, rate)
	for _, c := range tab.Columns() {
		for _, row := range []int{-1, tab.Rows(), math.MaxInt} {
			assert.True(t, c.IsNull(row))
			assert.Nil(t, c.Value(row))
			assert.Empty(t, c.Text(row))
			_, ok := c.Float(row)
			assert.False(t, ok)
		}
	}
	var none table.Array
	_, ok := none.At()
	assert.False(t, ok)
	_, err := none.Transpose()
	assert.NoError(t, err)
	ring := []any{nil}
	ring[0] = ring
	a, err := tab.Grid("rate", table.ArrayOptions{})
	require.NoError(t, err)
	for _, odd := range []any{nil, ring, math.NaN(), "x", struct{}{}} {
		_, err := a.Select("trial", odd)
		assert.Error(t, err)
		_, err = a.Between("trial", odd, odd)
		assert.Error(t, err)
	}
}
