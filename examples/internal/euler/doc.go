// Package euler is what pypet's examples 05 and 06 have in common: differential equations
// in three dimensions, Euler's method, and a class of parameters of the program's own,
// which holds a function.
//
//	t, err := trajectory.New("attractor", trajectory.Options{Kinds: []trajectory.Kind{euler.Kind()}})
//	err = t.AddDerived("diff_eq", euler.Lorenz())
//	…
//	f, err := trajectory.Get[euler.Function](run, "diff_eq")
//	x := euler.Integrate(f, parameters, []float64{0.01, 0.01, 0.01}, 10000, 0.01)
//
// # Concurrency
//
// All functions may be called from many goroutines at once.
//
// # Caveats
//
// A file holds the source code of a function. It comes back as a function only in a
// program that has this very source.
package euler
