package design

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"galvani/internal/kernel"
	"galvani/trajectory"
)

// maxPoints is the number of runs that a trajectory can have.
const maxPoints = 100_000_000

// Axis is the values that one parameter takes one after the other, or several
// parameters together. It is a [trajectory.Design].
type Axis struct {
	names  []string
	values trajectory.Range
	err    error
}

// Columns returns a column for every parameter of the axis.
func (a Axis) Columns() ([]trajectory.Axis, error) {
	if a.err != nil {
		return nil, exploring(a.names, a.err)
	}
	if len(a.names) == 0 {
		return nil, fmt.Errorf("design: an axis without a parameter")
	}
	out := make([]trajectory.Axis, 0, len(a.names))
	for _, name := range a.names {
		columns, err := trajectory.Over(name, a.values).Columns()
		if err != nil {
			return nil, err
		}
		out = append(out, columns...)
	}
	return out, nil
}

// For returns the same values for other parameters, which are explored together.
func (a Axis) For(names ...string) Axis {
	a.names = slices.Clone(names)
	return a
}

// exploring says in an error which parameters it is about.
func exploring(names []string, err error) error {
	switch len(names) {
	case 0:
		return fmt.Errorf("design: %w", err)
	case 1:
		return fmt.Errorf("design: exploring %q: %w", names[0], err)
	}
	return fmt.Errorf("design: exploring %q and %d more: %w", names[0], len(names)-1, err)
}

// Over is the axis of a parameter with the values of any range.
func Over(name string, values trajectory.Range) Axis {
	return Axis{names: []string{name}, values: values}
}

// scaled turns numbers into values that count a unit.
type scaled struct {
	trajectory.Range
	scale scale
}

func (s scaled) At(i int) any { return s.scale.value(s.Range.At(i).(float64)) }

// with gives the numbers of a range their unit.
func with(r trajectory.Range, s scale) trajectory.Range {
	if !s.quantity {
		return r
	}
	return scaled{r, s}
}

// plain tells what is wrong with a range of package trajectory, if there is something.
func plain(name string, r trajectory.Range, s scale) Axis {
	if _, err := trajectory.Over(name, r).Columns(); err != nil {
		// The range says why; with a unit around it nobody could ask it.
		return Axis{names: []string{name}, values: r}
	}
	return Axis{names: []string{name}, values: with(r, s)}
}

// Linspace is n values from low to high at equal distances, both included, as
// numpy's linspace has them. Low and high are numbers, quantities or texts such as "5 ms"; the
// values are computed in the unit that both are written in.
func Linspace(name string, low, high any, n int) Axis {
	x, s, err := common(low, high)
	if err != nil {
		return Axis{names: []string{name}, err: err}
	}
	return plain(name, trajectory.Linspace(x[0], x[1], n), s)
}

// Arange is the values from start in steps of step, up to but not including
// stop, as numpy's arange has them. All three are numbers, or all are
// quantities or their texts.
func Arange(name string, start, stop, step any) Axis {
	x, s, err := common(start, stop, step)
	if err != nil {
		return Axis{names: []string{name}, err: err}
	}
	return plain(name, trajectory.Arange(x[0], x[1], x[2]), s)
}

type logspace struct {
	low, high float64
	n         int
}

func (l logspace) Len() int { return l.n }
func (l logspace) At(i int) any {
	switch i {
	case 0:
		return l.low
	case l.n - 1:
		return l.high
	}
	x := kernel.Exp(kernel.Log(l.low) + float64(float64(i)*(kernel.Log(l.high)-kernel.Log(l.low)))/float64(l.n-1))
	// So that a value is 100 and not 100.00000000000004.
	x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'e', 14, 64), 64)
	return min(max(x, l.low), l.high)
}

// Logspace is n values from low to high at equal ratios, both included and both
// greater than zero (numpy's geomspace), rounded to 15 digits. Bounds are as
// for [Linspace].
func Logspace(name string, low, high any, n int) Axis {
	lo, hi, s, err := logInterval(low, high)
	if err == nil && (n < 1 || n > maxPoints) {
		err = fmt.Errorf("%d values (want 1 to %d)", n, maxPoints)
	}
	if err != nil {
		return Axis{names: []string{name}, err: err}
	}
	return Axis{names: []string{name}, values: with(logspace{lo, hi, n}, s)}
}

type integers struct{ low, step, n int }

func (r integers) Len() int     { return r.n }
func (r integers) At(i int) any { return r.low + i*r.step }

// Integers is the whole numbers low, low+step, … up to high, which is included
// if a step leads to it. They are of type int.
func Integers(name string, low, high, step int) Axis {
	var err error
	switch {
	case step < 1:
		err = fmt.Errorf("whole numbers in steps of %d (want 1 or more)", step)
	case low > high:
		err = fmt.Errorf("whole numbers from %d to %d: the lower bound must not be greater than the upper one", low, high)
	case (uint64(high)-uint64(low))/uint64(step) >= maxPoints:
		err = fmt.Errorf("whole numbers from %d to %d in steps of %d: more than %d values", low, high, step, maxPoints)
	}
	if err != nil {
		return Axis{names: []string{name}, err: err}
	}
	return Axis{names: []string{name}, values: integers{low, step, int((uint64(high)-uint64(low))/uint64(step)) + 1}}
}

// Distinct lists the values of a range, each once, in the order in which they
// first come, and says for every place of the range which of them is there.
// Values are the same if they are of one type and equal to the bit.
func Distinct(r trajectory.Range) (values []any, at []int) {
	if r == nil {
		return nil, nil
	}
	known := map[any]int{}
	at = make([]int, r.Len())
	for i := range at {
		v := r.At(i)
		k := identity(v)
		j, ok := known[k]
		if !ok {
			j = len(values)
			known[k] = j
			values = append(values, v)
		}
		at[i] = j
	}
	return values, at
}

// floatBits and printed keep what identity makes of values apart from the values themselves.
type floatBits uint64

type printed string

// identity is a key that values which are the same to the bit have in common.
func identity(v any) any {
	switch v := v.(type) {
	case bool, string, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return v
	case float64:
		return floatBits(math.Float64bits(v))
	}
	if d, err := trajectory.Encode(v); err == nil {
		return printed(fmt.Sprintf("%T %v", v, d))
	}
	return printed(fmt.Sprintf("%T %#v", v, v))
}
