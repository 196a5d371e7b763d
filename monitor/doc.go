// Package monitor records what happens in a network: spikes, and the course of
// variables.
//
//	spikes := monitor.Spikes(e, monitor.Options{})
//	trace := monitor.State(e, []string{"V", "I_syn_e"}, monitor.StateOptions{Neurons: []int{0, 1}})
//	net.Record(spikes, trace)
//	err := net.Run(ctx, "1 s")
//	rec := spikes.Recording(net)   // rec.Steps, rec.Neurons, rec.Times()
//
// # Concurrency
//
// A monitor is a handle that any number of networks may share; each network has
// a recording of its own. A recording is a copy that belongs to the caller. Don't
// take one while the network runs, except in a network operation.
//
// # Caveats
//
// Neurons are counted inside the view that is monitored, as in Brian 2: the first
// neuron of a monitored subgroup is 0. State monitors sample at the start of a
// step by default, before the state update. A monitor that is removed from a
// network keeps what it has recorded. Restoring a snapshot drops what was
// recorded at or after its time; what was recorded before is not part of a
// snapshot, but counts are.
package monitor
