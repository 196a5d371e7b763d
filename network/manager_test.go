package network_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/synapse"
	"galvani/trajectory"
)

func millis(x float64) quantity.Quantity { return quantity.New(x*1e-3, quantity.DimTime) }

// journal is a component, analyser and runner that writes down its calls.
type journal struct {
	network.RunnerBase
	name string
	log  *[]string
	edit func(s *network.Subrun) // called in Analyse
}

func (j journal) write(format string, args ...any) {
	*j.log = append(*j.log, j.name+" "+fmt.Sprintf(format, args...))
}

func (j journal) AddParameters(*trajectory.Trajectory) error { j.write("parameters"); return nil }
func (j journal) PreBuild(*network.PreBuild) error           { j.write("prebuild"); return nil }
func (j journal) Build(b *network.Build) error {
	j.write("build")
	if j.name == "component" {
		b.Group("n", 1, neuron.Spec{Equations: "dv/dt = 1/second : 1"})
	}
	return b.Err()
}
func (j journal) AddToNetwork(s *network.Subrun) error {
	j.write("add %s#%d order %d left %d", s.Name(), s.Index(), s.Order(), s.Remaining().Len())
	return nil
}
func (j journal) RemoveFromNetwork(s *network.Subrun) error { j.write("remove"); return nil }

type journalAnalyser struct{ journal }

func (j journalAnalyser) Analyse(s *network.Subrun) error {
	j.write("analyse at %.4g s last %v", s.Network().Time(), s.Last())
	if j.edit != nil {
		j.edit(s)
	}
	return nil
}

type journalComponent struct{ journal }

// newTrajectory makes a trajectory with the parameters of a manager.
func newTrajectory(t *testing.T, m *network.Manager) *trajectory.Trajectory {
	tr, err := trajectory.New("test", trajectory.Options{Kinds: brianparam.Kinds(), Seed: 7})
	require.NoError(t, err)
	if m != nil {
		require.NoError(t, m.AddParameters(tr))
	}
	return tr
}

func run(t *testing.T, m *network.Manager, tr *trajectory.Trajectory, i int) *trajectory.Run {
	r, err := tr.Run(i)
	require.NoError(t, err)
	require.NoError(t, m.Run(t.Context(), r))
	return r
}

func TestCallsAreInOrder(t *testing.T) {
	var log []string
	j := func(name string) journal { return journal{name: name, log: &log} }
	m, err := network.NewManager(j("runner"), network.Components{journalComponent{j("component")}}, network.Analysers{journalAnalyser{j("analyser")}})
	require.NoError(t, err)
	tr := newTrajectory(t, m)
	require.NoError(t, tr.AddParameter("simulation.durations.first", millis(2), trajectory.Annotate("order", -3)))
	require.NoError(t, tr.AddParameter("simulation.durations.second", millis(3), trajectory.Annotate("order", 42)))
	require.NoError(t, m.Prepare(t.Context(), tr))
	run(t, m, tr, 0)
	assert.Equal(t, []string{
		"component parameters", "analyser parameters", "runner parameters",
		"component prebuild", "analyser prebuild", "runner prebuild",
		"component build", "analyser build", "runner build",
		"component add first#0 order -3 left 1", "analyser add first#0 order -3 left 1", "runner add first#0 order -3 left 1",
		"analyser analyse at 0.002 s last false",
		"runner remove", "analyser remove", "component remove",
		"component add second#1 order 42 left 0", "analyser add second#1 order 42 left 0", "runner add second#1 order 42 left 0",
		"analyser analyse at 0.005 s last true",
		"runner remove", "analyser remove", "component remove",
	}, log)
}

