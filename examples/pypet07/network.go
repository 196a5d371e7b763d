package main

import (
	"context"
	"errors"

	"galvani/brianparam"
	"galvani/equation"
	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/trajectory"
)

const eqs = `
    dvm/dt=(gL*(EL-vm)+gL*DeltaT*exp((vm-VT)/DeltaT)+I-w)/C : volt
    dw/dt=(a*(vm-EL)-w)/tauw : amp
    Vr:volt
    `

// newNeurons makes the neurons that the parameters of a run describe.
func newNeurons(net *network.Network, r *trajectory.Run) (*neuron.Group, error) {
	params, err := r.Group("Net")
	if err != nil {
		return nil, err
	}
	constants := equation.Constants{} // what the texts of the model may refer to
	for _, p := range params.Parameters() {
		constants[p.Name()] = p.Value()
	}
	n, errN := trajectory.Get[int](r, "N")
	model, errEqs := trajectory.Get[string](r, "eqs")
	threshold, errCut := trajectory.Get[string](r, "Vcut")
	reset, errReset := trajectory.Get[string](r, "reset")
	neurons := net.Group("neurongroup", n, neuron.Spec{Equations: model, Constants: constants, Threshold: threshold, Reset: reset})
	neurons.Set("vm", "EL")
	neurons.Set("w", "a*(vm - EL)")
	neurons.Set("Vr", "-48.3*mV + 0.6*mV*i/(N - 1)") // bifurcation parameter
	return neurons, errors.Join(errN, errEqs, errCut, errReset)
}

// runNet runs the network of a run.
func runNet(ctx context.Context, r *trajectory.Run) error {
	dt, err := trajectory.Get[quantity.Quantity](r, "defaultclock")
	if err != nil {
		return err
	}
	net := network.New(network.Options{Seed: r.Seed(), DT: dt})
	neurons, err := newNeurons(net, r)
	if err != nil {
		return err
	}
	if err := net.Run(ctx, "100 ms"); err != nil { // the first spikes don't count
		return err
	}
	spikes := monitor.Spikes(neurons, monitor.Options{Name: "spikemonitor"})
	voltages := monitor.State(neurons, []string{"vm"}, monitor.StateOptions{Name: "statemonitor", Neurons: []int{1, 2, 3}})
	net.Record(spikes, voltages)
	if err := net.Run(ctx, "500 ms"); err != nil {
		return err
	}
	return errors.Join(
		r.AddResult("SpikeMonitor", brianparam.FromSpikes(spikes.Recording(net))),
		r.AddResult("StateMonitorV", brianparam.FromState(voltages.Recording(net))),
	)
}
