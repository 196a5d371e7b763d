// Package trajectory keeps every parameter and result of an experiment in one
// tree, explores parameters, and brings the results of many runs to disk so that
// none is lost.
//
//	t, err := trajectory.New("net", trajectory.Options{Seed: 1})
//	err = t.AddParameter("connections.R_ee", 1.0, trajectory.Comment("clustering"))
//	err = t.AddParameter("trial", 0)
//	err = t.Explore(trajectory.Grid{
//		trajectory.Over("R_ee", trajectory.Arange(1, 2.6, 0.2)),
//		trajectory.Over("trial", trajectory.Trials(10)), // the last axis changes fastest
//	})
//	r, err := t.Run(3)
//	ree, err := trajectory.Get[float64](r, "R_ee")
//	err = r.AddResult("rate", 4.2) // results.runs.run_00000003.rate
//
// # The tree
//
// It is pypet's: the branches config, parameters, derived_parameters and results
// hold groups and leaves, names are parts joined by dots. [Trajectory.Node]
// says how nodes are found, [ValidateName] which names are allowed. Values keep
// their types on disk and back ([Encode] lists them); labelled tables ([DataFrame]), sparse matrices ([Sparse]) and
// Go structs ([JSON]) are stored so that pypet reads them; further types come in as kinds
// of leaves ([Kind]), such as brianparam's for quantities. PYPET.md says what each of pypet's
// functions is here.
//
// [Trajectory.Check] holds what is set up against limits of parameters (tags of a
// struct, options such as [AtLeast]) and rules across them ([Trajectory.Rule]) before anything runs.
//
// # From runs to a file
//
// A sweep lives in a folder beside the coming file ([RunsDir]): a [Plan], which
// says all that is needed to run it, and shards, .npz archives with the results of
// runs that are finished ([WriteShard]). Both are on disk, whole, before the call
// returns; killing the program at any moment costs nothing that was published. [Merge] assembles
// the file of any [Store]; [Open] reads file and shards as one, all of it or parts, and what is of runs
// only when it is asked for. [Trajectory.RunLeaves] goes through what many runs have left, [Trajectory.UnloadRuns]
// forgets it again. [Dump] prints what a trajectory is in a form to be compared.
//
// A sweep that has begun grows by [Trajectory.Expand] and a further generation of
// its plan ([Plan.Next]), plan_00001.npz beside plan.npz; runs that are done stay done.
// [Save] and [SaveWith] write trajectories and parts of them to files apart from
// sweeps, [Delete] takes nodes out of files.
//
// # Concurrency
//
// A trajectory is set up by one goroutine. Once it is locked, or opened from a
// file, any number may read it. A [Run] belongs to one goroutine; many of them
// work side by side.
//
// # Caveats
//
// A []int is stored as an array of int64 and a []byte as a text of bytes: a
// numeric array of bytes is Array[uint8]. Values handed out share their memory
// with the tree and must not be changed. What is read from files may be the work
// of others: it is checked, and is an error that wraps [ErrCorrupt] or correct.
package trajectory
