// Package merge puts finished trajectories together into one, and copies them
// between stores. It works on what stores hold, node by node, so that a merge of very many
// runs takes the memory of their parameters and not of their results.
//
//	a := merge.Stored{Store: store, Path: "a.hdf5"}
//	b := merge.Stored{Store: store, Path: "b.hdf5"}
//	report, err := merge.Merge(ctx, a, merge.Options{RemoveDuplicates: true}, b)
//
// a now holds its own runs and behind them those of b that it did not have.
//
// # What is merged
//
// Both must live in the same space: the same parameters with values of the same types,
// and the same derived parameters outside of runs; otherwise the error is a [SpaceError] that lists
// what differs. A parameter that is explored in one of them, or that has different
// values in them, is explored afterwards; where it was constant its value is repeated.
// The runs of the others get the next free indices, and the nodes that belong
// to a run move with it, wherever in the tree they are: results.runs.run_00000003.z as
// well as results.fits.run_00000003 and everything in run_set_00000. What stands under run_ALL is
// copied once, to the first of the new runs, and the others get links to it, unless the target
// has the same there. Results
// outside of runs are added unless the target has something of that name. The branches
// config.git, config.environment and config.merge are added, and a group
// config.merge.merge_… tells what was merged, with pypet's names.
//
// # Durability
//
// The target changes in one step, when everything is written; killed at any
// moment, the program leaves what was there before or the whole merge. Others are moved or deleted
// only after that.
//
// # Concurrency
//
// A merge belongs to one goroutine. Nobody else may write the files meanwhile; a target that
// was replaced since it was read is an error, and left alone.
//
// # Caveats
//
// Values are the same if their bits are: 0 is not -0. Runs keep the seeds that they
// ran with, which after a merge need not be those that
// trajectory.Run.Seed computes. The time of the merged trajectory is that of the merge, so that
// a runs folder beside the target no longer counts. What only Python can decode
// (frames of pandas) stays in the target; of the others it is left out, and listed in the
// report. The bytes of pickles come along.
package merge
