package trajectory

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"galvani/quantity"
)

// limit is a rule for the value of one parameter. [Trajectory.Check] applies it to every
// value that a run will have.
type limit struct {
	what string // in words: "at least 0.0"
	ok   func(value any) (bool, error)
}

// AtLeast allows values that are x or more. It compares numbers of any type, texts
// and quantities, of arrays every element.
func AtLeast(x any) AddOption {
	return compare("at least", x, func(c int) bool { return c >= 0 })
}

// AtMost allows values that are x or less.
func AtMost(x any) AddOption {
	return compare("at most", x, func(c int) bool { return c <= 0 })
}

// Above allows values that are more than x.
func Above(x any) AddOption { return compare("above", x, func(c int) bool { return c > 0 }) }

// Below allows values that are less than x.
func Below(x any) AddOption { return compare("below", x, func(c int) bool { return c < 0 }) }

// OneOf allows these values only.
func OneOf(values ...any) AddOption {
	var texts []string
	for _, v := range values {
		texts = append(texts, valueInWords(v))
	}
	return AddOption{limit: &limit{what: "one of " + strings.Join(texts, ", "), ok: func(value any) (bool, error) {
		for _, v := range values {
			if c, ok, err := order(value, v); err != nil {
				return false, err
			} else if ok && c == 0 {
				return true, nil
			}
		}
		return false, nil
	}}}
}

// Required demands a value that somebody has given: not 0, NaN, "" or empty. It is
// for parameters that have no sensible default.
func Required() AddOption {
	return AddOption{limit: &limit{what: "a value of its own (it is required)", ok: func(value any) (bool, error) {
		if q, ok := value.(quantity.Quantity); ok {
			return q.SI() != 0 && !math.IsNaN(q.SI()), nil
		}
		if value == nil {
			return false, nil
		}
		if f, ok := value.(float64); ok && math.IsNaN(f) {
			return false, nil
		}
		v := reflect.ValueOf(value)
		if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
			return v.Len() > 0, nil
		}
		return !v.IsZero(), nil
	}}}
}

// Where allows values for which a condition holds; what says it in words, to go
// on after "want". The value is of the parameter's type.
func Where(what string, condition func(value any) bool) AddOption {
	return AddOption{limit: &limit{what: what, ok: func(value any) (bool, error) { return condition(value), nil }}}
}

func valueInWords(v any) string {
	if s, ok := v.(fmt.Stringer); ok {
		return s.String()
	}
	return PythonText(v)
}

func compare(words string, x any, allowed func(order int) bool) AddOption {
	return AddOption{limit: &limit{what: words + " " + valueInWords(x), ok: func(value any) (bool, error) {
		return eachElement(value, func(v any) (bool, error) {
			c, ok, err := order(v, x)
			return ok && allowed(c), err
		})
	}}}
}

// eachElement applies a condition to a scalar or to all elements of what is none.
func eachElement(value any, condition func(any) (bool, error)) (bool, error) {
	if _, ok := value.(quantity.Quantity); ok {
		return condition(value)
	}
	d, err := Encode(value)
	if err != nil || d.Coll == Scalar {
		return condition(value)
	}
	n, err := Elements(d.Shape)
	if err != nil {
		return false, err
	}
	for i := range n {
		v, err := Decode(Data{Coll: Scalar, Type: d.Type, Values: sliceValues(d.Values, i, i+1)})
		if err != nil {
			return false, err
		}
		if ok, err := condition(v); !ok || err != nil {
			return ok, err
		}
	}
	return true, nil
}

// order compares two values; ok is false where there is no order, as with NaN.
// Values that have nothing in common are an error.
func order(a, b any) (c int, ok bool, err error) {
	if q, isQuantity := a.(quantity.Quantity); isQuantity {
		r, isQuantity := b.(quantity.Quantity)
		if !isQuantity {
			if r, err = quantity.Parse(valueInWords(b)); err != nil {
				return 0, false, err
			}
		}
		if math.IsNaN(q.SI()) || math.IsNaN(r.SI()) {
			return 0, false, nil
		}
		c, err = q.Cmp(r)
		return c, err == nil, err
	}
	x, err := Encode(a)
	if err != nil {
		return 0, false, err
	}
	y, err := Encode(b)
	if err != nil {
		return 0, false, err
	}
	if x.Coll != Scalar || y.Coll != Scalar {
		return 0, x.Equal(y), nil
	}
	if s, isText := x.Values.([]string); isText {
		if t, isText := y.Values.([]string); isText {
			return strings.Compare(s[0], t[0]), true, nil
		}
	}
	if i, isInt := exactInt(x); isInt {
		if j, isInt := exactInt(y); isInt {
			return compareInts(i, j), true, nil
		}
	}
	f, ok1 := number(x.Values, 0)
	g, ok2 := number(y.Values, 0)
	if !ok1 || !ok2 {
		return 0, false, fmt.Errorf("%s cannot be compared with %s: %w", describe(a), describe(b), ErrType)
	}
	if math.IsNaN(f) || math.IsNaN(g) {
		return 0, false, nil
	}
	switch {
	case f < g:
		return -1, true, nil
	case f > g:
		return 1, true, nil
	}
	return 0, true, nil
}

