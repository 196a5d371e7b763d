package main

import (
	"context"
	"errors"
	"math"

	"galvani/equation"
	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/synapse"
	"galvani/trajectory"
)

// recordings are what a simulation records, and -save keeps.
var recordings = []string{"dpl", "spiking", "voltages"}

// A layer has pyramidal cells and basket cells, in the numbers of the model of
// Jones et al. (J Neurophysiol 102, 2009).
var layers = []string{"L2", "L5"}

const pyramidals, baskets = 100, 35

// column is a cortical column of point neurons with its drives and what is recorded of it.
type column struct {
	net    *network.Network
	dipole []*monitor.StateMonitor // of the pyramidal cells of each layer
	spikes []*monitor.SpikeMonitor
}

// newColumn makes hnn-core's default network of points: two layers, each with excitation and
// inhibition, and drives that make every cell fire or not at one time: proximal at 25 ms,
// distal at 63 ms, proximal again at 137 ms. V is in units of the threshold.
func newColumn(seed uint64, dt float64, weights drive) *column {
	c := &column{net: network.New(network.Options{Seed: seed, DT: quantity.New(dt*1e-3, quantity.DimTime)})}
	cells := func(name string, n int, tau string) *neuron.Group {
		return c.net.Group(name, n, neuron.Spec{
			Equations: "dV/dt = (ge - gi - V)/tau : 1 (unless refractory)\n dge/dt = -ge/(3*ms) : 1\n dgi/dt = -gi/(8*ms) : 1",
			Threshold: "V > 1", Reset: "V = -0.2", Refractory: "3 ms",
			Constants: equation.Constants{"tau": quantity.MustParse(tau)},
		})
	}
	driven := func(name string, to *neuron.Group, n int, at string, weight float64, synapses string) {
		source := c.net.Group(name, n, neuron.Spec{Equations: "at : second", Threshold: "t >= at", Refractory: "10 second"})
		source.Set("at", at)
		c.net.Connect(name+"_to_"+to.Name(), source, to, synapse.Spec{OnPre: synapses, OneToOne: true, Weight: weight})
	}
	var above *neuron.Group // pyramidal cells of the layer above
	for _, layer := range layers {
		p, b := cells(layer+"_pyramidal", pyramidals, "12 ms"), cells(layer+"_basket", baskets, "8 ms")
		c.net.Connect(layer+"_pb", p, b, synapse.Spec{OnPre: "ge += w", P: 0.3, Weight: 0.15})
		c.net.Connect(layer+"_bp", b, p, synapse.Spec{OnPre: "gi += w", P: 0.4, Weight: 0.12})
		c.net.Connect(layer+"_pp", p, p, synapse.Spec{OnPre: "ge += w", P: 0.1, Weight: 0.04, NoAutapses: true})
		if above != nil {
			c.net.Connect("L2_to_L5", above, p, synapse.Spec{OnPre: "ge += w", P: 0.1, Weight: 0.1})
		}
		above = p
		for _, d := range []struct {
			name, at, synapses string
			factor             float64
		}{
			{"evprox1", "25*ms + 2.5*ms*randn()", "ge += w", 4},
			{"evdist1", "63*ms + 3.8*ms*randn()", "gi += w", 3},
			{"evprox2", "137*ms + 8.3*ms*randn()", "ge += w", 6},
		} {
			driven(layer+"_"+d.name+"_p", p, pyramidals, d.at, d.factor*weights.Pyramidal, d.synapses)
			driven(layer+"_"+d.name+"_b", b, baskets, d.at, d.factor*weights.Basket, d.synapses)
		}
		m := monitor.State(p, []string{"V"}, monitor.StateOptions{})
		c.dipole = append(c.dipole, m)
		c.net.Record(m)
		for _, g := range []*neuron.Group{p, b} {
			m := monitor.Spikes(g, monitor.Options{})
			c.spikes = append(c.spikes, m)
			c.net.Record(m)
		}
	}
	return c
}

