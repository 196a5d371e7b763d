package monitor_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/internal/sim"
	"galvani/monitor"
	"galvani/neuron"
	"galvani/quantity"
)

// dt is no constant, so that products with it are rounded as in the code.
var dt = 1e-4

func group(t testing.TB) *neuron.Group {
	t.Helper()
	g, err := neuron.NewGroup("g", 50, neuron.Spec{
		Equations: "x : 1\nv : volt\ntwice = gain*x : 1\nslope = v/tau : volt/second\nlevel : Hz (shared)",
		Constants: equation.Constants{"gain": 2.0, "tau": quantity.MustParse("10 ms")},
		Threshold: "x > 1e300",
	})
	require.NoError(t, err)
	return g
}

// stage stands in for a network.
type stage map[sim.Object]sim.Instance

func (s stage) Instance(o sim.Object) sim.Instance { return s[o] }

func (s stage) add(t testing.TB, step int64, objects ...sim.Object) {
	t.Helper()
	for _, o := range objects {
		require.NoError(t, o.Prepare(dt))
		in, err := o.NewInstance(&sim.Setup{DT: dt, Step: step, Kernel: kernel.Best(), Instance: s.Instance})
		require.NoError(t, err)
		s[o] = in
	}
}

func (s stage) step(t testing.TB, o sim.Object, step int64) {
	t.Helper()
	for _, task := range s[o].Tasks(sim.Link{Workers: 1}) {
		require.NoError(t, task.Whole(step))
	}
}

func TestSpikesOfViews(t *testing.T) {
	g := group(t)
	whole := monitor.Spikes(g, monitor.Options{})
	part := monitor.Spikes(g.Slice(10, 20), monitor.Options{})
	holes := monitor.Spikes(g.Except(g.Slice(3, 40)), monitor.Options{Name: "holes"})
	counts := monitor.Spikes(g, monitor.Options{Name: "counts", CountsOnly: true})
	s := stage{}
	s.add(t, 0, g, whole, part, holes, counts)
	put := func(step int64, neurons ...int32) {
		s[g].State().Spikes.Put(step, neurons)
		for _, m := range []sim.Object{whole, part, holes, counts} {
			s.step(t, m, step)
		}
	}
	put(3, 0, 2, 3, 10, 19, 20, 49)
	put(4)
	put(9, 11, 40)
	rec := whole.Recording(s)
	assert.Equal(t, []int64{3, 3, 3, 3, 3, 3, 3, 9, 9}, rec.Steps)
	assert.Equal(t, []int32{0, 2, 3, 10, 19, 20, 49, 11, 40}, rec.Neurons)
	assert.Equal(t, "g_spikes", rec.Name)
	assert.Equal(t, int64(9), rec.Total())
	assert.Equal(t, 9*dt, rec.Times()[8])

	rec = part.Recording(s)
	assert.Equal(t, []int32{0, 9, 1}, rec.Neurons, "counted inside the view")
	assert.Equal(t, "g[10:20]", rec.Source)
	assert.Equal(t, 10, rec.N)
	assert.Equal(t, []int64{1, 1, 0, 0, 0, 0, 0, 0, 0, 1}, rec.Counts)

	rec = holes.Recording(s)
	assert.Equal(t, []int32{0, 2, 12, 3}, rec.Neurons)

	rec = counts.Recording(s)
	assert.True(t, rec.CountsOnly)
	assert.Empty(t, rec.Steps)
	assert.NotNil(t, rec.Steps)
	assert.Equal(t, int64(9), rec.Total())
	assert.True(t, counts.CountsOnly())

	rec.Counts[0] = 77
	assert.Equal(t, int64(9), counts.Recording(s).Total(), "a recording is a copy")
}

