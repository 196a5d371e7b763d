package network_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
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

// delayed is a random network that may run ahead. large makes it of several blocks.
func delayed(seed uint64, large bool, o network.Options) (*network.Network, []monitor.Monitor) {
	r := rand.New(rand.NewPCG(seed, 1))
	net := network.New(o)
	var groups []*neuron.Group
	var monitors []monitor.Monitor
	for k := range 1 + r.IntN(3) {
		n := 1 + r.IntN(120)
		if large {
			n = 15000 + r.IntN(10000)
		}
		g := net.Group(fmt.Sprintf("g%d", k), n, neuron.Spec{
			Equations: []string{
				"dV/dt = (mu - V)/tau + x/(5*ms) : 1 (unless refractory)\ndx/dt = -x/(3*ms) + 0.05*randn()/ms : 1\nmu : 1\ncount : 1\nspeed = (mu - V)/tau : Hz",
				"dV/dt = (mu - V)/tau + x/(5*ms) : 1\ndx/dt = -x/(3*ms) : 1\nmu : 1\ncount : 1\nspeed = sin(t/ms) + level : 1\nlevel : 1 (shared)",
				"V : 1\ndx/dt = -x/(7*ms) : 1\nmu : 1\ncount = lastspike/ms : 1\nspeed = rand() : 1",
			}[r.IntN(3)],
			Constants:  equation.Constants{"tau": quantity.MustParse("5 ms")},
			Threshold:  []string{"V > 1", "V + 0.4*rand() > 1", "rand() < 0.01 + 0.02*x"}[r.IntN(3)],
			Reset:      []string{"V = 0", "V = 0.1*rand(); mu += 0.001", ""}[r.IntN(3)],
			Refractory: []string{"", "2 ms", "(1 + 2*i/N)*ms", "V > 0.95"}[r.IntN(4)],
		})
		g.Set("mu", "1 + 0.2*rand()")
		g.Set("V", "rand()")
		groups = append(groups, g)
		monitors = append(monitors, monitor.Spikes(g, monitor.Options{}),
			monitor.State(g, []string{"V", "x", "speed", "count"}, monitor.StateOptions{Neurons: []int{0, n / 2, n / 2, n - 1}, Every: r.IntN(9), When: []string{"start", "groups", "thresholds", "synapses", "resets", "end"}[r.IntN(6)], Order: r.IntN(3) - 1}))
		if !large && r.IntN(2) == 0 {
			monitors = append(monitors, monitor.State(g.Slice(0, (n+1)/2), []string{"x"}, monitor.StateOptions{Name: g.Name() + "_part"}))
		}
	}
	for k := range r.IntN(6) {
		pre, post := groups[r.IntN(len(groups))], groups[r.IntN(len(groups))]
		s := synapse.Spec{OnPre: "x += w", Weight: []any{0.03, "0.06*rand()"}[r.IntN(2)], P: 0.2, Delay: quantity.New(float64(2+r.IntN(20))*1e-4, quantity.DimTime), Order: r.IntN(2)}
		if large {
			s.P = 0.001
		}
		if r.IntN(3) == 0 {
			s.OnPre = "V += w"
		}
		net.Connect(fmt.Sprintf("s%d", k), pre.Slice(0, (pre.N()+1)/2), post, synapse.Spec(s))
	}
	net.Record(monitors...)
	if r.IntN(3) == 0 {
		net.Operation("kick", network.OperationSpec{DT: quantity.MustParse("2.3 ms"), When: []string{"start", "groups", "end"}[r.IntN(3)], Func: func(net *network.Network, step int64) error {
			net.State(groups[0]).Float64("V")[0] += 0.1 * float64(step%3)
			return nil
		}})
	}
	return net, monitors
}

// complete is everything recorded and the whole state.
func complete(t *testing.T, net *network.Network, monitors []monitor.Monitor) string {
	t.Helper()
	s, err := net.Snapshot()
	require.NoError(t, err)
	var b bytes.Buffer
	_, err = s.WriteTo(&b)
	require.NoError(t, err)
	return observed(net, monitors, 0) + b.String()
}

// story runs a network in pieces, goes back to a snapshot on the way and stops early once.
func story(t *testing.T, seed uint64, net *network.Network, stop *context.CancelFunc) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 2))
	run := func(ctx context.Context) error { return net.RunSteps(ctx, int64(r.IntN(150))) }
	require.NoError(t, run(t.Context()))
	s, err := net.Snapshot()
	require.NoError(t, err)
	require.NoError(t, run(t.Context()))
	require.NoError(t, net.Restore(s))
	require.NoError(t, run(t.Context()))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	*stop = cancel
	require.ErrorIs(t, net.RunSteps(ctx, 500), context.Canceled)
	*stop = nil
	require.NoError(t, run(t.Context()))
}

// told makes options whose report stops a run after its first fifth.
func told(seed uint64, workers int, path string) (network.Options, *context.CancelFunc) {
	stop := new(context.CancelFunc)
	now := time.Unix(0, 0)
	clock := func() time.Time { now = now.Add(2 * time.Second); return now } // so that there are few reports
	return network.Options{Seed: seed, Workers: workers, Kernel: path, Clock: clock, Report: func(p network.Progress) {
		if *stop != nil && p.Fraction() >= 0.2 {
			(*stop)()
		}
	}}, stop
}

