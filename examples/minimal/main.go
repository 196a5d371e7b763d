package main

import (
	"context"
	"fmt"
	"os"

	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/plot"
	"galvani/synapse"
)

func main() {
	if err := simulate(context.Background(), "minimal.png"); err != nil {
		fmt.Fprintln(os.Stderr, "minimal:", err)
		os.Exit(1)
	}
}

func simulate(ctx context.Context, file string) error {
	net := network.New(network.Options{Seed: 1})
	g := net.Group("neurons", 1000, neuron.Spec{
		Equations: "dV/dt = (mu - V)/(20*ms) : 1 \n mu : 1",
		Threshold: "V > 1", Reset: "V = 0", Refractory: "2 ms",
	})
	g.Set("mu", "1.05 + 0.1*rand()")
	g.Set("V", "rand()")
	net.Connect("excitatory", g.Slice(0, 800), g, synapse.Spec{OnPre: "V += 0.004", P: 0.1})
	net.Connect("inhibitory", g.Slice(800, 1000), g, synapse.Spec{OnPre: "V -= 0.02", P: 0.1})
	spikes := monitor.Spikes(g, monitor.Options{})
	net.Record(spikes)
	if err := net.Run(ctx, "500 ms"); err != nil {
		return err
	}
	rec := spikes.Recording(net)
	raster, err := plot.Raster(plot.RasterOptions{Steps: rec.Steps, Neurons: rec.Neurons, DT: rec.DT, N: rec.N})
	if err != nil {
		return err
	}
	if err := raster.Save(file); err != nil {
		return err
	}
	fmt.Printf("%d spikes, %.1f Hz; raster in %s\n", rec.Total(), float64(rec.Total())/float64(rec.N)/net.Time(), file)
	return nil
}
