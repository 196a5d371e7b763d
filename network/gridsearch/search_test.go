package gridsearch_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/monitor"
	"galvani/network"
	"galvani/network/gridsearch"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/synapse"
	"galvani/trajectory"
)

// spiking is a model that uses whatever a model can: constants that depend on each other, numbers of
// neurons, random initial values and connections, delays, refractory
// periods, shared variables, integers and booleans.
func spiking(b *network.Builder) error {
	e := b.Group("e", 30, neuron.Spec{
		Equations: `
			dV/dt = (mu + drive + 0.1*i/N - V)/tau + where(loud, bonus/tau, 0*Hz) : 1
			dy/dt = -y*rate : 1
			dslow/dt = (1 - slow)/(100*ms) : 1 (shared)
			mu : 1 (constant)
			drive : 1
			level = V + y + i : 1
			spread : integer
			loud : boolean`,
		Constants: equation.Constants{
			"tau": quantity.MustParse("15 ms"), "rate": "2/tau", "bonus": "rate*tau*0.01", "V_th": 1.0, "pause": quantity.MustParse("3 ms"),
		},
		Threshold: "V + 0.001*y > V_th # not rand()", Reset: "V = 0.001*(i % 3)", Refractory: "pause",
	})
	i := b.Group("i", 12, neuron.Spec{
		Equations: "dV/dt = (1.05 - V)/(10*ms) + y/second : 1 (unless refractory)\ndy/dt = -y/(5*ms) : 1",
		Threshold: "V > 1", Reset: "V = 0", Refractory: "2 ms", DT: quantity.MustParse("0.2 ms"),
	})
	e.Set("mu", "1.1 + 0.1*rand()")
	e.Set("V", "rand()")
	e.Slice(3, 9).Set("y", 0.25)
	e.Set("spread", "i % 4")
	i.Set("V", "rand()")
	b.Connect("ee", e.Slice(0, 20), e, synapse.Spec{OnPre: "V += w*gain*(1 - y)", P: 0.3, Weight: "0.01*(1 + rand())", Constants: equation.Constants{"gain": 1.5}})
	b.Connect("ei", e, i, synapse.Spec{OnPre: "y_post += w", P: 0.2, Weight: 0.5, Delay: quantity.MustParse("1 ms")})
	b.Connect("none", i, e, synapse.Spec{OnPre: "V_post -= w", P: 1e-9, Weight: "0.02*i", AllowEmpty: true})
	b.Connect("ie", i, e, synapse.Spec{OnPre: "V_post -= w*N_pre/N_post", AllToAll: true, Weight: 0.02})
	return b.Err()
}

func spikingSearch() gridsearch.Spec {
	drive := make([]float64, 500*30)
	for k := range drive {
		drive[k] = 0.2 * math.Sin(float64(k)/977)
	}
	return gridsearch.Spec{
		Model: spiking,
		Grid: trajectory.Grid{
			trajectory.Zip{
				trajectory.Over("tau", trajectory.Values(quantity.MustParse("15 ms"), quantity.MustParse("8 ms"))),
				trajectory.Over("loud", trajectory.Values(false, true)),
				trajectory.Over("pause", trajectory.Values(quantity.MustParse("3 ms"), quantity.MustParse("1 ms"))),
			},
			trajectory.Over("weights", trajectory.Linspace(0, 0.05, 3)),
			trajectory.Over("gain", trajectory.Values(1, 2)),
		},
		Map: map[string][]string{
			"tau": {"e/tau"}, "loud": {"e/loud"}, "pause": {"e/pause"}, "weights": {"ee/w", "ie/w"}, "gain": {"ee/gain"},
		},
		Inputs:   map[string]gridsearch.Input{"e/drive": {Values: drive, Channels: 30}},
		Outputs:  map[string]string{"spikes": "e/spikes", "level": "e/level", "V_i": "i/V", "scaled": "e/V*1e3 + i/N"},
		Duration: quantity.MustParse("50 ms"), Sampling: quantity.MustParse("1 ms"), Seed: 7,
	}
}

func search(t testing.TB, spec gridsearch.Spec) *gridsearch.Search {
	t.Helper()
	s, err := gridsearch.New(spec)
	require.NoError(t, err)
	return s
}

// same checks that two results agree bit for bit.
func same(t *testing.T, want, got *gridsearch.Results) {
	t.Helper()
	require.Equal(t, want.Copies, got.Copies)
	require.Len(t, got.Outputs, len(want.Outputs))
	for k, o := range want.Outputs {
		p := got.Outputs[k]
		require.Equal(t, o.Name, p.Name)
		require.Equal(t, o.Steps, p.Steps)
		require.Equal(t, o.Spikes, p.Spikes)
		require.Len(t, p.Values, len(o.Values))
		for c := range o.Values {
			require.Len(t, p.Values[c], len(o.Values[c]))
			for i := range o.Values[c] {
				sameBits(t, o.Values[c][i], p.Values[c][i], "%s of copy %d, neuron %d", o.Name, c, i)
			}
		}
	}
}

