// Pypet07 is pypet's example 07, a network: adaptive exponential integrate-and-fire neurons
// after Brette and Gerstner, Journal of Neurophysiology 94, 2005, for two group sizes and
// two time constants of the adaptation.
//
//	go run ./examples/pypet07 -out /tmp/pypet07
//
// pypet's later example 23, for Brian 2, has the same network with a longer time step and
// another threshold:
//
//	go run ./examples/pypet07 -out /tmp/pypet23 -dt "0.1 ms" -threshold "vm > 0*mV"
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"galvani/brianparam"
	"galvani/env"
	"galvani/quantity"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	o := options{dt: quantity.MustParse("0.01 ms")}
	return &env.Program{
		Name:  "pypet07",
		About: "Simulates adaptive exponential integrate-and-fire neurons: pypet's examples 07 and 23.",
		Flags: func(f *flag.FlagSet) {
			f.TextVar(&o.dt, "dt", o.dt, "time `step`")
			f.StringVar(&o.threshold, "threshold", "vm > VT + 5*DeltaT", "`condition` for a spike")
		},
		Run: o.run,
	}
}

type options struct {
	dt        quantity.Quantity
	threshold string
}

func (o *options) run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("Example_07_BRIAN", trajectory.Options{Comment: "Go Brian!", Kinds: brianparam.Kinds()})
	if err != nil {
		return err
	}
	if err := o.setUp(t); err != nil {
		return err
	}
	return e.Run(ctx, t, env.Func(runNet), env.Finally(func(_ context.Context, t *trajectory.Trajectory) error {
		return summarise(e, t)
	}))
}

// setUp adds and explores the parameters.
func (o *options) setUp(t *trajectory.Trajectory) error {
	q := quantity.MustParse
	var err error
	for _, p := range []struct {
		name  string
		value any
	}{
		{"Sim.defaultclock", o.dt},
		{"Net.C", q("281 pF")}, {"Net.gL", q("30 nS")}, {"Net.EL", q("-70.6 mV")}, {"Net.VT", q("-50.4 mV")},
		{"Net.DeltaT", q("2 mV")}, {"Net.tauw", q("40 ms")}, {"Net.a", q("4 nS")}, {"Net.b", q("0.08 nA")}, {"Net.I", q("0.8 nA")},
		{"Net.Vcut", o.threshold}, {"Net.N", 50}, {"Net.eqs", eqs}, {"reset", "vm=Vr;w+=b"},
	} {
		err = errors.Join(err, t.AddParameter(p.name, p.value))
	}
	return errors.Join(err, t.Explore(trajectory.Grid{
		trajectory.Over("N", trajectory.Values(50, 60)),
		trajectory.Over("tauw", trajectory.Values(q("30 ms"), q("40 ms"))),
	}))
}

func summarise(e *env.Environment, t *trajectory.Trajectory) error {
	results, err := trajectory.FromRuns[*brianparam.MonitorResult](t, "SpikeMonitor")
	if err != nil {
		return err
	}
	for _, result := range results {
		r, errR := t.Run(result.Index)
		spikes, err := result.Value.Spikes()
		if err := errors.Join(errR, err); err != nil {
			return err
		}
		fmt.Fprintf(e.Stdout(), "%s: %d spikes\n", r.Summary(), spikes.Total())
	}
	return nil
}
