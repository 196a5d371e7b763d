package main

import (
	"errors"

	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/trajectory"
)

// CNMonitorAnalysis records the measurement run.
//
// Expects "neurons_e" and "neurons_i". Adds the results monitors.spikes_e, monitors.V,
// monitors.I_syn_e, monitors.I_syn_i, statistics.rate_e and statistics.rate_i.
type CNMonitorAnalysis struct{ network.Base }

// stateVariables are recorded from the neurons analysis.neuron_records.
func stateVariables() []string { return []string{"V", "I_syn_e", "I_syn_i"} }

// AddParameters adds parameters to the group analysis.
func (CNMonitorAnalysis) AddParameters(t *trajectory.Trajectory) error {
	return errors.Join(
		t.AddParameter("analysis.neuron_records", trajectory.TupleOf[int]{0, 1, 100, 101}, trajectory.Comment("Neuron indices to record from")),
		t.AddParameter("analysis.plot_folder", "PLOTS", trajectory.Comment("Folder for plots, below the output folder")),
		t.AddParameter("analysis.show_plots", 0, trajectory.Comment("Whether to show plots")),
		t.AddParameter("analysis.make_plots", 1, trajectory.Comment("Whether to make plots")),
	)
}

// AddToNetwork adds the monitors when the measurement begins.
func (CNMonitorAnalysis) AddToNetwork(s *network.Subrun) error {
	if s.Order() != 1 {
		return nil
	}
	e := network.Get[*neuron.Group](s, "neurons_e")
	i := network.Get[*neuron.Group](s, "neurons_i")
	records := network.Value[trajectory.TupleOf[int]](s, "analysis.neuron_records")
	if err := s.Err(); err != nil {
		return err
	}
	s.Record("monitors.spikes_e", monitor.Spikes(e, monitor.Options{Name: "spikes_e"}))
	for _, v := range stateVariables() {
		s.Record("monitors."+v, monitor.State(e, []string{v}, monitor.StateOptions{Name: v, Neurons: existing(records, e.N())}))
	}
	spikes := monitor.Spikes(i, monitor.Options{Name: "spikes_i", CountsOnly: true})
	network.Put(s, "spikes_i", spikes)
	s.Add(spikes)
	return s.Err()
}

// Analyse adds the mean firing rates of the measurement.
func (CNMonitorAnalysis) Analyse(s *network.Subrun) error {
	if s.Order() != 1 {
		return nil
	}
	for _, population := range []struct{ monitor, rate string }{{"monitors.spikes_e", "rate_e"}, {"spikes_i", "rate_i"}} {
		spikes := s.Spikes(population.monitor)
		rate := float64(spikes.Total()) / float64(spikes.N) / s.Duration().SI()
		s.Result("statistics."+population.rate, quantity.New(rate, quantity.DimFrequency), trajectory.Comment("Mean firing rate"))
	}
	return s.Err()
}

// measured is when the measurement run begins and ends, in seconds.
func measured(g trajectory.Getter) (start, end float64, err error) {
	initial, err1 := trajectory.Get[quantity.Quantity](g, "simulation.durations.initial_run")
	length, err2 := trajectory.Get[quantity.Quantity](g, "simulation.durations.measurement_run")
	return initial.SI(), initial.SI() + length.SI(), errors.Join(err1, err2)
}

// existing leaves out what is no number of one of n neurons.
func existing(ids []int, n int) []int {
	some := []int{}
	for _, id := range ids {
		if 0 <= id && id < n {
			some = append(some, id)
		}
	}
	return some
}

// CNNetworkRunner runs the network: an initial run to forget how it began, then
// the run that is measured.
type CNNetworkRunner struct{ network.RunnerBase }

// AddParameters adds the durations of the two subruns.
func (CNNetworkRunner) AddParameters(t *trajectory.Trajectory) error {
	return errors.Join(
		t.AddParameter("simulation.durations.initial_run", quantity.MustParse("500 ms"), trajectory.Annotate("order", 0),
			trajectory.Comment("Initialisation run for more realistic measurement conditions.")),
		t.AddParameter("simulation.durations.measurement_run", quantity.MustParse("2000 ms"), trajectory.Annotate("order", 1),
			trajectory.Comment("Measurement run that is considered for statistical evaluation")),
	)
}
