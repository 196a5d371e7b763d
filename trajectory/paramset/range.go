package paramset

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"

	"galvani/quantity"
	"galvani/trajectory"
)

// maxValues bounds how many values the ranges, lists and references of one text
// may stand for.
const maxValues = 2_000_000

// Range is a list of values that a parameter takes one after the other. It is
// immutable. Set.Inner, Set.Outer and Set.Over iterate over the ranges of a set. A
// Range is also a range of package trajectory.
type Range struct {
	values []any  // canonical
	unit   string // of the numbers in values, "" if they are plain
}

// NewRange makes a range of the given values, at least one. They may be
// anything that [Set.Put] takes, sets and lists too.
func NewRange[T any](values ...T) (Range, error) { return NewRangeIn("", values...) }

// NewRangeIn makes a range of numbers that count a unit: its values are
// quantities. The unit is checked.
func NewRangeIn[T any](unit string, values ...T) (Range, error) {
	list := make([]any, len(values))
	for i, v := range values {
		var err error
		if list[i], err = canonical(v); err != nil {
			return Range{}, fmt.Errorf("paramset: value %d of a range: %w", i, err)
		}
	}
	r, err := newRange(list, unit)
	if err != nil {
		return Range{}, fmt.Errorf("paramset: %w", err)
	}
	return r, nil
}

// MustRange is [NewRange] for values that are part of the program; it panics if
// they make no range.
func MustRange[T any](values ...T) Range {
	r, err := NewRange(values...)
	if err != nil {
		panic(err)
	}
	return r
}

// RangeOf copies the values of a range of package trajectory, such as
// trajectory.Arange(1, 2.6, 0.2).
func RangeOf(r trajectory.Range) (Range, error) {
	if _, err := trajectory.Over("range", r).Columns(); err != nil {
		return Range{}, fmt.Errorf("paramset: %w", err)
	}
	if r.Len() > maxValues {
		return Range{}, fmt.Errorf("paramset: a range of %d values (at most %d): %w", r.Len(), maxValues, ErrTooLarge)
	}
	list := make([]any, r.Len())
	for i := range list {
		list[i] = r.At(i)
	}
	return NewRange(list...)
}

// newRange checks canonical values and takes them over.
func newRange(values []any, unit string) (Range, error) {
	if len(values) == 0 {
		return Range{}, fmt.Errorf("a range without values: %w", ErrType)
	}
	for i, v := range values {
		if _, ok := v.(Range); ok {
			return Range{}, fmt.Errorf("value %d of a range is itself a range: %w", i, ErrType)
		}
	}
	if unit == "" {
		return Range{values: values}, nil
	}
	u, err := quantity.ParseUnit(unit)
	if err != nil {
		return Range{}, fmt.Errorf("the unit of a range: %w", err)
	}
	for i, v := range values {
		if !isNumber(v) {
			return Range{}, fmt.Errorf("value %d of a range in %s is %s (want a number): %w", i, unit, describe(v), ErrType)
		}
	}
	if u.Dim.IsNone() && u.Scale == 1 {
		unit = ""
	}
	return Range{values: values, unit: unit}, nil
}

func isNumber(v any) bool {
	switch v.(type) {
	case int, float64:
		return true
	}
	return false
}

// Len is the number of values.
func (r Range) Len() int { return len(r.values) }

// At is value i from 0 to Len()-1, in the form that [Set.Value] returns.
func (r Range) At(i int) any {
	v := r.values[i]
	if r.unit == "" {
		return clone(v)
	}
	q, _ := quantity.Of(float(v), r.unit) // checked when the range was made
	return natural(q)
}

func float(v any) float64 {
	if i, ok := v.(int); ok {
		return float64(i)
	}
	return v.(float64)
}

// Unit is the unit that the range was given in, "" if it has none.
func (r Range) Unit() string { return r.unit }

// All yields the values with their numbers.
func (r Range) All() iter.Seq2[int, any] {
	return func(yield func(int, any) bool) {
		for i := range r.values {
			if !yield(i, r.At(i)) {
				return
			}
		}
	}
}

// Values reads all values of a range as Ts, as [Get] reads one.
func Values[T any](r Range) ([]T, error) {
	s := Set{}
	if err := s.insert("range", slices.Collect(valuesOf(r.All())), Position{}); err != nil {
		return nil, err
	}
	return Get[[]T](&s, "range")
}

func valuesOf(seq iter.Seq2[int, any]) iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, v := range seq {
			if !yield(v) {
				return
			}
		}
	}
}

// In reads all values in a unit. The unit "1" reads plain numbers.
func (r Range) In(unit string) ([]float64, error) {
	if unit == r.unit && unit != "" {
		return Values[float64](Range{values: r.values})
	}
	quantities, err := Values[quantity.Quantity](r)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(quantities))
	for i, q := range quantities {
		if out[i], err = q.In(unit); err != nil {
			return nil, fmt.Errorf("paramset: value %d of a range: %w", i, err)
		}
	}
	return out, nil
}

// Map makes a range of what a function makes of the values, which are read as
// Ts: [2*x for x in range].
func Map[T, U any](r Range, f func(T) U) (Range, error) {
	in, err := Values[T](r)
	if err != nil {
		return Range{}, err
	}
	out := make([]U, len(in))
	for i, x := range in {
		out[i] = f(x)
	}
	return NewRange(out...)
}

// Add adds a number or quantity to every value; the dimensions must agree.
func (r Range) Add(x any) (Range, error) { return r.apply('+', x) }

// Sub subtracts a number or quantity from every value.
func (r Range) Sub(x any) (Range, error) { return r.apply('-', x) }

// Mul multiplies every value with a number or quantity. A plain number leaves
// the range in its unit.
func (r Range) Mul(x any) (Range, error) { return r.apply('*', x) }

// Div divides every value by a number or quantity, as Python 3 does: 1/2 is 0.5.
func (r Range) Div(x any) (Range, error) { return r.apply('/', x) }

// Pow raises every value to a power.
func (r Range) Pow(x any) (Range, error) { return r.apply('^', x) }

func (r Range) apply(op byte, x any) (Range, error) {
	v, err := canonical(x)
	if err == nil {
		v, err = operate(op, r, v)
	}
	if err != nil {
		return Range{}, fmt.Errorf("paramset: %w", err)
	}
	out, ok := v.(Range)
	if !ok {
		return Range{}, fmt.Errorf("paramset: %s and %s make no range: %w", describe(r), describe(x), ErrType)
	}
	return out, nil
}

// Shuffled returns the values in random order.
func (r Range) Shuffled(src rand.Source) Range {
	out := Range{values: slices.Clone(r.values), unit: r.unit}
	rand.New(src).Shuffle(len(out.values), func(i, j int) { out.values[i], out.values[j] = out.values[j], out.values[i] })
	return out
}

// Equal tells whether both ranges have equal values in the same order, in
// whatever units.
func (r Range) Equal(other Range) bool {
	if len(r.values) != len(other.values) {
		return false
	}
	if r.unit == other.unit {
		return slices.EqualFunc(r.values, other.values, equal)
	}
	for i := range r.values {
		if !equal(r.At(i), other.At(i)) {
			return false
		}
	}
	return true
}

// String writes the range as NeuroTools does: ParameterRange([10, 15], units="ms").
func (r Range) String() string {
	var b strings.Builder
	b.WriteString("ParameterRange(")
	b.WriteString(text(r.values))
	if r.unit != "" {
		b.WriteString(`, units=` + quote(r.unit))
	}
	b.WriteByte(')')
	return b.String()
}
