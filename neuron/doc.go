// Package neuron holds groups of neurons: what they are, described by equations
// or by a function over their columns, and how they are advanced, spike and are
// reset.
//
//	e, err := neuron.NewGroup("e", 400, neuron.Spec{
//		Equations: "dV/dt = (mu - V)/tau : 1\nmu : 1",
//		Constants: equation.Constants{"tau": quantity.MustParse("15 ms")},
//		Threshold: "V > 1", Reset: "V = 0", Refractory: "5 ms",
//	})
//	e.Set("mu", "1.1 + 0.1*rand()")
//	first := e.Slice(0, 100)
//
// # Concurrency
//
// A [Group] is a handle: after it has been put together (with Set) and used by a
// network for the first time it does not change, and any number of networks and
// goroutines may use it at once. All changing data belong to the network.
//
// # Caveats
//
// As in Brian 2, a refractory neuron goes on integrating: only its threshold is
// blocked. Variables marked (unless refractory) keep their value instead, and
// synaptic input to them is dropped. A refractory period lasts
// int((refractory + 1e-3*dt)/dt) steps, counted from the step of the spike.
package neuron
