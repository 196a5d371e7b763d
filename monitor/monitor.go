package monitor

import (
	"errors"
	"fmt"

	"galvani/internal/sim"
	"galvani/neuron"
)

// Monitor is a handle of something that records.
type Monitor interface {
	sim.Object
	// Source is the view that is monitored.
	Source() neuron.View
}

// Network is where a recording is found; *network.Network is one.
type Network interface {
	// Instance is what the network keeps for an object, nil if it never had it.
	Instance(o sim.Object) sim.Instance
}

// handle is what the monitors have in common.
type handle struct {
	name   string
	kind   string
	source neuron.View
	entry  sim.Entry
	errs   []error
}

// newHandle makes a handle; when may be empty for the slot def.
func newHandle(kind, name, fallback string, source neuron.View, when string, def sim.Slot, order int) handle {
	h := handle{name: name, kind: kind, source: source}
	g, isGroup := source.(*neuron.Group)
	if source == nil || isGroup && g == nil {
		h.source = nil
		h.name = "without a name"
		h.fail(errors.New("no source to monitor"))
		return h
	}
	if h.name == "" {
		h.name = fallback
	}
	if source.Group() != source && source.Err() != nil {
		h.fail(source.Err())
		h.name = "without a name"
	} else if err := sim.CheckName(h.name); err != nil {
		h.fail(err)
	}
	h.entry = sim.Entry{Slot: def, Order: order, Name: h.name}
	if when != "" {
		slot, err := sim.ParseSlot(when)
		if err != nil {
			h.fail(fmt.Errorf("when: %w", err))
		}
		h.entry.Slot = slot
	}
	return h
}

func (h *handle) fail(err error) {
	h.errs = append(h.errs, fmt.Errorf("monitor: %s: %w", h.name, err))
}

// Name is the monitor's name.
func (h *handle) Name() string { return h.name }

// Kind says what kind of monitor it is.
func (h *handle) Kind() string { return h.kind }

// Source is the view that is monitored.
func (h *handle) Source() neuron.View { return h.source }

// Err tells everything that is wrong with the monitor, joined.
func (h *handle) Err() error { return errors.Join(h.errs...) }

// Needs lists the monitored group.
func (h *handle) Needs() []sim.Object {
	if h.source == nil {
		return nil
	}
	return []sim.Object{h.source.Group()}
}

// StepSize is that of the monitored group.
func (h *handle) StepSize() float64 {
	if h.source == nil {
		return 0
	}
	return h.source.Group().StepSize()
}

// Entries lists the one thing that a monitor does in a step.
func (h *handle) Entries() []sim.Entry { return []sim.Entry{h.entry} }