// wideInt is an integer of any type.
type wideInt struct {
	negative bool
	bits     uint64 // of the value as an int64 if it is negative, as a uint64 otherwise
}

func exactInt(d Data) (wideInt, bool) {
	if u, ok := d.Values.([]uint64); ok {
		return wideInt{bits: u[0]}, true
	}
	if _, isBool := d.Values.([]bool); isBool {
		return wideInt{}, false
	}
	i, ok := asInt(d)
	return wideInt{negative: i < 0, bits: uint64(i)}, ok
}

func compareInts(a, b wideInt) int {
	switch {
	case a.negative != b.negative:
		if a.negative {
			return -1
		}
		return 1
	case a.bits < b.bits: // the order of negative ones is that of their bits too
		return -1
	case a.bits > b.bits:
		return 1
	}
	return 0
}

// rule is a condition on several parameters.
type rule struct {
	name  string
	check func(Getter) error
}

// Rule adds a condition on several parameters, which [Trajectory.Check] applies to the
// view of every run: an error is what is wrong. The name says in words what the rule
// demands. The function reads parameters through g and depends on nothing else.
//
//	t.Rule("clusters divide the neurons", func(g trajectory.Getter) error {
//		n, err := trajectory.Get[int](g, "N_e")
//		...
//	})
func (t *Trajectory) Rule(name string, check func(g Getter) error) {
	if check == nil {
		check = func(Getter) error { return missing("condition") }
	}
	t.rules = append(t.rules, rule{name: name, check: check})
}

// checker is a struct that knows rules for its own values; see [Trajectory.AddStruct].
type checker interface{ Check() error }

// structRule makes the rule of a struct that has a method Check.
func (t *Trajectory) structRule(path string, typ reflect.Type) {
	if !typ.Implements(reflect.TypeFor[checker]()) && !reflect.PointerTo(typ).Implements(reflect.TypeFor[checker]()) {
		return
	}
	if Branch(path) != branchParameters {
		path = join(branchParameters, path)
	}
	t.Rule(path, func(g Getter) error {
		v := reflect.New(typ)
		if err := bind(g, path, v.Elem(), false); err != nil {
			return err
		}
		return v.Interface().(checker).Check()
	})
}

// tagLimits reads the rules of a field's tags.
func tagLimits(f reflect.StructField) ([]AddOption, error) {
	var out []AddOption
	var bad []error
	for tag, option := range map[string]func(any) AddOption{"min": AtLeast, "max": AtMost, "above": Above, "below": Below} {
		text, ok := f.Tag.Lookup(tag)
		if !ok {
			continue
		}
		v, err := tagValue(f.Type, text)
		if err != nil {
			bad = append(bad, fmt.Errorf("tag %s:%q: %w", tag, text, err))
			continue
		}
		out = append(out, option(v))
	}
	if text, ok := f.Tag.Lookup("oneof"); ok {
		var values []any
		for _, part := range strings.Split(text, ",") {
			v, err := tagValue(f.Type, strings.TrimSpace(part))
			if err != nil {
				bad = append(bad, fmt.Errorf("tag oneof:%q: %w", text, err))
				continue
			}
			values = append(values, v)
		}
		out = append(out, OneOf(values...))
	}
	if text, ok := f.Tag.Lookup("required"); ok && text != "false" {
		out = append(out, Required())
	}
	slices.SortFunc(out, func(a, b AddOption) int { return strings.Compare(a.limit.what, b.limit.what) })
	return out, errors.Join(bad...)
}

// tagValue reads a value of a tag in the way of the field's type.
func tagValue(t reflect.Type, text string) (any, error) {
	if t == quantityType {
		return quantity.Parse(text)
	}
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	if t.Kind() == reflect.String {
		return text, nil
	}
	v := parseScalar(text)
	if _, isText := v.(string); isText {
		return nil, fmt.Errorf("it is not a number: %w", ErrType)
	}
	return v, nil
}