func TestRemainingSubrunsAreEditable(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(s *network.Subrun)
		want []string
	}{
		"as they are": {func(*network.Subrun) {}, []string{"init_run", "measurement_run", "third_run"}},
		"cancel":      {func(s *network.Subrun) { s.Remaining().Cancel() }, []string{"init_run"}},
		"append": {func(s *network.Subrun) {
			if s.Index() == 0 {
				s.Remaining().Append(network.Planned{Name: "more", Order: 99, Duration: millis(1)})
			}
		}, []string{"init_run", "measurement_run", "third_run", "more"}},
		"append to the last": {func(s *network.Subrun) {
			if s.Last() && s.Index() < 4 {
				s.Remaining().Append(network.Planned{Name: "again", Duration: millis(1)})
			}
		}, []string{"init_run", "measurement_run", "third_run", "again", "again"}},
		"replace": {func(s *network.Subrun) {
			if s.Index() == 0 {
				list := s.Remaining().All()
				s.Remaining().Replace(list[1])
				list[1].Name = "not the manager's list"
			}
		}, []string{"init_run", "third_run"}},
	} {
		t.Run(name, func(t *testing.T) {
			var log, names []string
			j := func(name string) journal { return journal{name: name, log: &log} }
			a := journalAnalyser{j("analyser")}
			a.edit = func(s *network.Subrun) { names = append(names, s.Name()); test.edit(s) }
			m, err := network.NewManager(j("runner"), network.Components{journalComponent{j("component")}}, network.Analysers{a})
			require.NoError(t, err)
			tr := newTrajectory(t, m)
			for _, d := range []struct {
				name  string
				order int
			}{{"init_run", 0}, {"third_run", 42}, {"measurement_run", 1}} {
				require.NoError(t, tr.AddParameter("simulation.durations."+d.name, millis(1), trajectory.Annotate("order", d.order)))
			}
			require.NoError(t, m.Prepare(t.Context(), tr))
			for range 2 { // what one run edits is not what the next one finds
				names = nil
				run(t, m, tr, 0)
				assert.Equal(t, test.want, names)
			}
		})
	}
}