func sameBits(t *testing.T, want, got []float64, format string, args ...any) {
	t.Helper()
	require.Len(t, got, len(want))
	for j := range want {
		if math.Float64bits(want[j]) != math.Float64bits(got[j]) {
			require.Failf(t, "differs", format+": sample %d is %v and %v", append(args, j, want[j], got[j])...)
		}
	}
}

func TestCopiesDoNotDependOnTheirCompany(t *testing.T) {
	for name, spec := range map[string]gridsearch.Spec{"rates": montbrio(), "spikes": spikingSearch()} {
		t.Run(name, func(t *testing.T) {
			s := search(t, spec)
			want, err := s.Run(t.Context())
			require.NoError(t, err)
			for _, batch := range []int{1, 4, 1000} {
				other := spec
				other.Batch = batch
				res, err := search(t, other).Run(t.Context())
				require.NoError(t, err)
				same(t, want, res)
			}
			for _, k := range kernel.Available() {
				other := spec
				other.Kernel, other.Workers = k.Name, 2
				res, err := search(t, other).Run(t.Context())
				require.NoError(t, err)
				same(t, want, res)
			}
			few, err := s.RunPoints(t.Context(), 5, 2)
			require.NoError(t, err)
			for k, point := range []int{5, 2} {
				assert.Equal(t, want.Copies[point], few.Copies[k])
				for o := range want.Outputs {
					if want.Outputs[o].Spikes != nil {
						assert.Equal(t, want.Outputs[o].Spikes[point], few.Outputs[o].Spikes[k])
					} else {
						assert.Equal(t, want.Outputs[o].Values[point], few.Outputs[o].Values[k])
					}
				}
			}
			// Points differ, so that equality says something.
			for _, o := range want.Outputs {
				if o.Values != nil && o.Name != "V_i" {
					assert.NotEqual(t, o.Values[1], o.Values[2], o.Name)
					assert.NotEqual(t, o.Values[0], o.Values[len(o.Values)-1], o.Name)
				}
			}
		})
	}
}

// TestACopyIsTheModel compares copies with ordinary networks in which the values are written
// into the model.
func TestACopyIsTheModel(t *testing.T) {
	spec := spikingSearch()
	res, err := search(t, spec).Run(t.Context())
	require.NoError(t, err)
	for k, c := range res.Copies {
		net := network.New(network.Options{Seed: spec.Seed})
		require.NoError(t, spiking(&net.Builder))
		objects := map[string]network.Object{}
		for _, o := range net.Objects() {
			objects[o.Name()] = o
		}
		e, i := objects["e"].(*neuron.Group), objects["i"].(*neuron.Group)
		eSpec, drawn := e.Spec(), net.State(e).Clone()
		eSpec.Constants = maps.Clone(eSpec.Constants)
		eSpec.Constants["tau"] = c.Values[0]
		eSpec.Constants["pause"] = c.Values[2]
		loud, weight, gain := c.Values[1].(bool), c.Values[3].(float64), c.Values[4].(int)

		own := network.New(network.Options{Seed: spec.Seed})
		e2 := own.Group("e", 30, eSpec)
		own.Add(i)
		for _, v := range []string{"mu", "V", "y", "spread"} {
			e2.Set(v, drawn.Float64(v))
		}
		e2.Set("loud", loud)
		var pairs [][2]int32
		for s := range objects["ee"].(*synapse.Synapses).All() {
			pairs = append(pairs, [2]int32{s.Pre, s.Post})
		}
		own.Connect("ee", e2, e2, synapse.Spec{OnPre: "V += w*gain*(1 - y)", Pairs: pairs, Weight: weight, Constants: equation.Constants{"gain": gain}})
		pairs = nil
		for s := range objects["ei"].(*synapse.Synapses).All() {
			pairs = append(pairs, [2]int32{s.Pre, s.Post})
		}
		own.Connect("ei", e2, i, synapse.Spec{OnPre: "y_post += w", Pairs: pairs, Weight: 0.5, Delay: quantity.MustParse("1 ms")})
		own.Connect("ie", i, e2, synapse.Spec{OnPre: "V_post -= w*N_pre/N_post", AllToAll: true, Weight: weight})
		own.Operation("drive", network.OperationSpec{Order: -1, Func: func(net *network.Network, step int64) error {
			copy(net.State(e2).Float64("drive"), spec.Inputs["e/drive"].Values[30*step:])
			return nil
		}})
		level := monitor.State(e2, []string{"level"}, monitor.StateOptions{Every: 10})
		spikes := monitor.Spikes(e2, monitor.Options{})
		own.Record(level, spikes)
		require.NoError(t, own.Run(t.Context(), "50 ms"))

		// Constants are folded here and variables there.
		rec := level.Recording(own)
		require.Equal(t, rec.Steps, res.Output("level").Steps)
		for n, row := range rec.Values["level"] {
			assert.InDeltaSlice(t, row, res.Output("level").Values[k][n], 1e-9, "%s, neuron %d", c.Name, n)
		}
		want, got := spikes.Recording(own), res.Output("spikes").Spikes[k]
		assert.Equal(t, want.Steps, got.Steps)
		assert.Equal(t, want.Neurons, got.Neurons)
		assert.Equal(t, want.Counts, got.Counts)
		assert.Greater(t, got.Total(), int64(30))
		assert.Equal(t, 30, got.N)
	}
}

