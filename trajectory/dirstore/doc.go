// Package dirstore keeps trajectories in a folder, in pure Go: the format for
// programs built without cgo.
//
//	store := dirstore.New()
//	report, err := trajectory.Merge(ctx, trajectory.RunsDir("x.traj"), store, "x.traj", trajectory.MergeOptions{})
//
// The folder holds manifest.json, which names the trajectories and their parts, and
// the parts: .npz archives as numpy.load opens them, in the layout of shards (see
// [trajectory.EncodeShard]), so that an item of all runs is one array. Tables
// beside the tree, the run table among them, are nodes whose names start with a slash.
//
// A part never changes. A new version writes parts of its own and then replaces
// the manifest, which is the commit. Where two parts have the same node the later one
// counts; what was removed is noted in the manifest with the parts that it was removed
// from; a part of which nothing counts any more is removed. Writers in several
// processes take turns at the commit; each adds to what is there then.
package dirstore