func TestSubrunsThatMakeNoSense(t *testing.T) {
	add := func(name string, v any, notes ...trajectory.AddOption) func(*trajectory.Trajectory) error {
		return func(t *trajectory.Trajectory) error { return t.AddParameter("simulation.durations."+name, v, notes...) }
	}
	for name, test := range map[string]struct {
		add  []func(*trajectory.Trajectory) error
		want string
	}{
		"none":             {nil, "simulation.durations"},
		"an empty group":   {[]func(*trajectory.Trajectory) error{func(t *trajectory.Trajectory) error { return t.AddGroup("parameters.simulation.durations") }}, "holds no durations"},
		"no order":         {[]func(*trajectory.Trajectory) error{add("a", millis(1))}, "simulation.durations.a"},
		"order no integer": {[]func(*trajectory.Trajectory) error{add("a", millis(1), trajectory.Annotate("order", 1.0))}, "want an integer"},
		"order twice":      {[]func(*trajectory.Trajectory) error{add("a", millis(1), trajectory.Annotate("order", 1)), add("b", millis(1), trajectory.Annotate("order", 1))}, "same order 1"},
		"no time":          {[]func(*trajectory.Trajectory) error{add("a", quantity.MustParse("3 mV"), trajectory.Annotate("order", 1))}, "3 mV"},
		"a plain number":   {[]func(*trajectory.Trajectory) error{add("a", 500, trajectory.Annotate("order", 1))}, "want a time"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := network.NewManager(network.RunnerBase{}, network.Components{pacemaker{}}, nil)
			require.NoError(t, err)
			tr := newTrajectory(t, m)
			for _, f := range test.add {
				require.NoError(t, f(tr))
			}
			require.NoError(t, m.Prepare(t.Context(), tr))
			r, err := tr.Run(0)
			require.NoError(t, err)
			err = m.Run(t.Context(), r)
			assert.ErrorIs(t, err, network.ErrSubruns)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

// pacemaker is a component with one neuron, so that there is something to run.
type pacemaker struct{ network.Base }

func (pacemaker) Build(b *network.Build) error {
	b.Group("pacemaker", 1, neuron.Spec{Equations: "dv/dt = 1/second : 1"})
	return b.Err()
}

// population and wiring are a small experiment: neurons that depend on
// model.tau, and random connections that depend on wiring.R and wiring.p.
type population struct {
	network.Base
	built *atomic.Int64
	pre   bool // in PreBuild
}

func (p population) AddParameters(t *trajectory.Trajectory) error {
	return errors.Join(
		t.AddParameter("model.tau", millis(10)), t.AddParameter("model.n", 60), t.AddParameter("model.unused", 1),
		t.AddParameter("wiring.R", 1.0), t.AddParameter("wiring.p", 0.2),
		t.AddParameter("simulation.trial", 0),
	)
}

func (p population) PreBuild(b *network.PreBuild) error {
	if !p.pre {
		return nil
	}
	return p.Build(&b.Build)
}

func (p population) Build(b *network.Build) error {
	if p.built != nil {
		p.built.Add(1)
	}
	g := b.Group("cells", network.Value[int](b, "model.n"), neuron.Spec{
		Equations: "dv/dt = (I - v)/tau : 1 (unless refractory)\nI : 1",
		Constants: map[string]any{"tau": network.Value[quantity.Quantity](b, "model.tau")},
		Threshold: "v > 1", Reset: "v = 0", Refractory: "1 ms",
	})
	g.Set("v", "rand()")
	g.Set("I", "1.1 + 0.4*rand()")
	network.Put(b, "cells", g)
	return b.Err()
}

type wiring struct {
	network.Base
	built *atomic.Int64
}

func (w wiring) Build(b *network.Build) error {
	if w.built != nil {
		w.built.Add(1)
	}
	g := network.Get[*neuron.Group](b, "cells")
	factor := network.Value[float64](b, "wiring.R")
	if err := b.Err(); err != nil {
		return err
	}
	s := b.Connect("wires", g, g, synapse.Spec{OnPre: "v += w", P: network.Value[float64](b, "wiring.p"), Weight: 0.02 * factor})
	network.Put(b, "wires", s)
	b.Derived("wiring.weight", 0.02*factor, trajectory.Comment("weight of a synapse"))
	return b.Err()
}

type recorder struct{ network.Base }

func (recorder) AddToNetwork(s *network.Subrun) error {
	if s.Order() == 1 {
		g := network.Get[*neuron.Group](s, "cells")
		s.Record("monitors.spikes", monitor.Spikes(g, monitor.Options{}))
		s.Record("monitors.v", monitor.State(g, []string{"v"}, monitor.StateOptions{Neurons: []int{0, 5}, Every: 10}))
	}
	return s.Err()
}

func (recorder) Analyse(s *network.Subrun) error {
	if s.Last() {
		s.Result("statistics.count", int(s.Spikes("monitors.spikes").Total()), trajectory.Comment("spikes"))
		s.Result("statistics.samples", len(s.States("monitors.v").Steps))
		s.Result("statistics.synapses", network.Get[*synapse.Synapses](s, "wires").N())
	}
	return s.Err()
}

type runnerOf struct {
	runner
	sharing network.Sharing
}

func (r runnerOf) Settings() network.RunnerBase {
	r.Sharing = r.sharing
	return r.RunnerBase.Settings()
}

// experiment is the manager of the small experiment with its counts of builds.
type experiment struct {
	*network.Manager
	neurons, wires atomic.Int64
}

func newExperiment(t *testing.T, sharing network.Sharing) *experiment {
	x := &experiment{}
	var err error
	x.Manager, err = network.NewManager(runnerOf{sharing: sharing},
		network.Components{population{built: &x.neurons}, wiring{built: &x.wires}}, network.Analysers{recorder{}})
	require.NoError(t, err)
	return x
}

// sweep runs all points with so many workers and returns what they recorded.
func (x *experiment) sweep(t *testing.T, tr *trajectory.Trajectory, workers int) [][]trajectory.Record {
	require.NoError(t, x.Prepare(t.Context(), tr))
	records := make([][]trajectory.Record, tr.Len())
	points := make(chan int)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := range points {
				r, err := tr.Run(i)
				if assert.NoError(t, err) && assert.NoError(t, x.Run(context.Background(), r)) {
					records[i] = r.Records()
				}
			}
		})
	}
	for i := range records {
		points <- i
	}
	close(points)
	group.Wait()
	return records
}

func TestBuildsAreShared(t *testing.T) {
	values := func(name string, v ...float64) trajectory.Axis { return trajectory.Over(name, trajectory.Values(v...)) }
	for name, test := range map[string]struct {
		design         trajectory.Design
		neurons, wires int64
	}{
		"over what nobody reads": {trajectory.Over("model.unused", trajectory.Values(1, 2, 3, 4, 5, 6)), 1, 1},
		"over R":                 {trajectory.Grid{values("wiring.R", 1, 1.2, 1.4), trajectory.Over("model.unused", trajectory.Values(1, 2))}, 1, 3},
		"over tau":               {trajectory.Grid{trajectory.Over("model.tau", trajectory.Values(millis(10), millis(12))), trajectory.Over("model.unused", trajectory.Values(1, 2, 3))}, 2, 2},
		"over trials":            {trajectory.Over("simulation.trial", trajectory.Trials(5)), 1, 5},
	} {
		t.Run(name, func(t *testing.T) {
			for _, workers := range []int{1, 2, 8} {
				x := newExperiment(t, network.Sharing{})
				tr := newTrajectory(t, x.Manager)
				require.NoError(t, tr.Explore(test.design))
				x.sweep(t, tr, workers)
				assert.Equal(t, test.neurons, x.neurons.Load(), "%d workers", workers)
				assert.Equal(t, test.wires, x.wires.Load(), "%d workers", workers)
				s := x.SharingStats()
				assert.Equal(t, int64(4*tr.Len()), s.Built+s.Shared, "four components each")
				assert.Greater(t, s.Bytes, int64(0))
			}
		})
	}
}

