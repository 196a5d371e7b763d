package adaptive

import (
	"errors"
	"fmt"
	"math"

	"galvani/env"
	"galvani/trajectory"
)

// An Objective is what a search makes as small as possible, of a run that is done. NaN
// counts as +Inf.
type Objective func(o env.Outcome) (float64, error)

// Result is the objective that is a number among the results of the run.
func Result(name string) Objective {
	return func(o env.Outcome) (float64, error) { return trajectory.Get[float64](o, name) }
}

// Negative is the objective whose least value is another's greatest.
func Negative(f Objective) Objective {
	return func(o env.Outcome) (float64, error) {
		v, err := f(o)
		return -v, err
	}
}

// Best is the run with the least value, the first of them. It is an error if no run is done.
func Best(done []env.Outcome, f Objective) (best env.Outcome, value float64, err error) {
	found := false
	for _, o := range done {
		if !o.Done() {
			continue
		}
		v, err := f.of(o)
		if err != nil {
			return best, 0, err
		}
		if !found || v < value {
			best, value, found = o, v, true
		}
	}
	if !found {
		return best, 0, errors.New("adaptive: no run is done")
	}
	return best, value, nil
}

// of is the value of an outcome, +Inf for a failed run.
func (f Objective) of(o env.Outcome) (float64, error) {
	if !o.Done() {
		return math.Inf(1), nil
	}
	v, err := f(o)
	if err != nil {
		return 0, fmt.Errorf("adaptive: the objective of run %d: %w", o.Index, err)
	}
	if math.IsNaN(v) {
		return math.Inf(1), nil
	}
	return v, nil
}
