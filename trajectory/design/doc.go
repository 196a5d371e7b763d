// Package design says which points of a parameter space are run, beyond the
// grids and lists of package trajectory: one parameter at a time, all parameters
// that a pattern matches, random points, Latin hypercubes, Sobol sequences, and
// trials of all of these.
//
//	t.AddParameter("tau", quantity.MustParse("10 ms"))
//	t.AddParameter("R_ee", 1.0)
//	t.AddParameter("trial", 0)
//	err := t.Explore(design.WithTrials(design.LatinHypercube{
//		N: 200, Seed: 1,
//		Factors: []design.Factor{
//			design.LogUniform("tau", "5 ms", "20 ms"),
//			design.Normal("R_ee", 2, 0.25).Within(1, 3),
//		},
//	}, "trial", 10))
//
// Everything here is a [trajectory.Design] and can be a part of a trajectory.Grid or
// trajectory.Zip, or is made into one:
//
//   - [Linspace], [Arange], [Logspace], [Integers] and [Over] are values of one parameter, or
//     of several that change together ([Axis.For]), for grids. Their ends may be quantities.
//   - A [Factor] is a parameter with a distribution: [Uniform], [LogUniform], [Normal], [Gamma],
//     [Whole], [Choice], [OneOf], [From] a distribution of package paramset, or [Quantile] of any
//     distribution of gonum. Factors are what [Random], [LatinHypercube] and [Sobol] draw,
//     and [Factor.Levels] makes values for a grid of one.
//   - [Sequence] varies its parts one at a time, the others at their defaults.
//   - [Match] and [Star] find parameters by a pattern, to be explored together.
//   - [Subset] takes some points of a large design at random.
//   - [WithTrials] repeats every point; [Points] and [Aggregate] put the repetitions
//     together again, as mean, standard deviation and confidence interval.
//
// Nothing is guessed: which design is meant is said by its name, and whether two values
// are ends of an interval or all there is by that of the constructor.
//
// # Lazy
//
// A design costs no memory that grows with the number of its points, and the value of
// a point can be computed at any time by itself. Random numbers depend on the seed, on the name of
// the parameter as it is written in the factor, and on the number of the point; so
// Random and Sobol with more points begin with the points of fewer, which is what
// Trajectory.Expand needs (with Skip), and a further factor does not change the values of
// those that are there.
//
// # Errors
//
// Constructors return no errors, so that designs can be written as literals. What is
// wrong with a bound or a pattern comes out of Columns, and so of Trajectory.Explore.
//
// # Concurrency
//
// Designs are values that nothing changes. They may be shared by goroutines.
//
// # Caveats
//
// Numbers become values of the type that a parameter must have: float64 from
// bounds that are numbers, quantities from quantities and texts with units, int from [Integers] and
// [Whole]. Quantiles of the normal and gamma distribution use the machine's logarithm, whose last
// bit may differ between processor architectures; all else is the same everywhere.
package design
