// Package sim holds what all simulation objects share: what an object is to a
// network, where it stands in the schedule of a time step, and how its changing
// data is laid out.
//
// An [Object] is a handle: the immutable description of a neuron group, a
// projection, a monitor. A network makes an [Instance] of each of its objects;
// the instance owns a [State] and offers [Task] values, which the network sorts
// by slot, order and name and calls once per step of the object.
//
//	state := sim.NewState(1000)
//	v := state.AddColumn("V")          // 64-byte aligned, 1000 values
//	state.Float64("V")[3] = -0.07      // the same memory
//
// # Concurrency
//
// An Object may be used by any number of networks and goroutines at once. An
// Instance and its State belong to one network and are not safe for concurrent
// use, except that the parts of a task may run at the same time.
//
// # Caveats
//
// Steps are counted in the object's own time step, in int64; time in seconds is
// always step*dt, never a running sum.
package sim
