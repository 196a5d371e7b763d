package network

import (
	"errors"
	"fmt"
	"math"

	"galvani/internal/sim"
	"galvani/quantity"
)

// OperationSpec says what a network operation does and when.
type OperationSpec struct {
	// Func is called with the network and the number of the step, counted in the operation's
	// own time step. It may read and write state ([Network.State], [Network.Set])
	// but not add or remove objects. An error ends the run after the step.
	Func  func(net *Network, step int64) error
	When  string            // slot; empty: start
	Order int               // place in the slot
	DT    quantity.Quantity // zero: the network's
}

// Operation is the handle of a function that is called in every step.
type Operation struct {
	name  string
	entry sim.Entry
	dt    float64
	f     func(*Network, int64) error
	errs  []error
}

// NewOperation makes a network operation. What is wrong with it is told by its Err
// and by the network.
func NewOperation(name string, spec OperationSpec) *Operation {
	o := &Operation{name: name, f: spec.Func, entry: sim.Entry{Slot: sim.Start, Order: spec.Order, Name: name}}
	fail := func(err error) {
		if err != nil {
			o.errs = append(o.errs, fmt.Errorf("network: operation %s: %w", name, err))
		}
	}
	fail(sim.CheckName(name))
	if spec.Func == nil {
		fail(errors.New("no function"))
	}
	if spec.When != "" {
		slot, err := sim.ParseSlot(spec.When)
		fail(err)
		o.entry.Slot = slot
	}
	if spec.DT != (quantity.Quantity{}) {
		o.dt = spec.DT.SI()
		if spec.DT.Dimension() != quantity.DimTime || !(o.dt > 0) || math.IsInf(o.dt, 0) {
			fail(fmt.Errorf("dt is %v, want a positive time", spec.DT))
			o.dt = 0
		}
	}
	return o
}

// Name is the operation's name.
func (o *Operation) Name() string { return o.name }

// Kind is "network operation".
func (o *Operation) Kind() string { return "network operation" }

// Err tells everything that is wrong with the operation, joined.
func (o *Operation) Err() error { return errors.Join(o.errs...) }

// Needs is empty.
func (o *Operation) Needs() []sim.Object { return nil }

// StepSize is the operation's own time step in seconds, 0 for the network's.
func (o *Operation) StepSize() float64 { return o.dt }

// Entries lists the call.
func (o *Operation) Entries() []sim.Entry { return []sim.Entry{o.entry} }

// Prepare has nothing to compile.
func (o *Operation) Prepare(float64) error { return nil }

// NewInstance has nothing to make: an operation has no state. The network that
// calls it is bound in its plan.
func (o *Operation) NewInstance(*sim.Setup) (sim.Instance, error) {
	if err := o.Err(); err != nil {
		return nil, err
	}
	return &operating{o: o, state: sim.NewState(0)}, nil
}

// operating is an operation in a network.
type operating struct {
	o     *Operation
	net   *Network
	state *sim.State
}

func (o *operating) State() *sim.State { return o.state }

func (o *operating) Tasks(sim.Link) []sim.Task {
	return []sim.Task{{Whole: func(step int64) error {
		if err := o.o.f(o.net, step); err != nil {
			return fmt.Errorf("network: operation %s: %w", o.o.name, err)
		}
		return nil
	}}}
}