// TestRunningAheadChangesNothing holds networks that run ahead against the same ones that
// go step by step.
func TestRunningAheadChangesNothing(t *testing.T) {
	spikes := int64(0)
	for seed := range uint64(25) {
		o, stop := told(seed, 1, "go")
		plain, monitors := delayed(seed, false, o)
		story(t, seed, plain, stop)
		want := complete(t, plain, monitors)
		spikes += monitors[0].(*monitor.SpikeMonitor).Recording(plain).Total()
		for _, set := range kernel.Available() {
			for _, workers := range []int{1, 2, 3, 8} {
				o, stop := told(seed, workers, set.Name)
				net, monitors := delayed(seed, false, o)
				require.Truef(t, net.RunAhead(), "seed %d runs ahead", seed)
				story(t, seed, net, stop)
				require.Truef(t, want == complete(t, net, monitors), "seed %d, %s, %d workers", seed, set.Name, workers)
			}
		}
	}
	assert.Greater(t, spikes, int64(5000))
}

// TestRunningAheadInBlocks does the same with groups of several blocks.
func TestRunningAheadInBlocks(t *testing.T) {
	for seed := range uint64(4) {
		build := func(workers int, ahead bool) string {
			net, monitors := delayed(seed, true, network.Options{Seed: seed, Workers: workers})
			if ahead {
				require.True(t, net.RunAhead())
			}
			require.NoError(t, net.RunSteps(t.Context(), 53))
			return complete(t, net, monitors)
		}
		want := build(1, false)
		for _, workers := range []int{1, 2, 8} {
			require.Truef(t, want == build(workers, true), "seed %d, %d workers", seed, workers)
		}
	}
}

// TestWhatMayRunAhead lists what makes a network go step by step.
func TestWhatMayRunAhead(t *testing.T) {
	ms := quantity.MustParse("1 ms")
	for name, c := range map[string]struct {
		change func(net *network.Network, g *neuron.Group)
		want   bool
	}{
		"a group": {func(*network.Network, *neuron.Group) {}, true},
		"delay": {func(net *network.Network, g *neuron.Group) {
			net.Connect("s", g, g, synapse.Spec{OnPre: "V += 0.1", P: 0.5, Delay: ms})
		}, true},
		"no delay": {func(net *network.Network, g *neuron.Group) {
			net.Connect("s", g, g, synapse.Spec{OnPre: "V += 0.1", P: 0.5})
		}, false},
		"short delay": {func(net *network.Network, g *neuron.Group) {
			net.Connect("s", g, g, synapse.Spec{OnPre: "V += 0.1", P: 0.5, Delay: quantity.MustParse("0.1 ms")})
		}, false},
		"statements": {func(net *network.Network, g *neuron.Group) {
			net.Connect("s", g, g, synapse.Spec{OnPre: "V *= 2", P: 0.5, Delay: ms})
		}, false},
		"any order": {func(net *network.Network, g *neuron.Group) {
			net.Connect("s", g, g, synapse.Spec{OnPre: "V += 0.1", Pairs: [][2]int32{{0, 3}, {0, 1}}, Delay: ms})
		}, false},
		"time step": {func(net *network.Network, g *neuron.Group) {
			net.Group("slow", 5, neuron.Spec{Equations: "x : 1", Threshold: "x > 1", DT: ms})
		}, false},
		"monitors": {func(net *network.Network, g *neuron.Group) {
			net.Record(monitor.Spikes(g, monitor.Options{}), monitor.State(g, []string{"V"}, monitor.StateOptions{}))
		}, true},
		"a monitor of neurons in any order": {func(net *network.Network, g *neuron.Group) {
			net.Record(monitor.State(g, []string{"V"}, monitor.StateOptions{Neurons: []int{3, 1}}))
		}, false},
		"native": {func(net *network.Network, g *neuron.Group) {
			net.Group("n", 5, neuron.Spec{Equations: "x : 1", Update: neuron.Native{Name: "n", Version: 1, Func: func(*neuron.Step) {}}})
		}, false},
		"shared": {func(net *network.Network, g *neuron.Group) {
			net.Group("shared", 5, neuron.Spec{Equations: "dx/dt = 1*Hz : 1 (shared)\ny : 1"})
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			net := network.New(network.Options{})
			c.change(net, leaky(&net.Builder, "g", 20))
			require.NoError(t, net.RunSteps(t.Context(), 20))
			assert.Equal(t, c.want, net.RunAhead())
		})
	}
}

func TestRunningAheadTakesNoMemory(t *testing.T) {
	net := network.New(network.Options{Seed: 1})
	g := leaky(&net.Builder, "g", 500)
	net.Connect("s", g, g, synapse.Spec{OnPre: "V += w", Weight: "0.001*rand()", P: 0.1, Delay: quantity.MustParse("1.2 ms")})
	require.True(t, net.RunAhead())
	require.NoError(t, net.RunSteps(t.Context(), 20000))
	ctx := context.Background()
	assert.Zero(t, testing.AllocsPerRun(10, func() { require.NoError(t, net.RunSteps(ctx, 500)) }))
}
