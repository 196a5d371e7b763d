// Adaptive fits a neuron to a measured f-I curve: once on a grid over its two unknown
// parameters, and by searches whose next points depend on the results so far. It prints how
// many runs each of them took and how well its best neuron fits.
//
//	go run ./examples/adaptive -out /tmp/adaptive
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"

	"galvani/env"
	"galvani/env/adaptive"
	"galvani/equation"
	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	points := 21
	return &env.Program{
		Name: "adaptive", About: "Fits a neuron to its f-I curve, on a grid and by searches that need fewer runs.",
		Flags: func(fs *flag.FlagSet) {
			fs.IntVar(&points, "points", points, "how many values of each parameter the grid has")
		},
		Run: func(ctx context.Context, e *env.Environment) error { return run(ctx, e, points) },
	}
}

// The measured neuron: its rates in Hz at these currents, given as the voltage in mV that
// they would lead to without a threshold.
var (
	currents = []float64{15, 16, 17, 19, 21, 24, 28, 33, 40, 50}
	rates    = []float64{25.12, 30.07, 34.55, 42.73, 50.27, 60.81, 73.83, 88.84, 107.98, 132.28}
)

func run(ctx context.Context, e *env.Environment, points int) error {
	over := []adaptive.Dimension{{Name: "tau", Low: 5, High: 45}, {Name: "V_th", Low: 5, High: 15}}
	misfit := adaptive.Result("misfit")
	grid := trajectory.Grid{
		trajectory.Over("tau", trajectory.Linspace(5, 45, points)),
		trajectory.Over("V_th", trajectory.Linspace(5, 15, points)),
	}
	for _, s := range []struct {
		name   string
		design trajectory.Design
		search env.Explorer
	}{
		{"grid", grid, nil},
		{"refined_grids", nil, adaptive.Refine{Over: over, Objective: misfit}},
		{"simplex", nil, adaptive.Minimize{Over: over, Objective: misfit, Method: adaptive.NelderMead(), Starts: 4, Runs: 100}},
		{"evolution", nil, adaptive.Minimize{Over: over, Objective: misfit, Runs: 100, Seed: 1}},
	} {
		t, err := e.Trajectory(s.name, trajectory.Options{Comment: "A neuron is fitted to its f-I curve"})
		if err != nil {
			return err
		}
		err = errors.Join(
			t.AddParameter("tau", 20.0, trajectory.Comment("Time constant of the membrane in ms")),
			t.AddParameter("V_th", 10.0, trajectory.Comment("Threshold in mV")),
		)
		if err == nil && s.design != nil {
			err = t.Explore(s.design)
		}
		if err != nil {
			return err
		}
		options := []env.Option{env.Finally(func(_ context.Context, t *trajectory.Trajectory) error { return show(e, t, misfit) })}
		if s.search != nil {
			options = append(options, env.Explore(s.search))
		}
		if err := e.Run(ctx, t, env.Func(fit), options...); err != nil {
			return err
		}
	}
	return nil
}

// fit compares a neuron with the measured one: a network of as many copies as there are currents.
func fit(ctx context.Context, r *trajectory.Run) error {
	p, err := trajectory.Bind[struct {
		Tau       float64 `param:"tau"`
		Threshold float64 `param:"V_th"`
	}](r, "parameters")
	if err != nil {
		return err
	}
	net := network.New(network.Options{DT: quantity.MustParse("0.05 ms")})
	g := net.Group("neurons", len(currents), neuron.Spec{
		Equations: "dV/dt = (I - V)/tau : 1 (unless refractory) \n I : 1",
		Threshold: "V > V_th", Reset: "V = 0", Refractory: "2 ms",
		Constants: equation.Constants{"tau": quantity.New(p.Tau*1e-3, quantity.DimTime), "V_th": p.Threshold},
	})
	g.Set("I", currents)
	spikes := monitor.Spikes(g, monitor.Options{})
	net.Record(spikes)
	if err := net.Run(ctx, "500 ms"); err != nil {
		return err
	}
	rec := spikes.Recording(net)
	first, last := make([]int64, rec.N), make([]int64, rec.N)
	for k, i := range rec.Neurons {
		if first[i] == 0 {
			first[i] = rec.Steps[k]
		}
		last[i] = rec.Steps[k]
	}
	sum := 0.0
	for i, want := range rates {
		rate := 0.0
		if n := rec.Counts[i]; n > 1 {
			rate = float64(n-1) / (float64(last[i]-first[i]) * rec.DT)
		}
		sum += float64((rate - want) * (rate - want))
	}
	return r.AddResult("misfit", math.Sqrt(sum/float64(len(rates))), trajectory.Comment("Root mean square difference of the rates in Hz"))
}

// show prints how a search ended.
func show(e *env.Environment, t *trajectory.Trajectory, misfit adaptive.Objective) error {
	done, err := env.Outcomes(t)
	if err != nil {
		return err
	}
	best, value, err := adaptive.Best(done, misfit)
	if err != nil {
		return err
	}
	tau, errT := trajectory.Get[float64](best, "tau")
	threshold, errV := trajectory.Get[float64](best, "V_th")
	fmt.Fprintf(e.Stdout(), "%-13s %4d runs: tau = %5.2f ms, V_th = %5.2f mV, misfit %.3f Hz\n", t.Name(), len(done), tau, threshold, value)
	return errors.Join(errT, errV)
}
