// Pypet13 is pypet's example 13, the tutorial: the firing rate of a leaky
// integrate-and-fire neuron as a function of the input current, for three refractory periods.
//
//	go run ./examples/pypet13 -out /tmp/pypet13
package main

import (
	"context"
	"errors"
	"fmt"

	"galvani/env"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{Name: "pypet13", About: "Measures the f-I curve of a neuron: pypet's example 13.", Run: run}
}

func run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("FiringRate", trajectory.Options{Comment: "Experiment to measure the firing rate " +
		"of a leaky integrate and fire neuron. Exploring different input currents, as well as refractory periods"})
	if err != nil {
		return err
	}
	err = errors.Join(
		t.AddParameter("neuron.V_init", 0.0, trajectory.Comment("The initial condition for the membrane potential")),
		t.AddParameter("neuron.I", 0.0, trajectory.Comment("The externally applied current.")),
		t.AddParameter("neuron.tau_V", 10.0, trajectory.Comment("The membrane time constant in milliseconds")),
		t.AddParameter("neuron.tau_ref", 5.0, trajectory.Comment(
			"The refractory period in milliseconds where the membrane potnetial is clamped.")),
		t.AddParameter("simulation.duration", 1000.0, trajectory.Comment("The duration of the experiment in milliseconds.")),
		t.AddParameter("simulation.dt", 0.1, trajectory.Comment("The step size of an Euler integration step.")),
		t.Explore(trajectory.Grid{
			trajectory.Over("neuron.tau_ref", trajectory.Values(periods...)),
			trajectory.Over("neuron.I", trajectory.Arange(0, 1.01, 0.01)),
		}),
	)
	if err != nil {
		return err
	}
	return e.Run(ctx, t, env.Func(runNeuron), env.Finally(func(ctx context.Context, t *trajectory.Trajectory) error {
		return summarise(ctx, e, t)
	}))
}

// periods are the refractory periods in ms.
var periods = []float64{5, 7.5, 10}

// neuron is a point of the parameter space; times are in ms.
type neuron struct {
	VInit  float64 `param:"V_init"`
	I      float64 `param:"I"`
	TauV   float64 `param:"tau_V"`
	TauRef float64 `param:"tau_ref"`
}

type simulation struct {
	Duration float64 `param:"duration"`
	DT       float64 `param:"dt"`
}

func runNeuron(_ context.Context, r *trajectory.Run) error {
	n, errN := trajectory.Bind[neuron](r, "neuron")
	s, errS := trajectory.Bind[simulation](r, "simulation")
	if err := errors.Join(errN, errS); err != nil {
		return err
	}
	v, spikes := integrate(n, s)
	comment := "" // pypet keeps a comment that repeats only with the first run
	if r.Index() == 0 {
		comment = "Contains the development of the membrane potential over time as well as the number of spikes."
	}
	return r.AddResult("neuron.$", trajectory.Items{"V": v, "nspikes": len(spikes)}, trajectory.Comment(comment))
}

// integrate solves dV/dt = -V/tau_V + I with Euler's method; after a spike V is 0 for tau_ref.
func integrate(n neuron, s simulation) (v, spikes []float64) {
	v = make([]float64, int(s.Duration/s.DT))
	v[0] = n.VInit
	for k := 1; k < len(v); k++ {
		switch {
		case v[k-1] >= 1:
			spikes = append(spikes, float64(k-1)*s.DT)
		case len(spikes) > 0 && float64(float64(k)*s.DT)-spikes[len(spikes)-1] <= n.TauRef:
		default:
			dv := float64(-1/n.TauV*v[k-1]) + n.I
			v[k] = v[k-1] + float64(dv*s.DT)
		}
	}
	return v, spikes
}

// summarise adds the firing rates in Hz, a row per current and a column per refractory
// period, to the file: as a DataFrame, which pypet reads as one of pandas.
func summarise(ctx context.Context, e *env.Environment, t *trajectory.Trajectory) error {
	rates, err := firingRates(t)
	if err != nil {
		return err
	}
	show(e, rates)
	if t.Contains("results.summary.firing_rates") {
		return nil // the same command was called again
	}
	err = t.AddResult("summary.firing_rates", trajectory.Items{"rates_frame": rates},
		trajectory.Comment("Contains a pandas data frame with all firing rates."))
	if err != nil {
		return err
	}
	return trajectory.Save(ctx, t, env.Stores()[0], e.File(t.Name()))
}

func firingRates(t *trajectory.Trajectory) (f trajectory.DataFrame, err error) {
	duration, err := trajectory.Get[float64](t, "simulation.duration")
	if err != nil {
		return f, err
	}
	var currents []float64
	rates := map[float64][]float64{}
	for i := range t.Len() {
		r, err := t.Run(i)
		if err != nil {
			return f, err
		}
		n, errN := trajectory.Bind[neuron](r, "parameters.neuron")
		result, errR := r.Result("results.neuron.crun")
		if err := errors.Join(errN, errR); err != nil {
			return f, err
		}
		spikes, err := result.Item("nspikes")
		count, ok := spikes.(int)
		if err != nil || !ok {
			return f, errors.Join(err, fmt.Errorf("%s: nspikes is %v, want an integer", result.FullName(), spikes))
		}
		if n.TauRef == periods[0] {
			currents = append(currents, n.I)
		}
		rates[n.TauRef] = append(rates[n.TauRef], float64(count)/duration*1000)
	}
	f = trajectory.DataFrame{Index: currents, Columns: periods}
	for _, tauRef := range periods {
		f.Values = append(f.Values, rates[tauRef])
	}
	return f, nil
}

// show prints the rates at some currents.
func show(e *env.Environment, rates trajectory.DataFrame) {
	fmt.Fprint(e.Stdout(), "  I")
	for _, tauRef := range periods {
		fmt.Fprintf(e.Stdout(), "  %10s", fmt.Sprint("tau_ref_", tauRef))
	}
	fmt.Fprintln(e.Stdout())
	for k, current := range rates.Index.([]float64) {
		if k%10 != 0 && k != 11 {
			continue
		}
		fmt.Fprintf(e.Stdout(), "%.2f", current)
		for _, c := range rates.Values {
			fmt.Fprintf(e.Stdout(), " %8.0f Hz", c.([]float64)[k])
		}
		fmt.Fprintln(e.Stdout())
	}
}