func TestResultsAreLabelled(t *testing.T) {
	s := search(t, spikingSearch())
	assert.Equal(t, []string{"tau", "loud", "pause", "weights", "gain"}, s.Keys())
	assert.Equal(t, 12, s.Points())
	res, err := s.Run(t.Context())
	require.NoError(t, err)
	assert.Zero(t, res.Elapsed, "there is no clock")
	assert.Equal(t, s.Keys(), res.Keys)
	assert.Equal(t, gridsearch.Copy{Name: "copy_3", Point: 3, Values: []any{quantity.MustParse("15 ms"), false, quantity.MustParse("3 ms"), 0.025, 2}}, res.Copies[3])
	var names []string
	for _, o := range res.Outputs {
		names = append(names, o.Name+" "+o.Path+" "+o.Unit)
	}
	assert.Equal(t, []string{"V_i i/V 1", "level e/level 1", "scaled e/V*1e3 + i/N 1", "spikes e/spikes 1"}, names)
	assert.Equal(t, 0.2e-3, res.Output("V_i").DT, "a group may have a step of its own")
	assert.Equal(t, int64(5), res.Output("V_i").Steps[1])
	assert.InDelta(t, 1e-3, res.Output("V_i").Times()[1], 1e-18)
	assert.Len(t, res.Output("level").Values, 12)
	assert.Len(t, res.Output("level").Values[11], 30)
	assert.Len(t, res.Output("level").Values[11][29], 50)
	assert.Equal(t, res.Output("level").Values[4][0], res.Series("level", 4))
	for _, none := range [][]float64{res.Series("nothing", 0), res.Series("level", -1), res.Series("level", 12), res.Series("spikes", 0)} {
		assert.Nil(t, none)
	}
	assert.Nil(t, res.Output("nothing"))

	// i and N are those of a copy.
	for _, o := range []string{"level", "scaled"} {
		for c := range res.Copies {
			assert.NotZero(t, res.Output(o).Values[c][0][0])
			assert.Equal(t, res.Output(o).Values[0][7][0], res.Output(o).Values[c][7][0], "copies begin alike")
		}
	}

	var b strings.Builder
	require.NoError(t, res.WriteMap(&b))
	lines := strings.Split(b.String(), "\n")
	assert.Equal(t, "copy,tau,loud,pause,weights,gain", lines[0])
	assert.Equal(t, "copy_11,8 ms,true,1 ms,0.05,2", lines[12])
	b.Reset()
	require.NoError(t, res.WriteCSV(&b, "level"))
	lines = strings.Split(b.String(), "\n")
	require.Len(t, lines, 53)
	assert.True(t, strings.HasPrefix(lines[0], ",level,level,"))
	assert.True(t, strings.HasPrefix(lines[1], "time,copy_0[0],copy_0[1],"))
	assert.True(t, strings.HasPrefix(lines[3], fmt.Sprintf("0.001,%v,", res.Series("level", 0)[1])))
	assert.ErrorContains(t, res.WriteCSV(&b), "sampled at different times")
	assert.ErrorContains(t, res.WriteCSV(&b, "spikes"), "no output spikes of values")
	assert.ErrorContains(t, res.WriteCSV(broken{}, "level"), "disk full")
	assert.ErrorContains(t, res.WriteMap(broken{}), "disk full")
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, fmt.Errorf("disk full") }

func TestNothingOfTheCallersIsChanged(t *testing.T) {
	spec, again := montbrio(), montbrio()
	s := search(t, spec)
	_, err := s.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, again.Map, spec.Map)
	assert.Equal(t, again.Inputs, spec.Inputs)
	assert.Equal(t, again.Outputs, spec.Outputs)
	assert.Equal(t, again.Grid, spec.Grid)
	// Nor does it matter what the caller does with it afterwards.
	want, err := s.RunPoints(t.Context(), 3)
	require.NoError(t, err)
	clear(spec.Inputs["net3/input"].Values)
	clear(spec.Map)
	clear(spec.Outputs)
	got, err := s.RunPoints(t.Context(), 3)
	require.NoError(t, err)
	same(t, want, got)
}

