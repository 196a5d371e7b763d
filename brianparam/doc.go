// Package brianparam stores values with a physical unit in a trajectory: it has the kinds of
// parameter and result that hold a [quantity.Quantity], and [MonitorResult],
// which turns what a monitor recorded into a result. They go into the options of a
// trajectory:
//
//	t, err := trajectory.New("example", trajectory.Options{Kinds: brianparam.Kinds()})
//	t.AddParameter("neuron.tau", quantity.MustParse("15 ms"), trajectory.Comment("membrane time constant"))
//	…
//	run.AddResult("monitors.spikes", brianparam.FromSpikes(recording))
//
// Classes and field names are those that pypet writes for Brian 2
// (Brian2Parameter, Brian2Result, Brian2MonitorResult), so that pypet reads the files; monitors have the
// names of pypet's older Brian package as further items. The names with __brn__ and
// the text form '12.0 * mV' of that package are read too and never written.
//
// # Concurrency
//
// All values of this package are immutable and may be shared.
//
// # Caveats
//
// A quantity is stored as its SI value with the SI unit of its dimension: that the
// user wrote 5 ms and not 0.005 s is not kept. The values of a state monitor are stored once,
// under the names of Brian 2 (t and the name of the variable); of the
// older package's names for it, times and values are left out, because they would hold the same again.
package brianparam
