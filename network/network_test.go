package network_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/synapse"
)

// leaky is a group of leaky neurons that spike now and then.
func leaky(b *network.Builder, name string, n int) *neuron.Group {
	g := b.Group(name, n, neuron.Spec{
		Equations: "dV/dt = (mu - V)/(10*ms) : 1\nmu : 1 (constant)",
		Threshold: "V > 1", Reset: "V = 0", Refractory: "2 ms",
	})
	g.Set("mu", "1.05 + 0.1*rand()")
	g.Set("V", "rand()")
	return g
}

func simulate(t testing.TB, net *network.Network, duration string) {
	t.Helper()
	require.NoError(t, net.Run(context.Background(), duration))
}

func ExampleNetwork() {
	net := network.New(network.Options{Seed: 1})
	e := net.Group("e", 100, neuron.Spec{
		Equations: "dV/dt = (1.1 - V)/(15*ms) : 1",
		Threshold: "V > 1", Reset: "V = 0", Refractory: "5 ms",
	})
	net.Connect("ee", e, e, synapse.Spec{OnPre: "V += w", P: 0.1, Weight: 0.01, NoAutapses: true})
	spikes := monitor.Spikes(e, monitor.Options{})
	net.Record(spikes)
	if err := net.Run(context.Background(), "100 ms"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(spikes.Recording(net).Total(), "spikes, the first at step", spikes.Recording(net).Steps[0])
	// Output: 200 spikes, the first at step 358
}

func ExampleNetwork_Schedule() {
	net := network.New(network.Options{})
	e := net.Group("e", 10, neuron.Spec{Equations: "dV/dt = -V/(15*ms) : 1", Threshold: "V > 1", Reset: "V = 0"})
	net.Connect("ee", e, e, synapse.Spec{OnPre: "V += 0.1", AllToAll: true})
	net.Record(monitor.Spikes(e, monitor.Options{}), monitor.State(e, []string{"V"}, monitor.StateOptions{}))
	fmt.Print(net.Schedule())
	// Output:
	// start                order=0  e_V
	// groups               order=0  e_stateupdater
	// thresholds           order=0  e_spike_thresholder
	// thresholds           order=1  e_spikes
	// synapses             order=-1  ee_pre
	// resets               order=0  e_spike_resetter
}

func TestScheduleFollowsSlotOrderAndName(t *testing.T) {
	net := network.New(network.Options{})
	spec := neuron.Spec{Equations: "dV/dt = -V/(15*ms) : 1", Threshold: "V > 1", Reset: "V = 0"}
	b := net.Group("b", 10, spec)
	spec.Order = 1
	a := net.Group("a", 10, spec)
	net.Connect("z", a, b, synapse.Spec{OnPre: "V += 0.1", AllToAll: true, Order: -1})
	net.Connect("y", b, a, synapse.Spec{OnPre: "V += 0.1", AllToAll: true})
	net.Connect("x", b, b, synapse.Spec{OnPre: "V += 0.1", AllToAll: true})
	net.Record(monitor.State(a, []string{"V"}, monitor.StateOptions{Name: "late", When: "end"}), monitor.Spikes(a, monitor.Options{Name: "early", When: "start", Order: -1}))
	net.Operation("op", network.OperationSpec{When: "resets", Order: -5, Func: func(*network.Network, int64) error { return nil }})
	require.NoError(t, net.Err())
	var names []string
	for _, e := range net.Schedule() {
		names = append(names, e.Name)
	}
	assert.Equal(t, []string{
		"early", "b_stateupdater", "a_stateupdater", "b_spike_thresholder", "a_spike_thresholder",
		"z_pre", "x_pre", "y_pre", "op", "b_spike_resetter", "a_spike_resetter", "late",
	}, names)
}

func TestErrorsComeTogetherOnce(t *testing.T) {
	net := network.New(network.Options{DT: quantity.MustParse("1 mV"), Kernel: "abacus", Workers: -1, Profile: true})
	bad := net.Group("bad", 10, neuron.Spec{Equations: "dV/dt = (mu - U)/(10*ms) : 1\nmu : 1", Threshold: "V >", Reset: "V = 0*volt"})
	bad.Set("nu", 1.0)
	good := leaky(&net.Builder, "good", 10)
	good.Set("V", []float64{1, 2})
	fine := leaky(&net.Builder, "fine", 10)
	net.Record(monitor.Spikes(fine.Slice(3, 12), monitor.Options{}))
	ok := leaky(&net.Builder, "ok", 10)
	silent := net.Group("silent", 10, neuron.Spec{Equations: "V : 1"})
	net.Connect("from bad", bad, ok, synapse.Spec{OnPre: "V += 1", P: 0.1})
	net.Connect("negative", ok, ok, synapse.Spec{OnPre: "V += 1", P: -0.1})
	net.Connect("misspelt", ok, ok, synapse.Spec{OnPre: "Y += 1", P: 0.5})
	net.Connect("mute", silent, ok, synapse.Spec{OnPre: "V += 1", P: 0.5})
	net.Record(monitor.State(ok, []string{"W"}, monitor.StateOptions{}), monitor.Spikes(nil, monitor.Options{}))
	net.Operation("idle", network.OperationSpec{When: "noon"})
	net.Add(ok, nil)
	leaky(&net.Builder, "ok", 3)
	net.Remove(neuronGroup(t, "stranger"))
	away := leaky(&net.Builder, "away", 10)
	net.Connect("gone", away, ok, synapse.Spec{OnPre: "V += 1", P: 0.5})
	net.Remove(away)

	err := net.Err()
	require.Error(t, err)
	assert.Equal(t, err.Error(), net.Err().Error(), "asking twice")
	for _, want := range []string{
		"dt is", "abacus", "-1 workers", "profile needs", "bad: set nu", "good: set V: 2 values for 10",
		"slice [3:12] of fine, which", "negative: probability", "unknown name U", "synapse: misspelt", "silent has no threshold", "unknown name W", "no source",
		"noon", "no function", "added twice", "nil", "two objects are called ok", "remove stranger", "gone needs neuron group away",
	} {
		assert.Equalf(t, 1, strings.Count(err.Error(), want), "%q in\n%v", want, err)
	}
	runErr := net.Run(context.Background(), "1 ms")
	require.Error(t, runErr)
	assert.Equal(t, err.Error(), runErr.Error())
}

func neuronGroup(t *testing.T, name string) *neuron.Group {
	t.Helper()
	g, err := neuron.NewGroup(name, 1, neuron.Spec{Equations: "V : 1"})
	require.NoError(t, err)
	return g
}

func TestTimeGoesOn(t *testing.T) {
	net := network.New(network.Options{})
	g := leaky(&net.Builder, "g", 3)
	m := monitor.Spikes(g, monitor.Options{})
	net.Record(m)
	simulate(t, net, "50 ms")
	simulate(t, net, "0 ms")
	require.NoError(t, net.RunSteps(context.Background(), 500))
	assert.Equal(t, 0.1, net.Time())
	assert.Equal(t, int64(1000), net.Step())
	one := network.New(network.Options{})
	g1 := leaky(&one.Builder, "g", 3)
	m1 := monitor.Spikes(g1, monitor.Options{})
	one.Record(m1)
	simulate(t, one, "100 ms")
	assert.Equal(t, m1.Recording(one), m.Recording(net))
	assert.NotEmpty(t, m.Recording(net).Steps)
}

func TestDurations(t *testing.T) {
	for _, c := range []struct {
		duration string
		steps    int64
		err      string
	}{
		{"1.1 ms", 11, ""}, // 0.0011/0.0001 is above 11 in floating point
		{"0.3 ms", 3, ""},
		{"1 s", 10000, ""},
		{"0.00010000000001 s", 1, ""},
		{"0.15 ms", 0, "no multiple"},
		{"-1 ms", 0, "want 0 or more"},
		{"1 mV", 0, "want a time"},
		{"soon", 0, "run"},
	} {
		net := network.New(network.Options{})
		leaky(&net.Builder, "g", 1)
		err := net.Run(context.Background(), c.duration)
		if c.err != "" {
			assert.ErrorContains(t, err, c.err, c.duration)
		} else {
			assert.NoError(t, err, c.duration)
		}
		assert.Equal(t, c.steps, net.Step(), c.duration)
	}
	net := network.New(network.Options{})
	assert.Error(t, net.RunSteps(context.Background(), -1))
}

// everything is a network with all that a step can contain: delays, refractory variables, random
// updates, weights of their own, general statements, subgroups.
func everything(o network.Options) (*network.Network, []monitor.Monitor) {
	net := network.New(o)
	e := net.Group("e", 300, neuron.Spec{
		Equations: `dV/dt = (mu - V)/tau + x/(5*ms) : 1 (unless refractory)
			dx/dt = -x/(3*ms) + 0.05*randn()/ms : 1
			count : 1
			mu : 1 (constant)
			speed = (mu - V)/tau : Hz`,
		Constants: equation.Constants{"tau": quantity.MustParse("12 ms")},
		Threshold: "V > 1 + 0.05*rand()", Reset: "V = 0; count += 1", Refractory: "(2 + 2*i/N)*ms",
	})
	e.Set("mu", "1.02 + 0.1*rand()")
	e.Slice(100, 200).Set("V", "rand()")
	p := net.Group("p", 50, neuron.Spec{Equations: "rate : Hz", Threshold: "rand() < rate*dt"})
	p.Set("rate", quantity.MustParse("80 Hz"))
	net.Connect("ee", e, e, synapse.Spec{OnPre: "x += w", P: 0.1, Weight: "0.02*rand()", NoAutapses: true, Delay: quantity.MustParse("1.7 ms")})
	net.Connect("pe", p, e.Except(e.Slice(50, 150)), synapse.Spec{OnPre: "V += 0.05", P: 0.3})
	net.Connect("half", e.Slice(0, 150), e.Slice(150, 300), synapse.Spec{OnPre: "x -= 0.3*w*(1 + count_pre/100); count_post += 0.01", P: 0.2, Weight: 0.01, Condition: "abs(i - j) > 3", Delay: quantity.MustParse("0.4 ms")})
	monitors := []monitor.Monitor{
		monitor.Spikes(e, monitor.Options{}), monitor.Spikes(p, monitor.Options{}),
		monitor.State(e, []string{"V", "x", "speed"}, monitor.StateOptions{Neurons: []int{0, 7, 250}, Every: 7}),
		monitor.State(e.Slice(150, 160), []string{"count"}, monitor.StateOptions{When: "end"}),
	}
	net.Record(monitors...)
	return net, monitors
}

// observed lists everything that monitors have recorded from a step on and the final
// state, bit by bit.
func observed(net *network.Network, monitors []monitor.Monitor, from int64) string {
	var b strings.Builder
	for _, m := range monitors {
		switch m := m.(type) {
		case *monitor.SpikeMonitor:
			rec := m.Recording(net)
			for k, s := range rec.Steps {
				if s >= from {
					fmt.Fprintln(&b, m.Name(), s, rec.Neurons[k])
				}
			}
			fmt.Fprintln(&b, rec.Counts)
		case *monitor.StateMonitor:
			rec := m.Recording(net)
			for _, v := range rec.Variables {
				for j, row := range rec.Values[v] {
					for k, s := range rec.Steps {
						if s >= from {
							fmt.Fprintln(&b, m.Name(), v, j, s, math.Float64bits(row[k]))
						}
					}
				}
			}
		}
	}
	for _, o := range net.Objects() {
		for _, c := range net.State(o).Columns {
			fmt.Fprintln(&b, o.Name(), c.Name, bits(c.Data))
		}
	}
	return b.String()
}

func TestSameBitsForEveryPathAndNumberOfWorkers(t *testing.T) {
	var want string
	for _, set := range kernel.Available() {
		for _, workers := range []int{1, 2, 3, 8} {
			net, monitors := everything(network.Options{Seed: 3, Kernel: set.Name, Workers: workers})
			simulate(t, net, "150 ms")
			got := observed(net, monitors, 0)
			if want == "" {
				want = got
				require.Greater(t, monitors[0].(*monitor.SpikeMonitor).Recording(net).Total(), int64(1000))
				continue
			}
			require.Truef(t, want == got, "%s with %d workers", set.Name, workers)
		}
	}
	net, monitors := everything(network.Options{Seed: 4})
	simulate(t, net, "150 ms")
	assert.NotEqual(t, want, observed(net, monitors, 0), "another seed")
}

func TestAMonitorChangesNothing(t *testing.T) {
	net, monitors := everything(network.Options{Seed: 3})
	simulate(t, net, "60 ms")
	more, _ := everything(network.Options{Seed: 3})
	for _, o := range more.Objects() {
		if g, ok := o.(*neuron.Group); ok {
			more.Record(monitor.State(g, g.Layout(), monitor.StateOptions{Name: "all of " + g.Name(), When: "thresholds"}))
		}
	}
	require.Error(t, more.Err(), "a name with spaces")
	more, same := everything(network.Options{Seed: 3})
	for _, o := range more.Objects() {
		if g, ok := o.(*neuron.Group); ok {
			more.Record(monitor.State(g, []string{g.Variables()[0].Name}, monitor.StateOptions{Name: g.Name() + "!", When: "thresholds"}))
		}
	}
	more.Operation("nothing", network.OperationSpec{When: "groups", Order: 3, Func: func(*network.Network, int64) error { return nil }})
	simulate(t, more, "60 ms")
	assert.True(t, observed(net, monitors, 0) == observed(more, same, 0))
}

func TestSnapshotGoesOnExactly(t *testing.T) {
	const half = "40 ms"
	whole, monitors := everything(network.Options{Seed: 5})
	simulate(t, whole, half)
	simulate(t, whole, half)
	want := observed(whole, monitors, 400)

	first, firstMonitors := everything(network.Options{Seed: 5})
	simulate(t, first, half)
	snapshot, err := first.Snapshot()
	require.NoError(t, err)
	assert.Equal(t, 0.04, snapshot.Time())
	var file bytes.Buffer
	n, err := snapshot.WriteTo(&file)
	require.NoError(t, err)
	assert.Equal(t, int64(file.Len()), n)
	read, err := network.ReadSnapshot(bytes.NewReader(file.Bytes()))
	require.NoError(t, err)

	second, secondMonitors := everything(network.Options{Seed: 5, Workers: 2})
	require.NoError(t, second.Restore(read))
	assert.Equal(t, 0.04, second.Time())
	simulate(t, second, half)
	assert.True(t, want == observed(second, secondMonitors, 400), "in another network, from a file")

	simulate(t, first, half)
	assert.True(t, want == observed(first, firstMonitors, 400), "having taken a snapshot")
	require.NoError(t, first.Restore(snapshot))
	simulate(t, first, half)
	assert.True(t, want == observed(first, firstMonitors, 400), "back in the same network")
	assert.True(t, observed(whole, monitors, 0) == observed(first, firstMonitors, 0), "recordings of before are kept")

	other, otherMonitors := everything(network.Options{Seed: 5})
	require.NoError(t, other.Restore(snapshot))
	different, differentMonitors := everything(network.Options{Seed: 6, BuildSeed: 5})
	require.NoError(t, different.Restore(snapshot))
	simulate(t, other, half)
	simulate(t, different, half)
	assert.NotEqual(t, observed(other, otherMonitors, 400), observed(different, differentMonitors, 400), "trials that branch differ")
}

func TestRestoreRefusesWhatDoesNotFit(t *testing.T) {
	net := network.New(network.Options{})
	g := leaky(&net.Builder, "g", 3)
	leaky(&net.Builder, "h", 3)
	s, err := net.Snapshot()
	require.NoError(t, err)
	simulate(t, net, "1 ms")
	before := bits(net.State(g).Float64("V"))

	other := network.New(network.Options{})
	leaky(&other.Builder, "g", 4)
	err = other.Restore(s)
	assert.ErrorContains(t, err, "g: does not fit")
	assert.ErrorContains(t, err, "h: is not in the network")
	assert.Error(t, other.Restore(nil))
	assert.Error(t, other.Restore(&network.Snapshot{}))
	fine := network.New(network.Options{DT: quantity.MustParse("0.05 ms")})
	leaky(&fine.Builder, "g", 3)
	leaky(&fine.Builder, "h", 3)
	assert.ErrorContains(t, fine.Restore(s), "time step")
	assert.Equal(t, before, bits(net.State(g).Float64("V")))
	require.NoError(t, net.Restore(s))
	assert.Zero(t, net.Time())
}

func TestSnapshotDelayedSpikesSurviveABiggerHistory(t *testing.T) {
	build := func(long bool) (*network.Network, *monitor.SpikeMonitor) {
		net := network.New(network.Options{Seed: 2})
		g := leaky(&net.Builder, "g", 20)
		net.Connect("short", g, g, synapse.Spec{OnPre: "V += 0.1", P: 0.5, Delay: quantity.MustParse("1 ms")})
		if long {
			net.Connect("long", g, g, synapse.Spec{OnPre: "V += 0.1*0", P: 0.5, Delay: quantity.MustParse("30 ms")})
		}
		m := monitor.Spikes(g, monitor.Options{})
		net.Record(m)
		return net, m
	}
	a, ma := build(false)
	simulate(t, a, "50 ms")
	s, err := a.Snapshot()
	require.NoError(t, err)
	b, mb := build(true)
	require.NoError(t, b.Restore(s))
	simulate(t, a, "20 ms")
	simulate(t, b, "20 ms")
	assert.Equal(t, ma.Recording(a).Counts, mb.Recording(b).Counts)
}

func FuzzReadSnapshot(f *testing.F) {
	net := network.New(network.Options{})
	g := leaky(&net.Builder, "g", 2)
	net.Connect("gg", g, g, synapse.Spec{OnPre: "V += 1", AllToAll: true, Delay: quantity.MustParse("0.3 ms")})
	net.Record(monitor.Spikes(g, monitor.Options{}))
	for range 3 {
		s, err := net.Snapshot()
		require.NoError(f, err)
		var b bytes.Buffer
		_, err = s.WriteTo(&b)
		require.NoError(f, err)
		f.Add(b.Bytes()[:b.Len()-sha256.Size])
		require.NoError(f, net.Run(context.Background(), "20 ms"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sum := sha256.Sum256(data)
		data = append(bytes.Clone(data), sum[:]...)
		s, err := network.ReadSnapshot(bytes.NewReader(data))
		if err != nil {
			require.ErrorIs(t, err, network.ErrSnapshot)
			return
		}
		var b bytes.Buffer
		_, err = s.WriteTo(&b)
		require.NoError(t, err)
		require.Equal(t, data, b.Bytes(), "what was read is what is written")
		if net.Restore(s) == nil && net.Step() < 1<<40 {
			require.NoError(t, net.Restore(s))
		}
	})
}

func TestReadSnapshotFindsEveryDamage(t *testing.T) {
	net := network.New(network.Options{})
	g := leaky(&net.Builder, "g", 4)
	net.Connect("gg", g, g, synapse.Spec{OnPre: "V += 1", AllToAll: true, Delay: quantity.MustParse("1 ms")})
	simulate(t, net, "30 ms")
	s, err := net.Snapshot()
	require.NoError(t, err)
	var b bytes.Buffer
	_, err = s.WriteTo(&b)
	require.NoError(t, err)
	for k := range b.Len() {
		_, err = network.ReadSnapshot(bytes.NewReader(b.Bytes()[:k]))
		require.ErrorIsf(t, err, network.ErrSnapshot, "cut at %d", k)
		data := bytes.Clone(b.Bytes())
		data[k] ^= 0x10
		_, err = network.ReadSnapshot(bytes.NewReader(data))
		require.ErrorIsf(t, err, network.ErrSnapshot, "changed at %d", k)
	}
}

func TestObjectsComeAndGo(t *testing.T) {
	net := network.New(network.Options{Seed: 1})
	g := leaky(&net.Builder, "g", 20)
	m := monitor.Spikes(g, monitor.Options{})
	simulate(t, net, "50 ms")
	net.Record(m)
	simulate(t, net, "50 ms")
	net.Remove(m)
	assert.False(t, net.Contains(m))
	rec := m.Recording(net)
	assert.Equal(t, int64(500), rec.Start)
	simulate(t, net, "50 ms")
	assert.Equal(t, rec, m.Recording(net), "removed, it stays readable and records nothing")
	other := monitor.Spikes(g.Slice(0, 5), monitor.Options{})
	net.Record(m, other)
	simulate(t, net, "50 ms")

	one := network.New(network.Options{Seed: 1})
	g1 := leaky(&one.Builder, "g", 20)
	m1 := monitor.Spikes(g1, monitor.Options{})
	one.Record(m1)
	simulate(t, one, "200 ms")
	all := spikesOf(one, m1)
	var want []spike
	for _, s := range all {
		if s.step >= 500 && s.step < 1000 || s.step >= 1500 {
			want = append(want, s)
		}
	}
	require.NotEmpty(t, want)
	assert.Equal(t, want, spikesOf(net, m))
	for _, s := range other.Recording(net).Neurons {
		assert.Less(t, s, int32(5))
	}
	assert.Equal(t, bits(one.State(g1).Float64("V")), bits(net.State(g).Float64("V")))
	assert.Zero(t, monitor.Spikes(g, monitor.Options{}).Recording(net).DT, "never in the network")
}

func TestAProjectionThatComesLateDeliversNoOldSpikes(t *testing.T) {
	net := network.New(network.Options{})
	source := net.Group("source", 1, neuron.Spec{Equations: "x : 1", Threshold: "t >= 0.95*ms and t < 1.05*ms"})
	target := net.Group("target", 1, neuron.Spec{Equations: "y : 1"})
	early := net.Connect("early", source, target, synapse.Spec{OnPre: "y += 1", AllToAll: true, Delay: quantity.MustParse("1 ms")})
	simulate(t, net, "1.5 ms")
	net.Connect("late", source, target, synapse.Spec{OnPre: "y += 10", AllToAll: true, Delay: quantity.MustParse("1 ms")})
	simulate(t, net, "5 ms")
	assert.Equal(t, []float64{1}, net.State(target).Float64("y"))
	assert.Equal(t, 1, early.N())
}

func TestCancel(t *testing.T) {
	build := func() (*network.Network, *monitor.SpikeMonitor) {
		net := network.New(network.Options{Seed: 1})
		m := monitor.Spikes(leaky(&net.Builder, "g", 20), monitor.Options{})
		net.Record(m)
		return net, m
	}
	net, m := build()
	ctx, cancel := context.WithCancel(context.Background())
	stop := net.Operation("stop", network.OperationSpec{When: "end", Func: func(_ *network.Network, step int64) error {
		if step == 333 {
			cancel()
		}
		return nil
	}})
	err := net.Run(ctx, "100 ms")
	require.ErrorIs(t, err, context.Canceled)
	assert.Less(t, net.Step(), int64(345))
	assert.Greater(t, net.Step(), int64(333))
	net.Remove(stop)
	require.NoError(t, net.RunSteps(context.Background(), 1000-net.Step()))
	whole, mw := build()
	simulate(t, whole, "100 ms")
	assert.Equal(t, mw.Recording(whole), m.Recording(net))
	assert.NotEmpty(t, m.Recording(net).Steps)
}

func TestOperations(t *testing.T) {
	net := network.New(network.Options{})
	g := net.Group("g", 2, neuron.Spec{Equations: "V : 1", Threshold: "V > 0.5", Reset: "V = 0"})
	var seen []string
	note := func(name string, spec network.OperationSpec, f func(net *network.Network, step int64) error) {
		spec.Func = func(net *network.Network, step int64) error {
			seen = append(seen, fmt.Sprint(name, step))
			if f == nil {
				return nil
			}
			return f(net, step)
		}
		net.Operation(name, spec)
	}
	wrong := errors.New("wrong")
	note("a", network.OperationSpec{When: "groups"}, func(net *network.Network, step int64) error {
		net.State(g).Float64("V")[1] = 1
		return nil
	})
	note("b", network.OperationSpec{When: "synapses"}, func(net *network.Network, step int64) error {
		assert.Equal(t, []float64{0, 1}, net.State(g).Float64("V"))
		assert.Equal(t, step, net.State(g).Int64("lastspike")[1])
		if step == 2 {
			return wrong
		}
		return nil
	})
	note("c", network.OperationSpec{When: "end", DT: quantity.MustParse("0.2 ms")}, func(net *network.Network, step int64) error {
		assert.Equal(t, []float64{0, 0}, net.State(g).Float64("V"))
		net.Add(neuronGroup(t, "late"))
		assert.Error(t, net.RunSteps(context.Background(), 1))
		_, err := net.Snapshot()
		assert.Error(t, err)
		return nil
	})
	err := net.Run(context.Background(), "1 ms")
	require.ErrorIs(t, err, wrong)
	assert.ErrorContains(t, err, "operation b")
	assert.Equal(t, int64(3), net.Step(), "the step is finished")
	assert.Equal(t, []string{"a0", "b0", "c0", "a1", "b1", "a2", "b2", "c1"}, seen)
	assert.ErrorContains(t, net.Err(), "the network is running")
}

func TestMixedTimeSteps(t *testing.T) {
	net := network.New(network.Options{})
	slow := net.Group("slow", 1, neuron.Spec{Equations: "dx/dt = 1/second : 1", DT: quantity.MustParse("0.25 ms"), Threshold: "x > 0.0009", Reset: "x = 0"})
	fast := net.Group("fast", 1, neuron.Spec{Equations: "dx/dt = 1/second : 1\nhits : 1", DT: quantity.MustParse("0.1 ms")})
	net.Connect("sf", slow, fast, synapse.Spec{OnPre: "hits += 1", AllToAll: true, Delay: quantity.MustParse("0.5 ms")})
	spikes := monitor.Spikes(slow, monitor.Options{})
	hits := monitor.State(fast, []string{"hits"}, monitor.StateOptions{When: "end"})
	net.Record(spikes, hits)
	simulate(t, net, "2 ms")
	// Ticks are 0.05 ms. slow steps at 0, 0.25, …: x is 1 ms after four steps, at 0.75 ms.
	assert.Equal(t, []int64{3, 7}, spikes.Recording(net).Steps)
	assert.Equal(t, 0.25e-3, spikes.Recording(net).DT)
	assert.InDeltaSlice(t, []float64{0.00075, 0.00175}, spikes.Recording(net).Times(), 1e-18)
	// The first arrives at 1.25 ms, between two steps of fast, which sees it at 1.3.
	row := hits.Recording(net).Values["hits"][0]
	assert.Equal(t, 0.0, row[12])
	assert.Equal(t, 1.0, row[13])
	assert.InDelta(t, 0.002, net.State(fast).Float64("x")[0], 1e-15)
	assert.ErrorContains(t, net.Run(context.Background(), "0.07 ms"), "no multiple")
	simulate(t, net, "0.05 ms")
	simulate(t, net, "0.05 ms")
	assert.InDelta(t, 0.0021, net.Time(), 1e-18)
}

func TestRunawayIsNamed(t *testing.T) {
	for _, workers := range []int{1, 2} {
		net := network.New(network.Options{Workers: workers})
		g := net.Group("bomb", 30, neuron.Spec{Equations: "dv/dt = v**2/ms : 1"})
		g.Set("v", "0.001*(i == 20)")
		err := net.Run(context.Background(), "3 s")
		require.ErrorIs(t, err, network.ErrNonFinite)
		for _, part := range []string{"bomb", "v of neuron 20", "is"} {
			assert.ErrorContains(t, err, part)
		}
		assert.Less(t, net.Time(), 1.2)
	}
	net := network.New(network.Options{})
	g := net.Group("bomb", 1, neuron.Spec{Equations: "dv/dt = v/ms : 1"})
	g.Set("v", math.Inf(1))
	require.ErrorIs(t, net.RunSteps(context.Background(), 1), network.ErrNonFinite, "at the end of a run")
}

func TestReports(t *testing.T) {
	var got []network.Progress
	net := network.New(network.Options{Report: func(p network.Progress) { got = append(got, p) }})
	leaky(&net.Builder, "g", 1)
	simulate(t, net, "10 ms")
	require.Len(t, got, 100)
	assert.Equal(t, 0.01, got[0].Fraction())
	assert.Equal(t, network.Progress{Done: 0.01, Total: 0.01, Time: 0.01}, got[99])

	got = nil
	now := time.Unix(0, 0)
	clock := func() time.Time { now = now.Add(100 * time.Millisecond); return now }
	net = network.New(network.Options{Report: func(p network.Progress) { got = append(got, p) }, Clock: clock})
	leaky(&net.Builder, "g", 1)
	simulate(t, net, "1 s")
	require.Greater(t, len(got), 3)
	assert.Equal(t, 1.0, got[len(got)-1].Fraction())
	assert.Positive(t, got[0].Elapsed)
	assert.Positive(t, got[0].Remaining)
}

// TestFansDeliverInOrder connects so that several spikes of a step meet many projections
// with ranges that overlap, and demands what one projection after the other gives.
func TestFansDeliverInOrder(t *testing.T) {
	build := func(workers int) []uint64 {
		net := network.New(network.Options{Seed: 7, Workers: workers})
		source := net.Group("source", 90, neuron.Spec{Equations: "x : 1", Threshold: "rand() < 0.03"})
		target := net.Group("target", 30, neuron.Spec{Equations: "y : 1"})
		for k := range 80 {
			// Scaling does not commute with adding, so that the order shows.
			net.Connect(fmt.Sprintf("s%02d", k), source.Slice(k, min(90, k+3+k%17)), target, synapse.Spec{
				OnPre: []string{"y += w", "y = 0.7*y + w"}[k%2], Weight: 1 / float64(k+3), P: 0.5,
			})
		}
		net.Connect("all", source, target, synapse.Spec{OnPre: "y *= 0.9", P: 0.01})
		simulate(t, net, "30 ms")
		return bits(net.State(target).Float64("y"))
	}
	// With several workers every projection looks for its spikes itself.
	assert.Equal(t, build(2), build(1))
}

func TestProfile(t *testing.T) {
	for _, workers := range []int{1, 2} {
		now := time.Unix(0, 0)
		clock := func() time.Time { now = now.Add(time.Microsecond); return now }
		net := network.New(network.Options{Profile: true, Clock: clock, Workers: workers})
		g := leaky(&net.Builder, "g", 20)
		net.Connect("gg", g, g, synapse.Spec{OnPre: "V += 0.01", AllToAll: true})
		simulate(t, net, "10 ms")
		p := net.Profile()
		require.Len(t, p.Rows, 4)
		total := 0.0
		for _, r := range p.Rows {
			assert.Equal(t, 100*time.Microsecond, r.Time)
			total += r.Share
		}
		assert.InDelta(t, 1, total, 1e-12)
		assert.Contains(t, p.String(), "gg_pre")
	}
	assert.Empty(t, network.New(network.Options{}).Profile().Rows)
}

func TestNoAllocationsInTheStepLoop(t *testing.T) {
	net := network.New(network.Options{Seed: 1})
	addClusternet(&net.Builder, 0.2, 2.5, false)
	ctx := context.Background()
	require.NoError(t, net.RunSteps(ctx, 5000))
	assert.Zero(t, testing.AllocsPerRun(10, func() { require.NoError(t, net.RunSteps(ctx, 500)) }))

	all, monitors := everything(network.Options{Seed: 1})
	all.Remove(monitors[0], monitors[1], monitors[2], monitors[3])
	require.NoError(t, all.RunSteps(ctx, 5000))
	assert.Zero(t, testing.AllocsPerRun(10, func() { require.NoError(t, all.RunSteps(ctx, 100)) }))
}

func TestHandlesAreShared(t *testing.T) {
	b := network.NewBuilder(network.BuildOptions{Seed: 9})
	g := leaky(b, "g", 200)
	b.Connect("gg", g, g, synapse.Spec{OnPre: "V += w", P: 0.1, Weight: 0.01})
	m := monitor.Spikes(g, monitor.Options{})
	b.Record(m)
	require.NoError(t, b.Err())
	recordings := make([]monitor.SpikeRecording, 8)
	var wg sync.WaitGroup
	for k := range recordings {
		wg.Go(func() {
			net := network.New(network.Options{Seed: uint64(k % 4)})
			net.Add(b.Objects()...)
			assert.NoError(t, net.Run(context.Background(), "100 ms"))
			recordings[k] = m.Recording(net)
		})
	}
	wg.Wait()
	for k := range 4 {
		assert.Equal(t, recordings[k], recordings[k+4])
		assert.NotEmpty(t, recordings[k].Steps)
	}
	assert.NotEqual(t, recordings[0], recordings[1])
	g.Set("V", 0.0)
	assert.ErrorContains(t, g.Err(), "the group is shared by now")
}

func TestSetAndValuesInARunningNetwork(t *testing.T) {
	net := network.New(network.Options{Seed: 1})
	g := leaky(&net.Builder, "g", 4)
	require.NoError(t, net.Set(g, "V", []float64{0.1, 0.2, 0.3, 0.4}))
	require.NoError(t, net.Set(g.Slice(2, 4), "V", "10 + i"))
	assert.Equal(t, []float64{0.1, 0.2, 10, 11}, net.State(g).Float64("V"))
	twice, err := net.Values(g.Slice(1, 3), "2*V")
	require.NoError(t, err)
	assert.Equal(t, []float64{0.4, 20}, twice)
	require.NoError(t, net.Set(g, "V", "rand()"))
	first := bits(net.State(g).Float64("V"))
	require.NoError(t, net.Set(g, "V", "rand()"))
	assert.NotEqual(t, first, bits(net.State(g).Float64("V")))
	for _, err := range []error{
		net.Set(g, "W", 1.0), net.Set(g, "V", "W"), net.Set(g, "V", []float64{1}), net.Set(nil, "V", 1.0),
		net.Set(neuronGroup(t, "stranger"), "V", 1.0), net.Set(g, "V", quantity.MustParse("1 mV")), net.Set(g, "V", struct{}{}),
	} {
		assert.Error(t, err)
	}
	_, err = net.Values(g, "U")
	assert.Error(t, err)
	assert.Nil(t, net.State(neuronGroup(t, "stranger")).Float64("V"))
	assert.Nil(t, net.State(g).Float64("misspelt"))
	assert.Contains(t, net.String(), "g")
}

func TestAPanicOfAWorkerCanBeRecovered(t *testing.T) {
	for _, workers := range []int{1, 2, 3} {
		net := network.New(network.Options{Workers: workers})
		net.Group("g", 100, neuron.Spec{Equations: "x : 1", Update: neuron.Native{
			Name: "last straw", Version: 1, Columns: []string{"x"},
			Func: func(s *neuron.Step) {
				if s.Index == 3 && s.First+len(s.Columns[0]) == 100 {
					panic("last straw")
				}
			},
		}})
		func() {
			defer func() { assert.Contains(t, fmt.Sprint(recover()), "last straw") }()
			_ = net.Run(context.Background(), "1 ms")
			assert.Fail(t, "no panic")
		}()
		assert.Equal(t, int64(3), net.Step())
	}
}

// TestGoingBackForgets goes back to a snapshot that does not know the monitors.
func TestGoingBackForgets(t *testing.T) {
	net := network.New(network.Options{Seed: 1})
	g := leaky(&net.Builder, "g", 20)
	simulate(t, net, "20 ms")
	early, err := net.Snapshot()
	require.NoError(t, err)
	m := monitor.Spikes(g, monitor.Options{})
	v := monitor.State(g, []string{"V"}, monitor.StateOptions{})
	net.Record(m, v)
	simulate(t, net, "20 ms")
	spikes, values := m.Recording(net), v.Recording(net)
	require.NoError(t, net.Restore(early))
	assert.Zero(t, m.Recording(net).Total())
	simulate(t, net, "20 ms")
	assert.Equal(t, spikes, m.Recording(net))
	assert.Equal(t, values, v.Recording(net))
}

func TestSharedVariables(t *testing.T) {
	for _, workers := range []int{1, 2} {
		net := network.New(network.Options{Workers: workers})
		g := net.Group("g", 20, neuron.Spec{Equations: "dx/dt = drive : 1\ndrive : Hz (shared)\ndlevel/dt = 1/second : 1 (shared)"})
		g.Set("drive", quantity.MustParse("2 Hz"))
		g.Set("level", "0.5")
		simulate(t, net, "100 ms")
		assert.InDelta(t, 0.2, net.State(g).Float64("x")[19], 1e-12)
		assert.InDelta(t, 0.6, net.State(g).Float64("level")[0], 1e-12)
	}
}
