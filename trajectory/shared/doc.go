// Package shared keeps tables and arrays on disk that grow over the runs of a sweep, larger
// than memory if need be, and are read in parts while they grow. It is what pypet calls
// shared data.
//
//	type spike struct {
//		Time   float64 `column:"time"`
//		Neuron int32   `column:"neuron"`
//	}
//
//	// in a run
//	table, err := shared.CreateTable[spike](shared.Dir(e.File("net")), "spikes")
//	rows := table.Appender(r.Index())
//	defer rows.Discard()
//	err = rows.Append(spike{0.1, 3}, spike{0.2, 5})
//	return rows.Commit()
//
//	// at any time, in any process
//	table, err := shared.OpenTable[spike](shared.Dir("results/net.hdf5"), "spikes")
//	view, err := table.View()
//	for s, err := range view.Where(func(s spike) bool { return s.Time > 0.15 }) { … }
//
//	// when all is done: an ordinary result in the trajectory's file
//	err = view.AddTo(t, "spikes")
//
// # On disk
//
// A table is a folder below the runs folder of its trajectory: schema.json, and a file
// run_00000003.npz with the rows that run 3 has committed, which numpy.load opens. Such a file
// appears whole and durable or not at all ([Appender.Commit]), so that a crash costs nothing that
// was committed, and no run ever shows half its rows. A run that is executed again leaves the same
// file. Large runs are spread over several files while they go on; memory stays bounded.
// Changes go beside the rows that they replace, and become visible all together.
//
// The order of rows depends on nothing but the runs: by run, then in the order of
// appending. Rows that belong to no run (index [Before]) come first.
//
// # pypet's functions
//
//	SharedTable, SharedPandasFrame       Table
//	SharedArray, SharedCArray            Array
//	SharedEArray                         Array with Array.Appender
//	SharedVLArray                        Table with a field that is a slice
//	create_shared_data                   CreateTable, CreateArray
//	append, row.append                   Appender.Append, then Commit
//	nrows, len()                         View.Len
//	coldescrs, colnames, coltypes, …     Table.Schema
//	read, __getitem__, __iter__          View.Read, View.Scan, View.Frame
//	col, read(field=)                    OpenTable with a struct of that one field
//	read_coordinates, itersequence       View.ReadRows
//	where, read_where, iterrows          View.Where, View.Scan
//	get_where_list                       View.Find
//	append_where                         View.Where and Appender.Append
//	read_sorted, itersorted              View.Read and slices.SortFunc
//	modify_column(s), modify_rows, …     Table.Edit, Change
//	remove_row, remove_rows              Table.Edit, Remove
//	array read, [], iterrows             Array.ReadAt, ArrayView.ReadAt
//	array []=                            Array.WriteAt, Array.Sync
//	create_index, reindex, …             none: scans read only the columns that are asked for
//	flush, StorageContextManager         Commit; nothing is kept open
//	make_ordinary_result                 View.AddTo, ArrayView.AddTo
//	make_shared_result                   Appender.AppendFrame
//	put, select of frames                Appender.AppendFrame, View.Frame
//
// # Concurrency
//
// A Table, an Array and a View may be used by many goroutines, and the folder by many processes. An
// Appender belongs to one goroutine, usually that of its run. Of two edits at the same
// time one is refused ([ErrConflict]).
//
// # Caveats
//
// A run's rows stay when the run fails after Commit; so commit last. Where a row stands
// in the table is settled when the runs before it have ended. [Array.WriteAt] changes the file in place and
// is durable after [Array.Sync]; runs that write the same elements race. AddTo
// reads the whole into memory.
package shared
