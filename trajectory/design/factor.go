package design

import (
	"fmt"
	"math"
	"slices"

	"galvani/trajectory"
)

// Factor is a parameter, or several that change together, with the distribution
// that its values are drawn from. Make one with [Uniform], [Normal], ….
type Factor struct {
	names   []string
	number  func(u float64) float64 // the quantile function
	below   func(x float64) float64 // the distribution function; nil if there are bounds
	value   func(x float64) any
	scale   scale
	bounded bool
	err     error
}

// edge is how near to 0 and 1 a factor without bounds goes: half of the distance
// between the numbers of a Sobol sequence.
const edge = 1.0 / (1 << 33)

// At is the value below which a factor's values lie with probability u, for u
// from 0 to 1: At(0) and At(1) are its bounds. A factor without bounds goes out
// to probability 2^-33. At is nil if the factor has an error ([Factor.Err]).
func (f Factor) At(u float64) any {
	if f.Err() != nil {
		return nil
	}
	return f.at(u)
}

func (f Factor) at(u float64) any {
	u = min(max(u, 0), 1)
	if !f.bounded {
		u = min(max(u, edge), 1-edge)
	}
	return f.value(f.number(u))
}

// Err says why a factor cannot be drawn from, nil if it can.
func (f Factor) Err() error {
	switch {
	case f.err != nil:
		return exploring(f.names, f.err)
	case f.number == nil:
		return fmt.Errorf("design: a factor without a distribution (make one with Uniform, Normal, …)")
	case len(f.names) == 0:
		return fmt.Errorf("design: a factor without a parameter")
	}
	return nil
}

// Names are the parameters that get the factor's values.
func (f Factor) Names() []string { return slices.Clone(f.names) }

// For returns the same distribution for other parameters, all of which get the
// same value at each point.
func (f Factor) For(names ...string) Factor {
	f.names = slices.Clone(names)
	return f
}

// Within cuts a distribution off: values are drawn as if those beyond low and
// high were drawn again. It is for [Normal] and [Gamma], which have no bounds of
// their own.
func (f Factor) Within(low, high any) Factor {
	if f.Err() != nil {
		return f
	}
	fail := func(err error) Factor { return Factor{names: f.names, err: err} }
	if f.below == nil {
		return fail(fmt.Errorf("the distribution has bounds already"))
	}
	// The zero of the factor's own scale makes sure that the dimensions agree.
	if _, _, err := common(f.scale.value(0), low, high); err != nil {
		return fail(err)
	}
	lo, hi, s, err := interval(low, high)
	if err != nil {
		return fail(err)
	}
	if s.quantity {
		lo, hi = float64(lo*s.unit.Scale)/f.scale.unit.Scale, float64(hi*s.unit.Scale)/f.scale.unit.Scale
	}
	from, to := f.below(lo), f.below(hi)
	if !(to-from > 1e-9) {
		return fail(fmt.Errorf("from %v to %v: the distribution has nearly nothing there", low, high))
	}
	number := f.number
	f.number = func(u float64) float64 {
		u = from + float64(u*(to-from))
		switch {
		case u <= 0:
			return lo
		case u >= 1:
			return hi
		}
		return min(max(number(u), lo), hi)
	}
	f.below, f.bounded = nil, true
	return f
}

// Levels is an axis of n values of equal weight, for grids: those below which
// (i+1/2)/n of the distribution lie.
func (f Factor) Levels(n int) Axis {
	a := Axis{names: f.names, err: f.err}
	switch {
	case a.err != nil:
	case f.number == nil:
		a.err = f.Err()
	case n < 1 || n > maxPoints:
		a.err = fmt.Errorf("%d levels (want 1 to %d)", n, maxPoints)
	default:
		a.values = drawn{n: n, unit: func(i int) float64 { return (float64(i) + 0.5) / float64(n) }, value: f.at}
	}
	return a
}

// drawn is the values of a factor at the points of a design.
type drawn struct {
	n     int
	unit  func(i int) float64 // from 0 to 1
	value func(u float64) any
}

func (d drawn) Len() int     { return d.n }
func (d drawn) At(i int) any { return d.value(d.unit(i)) }

// draw lays out a design of n points with the numbers from 0 to 1 that unit
// makes for every factor.
func draw(kind string, n int, factors []Factor, unit func(k int, f Factor) func(i int) float64) ([]trajectory.Axis, error) {
	if n < 1 || n > maxPoints {
		return nil, fmt.Errorf("design: %s of %d points (want 1 to %d)", kind, n, maxPoints)
	}
	if len(factors) == 0 {
		return nil, fmt.Errorf("design: %s without factors", kind)
	}
	var out []trajectory.Axis
	for k, f := range factors {
		if err := f.Err(); err != nil {
			return nil, err
		}
		values := drawn{n: n, unit: unit(k, f), value: f.at}
		for _, name := range f.names {
			if slices.ContainsFunc(out, func(a trajectory.Axis) bool { return a.Name == name }) {
				return nil, fmt.Errorf("design: %s explores %q twice", kind, name)
			}
			out = append(out, trajectory.Over(name, values))
		}
	}
	return out, nil
}

// level is which of n equally likely things u stands for.
func level(u float64, n int) int { return min(int(math.Floor(u*float64(n))), n-1) }
