// Package rng makes random numbers that depend on what they are for and not on
// the order in which they are drawn.
//
// A stream is named by a [Key], made from a seed and the names of an object and
// of a variable. Its numbers are computed from a counter (time step, draw and
// element) by Philox4x32-10, so that any part of any stream can be had at any
// time, by any worker, with the same bits:
//
//	key := rng.NewKey(seed, "neurons_e", "mu")
//	s := rng.Stream{Key: key, Kernel: kernel.Best()}
//	s.Uniform(mu, step, 0, 0) // all neurons at once, or range by range
//
// For numbers one after another there is [Sequence], for random connecting
// [Targets].
//
// # Concurrency
//
// A Stream is a value without state and may be used by many goroutines at once.
// A Sequence and a Targets belong to one goroutine at a time.
//
// # Caveats
//
// An element index of a stream must be below 2^32 (and above zero). Two uses of
// one key with the same step and draw give the same numbers: give every use its
// own draw or its own key.
package rng