// The results don't depend on sharing, on how many runs go at once, or on what is
// kept.
func TestSharingChangesNoBit(t *testing.T) {
	design := trajectory.Grid{
		trajectory.Over("wiring.R", trajectory.Values(1.0, 1.5)), trajectory.Over("simulation.trial", trajectory.Trials(2)),
		trajectory.Over("model.unused", trajectory.Values(1, 2)),
	}
	all := func(sharing network.Sharing, workers int) [][]trajectory.Record {
		x := newExperiment(t, sharing)
		tr := newTrajectory(t, x.Manager)
		require.NoError(t, tr.Explore(design))
		return x.sweep(t, tr, workers)
	}
	want := all(network.Sharing{Off: true}, 1)
	require.Len(t, want, 8)
	require.NotEqual(t, want[0], want[4], "R matters")
	require.NotEqual(t, want[0], want[2], "trials differ")
	for _, sharing := range []network.Sharing{{Off: true}, {}, {Builds: 1}, {Bytes: 1}} {
		for _, workers := range []int{1, 2, 8} {
			assert.Equal(t, want, all(sharing, workers), "%+v with %d workers", sharing, workers)
		}
	}
}

func TestRunsHaveResultsAndDerivedParameters(t *testing.T) {
	x := newExperiment(t, network.Sharing{})
	tr := newTrajectory(t, x.Manager)
	require.NoError(t, tr.Explore(trajectory.Over("wiring.R", trajectory.Values(1.0, 1.0, 2.0))))
	require.NoError(t, x.Prepare(t.Context(), tr))
	var counts []int
	for i := range 3 {
		r := run(t, x.Manager, tr, i)
		weight, err := trajectory.Get[float64](r, "weight")
		require.NoError(t, err)
		assert.Equal(t, []float64{0.02, 0.02, 0.04}[i], weight)
		var names []string
		for _, rec := range r.Records() {
			if rec.Leaf {
				names = append(names, rec.Name+" "+rec.Class)
			}
		}
		under := fmt.Sprintf("results.runs.run_%08d.", i)
		assert.Equal(t, []string{
			fmt.Sprintf("derived_parameters.runs.run_%08d.wiring.weight Parameter", i),
			under + "monitors.spikes Brian2MonitorResult", under + "monitors.v Brian2MonitorResult",
			under + "statistics.count Result", under + "statistics.samples Result", under + "statistics.synapses Result",
		}, names)
		recorded, err := trajectory.Get[*brianparam.MonitorResult](r, "monitors.spikes")
		require.NoError(t, err)
		spikes, err := recorded.Spikes()
		require.NoError(t, err)
		count, err := trajectory.Get[int](r, "statistics.count")
		require.NoError(t, err)
		assert.Equal(t, count, len(spikes.Steps))
		assert.GreaterOrEqual(t, spikes.Steps[0], int64(50), "recorded from the second subrun on")
		counts = append(counts, count)
		samples, err := trajectory.Get[int](r, "statistics.samples")
		require.NoError(t, err)
		assert.Equal(t, 10, samples)
	}
	assert.Greater(t, counts[0], 0)
	assert.NotEqual(t, counts[0], counts[1], "the run's seed draws the initial values, although all is shared")
}

type needy struct{ network.Base }

func (needy) Build(b *network.Build) error {
	network.Get[*neuron.Group](b, "neurons_x")
	network.Get[*synapse.Synapses](b, "cells")
	network.Put(b, "cells", 3)
	network.Value[float64](b, "wiring.Q")
	return b.Err()
}