// The groups of parameters.
type (
	drive struct {
		Basket    float64 `param:"weight_basket" comment:"weight of the drives of basket cells, in thresholds"`
		Pyramidal float64 `param:"weight_pyr" comment:"weight of the drives of pyramidal cells, in thresholds"`
	}
	simulation struct {
		TStop float64 `param:"tstop" comment:"duration in ms"`
		DT    float64 `param:"dt" comment:"time step in ms"`
	}
	dipole struct {
		Scale  float64 `param:"scale" comment:"how many such columns there are"`
		Window float64 `param:"window" comment:"width in ms of the Hamming window that smooths"`
		Smooth bool    `param:"smooth" comment:"whether it is smoothed"`
	}
)

// simulate is a simulation with all its recordings: the dipole, the spikes, and the membrane
// potentials of all pyramidal cells.
func simulate(ctx context.Context, r *trajectory.Run) error {
	weights, errW := trajectory.Bind[drive](r, "parameters.drive")
	s, errS := trajectory.Bind[simulation](r, "parameters.simulation")
	d, errD := trajectory.Bind[dipole](r, "parameters.dipole")
	if err := errors.Join(errW, errS, errD); err != nil {
		return err
	}
	c := newColumn(r.Seed(), s.DT, weights)
	if err := c.net.RunFor(ctx, quantity.New(s.TStop*1e-3, quantity.DimTime)); err != nil {
		return err
	}
	var voltages, moment []float64
	for _, m := range c.dipole {
		for _, v := range m.Recording(c.net).Values["V"] {
			if moment == nil {
				moment = make([]float64, len(v))
			}
			voltages = append(voltages, v...)
			for k, x := range v {
				moment[k] += float64(d.Scale * x)
			}
		}
	}
	var times []float64
	var cells []int
	first := 0
	for _, m := range c.spikes {
		rec := m.Recording(c.net)
		times = append(times, rec.Times()...)
		for _, i := range rec.Neurons {
			cells = append(cells, first+int(i))
		}
		first += rec.N
	}
	return errors.Join(
		r.AddResult("dpl", moment, trajectory.Comment("Dipole moment in arbitrary units, at each time step")),
		r.AddResult("spiking", trajectory.Items{"times": times, "cells": cells}, trajectory.Comment("Times in seconds")),
		r.AddResult("voltages", trajectory.Array[float64]{Shape: []int{len(voltages) / len(moment), len(moment)}, Data: voltages}),
	)
}

// summary is what is kept of a simulation.
type summary struct {
	Min    float64 `param:"min_peak"`
	Max    float64 `param:"max_peak"`
	At     float64 `param:"max_at"` // ms
	Spikes int     `param:"spikes"`
}

// peaks is hnn-core's summary_func, of one run.
func peaks(_ context.Context, r *trajectory.Run) error {
	moment, errM := trajectory.Get[[]float64](r, "dpl")
	sim, errS := trajectory.Bind[simulation](r, "parameters.simulation")
	d, errD := trajectory.Bind[dipole](r, "parameters.dipole")
	spiking, errR := r.Result("spiking")
	if err := errors.Join(errM, errS, errD, errR); err != nil {
		return err
	}
	times, err := spiking.Item("times")
	if err != nil {
		return err
	}
	if d.Smooth {
		moment = smoothed(moment, int(d.Window/sim.DT))
	}
	s := summary{Min: math.Inf(1), Max: math.Inf(-1)}
	for k, x := range moment {
		s.Min = math.Min(s.Min, x)
		if x > s.Max {
			s.Max, s.At = x, float64(k)*sim.DT
		}
	}
	if list, ok := times.([]float64); ok {
		s.Spikes = len(list)
	}
	return errors.Join(
		r.AddResult("peaks.min_peak", s.Min), r.AddResult("peaks.max_peak", s.Max),
		r.AddResult("peaks.max_at", s.At, trajectory.Comment("in ms")), r.AddResult("peaks.spikes", s.Spikes),
	)
}

// smoothed is the convolution with a Hamming window of n points and area one.
func smoothed(v []float64, n int) []float64 {
	n = max(1, min(n, len(v)))
	window, area := make([]float64, n), 0.0
	for i := range window {
		window[i] = 0.54 - float64(0.46*math.Cos(2*math.Pi*float64(i)/float64(max(1, n-1))))
		area += window[i]
	}
	out := make([]float64, len(v))
	for k := range out {
		for i, w := range window {
			if j := k + i - n/2; j >= 0 && j < len(v) {
				out[k] += float64(w * v[j])
			}
		}
		out[k] /= area
	}
	return out
}
