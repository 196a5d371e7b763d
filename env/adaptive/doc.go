// Package adaptive has explorers: searches whose next points depend on the results of those
// that have been run. Where a grid spends most of its runs far from what is looked for, they
// go there.
//
//	search := &adaptive.Minimize{
//		Over: []adaptive.Dimension{
//			{Name: "tau", Low: 5, High: 40},
//			{Name: "threshold", Low: 10, High: 30},
//		},
//		Objective: adaptive.Result("error"),
//		Runs:      200,
//	}
//	err := e.Run(ctx, t, experiment, env.Explore(search))
//
// [Refine] runs a coarse grid and then finer ones around the best point. [Minimize] lets a
// method of gonum/optimize choose the points: CMA-ES, of which a generation is executed
// at once, or Nelder and Mead's simplex from several starts side by side. [Genetic] is a genetic
// algorithm over genomes of any type. What is searched for is always the least value of
// an [Objective]; [Negative] turns one around.
//
// # Going on
//
// A search remembers nothing. Each time it is asked it is played again from its start, with
// the results that there are in the place of runs, up to the first points that have
// none: those are run next. So it is a function of seed and results, however often it was
// interrupted, and a point that it comes to twice is run once. Coordinates are multiples of
// 2^-32 of their range, so that an architecture that rounds otherwise asks for the same points.
//
// # Failed runs
//
// A failed run is a point of value +Inf. If all runs have failed the search ends with an error.
//
// # Concurrency
//
// Explorers are not changed by use: one value serves any number of sweeps at once, if the
// functions that it was given do.
//
// # Caveats
//
// The exploration consists of the parameters of the search, and of [Trials] if there are any.
// An objective that depends on chance is averaged over trials; without them the value of a
// point is what its one run gave. Playing a search again takes time that grows with its
// length, so that all of it grows with the square: 1.6 s of processor time beside the runs for
// 100 rounds, 5.5 s for 200.
package adaptive
