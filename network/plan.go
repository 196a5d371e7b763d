package network

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"galvani/internal/sim"
)

// plan is the work of a step, sorted. It is made anew whenever objects are added
// or removed.
type plan struct {
	steps  []step
	phases []phase // the steps in portions that workers share out
	finite []*live // what can run away
	ahead  *ahead  // nil if it goes step by step
}

// step is a task in its place.
type step struct {
	sim.Entry
	sim.Task
	every     int64 // ticks
	operation bool
	skip      int  // the next step that waits for something else
	fan       *fan // of which this is the first step, nil if of none
}

// phase is one step, or several whose parts may run at the same time.
type phase struct {
	lo, hi int
	share  func(worker int) // does a worker's parts; nil if they are not shared out
}

// femto is the number of ticks of the finest clock in a second.
const femto = 1e15

// femtoseconds turns a time step into a whole number of femtoseconds, in which the
// common measure of several steps is exact.
func femtoseconds(dt float64) (int64, error) {
	fs := math.Round(dt * femto)
	if !(fs >= 1 && fs < 1<<62) || math.Abs(dt*femto-fs) > 1e-9*fs {
		return 0, fmt.Errorf("time step of %g s is not a whole number of femtoseconds", dt)
	}
	return int64(fs), nil
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// seconds is the time after so many ticks.
func (n *Network) seconds(ticks int64) float64 {
	period, err := femtoseconds(n.dt)
	if err != nil || n.tick == 0 {
		return 0
	}
	if every := period / n.tick; ticks%every == 0 {
		return float64(ticks/every) * n.dt
	}
	return float64(ticks) * (float64(n.tick) / femto)
}

// measure makes the tick fine enough for another time step.
func (n *Network) measure(period int64) {
	if n.tick == 0 {
		n.tick = period
		return
	}
	if fine := gcd(n.tick, period); fine != n.tick {
		n.now *= n.tick / fine
		n.tick = fine
	}
}

// ready makes the plan if the objects have changed since the last one.
func (n *Network) ready() error {
	if n.plan != nil && slices.Equal(n.made, n.objects) {
		return n.failed()
	}
	if err := n.Err(); err != nil {
		return err
	}
	period, err := femtoseconds(n.dt)
	if err != nil {
		return err
	}
	n.measure(period)
	for _, o := range n.objects {
		if period, err = femtoseconds(n.stepSize(o)); err != nil {
			return err
		}
		n.measure(period)
	}
	for _, o := range n.objects {
		if err := n.instantiate(o); err != nil {
			return err
		}
	}
	n.plan = n.newPlan()
	n.made = slices.Clone(n.objects)
	return nil
}

// failed tells errors that have come since the plan was made.
func (n *Network) failed() error { return errors.Join(n.errs...) }

// instantiate makes the instance of an object that has none, after those it needs.
func (n *Network) instantiate(o Object) error {
	if n.live[o] != nil {
		return nil
	}
	for _, need := range o.Needs() {
		if err := n.instantiate(need); err != nil {
			return err
		}
	}
	l := &live{object: o, dt: n.stepSize(o)}
	var err error
	if l.period, err = femtoseconds(l.dt); err != nil {
		return err
	}
	l.instance, err = o.NewInstance(&sim.Setup{
		DT: l.dt, Step: n.stepOf(l.period), Seed: n.options.Seed, Kernel: n.kernel,
		Instance: func(o Object) sim.Instance { return n.live[o].instance },
	})
	if err != nil {
		return err
	}
	if op, ok := l.instance.(*operating); ok {
		op.net = n
	}
	n.live[o] = l
	return nil
}

// stepOf is the next step of an object with a time step, given in femtoseconds.
func (n *Network) stepOf(period int64) int64 {
	every := period / n.tick
	return (n.now + every - 1) / every
}

// newPlan sorts the tasks of all instances.
func (n *Network) newPlan() *plan {
	p := &plan{}
	link := sim.Link{Workers: n.workers, Fuse: true}
	for _, o := range n.objects {
		if _, ok := o.(*Operation); ok {
			for _, e := range o.Entries() {
				link.Fuse = link.Fuse && e.Slot != sim.Groups && e.Slot != sim.Thresholds
			}
		}
	}
	for _, o := range n.objects {
		l := n.live[o]
		_, operation := o.(*Operation)
		tasks := l.instance.Tasks(link)
		for k, e := range o.Entries() {
			p.steps = append(p.steps, step{Entry: e, Task: tasks[k], every: l.period / n.tick, operation: operation})
		}
		if _, ok := l.instance.(sim.Finite); ok {
			p.finite = append(p.finite, l)
		}
	}
	slices.SortStableFunc(p.steps, func(a, b step) int { return a.Compare(b.Entry) })
	for k := len(p.steps) - 1; k >= 0; k-- {
		s := &p.steps[k]
		s.skip = k + 1
		if k+1 < len(p.steps) {
			if next := &p.steps[k+1]; next.waits(s) {
				s.skip = next.skip
			}
		}
	}
	p.newFans()
	for lo := 0; lo < len(p.steps); {
		hi := lo + 1
		s := &p.steps[lo]
		shared := n.workers > 1 && s.Part != nil
		for shared && !n.options.Profile && hi < len(p.steps) && p.steps[hi].Part != nil && p.steps[hi].together(s) {
			hi++
		}
		p.phases = append(p.phases, phase{lo: lo, hi: hi})
		if shared {
			steps := p.steps[lo:hi]
			p.phases[len(p.phases)-1].share = func(worker int) { n.share(steps, worker) }
		}
		lo = hi
	}
	p.ahead = n.newAhead(p.steps)
	return p
}

// together reports whether the parts of two steps may run at the same time: what
// groups do in one slot to their own neurons, or what projections do to the
// targets of a worker.
func (s *step) together(t *step) bool {
	if s.Slot != t.Slot || s.every != t.every {
		return false
	}
	// What a threshold does as a whole concerns its own group alone and can wait.
	return s.Slot == sim.Thresholds || s.Whole == nil && t.Whole == nil
}
