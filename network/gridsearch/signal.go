package gridsearch

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"galvani/equation"
	"galvani/internal/sim"
	"galvani/network"
)

// feed is an input with its target.
type feed struct {
	group    *population
	variable string
	shared   bool
	values   []float64
	channels int
}

// readInputs checks the inputs against the model and the number of steps.
func (s *Search) readInputs() error {
	var errs []error
	for _, path := range slices.Sorted(maps.Keys(s.spec.Inputs)) {
		f, err := s.input(path, s.spec.Inputs[path])
		if err != nil {
			errs = append(errs, fmt.Errorf("input %s: %w", path, err))
		}
		s.feeds = append(s.feeds, f)
	}
	return errors.Join(errs...)
}

func (s *Search) input(path string, in Input) (feed, error) {
	object, name, err := split(path)
	if err != nil {
		return feed{}, err
	}
	p := s.model.population(object)
	if p == nil {
		return feed{}, fmt.Errorf("the model has no group %s; it has %s", object, s.model.names())
	}
	v, ok := p.group.Equations().Lookup(name)
	switch {
	case !ok:
		return feed{}, fmt.Errorf("there is no variable %s; there is %s", name, p.known())
	case v.Kind != equation.Parameter || v.Constant || v.Type != equation.Float:
		return feed{}, fmt.Errorf("%s: want a parameter that is a number and not constant", v)
	}
	for k, list := range s.targets {
		if slices.ContainsFunc(list, func(t target) bool { return t.path == path }) {
			return feed{}, fmt.Errorf("%s sets it already", s.axes[k].Name)
		}
	}
	f := feed{group: p, variable: name, shared: v.Shared, values: slices.Clone(in.Values), channels: max(1, in.Channels)}
	switch {
	case in.Channels < 0 || f.channels != 1 && (f.channels != p.group.N() || f.shared):
		return f, fmt.Errorf("%d channels, want 1 or one for each of the %d neurons", in.Channels, p.group.N())
	case s.steps > 0 && int64(len(f.values)) != s.steps*int64(f.channels):
		return f, fmt.Errorf("%d values for %d steps of %d channels", len(f.values), s.steps, f.channels)
	}
	if k := slices.IndexFunc(f.values, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }); k >= 0 {
		return f, fmt.Errorf("value %d is %v", k, f.values[k])
	}
	return f, nil
}

// feeder is the operation that gives a network its inputs.
type feeder struct {
	fill    func(dst []float64, x float64)
	feeds   []feed
	columns [][]float64 // of the network's state, by feed
}

// operation makes the handle; the columns are bound later.
func (f *feeder) operation() *network.Operation {
	// Before whatever else is done at the start of a step, so that monitors see the
	// input of the step they sample.
	return network.NewOperation("gridsearch.inputs", network.OperationSpec{Func: f.step, Order: -1 << 30})
}

func (f *feeder) step(_ *network.Network, step int64) error {
	for k, in := range f.feeds {
		column := f.columns[k]
		if in.channels == 1 {
			f.fill(column, in.values[step])
			continue
		}
		now := in.values[step*int64(in.channels):][:in.channels]
		for len(column) > 0 {
			column = column[copy(column, now):]
		}
	}
	return nil
}

// output is what is recorded of the model.
type output struct {
	name, path string
	group      *population
	expression string // empty: spikes
	every      int64
}

// spikes stands behind the slash of a path for the spikes of a group.
const spikes = "spikes"

// readOutputs checks the outputs, sorted by name.
func (s *Search) readOutputs() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(s.spec.Outputs)) {
		o, err := s.output(name, s.spec.Outputs[name])
		if err != nil {
			errs = append(errs, fmt.Errorf("output %s: %w", name, err))
		}
		s.outputs = append(s.outputs, o)
	}
	return errors.Join(errs...)
}

func (s *Search) output(name, path string) (output, error) {
	o := output{name: name, path: path}
	object, variable, err := split(path)
	if err != nil {
		return o, err
	}
	if err := sim.CheckName(name); err != nil {
		return o, err
	}
	if o.group = s.model.population(object); o.group == nil {
		return o, fmt.Errorf("%s: the model has no group %s; it has %s", path, object, s.model.names())
	}
	if _, is := o.group.group.Equations().Lookup(variable); variable == spikes && !is {
		if !o.group.group.Spikes() {
			return o, fmt.Errorf("%s: %s has no threshold, so it never spikes", path, object)
		}
		return o, nil
	}
	o.expression = o.group.own(variable)
	dt := o.group.group.StepSize()
	if dt == 0 {
		dt = s.dt
	}
	o.every, err = multiple("sampling", s.spec.Sampling, dt)
	o.every = max(o.every, 1)
	return o, err
}
