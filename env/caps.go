package env

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// Caps are limits above which no run is started as long as others are running, in
// percent of what the machine has, or in a container or job of a cluster of what that
// has. 0 and 100 are no limit.
type Caps struct {
	Memory float64
	Swap   float64
	CPU    float64 // of all processors together, whoever uses them
	// RunMemory is about how many bytes of memory a run takes. It is counted for those
	// running, as far as they have not taken it yet, and for the one to be started.
	RunMemory int64
}

func (c Caps) check() error {
	for name, v := range map[string]float64{"memory": c.Memory, "swap": c.Swap, "CPU": c.CPU} {
		if !(v >= 0 && v <= 100) {
			return fmt.Errorf("env: cap on %s of %v: want percent from 0 to 100", name, v)
		}
	}
	if c.RunMemory < 0 {
		return fmt.Errorf("env: a run that takes %d bytes of memory: want 0 (not known) or more", c.RunMemory)
	}
	return nil
}

// any tells whether there is a limit at all.
func (c Caps) any() bool {
	limits := func(v float64) bool { return v > 0 && v < 100 }
	return limits(c.Memory) || limits(c.Swap) || limits(c.CPU)
}

const (
	gatePoll    = 200 * time.Millisecond // how often a closed gate looks again
	gateTrust   = 100 * time.Millisecond // how long what was measured counts
	maxWarnings = 10                     // about caps
)

// A gate lets runs start as long as the machine is not too busy. It is passed by one
// at a time, and always when nothing is running.
type gate struct {
	Caps
	machine machine
	warn    func(format string, args ...any)

	turn     chan struct{}
	freed    chan struct{} // is sent to when a run has ended
	running  atomic.Int64
	base     uint64 // memory of this process before the first run
	measured time.Time
	reason   string // why it is closed, from the last measurement
	closed   bool
	warnings int
}

// newGate makes a gate; nil, which lets everybody pass, without limits.
func newGate(c Caps, m machine, warn func(string, ...any)) *gate {
	if !c.any() {
		return nil
	}
	g := &gate{Caps: c, machine: m, warn: warn, turn: make(chan struct{}, 1), freed: make(chan struct{}, 1)}
	if c.Memory > 0 && c.RunMemory > 0 {
		g.base = m.own()
	}
	if c.CPU > 0 {
		_, _ = m.cpu() // the next call tells of the time from here on
	}
	return g
}

// enter waits until a run may start or ctx is cancelled.
func (g *gate) enter(ctx context.Context) {
	if g == nil {
		return
	}
	select {
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }()
	case <-ctx.Done():
		g.running.Add(1)
		return
	}
	for g.running.Load() > 0 && ctx.Err() == nil && g.busy() {
		select {
		case <-ctx.Done():
		case <-g.freed:
		case <-time.After(gatePoll):
		}
	}
	g.running.Add(1)
	if g.RunMemory > 0 {
		g.measured = time.Time{} // one more changes the sum
	}
}

// leave is called when the run has ended.
func (g *gate) leave() {
	if g == nil {
		return
	}
	g.running.Add(-1)
	select {
	case g.freed <- struct{}{}:
	default:
	}
}

// busy tells whether a limit is exceeded, and warns when that begins.
func (g *gate) busy() bool {
	if now := time.Now(); now.Sub(g.measured) > gateTrust {
		g.measured = now
		g.reason = g.exceeded()
	}
	if g.reason == "" {
		g.closed = false
		return false
	}
	if !g.closed {
		g.closed = true
		if g.warnings++; g.warnings <= maxWarnings {
			g.warn("%s: no run is started until it is less or none is running", g.reason)
		}
		if g.warnings == maxWarnings {
			g.warn("this is not told any more")
		}
	}
	return true
}

// exceeded names the limits that are exceeded. What cannot be measured is no limit.
func (g *gate) exceeded() string {
	var all []string
	add := func(what string, percent, limit float64) {
		if limit > 0 && limit < 100 && percent > limit {
			all = append(all, fmt.Sprintf("%s in use is %.0f %% (the limit is %.0f %%)", what, percent, limit))
		}
	}
	if g.Memory > 0 {
		if used, limit, err := g.machine.memory(); err == nil && limit > 0 {
			expected := float64(used)
			if g.RunMemory > 0 {
				taken := float64(g.machine.own()) - float64(g.base)
				expected += max(0, float64(g.RunMemory)*float64(g.running.Load())-taken) + float64(g.RunMemory)
			}
			add("memory", 100*expected/float64(limit), g.Memory)
		}
	}
	if g.Swap > 0 {
		if percent, err := g.machine.swap(); err == nil {
			add("swap", percent, g.Swap)
		}
	}
	if g.CPU > 0 {
		if percent, err := g.machine.cpu(); err == nil {
			add("CPU", percent, g.CPU)
		}
	}
	return strings.Join(all, ", ")
}
