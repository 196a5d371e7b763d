// Package hdf5 keeps trajectories in HDF5 files that pypet opens: one file, one
// group per trajectory, laid out as pypet 0.6 and 0.7 lay theirs out.
//
//	store := hdf5.New(hdf5.Options{})
//	w, err := store.Create(ctx, "sweep.hdf5", trajectory.Header{Name: "sweep", Length: 8})
//	…
//	err = w.Node(record)
//	…
//	err = w.Commit()
//
// What h5py, PyTables and pypet find in the file is described by pypet's manual.
// What pypet has no place for stands beside it: overview/galvani (seed, time),
// overview/galvani_runs and overview/galvani_errors (state, seed, attempt, host, exact
// times and the error of a run), and attributes called GALVANI_… where a
// type could not be told otherwise. pypet needs f_load(…, force=True), as for any file
// of another version than its own.
//
// # Reading what others wrote
//
// Everything pypet 0.1b.12 to 0.7.0 writes is read, both schemes of naming explored
// arrays, old and new groups, split tables, links, several trajectories in
// a file and files whose run table was never finished. What only Python can decode comes as
// an item whose Coll is [Pickle], [Frame], [Series] or [Unknown] and whose Type is
// Bytes; callers report such items by name. A damaged dataset or one whose
// compression is not installed (blosc) is an error of its node, and the nodes
// after it can still be read. Writers can copy such leaves as they are (CopyLeaf), so that package
// merge and everything built on it keep what pypet, pandas or users have put into a file.
//
// # Damage
//
// New files need libhdf5 1.10 or later, whose format has a checksum for all metadata. All
// data has one, too: it lies in the headers or has HDF5's Fletcher32, and what neither is possible for (annotations
// over 4 KB, single texts over 60 KB) has attributes GALVANI_SUM. A file that was cut or
// whose bits have flipped gives an error or the data that was written, and no other data.
// Files of others have no such protection unless they were made with fletcher32.
//
// # Durability
//
// Create copies the file to NAME.tmp, everything is written there, and Commit flushes,
// syncs and renames it: a process killed at any moment leaves the old file or
// the new one. A second process that writes the same file meanwhile is refused.
//
// # Concurrency
//
// A Store may be used by several goroutines, a Reader and a Writer by one at a time. One
// lock around libhdf5 serves the whole process, held with the goroutine bound to
// its thread because libhdf5 keeps errors per thread; so several readers and
// writers are safe but not faster than one.
//
// # Caveats
//
// The package needs cgo and libhdf5 (Debian: libhdf5-dev, Fedora: hdf5-devel, Homebrew: hdf5).
// Without cgo it compiles all the same and every call returns [ErrNoCgo]. Files
// from elsewhere are checked before memory is taken for them, but libhdf5 itself can crash on
// a damaged file or one made to hurt it (one of 10 000 in the tests): [Isolate] gives a store that reads every
// file in a process of its own. In tables,
// strings lose trailing NUL bytes for other readers; this package restores them.
package hdf5
