package network

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"galvani/internal/sim"
	"galvani/quantity"
)

// ErrNonFinite is wrapped by the error of a run in which a variable became NaN or
// infinite.
var ErrNonFinite = errors.New("value is not finite")

// How often, in ticks, a run looks at what is outside the simulation.
const (
	scanEvery  = 1000 // NaN and infinity
	clockEvery = 64   // the clock, for reports
)

// Run simulates for a duration such as "500 ms". See [Network.RunFor].
func (n *Network) Run(ctx context.Context, duration string) error {
	q, err := quantity.Parse(duration)
	if err != nil {
		return fmt.Errorf("network: run: %w", err)
	}
	return n.RunFor(ctx, q)
}

// RunFor simulates for a duration, which must be a multiple of the finest time step
// in the network (to a relative 1e-9). Time goes on from run to run. Everything
// that is wrong with the network is reported before the first step. A run ends
// early, at the end of a step, if the context is done (the error wraps the
// context's), if a network operation fails, or if a variable becomes NaN or
// infinite (the error wraps [ErrNonFinite]; it is found within 1000 steps).
func (n *Network) RunFor(ctx context.Context, duration quantity.Quantity) error {
	if duration.Dimension() != quantity.DimTime {
		return fmt.Errorf("network: run: duration is %v, want a time", duration)
	}
	if err := n.enter(); err != nil {
		return err
	}
	seconds := duration.SI()
	length := float64(n.tick) / femto
	if n.everyOwn() == 1 {
		length = n.dt
	}
	ticks := math.Round(seconds / length)
	if !(seconds >= 0) || ticks >= 1<<53 {
		return fmt.Errorf("network: run: duration is %v, want 0 or more, and not for ever", duration)
	}
	if math.Abs(seconds-ticks*length) > 1e-9*seconds {
		return fmt.Errorf("network: run: duration %v is no multiple of the time step of %v", duration, quantity.New(length, quantity.DimTime))
	}
	return n.run(ctx, int64(ticks))
}

// RunSteps simulates a number of steps of the network's dt.
func (n *Network) RunSteps(ctx context.Context, steps int64) error {
	if steps < 0 || steps >= 1<<53 {
		return fmt.Errorf("network: run: %d steps, want 0 or more, and not for ever", steps)
	}
	if err := n.enter(); err != nil {
		return err
	}
	if steps > (1<<62)/n.everyOwn() {
		return fmt.Errorf("network: run: %d steps are too many", steps)
	}
	return n.run(ctx, steps*n.everyOwn())
}

// enter checks that a run can begin.
func (n *Network) enter() error {
	if n.sealed {
		return errors.New("network: run: the network is running already")
	}
	return n.ready()
}

// everyOwn is the network's dt in ticks.
func (n *Network) everyOwn() int64 {
	period, err := femtoseconds(n.dt)
	if err != nil {
		return 1
	}
	return period / n.tick
}

// run simulates a number of ticks.
func (n *Network) run(ctx context.Context, ticks int64) error {
	n.sealed = true
	defer func() { n.sealed = false }()
	var crew *crew
	if n.workers > 1 {
		crew = newCrew(n.workers)
		defer crew.dismiss()
	}
	report := n.newReporter(ticks)
	n.prof.begin(n)
	end := n.now + ticks
	if a := n.plan.ahead; a != nil {
		a.resume = n.now // whatever was found at another time
	}
	for n.now < end {
		if err := ctx.Err(); err != nil {
			return n.stopped(err)
		}
		until := min(end, n.now-n.now%scanEvery+scanEvery)
		if report != nil {
			until = min(until, report.next(n.now))
		}
		if steps := n.window(until); steps > 1 {
			n.runAhead(crew, steps)
			n.now += steps
		} else {
			err := n.tickOnce(crew)
			n.now++
			if err != nil {
				return n.stopped(err)
			}
		}
		if n.now%scanEvery == 0 {
			if err := n.scan(); err != nil {
				return err
			}
		}
		if report != nil {
			report.tick(n)
		}
	}
	if err := n.scan(); err != nil {
		return err
	}
	if report != nil {
		report.end(n)
	}
	return nil
}

// stopped says when a run ended early.
func (n *Network) stopped(err error) error {
	return fmt.Errorf("network: run stopped at %v: %w", quantity.New(n.Time(), quantity.DimTime), err)
}