// TestRewind forgets what lies at or after a step, also over the limits of the portions
// in which memory is taken.
func TestRewind(t *testing.T) {
	g := group(t)
	spikes := monitor.Spikes(g, monitor.Options{})
	all := monitor.State(g, []string{"x", "twice"}, monitor.StateOptions{})
	s := stage{}
	s.add(t, 0, g, spikes, all)
	neurons := make([]int32, 50)
	for i := range neurons {
		neurons[i] = int32(i)
	}
	fill := func(from, to int64) {
		for step := from; step < to; step++ {
			s[g].State().Float64("x")[7] = float64(step)
			s[g].State().Spikes.Put(step, neurons)
			s.step(t, spikes, step)
			s.step(t, all, step)
		}
	}
	fill(0, 1000)
	whole, values := spikes.Recording(s), all.Recording(s)
	require.Len(t, whole.Steps, 50000)
	require.Len(t, values.Steps, 1000)
	for _, step := range []int64{1000, 999, 700, 328, 327, 1, 0} {
		s[spikes].(sim.Rewinder).Rewind(step, false)
		s[all].(sim.Rewinder).Rewind(step, false)
		assert.Equal(t, whole.Steps[:50*step], spikes.Recording(s).Steps)
		assert.Equal(t, values.Steps[:step], all.Recording(s).Steps)
		assert.Equal(t, 50*step, spikes.Recording(s).Total())
		assert.Equal(t, []int64{step}, s[all].State().Int64("recorded"))
	}
	fill(0, 1000)
	assert.Equal(t, whole.Neurons, spikes.Recording(s).Neurons)
	assert.Equal(t, values, all.Recording(s))
}

func TestStateOfVariablesAndExpressions(t *testing.T) {
	g := group(t)
	m := monitor.State(g.Slice(10, 30), []string{"twice", "v", "slope", "x + level*second"}, monitor.StateOptions{Name: "m", Neurons: []int{5, 0, 5}, Every: 3, When: "end"})
	all := monitor.State(g.Except(g.Slice(1, 49)), []string{"x", "t"}, monitor.StateOptions{})
	s := stage{}
	s.add(t, 0, g, m, all)
	st := s[g].State()
	for step := range int64(7) {
		for i := range 50 {
			st.Float64("x")[i] = float64(i) + float64(step)/8
			st.Float64("v")[i] = float64(i) * 1e-3
		}
		st.Float64("level")[0] = 100
		s.step(t, m, step)
		s.step(t, all, step)
	}
	rec := m.Recording(s)
	assert.Equal(t, []int64{0, 3, 6}, rec.Steps)
	assert.Equal(t, []int{5, 0, 5}, rec.Neurons)
	assert.Equal(t, []string{"1", "volt", "volt/second", "1"}, rec.Units)
	assert.Equal(t, quantity.DimVoltage, rec.Dimensions[1])
	assert.Equal(t, "end", rec.When)
	assert.Equal(t, "g[10:30]", rec.Source)
	assert.Equal(t, [][]float64{{30, 30.75, 31.5}, {20, 20.75, 21.5}, {30, 30.75, 31.5}}, rec.Values["twice"])
	assert.InDeltaSlice(t, []float64{0.015, 0.015, 0.015}, rec.Values["v"][0], 0)
	assert.InDelta(t, 1.5, rec.Values["slope"][0][2], 1e-15)
	assert.Equal(t, []float64{115, 115.375, 115.75}, rec.Values["x + level*second"][0])
	assert.Equal(t, []float64{0, 3 * dt, 6 * dt}, rec.Times())

	rec = all.Recording(s)
	assert.Equal(t, "g[0:1,49:50]_x_t", rec.Name)
	assert.Equal(t, []int{0, 1}, rec.Neurons)
	assert.Equal(t, 49.5, rec.Values["x"][1][4])
	assert.Equal(t, rec.Times(), rec.Values["t"][0])
	rec.Values["x"][0][0] = 99
	assert.Zero(t, all.Recording(s).Values["x"][0][0], "a recording is a copy")
}

func TestEntries(t *testing.T) {
	g := group(t)
	for want, m := range map[string]monitor.Monitor{
		"thresholds           order=1  g_spikes": monitor.Spikes(g, monitor.Options{}),
		"end                  order=3  m":        monitor.Spikes(g, monitor.Options{Name: "m", When: "end", Order: 2}),
		"start                order=0  g_x":      monitor.State(g, []string{"x"}, monitor.StateOptions{}),
		"resets               order=-1  s":       monitor.State(g, []string{"x"}, monitor.StateOptions{Name: "s", When: "resets", Order: -1}),
	} {
		require.NoError(t, m.Err())
		assert.Equal(t, want, m.Entries()[0].String())
		assert.Equal(t, []sim.Object{g}, m.Needs())
		assert.Same(t, g, m.Source().Group())
	}
}

