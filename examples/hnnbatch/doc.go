// Hnnbatch is hnn-core's batch simulation: the evoked response of a small cortical column for
// combinations of two synaptic weights, reduced to the peaks of its dipole in the
// process that simulated it, with the recordings kept only if that is asked for.
//
//	go run ./examples/hnnbatch -out /tmp/hnnbatch
//	go run ./examples/hnnbatch -out /tmp/hnnraw -save dpl,spiking -batch 10
//
// What hnn_core.batch_simulate.BatchSimulate has, and what takes its place here:
//
//	BatchSimulate(set_params=…)      the function of the experiment: it makes a network of its own from
//	                                 the parameters of its run, so nothing has to be copied
//	net=jones_2009_model()           newColumn: the same 270 cells as points. What all runs share is built
//	                                 in Prepare of an env.Experiment or remembered by network.Manager
//	tstop, dt                        parameters simulation.tstop and simulation.dt
//	n_trials                         the explored parameter trial: each has random numbers of its own,
//	                                 the same ones for all weights
//	save_folder                      -out
//	batch_size                       -batch for the batch files. The environment publishes what is finished
//	                                 ten times a second or every 64 MB, so that memory stays bounded without it
//	overwrite                        -overwrite for the batch files. A sweep is never overwritten: the same
//	                                 command goes on with it, -force moves it aside
//	save_outputs, save_dpl,          env.KeepRaw: -save with the names of recordings that are kept; everything
//	save_spiking, save_voltages      is recorded and summed up in any case
//	save_lfp, save_currents,         further results of the run, kept in the same way; this model of points
//	save_calcium                     has no field potential and no calcium
//	record_vsec, record_isec         a monitor.State with the neurons wanted: all, or the first of each kind
//	postproc                         -smooth and the parameter dipole.scale: smoothing and scaling of the dipole
//	clear_cache                      always: results are dropped when they are on disk, raw ones before
//	summary_func(results)            env.Summary, called for each run in the process that executed it;
//	                                 over all runs: env.Finally or env.PostProcess
//	run(param_grid)                  trajectory.Grid, the last parameter fastest
//	run(combinations=False)          trajectory.Zip (-zip): lists of different length are an error
//	n_jobs, backend                  -workers; processes and machines: the worker command and -hosts
//	verbose                          -progress
//	return_output, the dictionary    results are read from the trajectory: trajectory.FromRuns
//	simulate_batch(combinations)     trajectory.Points, or -only for single runs
//	sim_run_{start}-{end}.npz        the same names, end exclusive, written after the runs, and shards in
//	                                 the runs folder meanwhile: numpy.load opens both
//	load_results(path, return_data)  loadBatch(path, names…), or numpy.load
//	load_all_results()               loadAll: sorted by the first run, or the trajectory itself
package main
