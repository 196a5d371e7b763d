package network

import (
	"context"
	"errors"
	"fmt"

	"galvani/brianparam"
	"galvani/monitor"
	"galvani/quantity"
	"galvani/trajectory"
)

// Subrun is one stretch of a run: the network runs for a planned time, with
// components called before and after. Every callback of a subrun gets one of its own,
// so that what goes wrong is told with the component's name.
type Subrun struct {
	scope
	ctx     context.Context
	planned Planned
	index   int
	exec    *execution
}

// Context is cancelled when the run is.
func (s *Subrun) Context() context.Context { return s.ctx }

// Name is the name of the subrun: that of its duration's parameter.
func (s *Subrun) Name() string { return s.planned.Name }

// Order is the number that places the subrun among the others.
func (s *Subrun) Order() int { return s.planned.Order }

// Duration is how long the network runs.
func (s *Subrun) Duration() quantity.Quantity { return s.planned.Duration }

// Index counts the subruns of a run from 0.
func (s *Subrun) Index() int { return s.index }

// Last tells whether no subrun is left after this one.
func (s *Subrun) Last() bool { return s.exec.remaining.Len() == 0 }

// Remaining is the list of subruns to come, which may be edited.
func (s *Subrun) Remaining() *Remaining { return &s.exec.remaining }

// PreRun tells whether this belongs to the pre-run, before the sweep.
func (s *Subrun) PreRun() bool { return s.exec.run == nil }

// Network is the run's network.
func (s *Subrun) Network() *Network { return s.exec.net }

// Run is the run's view of the trajectory; nil in the pre-run.
func (s *Subrun) Run() *trajectory.Run { return s.exec.run }

// Node returns a parameter, group or result as the run sees it.
func (s *Subrun) Node(path string) (trajectory.Node, error) { return s.getter.Node(path) }

// Add adds objects to the network.
func (s *Subrun) Add(objects ...Object) { s.exec.net.Add(objects...) }

// Remove takes objects out of the network. What a monitor has recorded is kept.
func (s *Subrun) Remove(objects ...Object) { s.exec.net.Remove(objects...) }

// Record adds a monitor to the network now and makes what it has recorded by the end of the run
// the result at path. The monitor is also kept under that
// path for [Get].
func (s *Subrun) Record(path string, m monitor.Monitor) {
	if err := s.values.put(path, m, s.where); err != nil {
		s.fail("%w", err)
		return
	}
	s.exec.recorded = append(s.exec.recorded, recorded{path: path, monitor: m})
	s.exec.net.Add(m)
}

// Spikes returns what the spike monitor kept under a name has recorded so far.
func (s *Subrun) Spikes(name string) monitor.SpikeRecording {
	m := Get[*monitor.SpikeMonitor](s, name)
	if m == nil {
		return monitor.SpikeRecording{}
	}
	return m.Recording(s.exec.net)
}

// States returns what the state monitor kept under a name has recorded so far.
func (s *Subrun) States(name string) monitor.StateRecording {
	m := Get[*monitor.StateMonitor](s, name)
	if m == nil {
		return monitor.StateRecording{}
	}
	return m.Recording(s.exec.net)
}

// Result adds a result of the run.
func (s *Subrun) Result(path string, value any, opts ...trajectory.AddOption) {
	if err := s.exec.addResult(path, value, opts...); err != nil {
		s.fail("%w", err)
	}
}

// Err returns everything that went wrong so far in this callback.
func (s *Subrun) Err() error {
	return errors.Join(append([]error{s.exec.net.Err()}, s.problems...)...)
}

// recorded is a monitor whose recording becomes a result.
type recorded struct {
	path    string
	monitor monitor.Monitor
}

// result makes a result of what a monitor has recorded.
func (r recorded) result(net *Network) (*brianparam.MonitorResult, error) {
	switch m := r.monitor.(type) {
	case *monitor.SpikeMonitor:
		return brianparam.FromSpikes(m.Recording(net)), nil
	case *monitor.StateMonitor:
		return brianparam.FromState(m.Recording(net)), nil
	}
	return nil, fmt.Errorf("network: result %s: a %s can't be stored", r.path, r.monitor.Kind())
}