func TestMissingThingsAreNamed(t *testing.T) {
	m, err := network.NewManager(runner{}, network.Components{population{}, needy{}}, nil)
	require.NoError(t, err)
	tr := newTrajectory(t, m)
	require.NoError(t, m.Prepare(t.Context(), tr))
	r, err := tr.Run(0)
	require.NoError(t, err)
	err = m.Run(t.Context(), r)
	for _, want := range []string{
		`needy.Build: nothing called "neurons_x"`, "cells (by network_test.population.Build)",
		`"cells" (put by network_test.population.Build) is a *neuron.Group, not a *synapse.Synapses`,
		`"cells" has been put before`, "wiring.Q",
	} {
		assert.ErrorContains(t, err, want)
	}
}

type meddler struct{ network.Base }

func (meddler) Build(b *network.Build) error {
	network.Get[*neuron.Group](b, "cells").Set("v", 0.5)
	return network.Get[*neuron.Group](b, "cells").Err()
}

func TestGroupsOfOthersAreNotChanged(t *testing.T) {
	m, err := network.NewManager(runner{}, network.Components{population{}, meddler{}}, nil)
	require.NoError(t, err)
	tr := newTrajectory(t, m)
	require.NoError(t, m.Prepare(t.Context(), tr))
	r, err := tr.Run(0)
	require.NoError(t, err)
	err = m.Run(t.Context(), r)
	assert.ErrorContains(t, err, "meddler.Build")
	assert.ErrorContains(t, err, "set the variable in the network")
}

type early struct{ network.Base }

func (early) PreBuild(b *network.PreBuild) error {
	if !b.Explores("wiring") || b.Explores("model") {
		return errors.New("wiring is explored, model is not")
	}
	network.Value[quantity.Quantity](b, "model.tau")
	if err := b.Err(); err != nil {
		return err
	}
	network.Value[float64](b, "R")
	return b.Err()
}

func TestPreBuildMayNotReadExploredParameters(t *testing.T) {
	m, err := network.NewManager(runner{}, network.Components{population{}, early{}}, nil)
	require.NoError(t, err)
	tr := newTrajectory(t, m)
	require.NoError(t, tr.Explore(trajectory.Over("wiring.R", trajectory.Values(1.0, 2.0))))
	err = m.Prepare(t.Context(), tr)
	assert.ErrorIs(t, err, network.ErrExplored)
	assert.ErrorContains(t, err, "parameters.wiring.R")
	assert.ErrorContains(t, err, "early.PreBuild")
}

// What is built before gives the same runs as what is built for each, and is
// built once.
func TestPreBuild(t *testing.T) {
	results := func(pre bool) ([][]trajectory.Record, int64) {
		x := &experiment{}
		var err error
		x.Manager, err = network.NewManager(runnerOf{sharing: network.Sharing{Off: true}},
			network.Components{population{built: &x.neurons, pre: pre}, wiring{built: &x.wires}}, network.Analysers{recorder{}})
		require.NoError(t, err)
		tr := newTrajectory(t, x.Manager)
		require.NoError(t, tr.Explore(trajectory.Over("wiring.R", trajectory.Values(1.0, 2.0, 1.5))))
		return x.sweep(t, tr, 2), x.neurons.Load()
	}
	want, built := results(false)
	assert.EqualValues(t, 3, built)
	got, built := results(true)
	assert.EqualValues(t, 1, built)
	assert.Equal(t, want, got)
}

type warmUp struct{ runnerOf }

func (w warmUp) AddParameters(t *trajectory.Trajectory) error {
	return errors.Join(w.runnerOf.AddParameters(t), t.AddParameter("simulation.pre_durations.warm_up", millis(20), trajectory.Annotate("order", 0)))
}

// watch notes the state at the beginning of each run.
type watch struct {
	network.Base
	mu    *sync.Mutex
	begin map[string][]float64
}

func (w watch) AddToNetwork(s *network.Subrun) error {
	if s.Index() == 0 {
		name := "pre-run"
		if !s.PreRun() {
			name = s.Run().Name()
		}
		v := s.Network().State(network.Get[*neuron.Group](s, "cells")).Float64("v")
		w.mu.Lock()
		w.begin[name] = append([]float64{s.Network().Time()}, v...)
		w.mu.Unlock()
	}
	return s.Err()
}

