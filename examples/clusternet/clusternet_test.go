package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/network"
	"galvani/synapse"
	"galvani/trajectory"
)

// newSweep makes the trajectory and manager that the program makes of its flags.
func newSweep(t *testing.T, o options, more ...network.Analyser) (*trajectory.Trajectory, *network.Manager) {
	tr, err := trajectory.New("clusternet", trajectory.Options{Kinds: brianparam.Kinds(), Seed: 1})
	require.NoError(t, err)
	analysers := append(network.Analysers{CNMonitorAnalysis{}, CNFanoFactorComputer{}}, more...)
	m, err := network.NewManager(CNNetworkRunner{}, network.Components{CNNeuronGroup{}, CNConnections{}}, analysers)
	require.NoError(t, err)
	require.NoError(t, o.parameters(tr, m))
	return tr, m
}

// inspector looks at the network of a run.
type inspector struct {
	network.Base
	look func(s *network.Subrun)
}

func (i inspector) Analyse(s *network.Subrun) error {
	i.look(s)
	return s.Err()
}

func runPoint(t *testing.T, tr *trajectory.Trajectory, m *network.Manager, i int) *trajectory.Run {
	require.NoError(t, m.Prepare(t.Context(), tr))
	r, err := tr.Run(i)
	require.NoError(t, err)
	require.NoError(t, m.Run(context.Background(), r))
	return r
}

func TestPrint(t *testing.T) {
	tr, m := newSweep(t, options{scale: 0.5, trials: 1, ree: list{1, 2}}, inspector{look: func(s *network.Subrun) {
		n := 0
		c := network.Get[[]*synapse.Synapses](s, "connections")
		for _, x := range c {
			n += x.N()
		}
		fmt.Println(s.Name(), len(c), n)
	}})
	for i := range 2 {
		r := runPoint(t, tr, m, i)
		for _, name := range []string{"mean_fano_factor", "mean_fano_factor_all", "rate_e", "rate_i"} {
			v, err := trajectory.Get[any](r, name)
			require.NoError(t, err)
			fmt.Println(name, v)
		}
	}
	assert.True(t, true)
}
