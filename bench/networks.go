package main

import (
	"context"
	"fmt"
	"math"
	"runtime"

	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/synapse"
)

// update measures a step of neurons: state update of five equations, threshold and
// refractoriness. A few of them have synapses, so that there is a minimum delay.
func update(ctx context.Context, r *report) error {
	for _, n := range []int{10_000, 1_000_000} {
		net := network.New(network.Options{Seed: 1, Kernel: r.kernel.Name})
		g := net.Group("neurons", n, spec("15 ms"))
		g.Set("mu", "1.1 + 0.1*rand()")
		g.Set("V", "rand()")
		net.Connect("synapses", g.Slice(0, 10), g, synapse.Spec{
			OnPre: "y_e += w", Weight: 1e-6, P: 0.01, Delay: quantity.MustParse("1.5 ms"),
		})
		var failed error
		ns := r.perOp(func(steps int) {
			if err := net.RunSteps(ctx, int64(steps)); err != nil {
				failed = err
			}
		})
		if failed != nil {
			return failed
		}
		if err := r.add(fmt.Sprintf("ns_per_neuron_and_step_n%d", n), "ns", scaled(ns, float64(n))...); err != nil {
			return err
		}
	}
	return nil
}

// events measures what one synaptic event costs: every neuron of one group
// spikes in every step and adds to its targets in another.
func events(ctx context.Context, r *report) error {
	for _, one := range []struct {
		name    string
		targets int
	}{{"in_cache", 2000}, {"not_in_cache", 8_000_000}} {
		const sources, perSource = 100, 1000
		// The time of the same network without synapses is taken off.
		measure := func(connected bool) ([]float64, error) {
			net := network.New(network.Options{Seed: 1, Kernel: r.kernel.Name})
			pre := net.Group("source", sources, sourceSpec)
			post := net.Group("target", one.targets, targetSpec)
			if connected {
				net.Connect("synapses", pre, post, synapse.Spec{
					OnPre: "y += w", Weight: 1e-3, P: perSource / float64(one.targets),
				})
			}
			var failed error
			ns := r.perOp(func(steps int) {
				if err := net.RunSteps(ctx, int64(steps)); err != nil {
					failed = err
				}
			})
			return ns, failed
		}
		with, err := measure(true)
		if err != nil {
			return err
		}
		without, err := measure(false)
		if err != nil {
			return err
		}
		base := median(without)
		for i := range with {
			with[i] = (with[i] - base) / (sources * perSource)
		}
		if err := r.add("ns_per_event_"+one.name, "ns", with...); err != nil {
			return err
		}
	}
	return nil
}

// connecting measures random connections: CPU time for each synapse made.
func connecting(ctx context.Context, r *report) error {
	for _, p := range []float64{0.02, 0.1, 0.25, 0.5} {
		values := make([]float64, r.repeats)
		var bytes float64
		for k := range values {
			net := network.New(network.Options{Seed: uint64(k), Kernel: r.kernel.Name})
			g := net.Group("neurons", 4000, neuron.Spec{Equations: "y : 1", Threshold: "y > 1"})
			start := cpuTime()
			s := net.Connect("synapses", g, g, synapse.Spec{OnPre: "y += w", Weight: 1.0, P: p, Condition: "i != j"})
			spent := cpuTime() - start
			if err := net.Err(); err != nil {
				return err
			}
			values[k] = float64(spent) / float64(s.N())
			bytes = float64(s.Bytes()) / float64(s.N())
		}
		if err := r.add(fmt.Sprintf("connect_ns_per_synapse_p%g", p), "ns", values...); err != nil {
			return err
		}
		if err := r.add(fmt.Sprintf("bytes_per_synapse_p%g", p), "B", bytes); err != nil {
			return err
		}
	}
	return nil
}

// clusternet measures the clustered network in turn with the floor.
func clusternet(ctx context.Context, r *report) error {
	const scale, duration = 1, 5
	f, err := newFloor(ctx)
	if err != nil {
		return err
	}
	defer f.remove()
	for _, ree := range []float64{1, 2.5} {
		suffix := ""
		if ree != 1 {
			suffix = fmt.Sprintf("_ree%g", ree)
		}
		var own, ratio, first, allocs, connect, rateE, rateI, synapses, floorCPU, floorE, floorI, floorSynapses []float64
		for k := range r.repeats {
			c, err := f.run(ctx, scale, ree, duration, k)
			if err != nil {
				return err
			}
			runtime.GC() // what the last repeat left is not this one's work
			start := cpuTime()
			m := newModel(scale, ree, network.Options{Seed: uint64(k + 1), Kernel: r.kernel.Name})
			built := cpuTime() - start
			for m.spikesE.Recording(m.net).Total() == 0 { // the first step makes plan and state
				if err := m.net.RunSteps(ctx, 1); err != nil {
					return err
				}
			}
			first = append(first, (cpuTime() - start).Seconds())
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start = cpuTime()
			if err := m.net.RunFor(ctx, seconds(duration)); err != nil {
				return err
			}
			cpu := (cpuTime() - start).Seconds() / duration
			runtime.ReadMemStats(&after)

			own = append(own, cpu)
			ratio = append(ratio, cpu/c.CPU)
			allocs = append(allocs, math.Floor(float64(after.Mallocs-before.Mallocs)/(duration*1e4)))
			connect = append(connect, float64(built)/float64(m.nSynapses()))
			rateE = append(rateE, float64(m.spikesE.Recording(m.net).Total())/float64(duration*m.e.N()))
			rateI = append(rateI, float64(m.spikesI.Recording(m.net).Total())/float64(duration*m.i.N()))
			synapses = append(synapses, float64(m.nSynapses()))
			floorCPU = append(floorCPU, c.CPU)
			floorE = append(floorE, c.RateE)
			floorI = append(floorI, c.RateI)
			floorSynapses = append(floorSynapses, float64(c.Synapses))
		}
		for _, one := range []struct {
			name, unit string
			values     []float64
			floors     []float64 // what must agree with it, if any
		}{
			{"cpu_s_per_bio_s", "s", own, nil},
			{"floor_cpu_s_per_bio_s", "s", floorCPU, nil},
			{"cpu_ratio_to_c_floor", "1", ratio, nil},
			{"cpu_s_to_first_spike", "s", first, nil},
			{"allocs_per_step", "1", allocs, nil},
			{"connect_ns_per_synapse", "ns", connect, nil},
			{"rate_e", "Hz", rateE, floorE},
			{"rate_i", "Hz", rateI, floorI},
			{"synapses", "1", synapses, floorSynapses},
		} {
			if err := r.add(one.name+suffix, one.unit, one.values...); err != nil {
				return err
			}
			if one.floors == nil {
				continue
			}
			if err := r.add("floor_"+one.name+suffix, one.unit, one.floors...); err != nil {
				return err
			}
			if a, b := median(one.values), median(one.floors); math.Abs(a-b) > 0.05*b {
				return fmt.Errorf("%s%s is %g and the floor's %g: more than 5 %% apart, the two do not do the same work", one.name, suffix, a, b)
			}
		}
	}
	return nil
}