func TestErrors(t *testing.T) {
	g := group(t)
	silent, err := neuron.NewGroup("silent", 5, neuron.Spec{Equations: "x : 1"})
	require.NoError(t, err)
	for _, c := range []struct {
		m    monitor.Monitor
		want string
	}{
		{monitor.Spikes(nil, monitor.Options{}), "no source"},
		{monitor.Spikes((*neuron.Group)(nil), monitor.Options{}), "no source"},
		{monitor.State(nil, []string{"x"}, monitor.StateOptions{}), "no source"},
		{monitor.Spikes(g.Slice(0, 51), monitor.Options{}), "slice [0:51]"},
		{monitor.State(g.Slice(0, 51), []string{"x"}, monitor.StateOptions{Name: "m"}), "slice [0:51]"},
		{monitor.Spikes(silent, monitor.Options{}), "silent has no threshold"},
		{monitor.Spikes(g, monitor.Options{When: "noon"}), "noon"},
		{monitor.Spikes(g, monitor.Options{Name: "a b"}), "space"},
		{monitor.State(g, nil, monitor.StateOptions{}), "no variables"},
		{monitor.State(g, []string{"x", "x"}, monitor.StateOptions{}), "x is named twice"},
		{monitor.State(g, []string{"y"}, monitor.StateOptions{}), "y"},
		{monitor.State(g, []string{"x + v"}, monitor.StateOptions{Name: "sum"}), "sum"},
		{monitor.State(g, []string{"x"}, monitor.StateOptions{Neurons: []int{50}}), "neuron 50 of g, which has 50 neurons"},
		{monitor.State(g.Slice(0, 5), []string{"x"}, monitor.StateOptions{Neurons: []int{-1}}), "neuron -1 of g[0:5]"},
		{monitor.State(g, []string{"x"}, monitor.StateOptions{Neurons: []int{}}), "no neurons"},
		{monitor.State(g.Slice(3, 3), []string{"x"}, monitor.StateOptions{}), "no neurons"},
		{monitor.State(g, []string{"x"}, monitor.StateOptions{Every: -1}), "every -1"},
	} {
		err := c.m.Err()
		if err == nil {
			err = c.m.Prepare(dt)
		}
		assert.ErrorContains(t, err, c.want)
		assert.Contains(t, fmt.Sprint(err), "monitor: ")
		_, err = c.m.NewInstance(&sim.Setup{DT: dt, Kernel: kernel.Go()})
		assert.Error(t, err)
	}
}

func TestRecordingsThatNeverBegan(t *testing.T) {
	g := group(t)
	assert.Zero(t, monitor.Spikes(g, monitor.Options{}).Recording(stage{}).DT)
	assert.Zero(t, monitor.State(g, []string{"x"}, monitor.StateOptions{}).Recording(stage{}).DT)
	assert.Equal(t, []string{"x"}, monitor.State(g, []string{"x"}, monitor.StateOptions{}).Variables())
}

func TestARecordingBeginsEmpty(t *testing.T) {
	g := group(t)
	spikes := monitor.Spikes(g, monitor.Options{})
	state := monitor.State(g, []string{"x"}, monitor.StateOptions{Neurons: []int{1, 2}})
	s := stage{}
	s.add(t, 40, g, spikes, state)
	rec := spikes.Recording(s)
	assert.Equal(t, int64(40), rec.Start)
	assert.True(t, rec.Steps != nil && rec.Neurons != nil && len(rec.Steps) == 0)
	assert.Equal(t, slices.Repeat([]int64{0}, 50), rec.Counts)
	values := state.Recording(s)
	assert.Len(t, values.Values["x"], 2)
	assert.Empty(t, values.Values["x"][0])
	assert.True(t, values.Steps != nil)
}
