package network

import (
	"slices"

	"galvani/internal/sim"
)

// ahead is how a network runs ahead: it goes through a window of several steps with one
// block of neurons after the other, so that a block stays in the cache for all of them and
// workers meet once in a window. Spikes are told at the end of the window; they arrive
// later than that.
type ahead struct {
	longest int64    // steps that a window may have
	groups  []course // by group
	closing []*step  // what ends the steps of a window
	stops   []*step  // operations, which need a step of their own
	workers int
	resume  int64            // tick before which it doesn't pay
	share   func(worker int) // does a worker's share of a window

	from, steps int64 // the window at hand
}

// course is what happens to the neurons of a group.
type course struct {
	state *sim.State
	tasks []*step
	due   [sim.MaxWindow][]*step // the tasks of each step of the window at hand
}

// newAhead decides whether the network may run ahead; nil if it must go step by step.
// It may if what happens to neurons in a window asks nothing of others: if all tasks but
// operations say so by their [sim.Ahead] and have the same time step. Tasks do not that
// change shared variables, are functions of the user, deliver spikes without delay or at
// targets that don't rise, or reach presynaptic variables. A profile is of single steps.
func (n *Network) newAhead(steps []step) *ahead {
	a := &ahead{longest: sim.MaxWindow, workers: n.workers}
	a.share = a.work
	for k := range steps {
		s := &steps[k]
		if s.operation {
			a.stops = append(a.stops, s)
			continue
		}
		if s.Ahead == nil || s.every != 1 || n.options.Profile {
			return nil
		}
		if s.Ahead.Limit > 0 {
			a.longest = min(a.longest, s.Ahead.Limit)
		}
		if s.Ahead.Close != nil {
			a.closing = append(a.closing, s)
		}
		if s.Ahead.Block == nil {
			continue
		}
		g := slices.IndexFunc(a.groups, func(c course) bool { return c.state == s.Ahead.Of })
		if g < 0 {
			g = len(a.groups)
			a.groups = append(a.groups, course{state: s.Ahead.Of})
		}
		a.groups[g].tasks = append(a.groups[g].tasks, s)
	}
	bytes := 0
	for _, g := range a.groups {
		bytes += 8 * g.state.N * len(g.state.Columns)
	}
	if bytes < n.cache {
		return nil
	}
	return a
}

// It pays to run ahead if the neurons don't fit in the second-level cache, and if so few
// spikes arrive that cutting rows of synapses into blocks costs less than moving neurons
// to the cache and back: measured on 10^5 and 10^6 neurons with 100 and 1000 synapses each.
const (
	cacheSize   = 2 << 20 // bytes
	maxArrivals = 128     // spikes in a step
)

// window is how many steps may be taken at once from now on, with until as the end; 1
// stands for a plain step.
func (n *Network) window(until int64) int64 {
	a := n.plan.ahead
	if a == nil || n.now < a.resume {
		return 1
	}
	steps := min(a.longest, until-n.now)
	for _, s := range a.stops {
		since := n.now % s.every
		if since == 0 {
			return 1
		}
		steps = min(steps, s.every-since)
	}
	if a.arrivals(n.now, steps) > maxArrivals*steps {
		a.resume = n.now + steps
		return 1
	}
	return steps
}

// arrivals is how many spikes arrive in a window.
func (a *ahead) arrivals(from, steps int64) int64 {
	sum := 0
	for g := range a.groups {
		for _, s := range a.groups[g].tasks {
			if s.Ahead.Arrivals != nil {
				for k := range steps {
					sum += s.Ahead.Arrivals(from + k)
				}
			}
		}
	}
	return int64(sum)
}

// runAhead carries out a window.
func (n *Network) runAhead(crew *crew, steps int64) {
	a := n.plan.ahead
	a.from, a.steps = n.now, steps
	for g := range a.groups {
		a.groups[g].open(a.from, a.steps)
	}
	if crew != nil {
		crew.work(a.share)
	} else {
		a.share(0)
	}
	for step := a.from; step < a.from+a.steps; step++ {
		for _, s := range a.closing {
			s.Ahead.Close(step)
		}
	}
}

// open finds out what there is to do in the steps of a window.
func (c *course) open(from, steps int64) {
	for k := range steps {
		c.due[k] = c.due[k][:0]
		for _, s := range c.tasks {
			if s.Ahead.Arrivals != nil && s.Ahead.Arrivals(from+k) == 0 || s.Ahead.Open != nil && !s.Ahead.Open(from+k) {
				continue
			}
			c.due[k] = append(c.due[k], s)
		}
	}
}

// work does one worker's share of a window.
func (a *ahead) work(worker int) {
	for g := range a.groups {
		c := &a.groups[g]
		for lo, end := sim.Share(c.state.N, worker, a.workers); lo < end; lo += sim.MaxBlock {
			hi := min(lo+sim.MaxBlock, end)
			for k := range a.steps {
				for _, s := range c.due[k] {
					s.Ahead.Block(a.from+k, worker, lo, hi)
				}
			}
		}
	}
}
