// Command galvani looks into trajectory files from a shell, compares, checks, merges and
// converts them.
//
//	galvani tree sweep.hdf5                        what there is
//	galvani show sweep.hdf5                        parameters, runs, results of the whole
//	galvani show -run 3 sweep.hdf5                 one run
//	galvani show sweep.hdf5 model.tau_e            one node, or one item of it, with all values
//	galvani table -format csv sweep.hdf5           a row per run: state, explored parameters, scalar results
//	galvani find sweep.hdf5 'R_ee > 1.2 and trial == 0'     the runs for which a predicate holds
//	galvani dump sweep.hdf5 | diff - other.dump    everything, in a canonical order
//	galvani diff one.hdf5 other.traj               in what two trajectories differ
//	galvani check sweep.hdf5                       whether file, plan and shards are whole and agree
//	galvani merge all.hdf5 monday.hdf5 tuesday.traj
//	galvani compact sweep.hdf5                     give back space that nothing uses
//	galvani export -pypet sweep.hdf5 forpypet.hdf5
//	galvani import pypet.hdf5 ours.hdf5
//	source <(galvani completion bash)
//
// galvani COMMAND -h tells more of each.
//
// It reads what programs built on package env write, in any format, with the
// shards of runs that are not merged yet, and HDF5 files of pypet. Options
// may stand before or behind the file. Everything is printed as plain lines for pipes; numbers
// have as many digits as it takes to read back the same number. A reader that stops reading
// ends a command quietly.
//
// Only merge, compact, export and import write, each of them files that change or
// appear in one step; any number of commands can look at a running sweep. What Python alone can
// decode (pickles, pandas frames) is named, not shown. Wrong use and unreadable files
// are one line on standard error and exit status 1; diff and check, which say with 1 that
// there are differences or problems, then end with 2, and import and export with 3 if something
// could not be taken along.
package main
