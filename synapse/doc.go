// Package synapse connects groups of neurons: which neurons are connected, with
// what weight and delay, and what a spike does on its way.
//
//	ee, err := synapse.NewSynapses("ee", e, e, synapse.Spec{
//		OnPre: "y_e += w", P: 0.2, NoAutapses: true, Weight: 0.024,
//	}, synapse.Build{Seed: 1})
//
// Connections are stored as compressed rows: for each presynaptic neuron its
// targets as 32-bit numbers, in the order in which they were made. A weight that
// all synapses have in common is stored once, so that a synapse then takes 4 bytes.
//
// # Texts
//
// OnPre refers to variables of the postsynaptic group by their name or with
// _post, to those of the presynaptic group with _pre, and to the weight as w. In
// a Condition and a Weight, i is the number of the presynaptic and j that of the
// postsynaptic neuron, both counted inside the two views that are connected, as
// in Brian 2: "i != j" between two different groups, or between two parts of
// one, therefore leaves out pairs of equal number that are not the same neuron.
// NoAutapses compares the neurons themselves.
//
// # Concurrency
//
// [Synapses] are a handle: immutable once made, shared by any number of networks
// and goroutines with one copy of the connections.
//
// # Caveats
//
// Which synapses are made depends on the seed of the build, the name and the
// spec alone, not on the number of workers or the kernel path.
package synapse