// leaky is a model of one line.
func leaky(equations string) func(b *network.Builder) error {
	return func(b *network.Builder) error {
		b.Group("g", 2, neuron.Spec{Equations: equations, Constants: equation.Constants{"tau": quantity.MustParse("10 ms"), "gain": 2.0}})
		return nil
	}
}

func small() gridsearch.Spec {
	return gridsearch.Spec{
		Model: leaky("dx/dt = (a*gain + u - x)/tau : 1\na : 1\nu : 1"),
		Grid:  trajectory.Over("a", trajectory.Values(1.0, 2.0, 3.0)), Map: map[string][]string{"a": {"g/a"}},
		Inputs:   map[string]gridsearch.Input{"g/u": {Values: make([]float64, 10)}},
		Outputs:  map[string]string{"x": "g/x"},
		Duration: quantity.MustParse("1 ms"),
	}
}

func TestErrors(t *testing.T) {
	type spec = gridsearch.Spec
	for name, c := range map[string]struct {
		change func(*spec)
		want   string
	}{
		"no model":           {func(s *spec) { s.Model = nil }, "there is no model"},
		"failing model":      {func(s *spec) { s.Model = func(*network.Builder) error { return fmt.Errorf("no luck") } }, "no luck"},
		"broken model":       {func(s *spec) { s.Model = leaky("dx/dt = : 1") }, "neuron: g: equations"},
		"broken text":        {func(s *spec) { s.Model = leaky("dx/dt = (a + u + nobody)/tau : 1\na : 1\nu : 1") }, "unknown name nobody"},
		"empty model":        {func(s *spec) { s.Model = func(*network.Builder) error { return nil } }, "no neurons"},
		"no grid":            {func(s *spec) { s.Grid = nil }, "there is no grid"},
		"empty grid":         {func(s *spec) { s.Grid = trajectory.Over("a", trajectory.Values[float64]()) }, "the range is empty"},
		"zipped unequally":   {func(s *spec) { s.Grid = trajectory.Zip{s.Grid, trajectory.Over("b", trajectory.Values(1.0))} }, "need equally many values"},
		"own unequal design": {func(s *spec) { s.Grid = ragged{} }, "3 values of a, but 2 of b"},
		"design of nothing":  {func(s *spec) { s.Grid = nothing{} }, "the grid is empty"},
		"twice in the grid":  {func(s *spec) { s.Grid = trajectory.Zip{s.Grid, s.Grid} }, "the grid has a twice"},
		"no map":             {func(s *spec) { s.Map = nil }, "the map does not say what it sets; it has none"},
		"too much map":       {func(s *spec) { s.Map["b"] = []string{"g/u"} }, "the map has b, but the grid does not: it has a"},
		"no path":            {func(s *spec) { s.Map["a"] = []string{"a"} }, `"a" is no path`},
		"unknown object":     {func(s *spec) { s.Map["a"] = []string{"h/a"} }, "the model has no h; it has g"},
		"unknown variable":   {func(s *spec) { s.Map["a"] = []string{"g/b"} }, "g has no variable b; it has a, gain, tau, u, x"},
		"set twice":          {func(s *spec) { s.Map["a"] = []string{"g/a", "g/a"} }, "g/a is set by a and by a"},
		"subexpression":      {func(s *spec) { s.Model = leaky("dx/dt = (a + u - x)/tau : 1\na = 2*u : 1\nu : 1") }, "a subexpression"},
		"shared":             {func(s *spec) { s.Model = leaky("dx/dt = (a + u - x)/tau : 1\na : 1 (shared)\nu : 1") }, "leave out the flag"},
		"wrong unit":         {func(s *spec) { s.Map["a"] = []string{"g/tau"} }, "set g/tau: dimensions differ: s and 1"},
		"no number":          {func(s *spec) { s.Grid = trajectory.Over("a", trajectory.Values("x")) }, "a is a string"},
		"not a number":       {func(s *spec) { s.Grid = trajectory.Over("a", trajectory.Values(1, math.NaN())) }, "point 1: a is NaN"},
		"bool for a number":  {func(s *spec) { s.Grid = trajectory.Over("a", trajectory.Values(true)) }, "a is true, but g/a is float"},
		"number for a bool":  {func(s *spec) { s.Model = leaky("dx/dt = (u - x)/tau : 1\na : boolean\nu : 1") }, "g/a is boolean"},
		"no integer": {func(s *spec) {
			s.Model = leaky("dx/dt = (u - x)/tau : 1\na : integer\nu : 1")
			s.Grid = trajectory.Over("a", trajectory.Values(1.5))
		}, "is an integer"},
		"input without end":   {func(s *spec) { s.Inputs["g/u"] = gridsearch.Input{Values: make([]float64, 9)} }, "9 values for 10 steps of 1 channels"},
		"input not finite":    {func(s *spec) { s.Inputs["g/u"] = gridsearch.Input{Values: append(make([]float64, 9), math.Inf(1))} }, "value 9 is +Inf"},
		"channels":            {func(s *spec) { s.Inputs["g/u"] = gridsearch.Input{Values: make([]float64, 30), Channels: 3} }, "3 channels, want 1 or one for each of the 2 neurons"},
		"input of x":          {func(s *spec) { s.Inputs["g/x"] = s.Inputs["g/u"] }, "want a parameter"},
		"input of a":          {func(s *spec) { s.Inputs["g/a"] = s.Inputs["g/u"] }, "a sets it already"},
		"input unknown":       {func(s *spec) { s.Inputs["g/b"] = s.Inputs["g/u"] }, "no variable b"},
		"input nowhere":       {func(s *spec) { s.Inputs["h/u"] = s.Inputs["g/u"] }, "no group h"},
		"input path":          {func(s *spec) { s.Inputs["u"] = s.Inputs["g/u"] }, "is no path"},
		"no outputs":          {func(s *spec) { s.Outputs = nil }, "there are no outputs"},
		"output unknown":      {func(s *spec) { s.Outputs["y"] = "g/z" }, "unknown name z"},
		"output nowhere":      {func(s *spec) { s.Outputs["y"] = "h/x" }, "no group h"},
		"output path":         {func(s *spec) { s.Outputs["y"] = "/x" }, "is no path"},
		"output name":         {func(s *spec) { s.Outputs["y y"] = "g/x" }, "space"},
		"spikes of the quiet": {func(s *spec) { s.Outputs["y"] = "g/spikes" }, "no threshold"},
		"no duration":         {func(s *spec) { s.Duration = quantity.Quantity{} }, "duration is 0"},
		"odd duration":        {func(s *spec) { s.Duration = quantity.MustParse("1.05 ms") }, "no multiple of the time step"},
		"duration in volts":   {func(s *spec) { s.Duration = quantity.MustParse("1 V") }, "want a time"},
		"negative":            {func(s *spec) { s.Duration = quantity.MustParse("-1 ms") }, "want 0 or more"},
		"odd sampling":        {func(s *spec) { s.Sampling = quantity.MustParse("0.15 ms") }, "sampling of 150 us is no multiple"},
		"step":                {func(s *spec) { s.DT = quantity.MustParse("1 V") }, "want a time"},
		"batch":               {func(s *spec) { s.Batch = -1 }, "batches of -1"},
		"kernel":              {func(s *spec) { s.Kernel = "abacus" }, "abacus"},
		"begins with NaN": {func(s *spec) {
			s.Model = func(b *network.Builder) error {
				b.Group("g", 2, neuron.Spec{Equations: "dx/dt = (a + u - x)/second : 1\na : 1\nu : 1"}).Set("x", "log(i - 1)")
				return nil
			}
		}, "is NaN"},
		"monitor": {func(s *spec) {
			s.Model = func(b *network.Builder) error {
				b.Record(monitor.State(b.Group("g", 2, neuron.Spec{Equations: "x : 1"}), []string{"x"}, monitor.StateOptions{}))
				return nil
			}
		}, "want groups and synapses only"},
	} {
		t.Run(name, func(t *testing.T) {
			s := small()
			c.change(&s)
			_, err := gridsearch.New(s)
			require.ErrorContains(t, err, c.want)
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if strings.HasPrefix(line, "gridsearch:") {
					return
				}
			}
			assert.Fail(t, "no prefix", "%v", err)
		})
	}
}