// tickOnce carries out one tick. It allocates nothing of its own.
func (n *Network) tickOnce(crew *crew) error {
	switch {
	case n.options.Profile:
		return n.tickProfiled(crew)
	case crew != nil:
		return n.tickShared(crew)
	}
	var failed error
	steps := n.plan.steps
	for k := 0; k < len(steps); {
		s := &steps[k]
		now := n.now
		if s.every > 1 {
			if now%s.every != 0 {
				k++
				continue
			}
			now /= s.every
		}
		if s.Wake != nil {
			spikes := s.Wake.At(now - s.Delay)
			if len(spikes) > 0 && s.fan != nil {
				if err := s.fan.run(steps, spikes, now); err != nil && failed == nil {
					failed = err
				}
			}
			if len(spikes) == 0 || s.fan != nil {
				k = s.skip
				continue
			}
		}
		if err := s.run(now); err != nil && failed == nil {
			failed = err
		}
		k++
	}
	return failed
}

// tickShared carries out one tick with several workers.
func (n *Network) tickShared(crew *crew) error {
	var failed error
	for k := range n.plan.phases {
		if err := n.phase(crew, &n.plan.phases[k]); err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

// phase lets the workers do their parts and then does what must not be shared out.
func (n *Network) phase(crew *crew, p *phase) error {
	var failed error
	if p.share != nil && n.awake(p) {
		crew.work(p.share)
	}
	for k := p.lo; k < p.hi; k++ {
		s := &n.plan.steps[k]
		now, due := s.due(n.now)
		if !due {
			continue
		}
		if p.share == nil && s.Part != nil {
			for w := range n.workers {
				s.Part(now, w)
			}
		}
		if s.Whole != nil {
			if err := s.Whole(now); err != nil && failed == nil {
				failed = err
			}
		}
	}
	return failed
}

// due is the step's own number of a tick, and whether there is anything to do.
func (s *step) due(tick int64) (int64, bool) {
	if tick%s.every != 0 {
		return 0, false
	}
	now := tick / s.every
	return now, s.Wake == nil || len(s.Wake.At(now-s.Delay)) > 0
}

// awake reports whether any part of a phase has something to do.
func (n *Network) awake(p *phase) bool {
	for k := p.lo; k < p.hi; k++ {
		if _, due := n.plan.steps[k].due(n.now); due {
			return true
		}
	}
	return false
}

// share does one worker's part of the steps of a phase.
func (n *Network) share(steps []step, worker int) {
	for k := range steps {
		s := &steps[k]
		if now, due := s.due(n.now); due {
			s.Part(now, worker)
		}
	}
}

// scan looks for values that have run away.
func (n *Network) scan() error {
	for _, l := range n.plan.finite {
		variable, element, value, found := l.instance.(sim.Finite).NonFinite()
		if !found {
			continue
		}
		return fmt.Errorf("network: %s %s: %s of neuron %d is %v at %v (found at the latest %d steps after it happened): %w",
			l.object.Kind(), l.object.Name(), variable, element, value, quantity.New(n.Time(), quantity.DimTime), scanEvery, ErrNonFinite)
	}
	return nil
}

// Progress says how far a run is.
type Progress struct {
	Done      float64       // simulated so far in this run, s
	Total     float64       // to be simulated in this run, s
	Time      float64       // time of the simulation, s
	Elapsed   time.Duration // real time since the run began; 0 without a clock
	Remaining time.Duration // estimate; 0 without a clock
}

// Fraction is the part that is done, from 0 to 1.
func (p Progress) Fraction() float64 {
	if p.Total == 0 {
		return 1
	}
	return p.Done / p.Total
}

// reporter calls Options.Report from time to time.
type reporter struct {
	from, ticks int64
	every       int64
	start, last time.Time
}

// newReporter is nil if nobody wants reports.
func (n *Network) newReporter(ticks int64) *reporter {
	if n.options.Report == nil {
		return nil
	}
	r := &reporter{from: n.now, ticks: ticks, every: max(1, ticks/100)}
	if n.options.Clock != nil {
		r.start = n.options.Clock()
		r.last, r.every = r.start, clockEvery
	}
	return r
}

// next is the next tick at which there may be something to report.
func (r *reporter) next(now int64) int64 {
	return now + r.every - (now-r.from)%r.every
}

func (r *reporter) tick(n *Network) {
	done := n.now - r.from
	if done%r.every != 0 || done == r.ticks {
		return
	}
	if n.options.Clock != nil {
		period := n.options.ReportPeriod
		if period <= 0 {
			period = time.Second
		}
		now := n.options.Clock()
		if now.Sub(r.last) < period {
			return
		}
		r.last = now
	}
	r.report(n)
}

func (r *reporter) end(n *Network) { r.report(n) }

func (r *reporter) report(n *Network) {
	done := n.now - r.from
	p := Progress{Done: n.seconds(done), Total: n.seconds(r.ticks), Time: n.Time()}
	if n.options.Clock != nil {
		p.Elapsed = n.options.Clock().Sub(r.start)
		if done > 0 {
			p.Remaining = time.Duration(float64(p.Elapsed) / float64(done) * float64(r.ticks-done))
		}
	}
	n.options.Report(p)
}
