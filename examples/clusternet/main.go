// Clusternet sweeps the clustering of a spiking network: example 11 of pypet,
// which follows Litwin-Kumar and Doiron, Slow dynamics and high variability in
// balanced cortical networks with clustered connections, Nature Neuroscience 15, 2012.
//
// 4000 excitatory and 1000 inhibitory neurons (times -scale) are connected at
// random. R_ee is how much likelier two excitatory neurons are connected inside a
// cluster of 80 than across. The results of every run and the Fano factors go into one
// trajectory file, with pictures beside it:
//
//	go run ./examples/clusternet -scale 0.5 -ree 1,1.6,2.4 -trials 10
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"galvani/brianparam"
	"galvani/env"
	"galvani/network"
	"galvani/quantity"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	o := options{exportDuration: quantity.MustParse("1 s")}
	return &env.Program{
		Name:    "clusternet",
		About:   "Sweeps the clustering R_ee of the network of Litwin-Kumar and Doiron (2012).",
		Example: "clusternet -scale 0.5 -ree 1,1.6,2.4 -trials 10",
		Flags:   o.register,
		Run:     o.run,
	}
}

// options are the values of the flags.
type options struct {
	scale          float64
	ree            list
	trials         int
	plots          bool
	replot, export string
	exportDuration quantity.Quantity
}

func (o *options) register(f *flag.FlagSet) {
	f.Float64Var(&o.scale, "scale", 0.5, "size of the network; 1 is the paper's")
	f.Var(&o.ree, "ree", "`values` of R_ee, separated by commas (default 1, 1.2, … 2.4)")
	f.IntVar(&o.trials, "trials", 1, "networks drawn for each value of R_ee")
	f.BoolVar(&o.plots, "plots", true, "draw pictures")
	f.StringVar(&o.replot, "replot", "", "draw the pictures of a stored `file` again and do nothing else")
	f.StringVar(&o.export, "export", "", "write the first point's network and its spikes to a `folder` and do nothing else")
	f.TextVar(&o.exportDuration, "export-duration", o.exportDuration, "how long the network of -export runs")
}

func (o *options) run(ctx context.Context, e *env.Environment) error {
	if o.replot != "" {
		return replot(ctx, e, o.replot)
	}
	t, err := e.Trajectory("clusternet", trajectory.Options{
		Comment: "Clustered network of Litwin-Kumar and Doiron (2012)", Kinds: brianparam.Kinds(),
	})
	if err != nil {
		return err
	}
	// Order matters: connections need the groups, Fano factors the monitors.
	components := network.Components{CNNeuronGroup{}, CNConnections{}}
	analysers := network.Analysers{CNMonitorAnalysis{}, CNFanoFactorComputer{}}
	if o.export != "" {
		analysers = network.Analysers{CNMonitorAnalysis{}, exporter{dir: o.export}}
	}
	m, err := network.NewManager(CNNetworkRunner{RunnerBase: network.RunnerBase{Logger: e.Logger()}}, components, analysers)
	if err != nil {
		return err
	}
	if err := o.parameters(t, m); err != nil {
		return err
	}
	if o.export != "" {
		return exportFirst(ctx, t, m, o.exportDuration)
	}
	return e.Run(ctx, t, m, env.Cosmetic("ree", "trials", "plots", "replot", "export", "export-duration"),
		env.Finally(func(ctx context.Context, t *trajectory.Trajectory) error {
			if err := summarise(e.Stdout(), t); err != nil || !o.plots {
				return err
			}
			return draw(ctx, t, e.Dir(), e.Workers())
		}))
}

// parameters adds all parameters and explores those of the flags.
func (o *options) parameters(t *trajectory.Trajectory, m *network.Manager) error {
	if !(o.scale > 0) || o.trials < 1 {
		return fmt.Errorf("-scale %v and -trials %d have to be positive", o.scale, o.trials)
	}
	err := errors.Join(
		t.AddParameter("simulation.scale", o.scale, trajectory.Comment(
			"Meta parameter that can scale default settings. Rescales number of neurons and connections strengths, but not the clustersize.")),
		t.AddParameter("simulation.trial", 0, trajectory.Comment("Which of several networks drawn for the same parameters")),
		m.AddParameters(t),
	)
	if err != nil {
		return err
	}
	ree := trajectory.Arange(1.0, 2.6, 0.2)
	if o.ree != nil {
		ree = trajectory.Values(o.ree...)
	}
	design := trajectory.Grid{trajectory.Over("connections.R_ee", ree)}
	if o.trials > 1 {
		design = append(design, trajectory.Over("simulation.trial", trajectory.Trials(o.trials)))
	}
	return t.Explore(design)
}

// list is a flag of numbers separated by commas.
type list []float64

func (l *list) String() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint([]float64(*l)), " ", ","), "[]")
}

func (l *list) Set(text string) error {
	*l = nil
	for field := range strings.SplitSeq(text, ",") {
		x, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", field)
		}
		*l = append(*l, x)
	}
	return nil
}
