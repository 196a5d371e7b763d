package main

import (
	"errors"
	"math"

	"galvani/analysis"
	"galvani/network"
	"galvani/trajectory"
)

// CNFanoFactorComputer computes Fano factors of the measurement run.
//
// Expects "monitors.spikes_e". Adds the results statistics.mean_fano_factor
// and statistics.mean_fano_factor_all.
type CNFanoFactorComputer struct{ network.Base }

type statistics struct {
	TimeWindow float64                 `param:"time_window" comment:"Time window for FF computation, in seconds"`
	NeuronIDs  trajectory.TupleOf[int] `param:"neuron_ids" comment:"Neurons to be taken into account to compute FF"`
}

// AddParameters adds the group analysis.statistics.
func (CNFanoFactorComputer) AddParameters(t *trajectory.Trajectory) error {
	ids := make(trajectory.TupleOf[int], 500)
	for i := range ids {
		ids[i] = i
	}
	return t.AddStruct("analysis.statistics", statistics{TimeWindow: 0.1, NeuronIDs: ids})
}

// Analyse adds the results when the last subrun is over.
func (CNFanoFactorComputer) Analyse(s *network.Subrun) error {
	if !s.Last() {
		return nil
	}
	p := network.Bind[statistics](s, "analysis.statistics")
	start, end, err := measured(s)
	if err != nil {
		return err
	}
	r := s.Spikes("monitors.spikes_e")
	if err := s.Err(); err != nil {
		return err
	}
	e := analysis.Spikes{Steps: r.Steps, Neurons: r.Neurons, DT: r.DT, N: r.N}
	bins, err := analysis.NewBins(start, end, p.TimeWindow, e.DT)
	if err != nil {
		return err
	}
	var ids []int32
	for _, id := range p.NeuronIDs {
		ids = append(ids, int32(id))
	}
	ff, err1 := fano(e, bins, ids)
	ffAll, err2 := fano(e, bins, nil)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	s.Result("statistics.mean_fano_factor", ff, trajectory.Comment("Average Fano Factor over neuron_ids, silent ones count as 0; NaN if all are silent"))
	s.Result("statistics.mean_fano_factor_all", ffAll, trajectory.Comment("Average Fano Factor over all exc neurons, silent ones count as 0; NaN if all are silent"))
	return s.Err()
}

// fano is the mean Fano factor, NaN if there is no spike to compute it from.
func fano(s analysis.Spikes, bins analysis.Bins, ids []int32) (float64, error) {
	ff, err := analysis.MeanFanoFactor(s, bins, ids)
	if errors.Is(err, analysis.ErrNoSpikes) {
		return math.NaN(), nil
	}
	return ff, err
}