type ragged struct{}

func (ragged) Columns() ([]trajectory.Axis, error) {
	return []trajectory.Axis{trajectory.Over("a", trajectory.Values(1.0, 2.0, 3.0)), trajectory.Over("b", trajectory.Values(1.0, 2.0))}, nil
}

type nothing struct{}

func (nothing) Columns() ([]trajectory.Axis, error) { return nil, nil }

func TestErrorsOfProjections(t *testing.T) {
	for name, c := range map[string]struct {
		path string
		spec synapse.Spec
		want string
	}{
		"weight":             {"s/w", synapse.Spec{OnPre: "x += 1", AllToAll: true}, "have no weight"},
		"unknown":            {"s/delay", synapse.Spec{OnPre: "x += w", AllToAll: true, Weight: 1.0}, "the weight w and the constants none, but no delay"},
		"unit":               {"s/w", synapse.Spec{OnPre: "x += w/second", AllToAll: true, Weight: quantity.MustParse("1 ms")}, "dimensions differ: s and 1"},
		"unit of a text":     {"s/w", synapse.Spec{OnPre: "x += w/second", AllToAll: true, Weight: "(i + 1)*ms"}, "dimensions differ: s and 1"},
		"unit of numbers":    {"s/w", synapse.Spec{OnPre: "x += w/second", OneToOne: true, Weight: []float64{1, 2}, WeightUnit: "second"}, "dimensions differ: s and 1"},
		"unit of quantities": {"s/w", synapse.Spec{OnPre: "x += w/second", OneToOne: true, Weight: []quantity.Quantity{quantity.MustParse("1 s"), quantity.MustParse("2 s")}}, "dimensions differ: s and 1"},
		"connecting":         {"s/c", synapse.Spec{OnPre: "x += w", AllToAll: true, Weight: "c*i", Constants: equation.Constants{"c": 1.0}}, "decides how the synapses are made"},
		"condition":          {"s/c", synapse.Spec{OnPre: "x += 1", AllToAll: true, Condition: "i < c", Constants: equation.Constants{"c": 1.0}}, "decides how the synapses are made"},
		"dependent":          {"s/c", synapse.Spec{OnPre: "x += d", AllToAll: true, Constants: equation.Constants{"c": 1.0, "d": "2*c"}}, "the constant d depends on it"},
		"numbers":            {"s/w", synapse.Spec{OnPre: "x += w*i", AllToAll: true, Weight: 1.0}, "uses the number of a neuron"},
	} {
		t.Run(name, func(t *testing.T) {
			s := small()
			s.Inputs = nil
			s.Map["a"] = []string{c.path}
			s.Model = func(b *network.Builder) error {
				g := b.Group("g", 2, neuron.Spec{Equations: "x : 1", Threshold: "x > 1"})
				b.Connect("s", g, g, c.spec)
				return nil
			}
			_, err := gridsearch.New(s)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestGroupsOfOtherModels(t *testing.T) {
	other, err := neuron.NewGroup("other", 1, neuron.Spec{Equations: "x : 1", Threshold: "x > 1"})
	require.NoError(t, err)
	s := small()
	s.Model = func(b *network.Builder) error {
		b.Connect("s", other, b.Group("g", 1, neuron.Spec{Equations: "x : 1\na : 1\nu : 1"}), synapse.Spec{OnPre: "x += 1", AllToAll: true})
		return nil
	}
	_, err = gridsearch.New(s)
	assert.ErrorContains(t, err, "groups that the model does not have")
}

func TestNamesInAnyScript(t *testing.T) {
	s := small()
	s.Model = func(b *network.Builder) error {
		g := b.Group("g", 2, neuron.Spec{Equations: "dx/dt = (1e3*ω + τi + i - x)*rate : 1\nτi : 1\nu : 1", Threshold: "x > 1e9", Constants: equation.Constants{
			"τ": quantity.MustParse("10 ms"), "rate": "1/τ", "ω": 2.0,
		}})
		b.Connect("s", g, g, synapse.Spec{OnPre: "x += w*wτ", AllToAll: true, Weight: 1.0, Constants: equation.Constants{"wτ": 1.0}})
		return nil
	}
	s.Grid = trajectory.Over("τ", trajectory.Values(quantity.MustParse("10 ms"), quantity.MustParse("1 s")))
	s.Map = map[string][]string{"τ": {"g/τ"}}
	res, err := search(t, s).Run(t.Context())
	require.NoError(t, err)
	assert.InDelta(t, 20.01, res.Output("x").Values[0][1][1], 1e-12)
	assert.InDelta(t, 0.2001, res.Output("x").Values[1][1][1], 1e-12)
}

func TestTooManyLanes(t *testing.T) {
	s := small()
	s.Grid = trajectory.Over("a", trajectory.Linspace(0, 1, 3000))
	s.Model = func(b *network.Builder) error {
		b.Group("g", 1_000_000, neuron.Spec{Equations: "dx/dt = (a + u - x)/second : 1\na : 1\nu : 1"})
		return nil
	}
	_, err := search(t, s).Run(t.Context())
	assert.ErrorContains(t, err, "make the batches smaller")
}

// explosive runs away where a is large.
func explosive() gridsearch.Spec {
	s := small()
	s.Name, s.Inputs = "boom", nil
	s.Model = leaky("dx/dt = (a*x**2 - x)/tau : 1\na : 1")
	s.Grid = trajectory.Over("x", trajectory.Values(0.1, 3.0, 0.2, 0.5, 40.0))
	s.Map = map[string][]string{"x": {"g/x", "g/a"}}
	s.Duration = quantity.MustParse("3 s")
	return s
}

func TestACopyFailsAlone(t *testing.T) {
	s := search(t, explosive())
	res, err := s.Run(t.Context())
	require.ErrorIs(t, err, network.ErrNonFinite)
	assert.ErrorContains(t, err, "gridsearch: boom_1 (x = 3): network: ")
	assert.ErrorContains(t, err, "gridsearch: boom_4 (x = 40): network: ")
	require.NotNil(t, res)
	for k, c := range res.Copies {
		if k == 1 || k == 4 {
			assert.ErrorIs(t, c.Err, network.ErrNonFinite)
			assert.Nil(t, res.Output("x").Values[k])
			continue
		}
		require.NoError(t, c.Err)
		assert.Len(t, res.Series("x", k), 30000)
		one, err := s.RunPoints(t.Context(), k)
		require.NoError(t, err)
		sameBits(t, one.Series("x", 0), res.Series("x", k), "copy %d", k)
	}
	var b strings.Builder
	require.NoError(t, res.WriteCSV(&b))
	head, _, _ := strings.Cut(b.String(), "\n0,")
	assert.Equal(t, ",x,x,x,x,x,x\ntime,boom_0[0],boom_0[1],boom_2[0],boom_2[1],boom_3[0],boom_3[1]", head)
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	res, err := search(t, montbrio()).Run(ctx)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Nil(t, res)
	_, err = search(t, montbrio()).RunPoints(t.Context(), 25)
	assert.ErrorContains(t, err, "point 25: the grid has 0 to 24")
}

// TestStepsAllocateNothing compares a short search with a longer one.
func TestStepsAllocateNothing(t *testing.T) {
	allocations := func(steps int) uint64 {
		spec := montbrio()
		spec.Inputs = map[string]gridsearch.Input{"net3/input": {Values: ones(steps)}}
		spec.Duration = quantity.New(float64(steps)*1e-4, quantity.DimTime)
		spec.Sampling = quantity.New(float64(steps)*1e-4, quantity.DimTime)
		s := search(t, spec)
		least := uint64(math.MaxUint64)
		for range 5 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := s.Run(t.Context())
			require.NoError(t, err)
			runtime.ReadMemStats(&after)
			least = min(least, after.Mallocs-before.Mallocs)
		}
		return least
	}
	short, long := allocations(100), allocations(20000)
	assert.InDelta(t, float64(short), float64(long), 20)
}

func TestManyAtOnce(t *testing.T) {
	spec := spikingSearch()
	spec.Batch = 5
	s := search(t, spec)
	want, err := s.Run(t.Context())
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			res, err := s.Run(context.Background())
			if assert.NoError(t, err) {
				same(t, want, res)
			}
		})
	}
	group.Wait()
}

