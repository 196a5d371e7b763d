package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/synapse"
	"galvani/trajectory"
)

// exporter writes a network and its spikes from t = 0, so that other simulators
// can be held against it: parameters, biases, initial voltages, connected pairs.
// It cancels all subruns but the first.
//
// Expects "neurons_e", "neurons_i" and "connections".
type exporter struct {
	network.Base
	dir string
}

// exportFirst runs the first point of the exploration for the given time.
func exportFirst(ctx context.Context, t *trajectory.Trajectory, m *network.Manager, duration quantity.Quantity) error {
	if err := t.Set("simulation.durations.initial_run", duration); err != nil {
		return err
	}
	if err := m.Prepare(ctx, t); err != nil {
		return err
	}
	r, err := t.Run(0)
	if err != nil {
		return err
	}
	return m.Run(ctx, r)
}

// AddToNetwork writes how the network begins.
func (x exporter) AddToNetwork(s *network.Subrun) error {
	s.Remaining().Cancel()
	if err := os.MkdirAll(x.dir, 0o777); err != nil {
		return err
	}
	var errs []error
	for _, pop := range []string{"e", "i"} {
		g := network.Get[*neuron.Group](s, "neurons_"+pop)
		m := monitor.Spikes(g, monitor.Options{Name: "exported_" + pop})
		s.Add(m)
		network.Put(s, "exported_"+pop, m)
		if err := s.Err(); err != nil {
			return err
		}
		state := s.Network().State(g)
		errs = append(errs, x.binary("mu_"+pop+".f64", state.Float64("mu")), x.binary("V0_"+pop+".f64", state.Float64("V")))
	}
	for _, c := range network.Get[[]*synapse.Synapses](s, "connections") {
		pairs := make([][2]int32, 0, c.N())
		for syn := range c.All() {
			pairs = append(pairs, [2]int32{syn.Pre, syn.Post})
		}
		errs = append(errs, x.binary("conn_"+c.Name()+".i32", pairs))
	}
	return errors.Join(append(errs, s.Err())...)
}

// Analyse writes the spikes, and the parameters with what came of them.
func (x exporter) Analyse(s *network.Subrun) error {
	p := x.parameters(s)
	seconds := s.Duration().SI()
	for _, pop := range []struct {
		name string
		n    int
		sum  *int
		rate *float64
	}{{"e", p.NE, &p.SpikesE, &p.RateE}, {"i", p.NI, &p.SpikesI, &p.RateI}} {
		rec := s.Spikes("exported_" + pop.name)
		err := x.write("spikes_"+pop.name+".csv", func(w io.Writer) error {
			fmt.Fprintln(w, "step,neuron")
			for k, step := range rec.Steps {
				fmt.Fprintf(w, "%d,%d\n", step, rec.Neurons[k])
			}
			return nil
		})
		if err != nil {
			return err
		}
		*pop.sum = len(rec.Steps)
		*pop.rate = float64(len(rec.Steps)) / float64(pop.n) / seconds
	}
	if err := s.Err(); err != nil {
		return err
	}
	return x.write("params.json", func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", " ")
		return encoder.Encode(p)
	})
}

// exported is params.json. Times are in ms.
type exported struct {
	NE              int          `json:"N_e"`
	NI              int          `json:"N_i"`
	DT              float64      `json:"dt_ms"`
	T               float64      `json:"T_ms"`
	Ree             float64      `json:"R_ee"`
	ClusterSize     int          `json:"clustersize_e"`
	Tau1            float64      `json:"tau1_ms"`
	Tau2E           float64      `json:"tau2_e_ms"`
	Tau2I           float64      `json:"tau2_i_ms"`
	TauE            float64      `json:"tau_e_ms"`
	TauI            float64      `json:"tau_i_ms"`
	VTh             float64      `json:"V_th"`
	VReset          float64      `json:"V_reset"`
	Refractory      float64      `json:"refractory_ms"`
	Recorded        []int        `json:"recorded"`
	Projections     []projection `json:"projections"`
	SpikesE         int          `json:"n_spikes_e"`
	SpikesI         int          `json:"n_spikes_i"`
	RateE           float64      `json:"rate_e"`
	RateI           float64      `json:"rate_i"`
	Constants       constants    `json:"printed_constants"`
	RefractorySteps int          `json:"refractory_steps"`
	UnlessRefr      []string     `json:"unless_refractory"` // variables clamped while refractory
}

