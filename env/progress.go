package env

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"
)

// A Reporter is an [Experiment] that tells how far a run has come, so that long
// runs move the bar and the estimate before the first of them is finished.
type Reporter interface {
	// ReportTo is called before the first run, and again before those that
	// post-processing adds. The experiment calls report
	// as often as it likes and from any goroutine with the index of the run and
	// the finished fraction of it, from 0 to 1.
	ReportTo(report func(run int, fraction float64))
}

// Report tells how far the run that ctx belongs to has come, as a fraction from
// 0 to 1. It is what a [Func] uses; an experiment that must not know this package
// is a [Reporter] instead. With a context of somewhere else it does nothing.
func Report(ctx context.Context, fraction float64) {
	if s := scopeOf(ctx); s != nil && s.report != nil {
		s.report(fraction)
	}
}

// The ways to show progress, as -progress names them.
const (
	progressAuto  = "auto"
	progressBar   = "bar"
	progressLines = "lines"
	progressNone  = "none"
)

// firstLine is how long a sweep goes on before its first line of progress.
const firstLine = 250 * time.Millisecond

// progress counts what became of the runs and shows it now and then.
type progress struct {
	name  string
	total int // runs of the sweep
	start time.Time

	mu       sync.Mutex
	reused   int // finished before this start, failed ones included
	finished int // in this start, failed ones included
	failed   int
	parts    map[int]float64 // how far running ones have come
	seen     float64         // work done when that was last seen to grow
	promised time.Time       // when all was to be done, by that

	stop chan struct{}
	done chan struct{}
}

func newProgress(name string, total, reused, failed int, start time.Time) *progress {
	return &progress{name: name, total: total, reused: reused, failed: failed, start: start, parts: map[int]float64{}}
}

func (p *progress) report(run int, fraction float64) {
	if !(fraction >= 0) {
		return
	}
	p.mu.Lock()
	p.parts[run] = math.Min(fraction, 1)
	p.mu.Unlock()
}

// finish counts a run; failed tells how it ended. A cancelled run counts as
// not begun.
func (p *progress) finish(run int, failed, cancelled bool) {
	p.mu.Lock()
	delete(p.parts, run)
	if !cancelled {
		p.finished++
		if failed {
			p.failed++
		}
	}
	p.mu.Unlock()
}

// A tally is what there is to show at one moment.
type tally struct {
	name                    string
	total, finished, failed int
	work                    float64       // runs' worth of work done, with the parts of running ones
	rate                    float64       // of this start, runs per second; 0 if not known yet
	eta                     time.Duration // less than 0 if it is not known
}

func (p *progress) tally(now time.Time) tally {
	p.mu.Lock()
	defer p.mu.Unlock()
	own := float64(p.finished)
	for _, f := range p.parts {
		own += f
	}
	t := tally{name: p.name, total: p.total, finished: p.reused + p.finished, failed: p.failed, work: float64(p.reused) + own, eta: -1}
	if passed := now.Sub(p.start).Seconds(); passed > 0 && own > 0 {
		t.rate = own / passed
		t.eta = time.Duration((float64(p.total) - t.work) / t.rate * float64(time.Second))
		switch {
		case own != p.seen:
			p.seen, p.promised = own, now.Add(t.eta)
		case now.After(p.promised):
			t.eta = -1 // the last runs take longer than the others did: who knows how long
		}
	}
	return t
}

// bar renders the tally in at most width columns.
func (t tally) bar(width int) string {
	failed := ""
	if t.failed > 0 {
		failed = fmt.Sprintf(", %d failed", t.failed)
	}
	tail := fmt.Sprintf(" %*d/%d runs %3.0f%%%s", digits(t.total), t.finished, t.total, 100*t.part(), failed)
	const least = 5
	room := width - len(t.name) - len(tail) - 3
	if t.rate > 0 {
		if speed := ", " + t.speed(); room-len(speed) >= least { // a narrow terminal has to do without
			tail, room = tail+speed, room-len(speed)
		}
	}
	if room < least {
		return clip(t.name+tail, width)
	}
	// The bar itself keeps its length when what is behind it changes.
	longest := fmt.Sprintf(" %d/%d runs 100%%%s, 99.9 runs/min, 59 min 59 s to go", t.total, t.total, failed)
	room = max(least, min(room, width-len(t.name)-len(longest)-3))
	full := int(t.part() * float64(room))
	return t.name + " [" + strings.Repeat("=", full) + strings.Repeat(" ", room-full) + "]" + tail
}

// line renders the tally for a log.
func (t tally) line() string {
	s := fmt.Sprintf("%s: %d of %d runs finished", t.name, t.finished, t.total)
	if t.failed > 0 {
		s += fmt.Sprintf(", %d failed", t.failed)
	}
	if t.rate > 0 {
		s += ", " + t.speed()
	}
	return s
}

func (t tally) part() float64 {
	if t.total == 0 {
		return 1
	}
	return t.work / float64(t.total)
}

// speed gives the rate in the unit that reads well and the time to go.
func (t tally) speed() string {
	var s string
	switch {
	case t.rate >= 1:
		s = fmt.Sprintf("%.3g runs/s", t.rate)
		if t.rate >= 1000 {
			s = fmt.Sprintf("%.0f runs/s", t.rate)
		}
	case t.rate*60 >= 1:
		s = fmt.Sprintf("%.3g runs/min", t.rate*60)
	default:
		s = fmt.Sprintf("%.3g runs/h", t.rate*3600)
	}
	if t.eta >= time.Second {
		s += ", " + span(t.eta) + " to go"
	}
	return s
}

// span renders a duration for people: two units at most.
func span(d time.Duration) string {
	s := int64(math.Round(d.Seconds()))
	switch {
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.2g s", d.Seconds())
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	case s < 48*3600:
		return fmt.Sprintf("%d h %02d min", s/3600, s%3600/60)
	default:
		return fmt.Sprintf("%d days %d h", s/86400, s%86400/3600)
	}
}

func digits(n int) int { return len(fmt.Sprint(n)) }

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// show starts to show progress on the console in the given way until close.
func (p *progress) show(c *console, way string, every time.Duration) {
	if way == progressAuto {
		way = progressLines
		if c.isTerminal() {
			way = progressBar
		}
	}
	if way == progressNone {
		return
	}
	p.stop, p.done = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(p.done)
		// Lines come close together at first, so that a short sweep shows some too.
		next := every
		if way == progressLines {
			next = min(every, firstLine)
		}
		tick := time.NewTimer(next)
		defer tick.Stop()
		for {
			select {
			case <-p.stop:
				if way == progressBar {
					c.setBar("")
				}
				return
			case now := <-tick.C:
				next = min(2*next, every)
				tick.Reset(next)
				if way == progressBar {
					c.setBar(p.tally(now).bar(c.width()))
				} else {
					c.printf("%s", p.tally(now).line())
				}
			}
		}
	}()
}

// close ends showing; it returns when nothing is written any more.
func (p *progress) close() {
	if p.stop != nil {
		close(p.stop)
		<-p.done
		p.stop = nil
	}
}