// sweep makes a trajectory that explores a search.
func sweep(t *testing.T, s *gridsearch.Search, seed uint64) *trajectory.Trajectory {
	tr, err := trajectory.New("sweep", trajectory.Options{Seed: seed, Kinds: brianparam.Kinds()})
	require.NoError(t, err)
	require.NoError(t, s.Explore(tr))
	return tr
}

// runAll executes the runs of a trajectory on some goroutines, as package env does.
func runAll(t *testing.T, tr *trajectory.Trajectory, x *gridsearch.Experiment, workers int) ([]*trajectory.Run, []error) {
	require.NoError(t, x.Prepare(t.Context(), tr))
	runs, errs := make([]*trajectory.Run, tr.Len()), make([]error, tr.Len())
	next := make(chan int)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := range next {
				var err error
				runs[i], err = tr.Run(i)
				if assert.NoError(t, err) {
					errs[i] = x.Run(context.Background(), runs[i])
				}
			}
		})
	}
	for i := range runs {
		next <- i
	}
	close(next)
	group.Wait()
	return runs, errs
}

func TestExperimentInBatchesOfAnySize(t *testing.T) {
	spec := spikingSearch()
	spec.Seed = 3
	s := search(t, spec)
	want, err := s.Run(t.Context())
	require.NoError(t, err)
	spec.Seed = 99
	s = search(t, spec)
	var first [][]trajectory.Record
	for _, c := range []struct{ batch, workers int }{{1, 1}, {1, 3}, {5, 2}, {0, 3}, {7, 1}} {
		x, err := s.Experiment(c.batch, nil)
		require.NoError(t, err)
		tr := sweep(t, s, 3)
		assert.Equal(t, 12, tr.Len())
		runs, errs := runAll(t, tr, x, c.workers)
		var records [][]trajectory.Record
		for k, r := range runs {
			require.NoError(t, errs[k])
			records = append(records, r.Records())
		}
		if first == nil {
			first = records
			for k, r := range runs {
				level, err := trajectory.Get[trajectory.Array[float64]](r, "outputs.level")
				require.NoError(t, err)
				assert.Equal(t, []int{30, 50}, level.Shape)
				for n, row := range want.Output("level").Values[k] {
					sameBits(t, row, level.Data[50*n:50*n+50], "run %d, neuron %d", k, n)
				}
				spikes, err := trajectory.Get[*brianparam.MonitorResult](r, "outputs.spikes")
				require.NoError(t, err)
				rec, err := spikes.Spikes()
				require.NoError(t, err)
				assert.Equal(t, want.Output("spikes").Spikes[k].Neurons, rec.Neurons)
				n, err := r.Result("outputs.level")
				require.NoError(t, err)
				assert.Equal(t, "e/level in 1, every 0.001 s from 0 on", n.Comment())
			}
			continue
		}
		assert.Equal(t, first, records, "batches of %d with %d workers", c.batch, c.workers)
	}
}

