// Package analysis computes statistics of spike trains: rates, counts in
// windows, Fano factors, inter-spike intervals and their variation.
//
//	s := analysis.Spikes{Steps: rec.Steps, Neurons: rec.Neurons, DT: rec.DT, N: 2000}
//	bins, err := analysis.NewBins(0.5, 2.5, 0.1, s.DT)   // 20 windows of 100 ms
//	ff, err := analysis.MeanFanoFactor(s, bins, nil)     // over all neurons
//
// It works on plain slices and knows no monitor and no trajectory.
//
// # Exactness
//
// Time is counted in steps, so a spike on the edge of a window is in the later
// window, always. Counts are integers and stay integers as long as possible; a
// Fano factor is one division. Where floats are summed, they are summed in index
// order, so that a stored statistic has the same bits on every machine (gonum's
// sums do not promise that).
//
// # Concurrency
//
// Functions only read what they are given; everything may be called from many
// goroutines at once.
//
// # Caveats
//
// Spikes must fit their description: a neuron outside 0..N-1 or slices of
// different length are errors. Statistics of too few data are NaN, as each
// function says; the exception is [FanoFactor] of a silent neuron, which is 0 by
// definition, so that averages over a population include its silent neurons.
package analysis
