package analysis

import (
	"errors"
	"fmt"
	"math"
)

// ErrNoSpikes says that a statistic is NaN because there was no spike to
// compute it from.
var ErrNoSpikes = errors.New("no spikes")

// Spikes are the spikes of a population of N neurons in the order in which they
// were recorded: spike k is neuron Neurons[k] in step Steps[k], at time
// Steps[k]*DT.
type Spikes struct {
	Steps   []int64
	Neurons []int32
	DT      float64 // seconds per step
	N       int     // neurons in the population, silent ones included
}

// check verifies the description, so that nothing below can index out of range.
func (s Spikes) check() error {
	if len(s.Steps) != len(s.Neurons) {
		return fmt.Errorf("analysis: %d steps but %d neurons: want one of each per spike", len(s.Steps), len(s.Neurons))
	}
	if !(s.DT > 0) || math.IsInf(s.DT, 0) {
		return fmt.Errorf("analysis: a step lasts %v s, want a positive time", s.DT)
	}
	if s.N < 0 {
		return fmt.Errorf("analysis: population of %d neurons", s.N)
	}
	for k, i := range s.Neurons {
		if i < 0 || int(i) >= s.N {
			return fmt.Errorf("analysis: spike %d is of neuron %d, but the population has %d neurons", k, i, s.N)
		}
	}
	return nil
}

// Bins are N windows of Width steps each, one after the other from step Start:
// window b holds the steps Start+b*Width up to, not including, Start+(b+1)*Width.
type Bins struct {
	Start, Width int64
	N            int
}

// NewBins divides the time from start to stop into windows of the given width,
// all in seconds, for steps of dt. What is left of the time behind the last whole
// window is not counted. Start and width must be multiples of dt within 1e-9
// relative; it is an error if not even one window fits.
func NewBins(start, stop, width, dt float64) (Bins, error) {
	if !(dt > 0) || math.IsInf(dt, 0) {
		return Bins{}, fmt.Errorf("analysis: a step lasts %v s, want a positive time", dt)
	}
	first, err := toSteps("start", start, dt)
	if err != nil {
		return Bins{}, err
	}
	wide, err := toSteps("width", width, dt)
	if err != nil {
		return Bins{}, err
	}
	if wide <= 0 {
		return Bins{}, fmt.Errorf("analysis: windows of %v s, want a positive width", width)
	}
	last, err := toSteps("stop", stop, dt)
	if err != nil {
		return Bins{}, err
	}
	if last < first+wide {
		return Bins{}, fmt.Errorf("analysis: no window of %v s fits between %v s and %v s", width, start, stop)
	}
	n := (last - first) / wide
	if n > math.MaxInt32 {
		return Bins{}, fmt.Errorf("analysis: %d windows of %v s between %v s and %v s are too many", n, width, start, stop)
	}
	return Bins{Start: first, Width: wide, N: int(n)}, nil
}

// toSteps converts a time to a whole number of steps.
func toSteps(what string, t, dt float64) (int64, error) {
	x := t / dt
	n := math.Round(x)
	if !(math.Abs(n) <= 1<<53) {
		return 0, fmt.Errorf("analysis: %s %v s is out of range for steps of %v s", what, t, dt)
	}
	if math.Abs(x-n) > 1e-9*math.Max(1, math.Abs(n)) {
		return 0, fmt.Errorf("analysis: %s %v s is not a multiple of the step of %v s", what, t, dt)
	}
	return int64(n), nil
}

// check verifies what a literal may have wrong.
func (b Bins) check() error {
	if b.Width <= 0 || b.N <= 0 {
		return fmt.Errorf("analysis: %d windows of %d steps, want at least one of each", b.N, b.Width)
	}
	if b.Width > (1<<62)/int64(b.N) || b.Start > 1<<62 || b.Start < -(1<<62) {
		return fmt.Errorf("analysis: %d windows of %d steps from step %d are out of range", b.N, b.Width, b.Start)
	}
	return nil
}

// stop is the first step behind the last window.
func (b Bins) stop() int64 { return b.Start + b.Width*int64(b.N) }

// whole is the time of all windows as one window.
func (b Bins) whole() (Bins, error) {
	if err := b.check(); err != nil {
		return Bins{}, err
	}
	return Bins{Start: b.Start, Width: b.Width * int64(b.N), N: 1}, nil
}