func TestEveryRunStartsFromThePreRun(t *testing.T) {
	w := watch{mu: &sync.Mutex{}, begin: map[string][]float64{}}
	m, err := network.NewManager(warmUp{}, network.Components{population{pre: true}, w}, nil)
	require.NoError(t, err)
	tr := newTrajectory(t, m)
	require.NoError(t, tr.Explore(trajectory.Over("model.unused", trajectory.Values(1, 2, 3))))
	require.NoError(t, m.Prepare(t.Context(), tr))
	for i := range 3 {
		run(t, m, tr, i)
	}
	require.Len(t, w.begin, 4)
	assert.Equal(t, 0.0, w.begin["pre-run"][0])
	assert.NotEqual(t, w.begin["pre-run"][1:], w.begin["run_00000000"][1:])
	assert.InDelta(t, 0.02, w.begin["run_00000000"][0], 1e-12)
	for _, name := range []string{"run_00000001", "run_00000002"} {
		for k, v := range w.begin["run_00000000"] {
			assert.Equal(t, math.Float64bits(v), math.Float64bits(w.begin[name][k]), "%s value %d", name, k)
		}
	}
}

func TestPreRunNeedsSomethingPreBuilt(t *testing.T) {
	m, err := network.NewManager(warmUp{}, network.Components{population{}}, nil)
	require.NoError(t, err)
	assert.ErrorContains(t, m.Prepare(t.Context(), newTrajectory(t, m)), "PreBuild")
}

func TestPreRunIsNotExplored(t *testing.T) {
	m, err := network.NewManager(warmUp{}, network.Components{population{pre: true}}, nil)
	require.NoError(t, err)
	tr := newTrajectory(t, m)
	require.NoError(t, tr.Explore(trajectory.Over("warm_up", trajectory.Values(millis(1), millis(2)))))
	err = m.Prepare(t.Context(), tr)
	assert.ErrorIs(t, err, network.ErrExplored)
	assert.ErrorContains(t, err, "warm_up")
}

type failing struct {
	network.Base
	where string
	err   error
}

func (f failing) at(where string) error {
	if f.where == where {
		return f.err
	}
	return nil
}

func (f failing) AddParameters(*trajectory.Trajectory) error { return f.at("AddParameters") }
func (f failing) PreBuild(*network.PreBuild) error           { return f.at("PreBuild") }
func (f failing) Build(*network.Build) error                 { return f.at("Build") }
func (f failing) AddToNetwork(*network.Subrun) error         { return f.at("AddToNetwork") }
func (f failing) RemoveFromNetwork(*network.Subrun) error    { return f.at("RemoveFromNetwork") }
func (f failing) Analyse(*network.Subrun) error              { return f.at("Analyse") }

func TestErrorsNameComponentAndCallback(t *testing.T) {
	sick := errors.New("sick")
	for _, where := range []string{"AddParameters", "PreBuild", "Build", "AddToNetwork", "Analyse", "RemoveFromNetwork"} {
		t.Run(where, func(t *testing.T) {
			m, err := network.NewManager(runner{}, network.Components{population{}}, network.Analysers{failing{where: where, err: sick}})
			require.NoError(t, err)
			tr := newTrajectory(t, nil)
			if err = m.AddParameters(tr); err == nil {
				err = m.Prepare(t.Context(), tr)
			}
			if err == nil {
				r, err2 := tr.Run(0)
				require.NoError(t, err2)
				err = m.Run(t.Context(), r)
			}
			assert.ErrorIs(t, err, sick)
			assert.ErrorContains(t, err, "failing."+where)
		})
	}
}

func TestManagerReportsFractions(t *testing.T) {
	x := newExperiment(t, network.Sharing{})
	tr := newTrajectory(t, x.Manager)
	var seen []float64
	x.ReportTo(func(run int, fraction float64) {
		assert.Equal(t, 0, run)
		seen = append(seen, fraction)
	})
	require.NoError(t, x.Prepare(t.Context(), tr))
	run(t, x.Manager, tr, 0)
	require.Greater(t, len(seen), 10)
	assert.IsIncreasing(t, seen)
	assert.InDelta(t, 1, seen[len(seen)-1], 1e-12)
	assert.Less(t, seen[0], 0.1)
}

func TestRunBeforePrepare(t *testing.T) {
	m, err := network.NewManager(runner{}, nil, nil)
	require.NoError(t, err)
	r, err := newTrajectory(t, m).Run(0)
	require.NoError(t, err)
	assert.ErrorContains(t, m.Run(t.Context(), r), "Prepare")
}

func TestRunIsCancelled(t *testing.T) {
	x := newExperiment(t, network.Sharing{})
	tr := newTrajectory(t, x.Manager)
	require.NoError(t, x.Prepare(t.Context(), tr))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := tr.Run(0)
	require.NoError(t, err)
	assert.ErrorIs(t, x.Run(ctx, r), context.Canceled)
}
