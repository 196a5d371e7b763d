package main

import (
	"fmt"
	"math"

	"galvani/network"
	"galvani/neuron"
	"galvani/synapse"
	"galvani/trajectory"
)

// CNConnections wires the populations. Names are post, pre: "ei" is from i to e.
//
// Expects "neurons_e" and "neurons_i". Adds "connections" ([]*synapse.Synapses).
type CNConnections struct{ network.Base }

type connections struct {
	Ree            float64 `param:"R_ee" comment:"Scaling factor for clustering"`
	ClusterSize    int     `param:"clustersize_e" comment:"Size of a cluster"`
	StrengthFactor float64 `param:"strength_factor" comment:"Factor for scaling cluster weights"`
	Pii            float64 `param:"p_ii" comment:"Connection probability from inhibitory to inhibitory"`
	Pei            float64 `param:"p_ei" comment:"Connection probability from inhibitory to excitatory"`
	Pie            float64 `param:"p_ie" comment:"Connection probability from excitatory to inhibitory"`
	Pee            float64 `param:"p_ee" comment:"Connection probability from excitatory to excitatory"`
	Jii            float64 `param:"J_ii" comment:"Connection strength from inhibitory to inhibitory"`
	Jei            float64 `param:"J_ei" comment:"Connection strength from inhibitory to excitatory"`
	Jie            float64 `param:"J_ie" comment:"Connection strength from excitatory to inhibitory"`
	Jee            float64 `param:"J_ee" comment:"Connection strength from excitatory to excitatory"`
}

// AddParameters adds the group connections.
func (CNConnections) AddParameters(t *trajectory.Trajectory) error {
	scale, err := trajectory.Get[float64](t, "simulation.scale")
	if err != nil {
		return err
	}
	s := math.Sqrt(scale)
	return t.AddStruct("connections", connections{
		Ree: 1.0, ClusterSize: 80, StrengthFactor: 1.9,
		Pii: 0.5, Pei: 0.5, Pie: 0.5, Pee: 0.2,
		Jii: 0.057 / s, Jei: 0.045 / s, Jie: 0.014 / s, Jee: 0.024 / s,
	})
}

// Build connects the populations, the excitatory one in clusters if R_ee > 1.
func (CNConnections) Build(b *network.Build) error {
	c := network.Bind[connections](b, "connections")
	e := network.Get[*neuron.Group](b, "neurons_e")
	i := network.Get[*neuron.Group](b, "neurons_i")
	if err := b.Err(); err != nil {
		return err
	}
	all := []*synapse.Synapses{
		b.Connect("ii", i, i, synapse.Spec{OnPre: "y_i += w", P: c.Pii, Weight: c.Jii}),
		b.Connect("ei", i, e, synapse.Spec{OnPre: "y_i += w", P: c.Pei, Weight: c.Jei}),
		b.Connect("ie", e, i, synapse.Spec{OnPre: "y_e += w", P: c.Pie, Weight: c.Jie}),
	}
	switch {
	case !(c.Ree > 0):
		return fmt.Errorf("connections: R_ee is %v, want a positive number", c.Ree)
	case c.Ree > 1:
		clustered, err := c.clusters(b, e)
		if err != nil {
			return err
		}
		all = append(all, clustered...)
	default:
		all = append(all, b.Connect("ee", e, e, synapse.Spec{OnPre: "y_e += w", P: c.Pee, Weight: c.Jee}))
	}
	network.Put(b, "connections", all)
	return b.Err()
}

// clusters connects each cluster of consecutive neurons to itself, densely and
// strongly, and to the neurons below and above it.
func (c connections) clusters(b *network.Build, e *neuron.Group) ([]*synapse.Synapses, error) {
	n, size := e.N(), c.ClusterSize
	if size <= 0 || n%size != 0 {
		return nil, fmt.Errorf("%d excitatory neurons don't divide into clusters of %d: N_e must be a multiple of clustersize_e (is simulation.scale a multiple of 0.02?)", n, size)
	}
	pOut := c.Pee * float64(n) / (c.Ree*float64(size) + float64(n-size))
	pIn := pOut * c.Ree
	b.Derived("connections.clusters", n/size, trajectory.Comment("Number of clusters"))
	b.Derived("connections.p_ee_in", pIn, trajectory.Comment("Connection prob within cluster"))
	b.Derived("connections.p_ee_out", pOut, trajectory.Comment("Connection prob to outside of cluster"))

	var all []*synapse.Synapses
	connect := func(name string, k int, pre, post neuron.View, p, weight float64) {
		all = append(all, b.Connect(fmt.Sprintf("ee_%s%02d", name, k), pre, post, synapse.Spec{OnPre: "y_e += w", P: p, Weight: weight}))
	}
	for k, cluster := range e.Chunks(size) {
		low, high := k*size, (k+1)*size
		connect("in", k, cluster, cluster, pIn, c.Jee*c.StrengthFactor)
		if low > 0 {
			connect("low", k, cluster, e.Slice(0, low), pOut, c.Jee)
		}
		if high < n {
			connect("high", k, cluster, e.Slice(high, n), pOut, c.Jee)
		}
	}
	return all, nil
}
