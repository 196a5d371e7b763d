// Package kernel holds the vector kernels that all simulation code runs on:
// loops over contiguous slices, in plain Go and in AVX2 and AVX-512 assembly.
//
// A [Set] is one path through the kernels. [Best] picks the fastest one that
// the processor can run, [ByName] a particular one:
//
//	k := kernel.Best()
//	k.LinFlush[1](v, &[5]float64{0.99, 0.01}, v, current, nil, nil) // v = 0.99*v + 0.01*current + 0
//	n := k.FindGE(spikes, v, 1.0, 0)
//
// # One answer
//
// The plain Go function defines a kernel's result; its doc comment is its
// loop. All other paths give the same bits, for every length, alignment and
// value (which NaN a NaN result is, is not defined). Therefore nothing is ever
// contracted into a fused multiply-add, and the transcendental functions are
// this package's own polynomials. Their scalar forms ([Exp], [Log], …) are
// exported for whoever folds constants.
//
// # Concurrency
//
// Kernels keep no state; any number may run at once on distinct destinations.
//
// # Caveats
//
// Kernels check the lengths of slices and panic if they don't fit, but don't
// check indices: whoever builds an index list checks it, once. The build tag
// purego leaves only the plain Go path.
//
// The assembly is written by the program in _gen, which is a module of its own:
//
//	go generate ./internal/kernel
package kernel

//go:generate go run -C _gen .
