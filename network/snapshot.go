package network

import (
	"errors"
	"fmt"

	"galvani/internal/sim"
	"galvani/monitor"
	"galvani/quantity"
)

// Snapshot is the complete state of a network at the end of a step: all variables,
// last spikes, spikes in flight, counts and the time. It is a copy; networks go on
// without touching it, and any number of networks may restore it at the same
// time. The seed of the run is not part of it, so that trials which branch from
// one snapshot differ by their networks' seeds, nor are connections, which belong
// to the handles.
type Snapshot struct {
	tick    int64 // femtoseconds
	now     int64 // ticks
	objects []saved
}

// saved is the state of one object.
type saved struct {
	name, kind string
	optional   bool  // a network may do without it: monitors
	period     int64 // its time step in femtoseconds
	state      *sim.State
}

// Time is the time of the snapshot in seconds.
func (s *Snapshot) Time() float64 { return float64(s.now) * (float64(s.tick) / femto) }

// Snapshot copies the state of the network.
func (n *Network) Snapshot() (*Snapshot, error) {
	if n.sealed {
		return nil, errors.New("network: snapshot: the network is running")
	}
	if err := n.ready(); err != nil {
		return nil, err
	}
	s := &Snapshot{tick: n.tick, now: n.now}
	for _, o := range n.objects {
		_, optional := o.(monitor.Monitor)
		l := n.live[o]
		s.objects = append(s.objects, saved{
			name: o.Name(), kind: o.Kind(), optional: optional, period: l.period, state: l.instance.State().Clone(),
		})
	}
	return s, nil
}

// Restore puts the network into the state of a snapshot, which may come from
// another network with the same objects (by name and shape). Objects that the
// snapshot does not know keep their state; every object of the snapshot but monitors
// must be in the network. What monitors recorded at or after the snapshot's time is dropped.
// After an error the network is as it was.
func (n *Network) Restore(s *Snapshot) error {
	if n.sealed {
		return errors.New("network: restore: the network is running")
	}
	if s == nil || s.tick <= 0 {
		return errors.New("network: restore: the snapshot is empty")
	}
	if err := n.ready(); err != nil {
		return err
	}
	var errs []error
	fail := func(o saved, err error) {
		errs = append(errs, fmt.Errorf("network: restore: %s %s: %w", o.kind, o.name, err))
	}
	for _, o := range s.objects {
		there := n.names[o.name]
		switch {
		case there == nil && o.optional:
		case there == nil:
			fail(o, errors.New("is not in the network"))
		case there.Kind() != o.kind:
			fail(o, fmt.Errorf("is a %s in the network", there.Kind()))
		case n.live[there].period != o.period:
			fail(o, fmt.Errorf("has a time step of %d fs, in the network %d fs", o.period, n.live[there].period))
		default:
			if err := o.state.Fits(n.live[there].instance.State()); err != nil {
				fail(o, fmt.Errorf("does not fit: %w", err))
			}
		}
	}
	if s.now*s.tick%n.tick != 0 {
		errs = append(errs, fmt.Errorf("network: restore: the time of the snapshot, %v, is between two steps of the network", quantity.New(s.Time(), quantity.DimTime)))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	n.now = s.now * s.tick / n.tick
	restored := map[Object]bool{}
	for _, o := range s.objects {
		if there := n.names[o.name]; there != nil {
			n.live[there].instance.State().CopyFrom(o.state)
			restored[there] = true
		}
	}
	for _, o := range n.objects {
		l := n.live[o]
		if r, ok := l.instance.(sim.Rewinder); ok {
			r.Rewind(n.stepOf(l.period), restored[o])
		}
	}
	clear(n.sets)
	return nil
}