func TestExperimentOfPointsTheGridDoesNotHave(t *testing.T) {
	s := search(t, montbrio())
	tr, err := trajectory.New("sweep", trajectory.Options{})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("model.eta_op", -5.0))
	require.NoError(t, tr.AddParameter("model.eta_iin", -5.0))
	require.NoError(t, tr.Explore(trajectory.Over("eta_op", trajectory.Values(2.5, math.NaN(), 5))))
	x, err := s.Experiment(0, func(r *trajectory.Run, res *gridsearch.Results, copy int) error {
		return r.AddResult("mean", mean(res.Series("r_pc", copy)))
	})
	require.NoError(t, err)
	runs, errs := runAll(t, tr, x, 2)
	res, err := s.RunPoints(t.Context(), 3, 4)
	require.NoError(t, err)
	assert.ErrorContains(t, errs[1], "Net3_1 (eta_iin = -5, eta_op = NaN): eta_op is NaN")
	for k, run := range []int{0, 2} {
		require.NoError(t, errs[run])
		m, err := trajectory.Get[float64](runs[run], "mean")
		require.NoError(t, err)
		assert.Equal(t, mean(res.Series("r_pc", k)), m)
	}
}

func TestExperimentErrors(t *testing.T) {
	s := search(t, montbrio())
	_, err := s.Experiment(-1, nil)
	assert.ErrorContains(t, err, "batches of -1")
	x, err := s.Experiment(3, nil)
	require.NoError(t, err)
	tr, err := trajectory.New("sweep", trajectory.Options{})
	require.NoError(t, err)
	assert.ErrorContains(t, x.Prepare(t.Context(), tr), "eta_iin")
	other := sweep(t, s, 0)
	require.NoError(t, other.AddParameter("trial", 0))
	require.NoError(t, other.Explore(trajectory.Over("trial", trajectory.Trials(25))))
	assert.ErrorContains(t, x.Prepare(t.Context(), other), "parameters.trial is explored, but the search does not set it")
	require.NoError(t, tr.AddParameter("eta_op", 1))
	assert.Error(t, s.Explore(tr), "integers cannot be explored over numbers")

	boom := search(t, explosive())
	x, err = boom.Experiment(0, nil)
	require.NoError(t, err)
	_, errs := runAll(t, sweep(t, boom, 0), x, 2)
	for k, err := range errs {
		if k == 1 || k == 4 {
			assert.ErrorIs(t, err, network.ErrNonFinite)
		} else {
			assert.NoError(t, err)
		}
	}

	// A run that is cancelled leaves its batch to the others.
	x, err = s.Experiment(0, nil)
	require.NoError(t, err)
	tr = sweep(t, s, 0)
	require.NoError(t, x.Prepare(t.Context(), tr))
	r, err := tr.Run(0)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, x.Run(ctx, r), context.Canceled)
	r, err = tr.Run(1)
	require.NoError(t, err)
	assert.NoError(t, x.Run(t.Context(), r))

	for name, spec := range map[string]neuron.Spec{
		"equations": {Equations: "dx/dt = (a - x + randn())/second : 1\na : 1\nu : 1"},
		"reset":     {Equations: "dx/dt = (a - x)/second : 1\na : 1\nu : 1", Threshold: "x > 1", Reset: "x = rand( )"},
	} {
		noisy := small()
		noisy.Model = func(b *network.Builder) error {
			b.Group("g", 1, spec)
			return nil
		}
		s = search(t, noisy)
		_, err = s.Experiment(2, nil)
		assert.ErrorContains(t, err, "g draws random numbers during a run", name)
		_, err = s.Experiment(1, nil)
		assert.NoError(t, err)
		_, err = s.Run(t.Context())
		assert.NoError(t, err)
	}
	noisy := small()
	noisy.Outputs["noise"] = "g/x + randn()"
	_, err = search(t, noisy).Experiment(0, nil)
	assert.ErrorContains(t, err, "output noise draws")
	noisy = small()
	noisy.Model = func(b *network.Builder) error {
		g := b.Group("g", 1, neuron.Spec{Equations: "dx/dt = (a - x)/second : 1\na : 1\nu : 1", Threshold: "x > 1"})
		b.Connect("s", g, g, synapse.Spec{OnPre: "x += rand()", AllToAll: true})
		return nil
	}
	_, err = search(t, noisy).Experiment(0, nil)
	assert.ErrorContains(t, err, "s draws")
}
