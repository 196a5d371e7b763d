// Command bench measures what the project promises about speed: kernels, state
// update, synaptic events, connecting, the clustered network in turn with a
// hand-written C program that does the same work (floor/floor.c), and storing
// and finding what a sweep leaves.
//
//	go run ./bench                       # a table of everything
//	go run ./bench -json -case clusternet
//	go run ./bench -list
//
// With -json each line is one JSON object with the keys case, metric, unit,
// value, repeats, path (the kernel path) and workers. Times are CPU time, user
// and system, of the whole process, and where a disk is involved (plan_s,
// store_and_merge_s, table_read_s) elapsed time; a value is the median of its repeats.
// Machines differ and are noisy: compare ratios of what was measured in turn in
// one run, such as cpu_ratio_to_c_floor.
//
// # Caveats
//
// The floor is compiled on the spot by the machine's C compiler ($CC or cc);
// without one the case clusternet fails and says so.
package main