type projection struct {
	Name       string  `json:"name"`
	Pre        string  `json:"pre"`
	Post       string  `json:"post"`
	Var        string  `json:"var"`
	Weight     float64 `json:"weight"`
	N          int     `json:"n"`
	P          float64 `json:"p"`
	PreOffset  int     `json:"pre_offset"`
	PostOffset int     `json:"post_offset"`
}

type constants struct {
	Note    string  `json:"note"`
	InvTau1 float64 `json:"invtau1"`
	InvT2E  float64 `json:"invtau2_e_per_ms"`
	InvT2I  float64 `json:"invtau2_i_per_ms"`
	InvTauE float64 `json:"invtau_e_per_ms"`
	InvTauI float64 `json:"invtau_i_per_ms"`
	NormE   float64 `json:"normalization_e"`
	NormI   float64 `json:"normalization_i"`
	FactorE float64 `json:"I_e_factor_per_ms"`
	FactorI float64 `json:"I_i_factor_per_ms"`
}

// parameters collects what describes the network.
func (x exporter) parameters(s *network.Subrun) exported {
	p := network.Bind[model](s, "model")
	c := network.Bind[connections](s, "connections")
	ms := func(q quantity.Quantity) float64 {
		v, _ := q.In("ms") // a time, or the network would not have been built
		return v
	}
	e := exported{
		NE: p.NE, NI: p.NI, DT: s.Network().DT() * 1e3, T: ms(s.Duration()), Ree: c.Ree, ClusterSize: c.ClusterSize,
		Tau1: ms(p.Synaptic.Tau1), Tau2E: ms(p.Synaptic.Tau2E), Tau2I: ms(p.Synaptic.Tau2I), TauE: ms(p.TauE), TauI: ms(p.TauI),
		VTh: p.VTh, Refractory: ms(p.Refractory), UnlessRefr: []string{"V"},
		Recorded: network.Value[trajectory.TupleOf[int]](s, "analysis.neuron_records"),
	}
	e.RefractorySteps = int((e.Refractory + 1e-3*e.DT) / e.DT)
	e.Constants = constants{
		Note:    "constants of the equations, exact",
		InvTau1: 1 / e.Tau1, InvT2E: 1 / e.Tau2E, InvT2I: 1 / e.Tau2I, InvTauE: 1 / e.TauE, InvTauI: 1 / e.TauI,
		NormE: (e.Tau1 - e.Tau2E) / e.Tau2E, NormI: (e.Tau1 - e.Tau2I) / e.Tau2I,
		FactorE: 1 / (e.Tau2E - e.Tau1), FactorI: 1 / (e.Tau2I - e.Tau1),
	}
	for _, c := range network.Get[[]*synapse.Synapses](s, "connections") {
		weight, _ := c.Spec().Weight.(float64)
		variable, _, _ := strings.Cut(c.Spec().OnPre, " ")
		e.Projections = append(e.Projections, projection{
			Name: "S_" + c.Name(), Var: variable, Weight: weight, N: c.N(), P: c.Spec().P,
			Pre: strings.TrimPrefix(c.Pre().Group().Name(), "neurons_"), Post: strings.TrimPrefix(c.Post().Group().Name(), "neurons_"),
			PreOffset: c.Pre().Ranges()[0].Lo, PostOffset: c.Post().Ranges()[0].Lo,
		})
	}
	return e
}

// binary writes numbers in little-endian order.
func (x exporter) binary(name string, data any) error {
	return x.write(name, func(w io.Writer) error { return binary.Write(w, binary.LittleEndian, data) })
}

func (x exporter) write(name string, content func(io.Writer) error) error {
	f, err := os.Create(filepath.Join(x.dir, name))
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	return errors.Join(content(w), w.Flush(), f.Close())
}
