// Command minimal is the shortest network worth looking at: 800 excitatory and
// 200 inhibitory neurons, connected at random, and the raster of their spikes in
// minimal.png. It needs neither a trajectory nor a manager.
//
//	go run ./examples/minimal
package main
