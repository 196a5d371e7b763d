// Command galvani looks into trajectory files from a shell.
//
//	galvani tree sweep.hdf5                        what there is
//	galvani show sweep.hdf5                        parameters, runs, results of the whole
//	galvani show -run 3 sweep.hdf5                 one run
//	galvani show sweep.hdf5 model.tau_e            one node, or one item of it, with all values
//	galvani table -csv sweep.hdf5                  a row per run: state, explored parameters, scalar results
//	galvani dump sweep.hdf5 | diff - other.dump    everything, in a canonical order
//
// It reads what programs built on package env write, in any format, with the
// shards of runs that are not merged yet, and HDF5 files of pypet. Options
// may stand before or behind the file. Everything is printed as plain lines for pipes; numbers
// have as many digits as it takes to read back the same number.
//
// The program reads only; any number of them can look at a running sweep. What Python alone can
// decode (pickles, pandas frames) is named, not shown. Wrong use and unreadable files
// are one line on standard error and exit status 1.
package main
