package gridsearch

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/synapse"
)

// batch is the network of a number of copies. It is made once for all points that
// are simulated in that company.
type batch struct {
	groups   map[*population]*neuron.Group
	objects  []network.Object
	monitors []monitor.Monitor // by output
}

// batch makes the handles for k copies, or finds them.
func (s *Search) batch(k int) (*batch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.batches[k]; b != nil {
		return b, nil
	}
	b := &batch{groups: map[*population]*neuron.Group{}}
	var errs []error
	for _, p := range s.model.groups {
		g, err := p.copies(k)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		b.groups[p], b.objects = g, append(b.objects, g)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	how := synapse.Build{Seed: s.spec.Seed, Workers: s.spec.Workers, Kernel: s.spec.Kernel}
	for _, p := range s.model.projections {
		made, err := p.copies(k, b.groups[p.pre], b.groups[p.post], how)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		b.objects = append(b.objects, made)
	}
	for _, o := range s.outputs {
		b.monitors = append(b.monitors, o.monitor(b.groups[o.group]))
		b.objects = append(b.objects, b.monitors[len(b.monitors)-1])
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	for _, o := range b.objects {
		dt := o.StepSize()
		if dt == 0 {
			dt = s.dt
		}
		errs = append(errs, o.Err(), o.Prepare(dt))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	s.batches[k] = b
	return b, nil
}

// monitor makes the handle that records an output in a group of copies.
func (o *output) monitor(g *neuron.Group) monitor.Monitor {
	// A name that no object of a model has by chance.
	name := "gridsearch.outputs." + o.name
	if o.expression == "" {
		return monitor.Spikes(g, monitor.Options{Name: name})
	}
	return monitor.State(g, []string{o.expression}, monitor.StateOptions{Name: name, Every: int(o.every)})
}

// simulate runs copies of the model side by side: those with the given places in res,
// whose points are numbers[place]. If a copy runs away to infinity the halves are
// simulated without each other, down to the one at fault.
func (s *Search) simulate(ctx context.Context, res *Results, places []int, numbers [][]float64) error {
	err := s.together(ctx, res, places, numbers)
	if err == nil || !errors.Is(err, network.ErrNonFinite) {
		return err
	}
	if len(places) == 1 {
		res.Copies[places[0]].Err = err
		return nil
	}
	half := len(places) / 2
	if err := s.simulate(ctx, res, places[:half], numbers); err != nil {
		return err
	}
	return s.simulate(ctx, res, places[half:], numbers)
}

// together simulates copies in one network.
func (s *Search) together(ctx context.Context, res *Results, places []int, numbers [][]float64) error {
	b, err := s.batch(len(places))
	if err != nil {
		return err
	}
	net := network.New(s.options())
	net.Add(b.objects...)
	inputs := &feeder{fill: s.kernel.Fill, feeds: s.feeds}
	if len(s.feeds) > 0 {
		net.Add(inputs.operation())
	}
	if err := net.RunSteps(ctx, 0); err != nil {
		return err
	}
	for p, g := range b.groups {
		state := net.State(g)
		for variable, values := range p.start {
			column := state.Float64(variable)
			for len(column) > 0 {
				column = column[copy(column, values):]
			}
		}
	}
	for k, list := range s.targets {
		for _, t := range list {
			column, n := net.State(b.groups[t.group]).Float64(t.variable), t.group.group.N()
			for c, at := range places {
				s.kernel.Fill(column[c*n:(c+1)*n], numbers[at][k])
			}
		}
	}
	for _, f := range s.feeds {
		inputs.columns = append(inputs.columns, net.State(b.groups[f.group]).Float64(f.variable))
	}
	if err := net.RunSteps(ctx, s.steps); err != nil {
		return err
	}
	for k := range s.outputs {
		res.Outputs[k].take(b.monitors[k], net, s.outputs[k].group.group.N(), places)
	}
	return nil
}

// findChance names the first text of the model that draws random numbers during a run.
func (s *Search) findChance() string {
	draws := func(text string) bool { return mentions(text, "rand", "randn") }
	for _, p := range s.model.groups {
		spec := p.group.Spec()
		if draws(strings.Join([]string{spec.Equations, spec.Threshold, spec.Reset, spec.Refractory}, "\n")) {
			return p.group.Name()
		}
	}
	for _, p := range s.model.projections {
		if draws(p.synapses.Spec().OnPre) {
			return p.synapses.Name()
		}
	}
	for _, o := range s.outputs {
		if draws(o.expression) {
			return "output " + o.name
		}
	}
	return ""
}

// describe names a point by its parameters.
func describe(keys []string, values []any) string {
	parts := make([]string, len(keys))
	for k, key := range keys {
		parts[k] = fmt.Sprintf("%s = %v", key, values[k])
	}
	return strings.Join(parts, ", ")
}
