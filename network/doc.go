// Package network puts neurons, synapses and monitors together and runs them, and
// holds the experiment above that: a [Manager] that assembles networks from
// components and runs them for every point of an exploration.
//
//	net := network.New(network.Options{Seed: 1})
//	e := net.Group("e", 400, neuron.Spec{
//		Equations: "dV/dt = (1.1 - V)/(15*ms) : 1", Threshold: "V > 1", Reset: "V = 0",
//	})
//	e.Set("V", "rand()")
//	net.Connect("ee", e, e, synapse.Spec{OnPre: "V += w", P: 0.1, Weight: 0.01, NoAutapses: true})
//	spikes := monitor.Spikes(e, monitor.Options{})
//	net.Record(spikes)
//	err := net.Run(ctx, "1 s") // reports everything that was wrong above, too
//	fmt.Println(spikes.Recording(net).Total())
//
// # A time step
//
// A step goes through the slots start, groups, thresholds, synapses, resets and
// end, and inside a slot through the objects by order and name, as in Brian 2;
// [Network.Schedule] prints it. Time is an integer number of steps.
//
// Where neurons exceed the cache and every projection has a delay of two steps or more, the
// network takes up to 16 steps at once, block of neurons by block. That changes nothing
// but the speed. Operations get their steps one by one; statements beyond
// x += w, native updates, shared differential equations, several time steps
// and pairs in no order keep a network from it.
//
// # Reproducibility
//
// A simulation gives the same bits on every machine, for every number of workers
// and every kernel path. Connections depend on the build seed; initial values and
// chance during the run on the run seed, which is not part of a [Snapshot].
//
// # Concurrency
//
// A Network serves one goroutine at a time. Any number of networks may run at
// the same time and share groups, synapses and monitors, which are handles and
// do not change.
//
// # Caveats
//
// The package never reads the clock: reports in intervals of real time and
// profiles need Options.Clock, usually time.Now.
package network
