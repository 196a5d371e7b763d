package network

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"galvani/internal/kernel"
	"galvani/internal/sim"
	"galvani/monitor"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/synapse"
)

// Object is a handle that a network can hold: a *neuron.Group, *synapse.Synapses,
// a monitor or an *Operation.
type Object = sim.Object

// BuildOptions say how a [Builder] makes objects. The zero value is ready to use.
type BuildOptions struct {
	Seed    uint64            // of random connections
	DT      quantity.Quantity // time step of objects without one of their own; zero: 0.1 ms
	Workers int               // goroutines that make connections at the same time; 0: one
	Kernel  string            // path of the vector functions; empty: the fastest
}

// Builder makes objects and keeps what went wrong until it is asked, so that a
// description needs no check after every line. It serves one goroutine at a time.
type Builder struct {
	options BuildOptions
	dt      float64
	objects []Object
	names   map[string]Object
	errs    []error
	sealed  bool // the network runs: nothing can be made
}

// NewBuilder makes a builder.
func NewBuilder(o BuildOptions) *Builder {
	b := newBuilder(o)
	return &b
}

// defaultDT is the time step where none is given.
const defaultDT = 1e-4

func newBuilder(o BuildOptions) Builder {
	b := Builder{options: o, dt: defaultDT, names: map[string]Object{}}
	if (o.DT != quantity.Quantity{}) {
		switch dt := o.DT.SI(); {
		case o.DT.Dimension() != quantity.DimTime:
			b.Fail(fmt.Errorf("network: dt is %v, want a time", o.DT))
		case !(dt > 0) || math.IsInf(dt, 0):
			b.Fail(fmt.Errorf("network: dt is %v, want a positive time", o.DT))
		default:
			b.dt = dt
		}
	}
	if o.Workers < 0 {
		b.Fail(fmt.Errorf("network: %d workers, want 0 or more", o.Workers))
	}
	if _, err := kernel.ByName(o.Kernel); err != nil {
		b.Fail(fmt.Errorf("network: %w", err))
		b.options.Kernel = "" // so that what is connected does not report it again
	}
	return b
}

// Group makes a group of n neurons. The handle can be used to go on building
// even if something is wrong with it.
func (b *Builder) Group(name string, n int, spec neuron.Spec) *neuron.Group {
	g, _ := neuron.NewGroup(name, n, spec)
	b.Add(g)
	return g
}

// Connect makes the synapses of a projection between two groups or parts of
// groups. The handle can be used to go on building even if something is wrong.
func (b *Builder) Connect(name string, pre, post neuron.View, spec synapse.Spec) *synapse.Synapses {
	s, _ := synapse.NewSynapses(name, pre, post, spec, synapse.Build{
		Seed: b.options.Seed, Workers: b.options.Workers, Kernel: b.options.Kernel,
	})
	b.Add(s)
	return s
}

// Record adds monitors.
func (b *Builder) Record(monitors ...monitor.Monitor) {
	for _, m := range monitors {
		b.Add(m)
	}
}

// Operation makes a network operation: a function that is called in every step.
func (b *Builder) Operation(name string, spec OperationSpec) *Operation {
	o := NewOperation(name, spec)
	b.Add(o)
	return o
}

// Add takes up handles made elsewhere.
func (b *Builder) Add(objects ...Object) {
	for _, o := range objects {
		switch {
		case isNil(o):
			b.Fail(errors.New("network: add: a handle is nil"))
			continue
		case b.sealed:
			b.Fail(fmt.Errorf("network: add %s: the network is running", o.Name()))
			continue
		}
		switch there := b.names[o.Name()]; {
		case there == o:
			b.Fail(fmt.Errorf("network: %s %s is added twice", o.Kind(), o.Name()))
			continue
		case there != nil && o.Err() != nil:
			b.Fail(o.Err()) // the name may be missing because of it
			continue
		case there != nil:
			b.Fail(fmt.Errorf("network: two objects are called %s: a %s and a %s", o.Name(), there.Kind(), o.Kind()))
			continue
		}
		b.names[o.Name()] = o
		b.objects = append(b.objects, o)
	}
}

// isNil finds the nil handles of the object types, which would not be nil as
// an Object.
func isNil(o Object) bool {
	switch x := o.(type) {
	case nil:
		return true
	case *neuron.Group:
		return x == nil
	case *synapse.Synapses:
		return x == nil
	case *monitor.SpikeMonitor:
		return x == nil
	case *monitor.StateMonitor:
		return x == nil
	case *Operation:
		return x == nil
	}
	return false
}

// Objects lists what was made and added, in that order.
func (b *Builder) Objects() []Object { return slices.Clone(b.objects) }

// Fail adds an error of the caller's to those of the build; nil is ignored.
func (b *Builder) Fail(err error) {
	if err != nil {
		b.errs = append(b.errs, err)
	}
}

// DT is the time step in seconds of objects without one of their own.
func (b *Builder) DT() float64 { return b.dt }

// stepSize is the time step of an object in seconds.
func (b *Builder) stepSize(o Object) float64 {
	if dt := o.StepSize(); dt > 0 {
		return dt
	}
	return b.dt
}

// Err tells everything that is wrong with what was made so far, joined, each
// mistake once. All texts are compiled for it.
func (b *Builder) Err() error {
	errs := slices.Clone(b.errs)
	for _, o := range b.objects {
		errs = append(errs, o.Err(), o.Prepare(b.stepSize(o)))
	}
	return errors.Join(errs...)
}
