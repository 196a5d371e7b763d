package paramset

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"
	"unicode/utf8"

	"galvani/quantity"
)

// maxDepth bounds how deep sets and lists hold each other, in values as in texts.
const maxDepth = 64

// canonical copies a value into the form in which a set keeps it: nil, bool, int,
// float64, string, quantity.Quantity (with a dimension), []any, Range, Dist,
// Reference or *Set.
func canonical(v any) (any, error) { return canonicalAt(v, 0) }

func canonicalAt(v any, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d: %w", maxDepth, ErrTooLarge)
	}
	switch v := v.(type) {
	case nil, bool, int, float64:
		return v, nil
	case Reference:
		return v, v.check()
	case string:
		if !utf8.ValidString(v) {
			return nil, fmt.Errorf("text %q is not UTF-8: %w", clip(v), ErrType)
		}
		return v, nil
	case quantity.Quantity:
		return natural(v), nil
	case Range:
		if v.Len() == 0 {
			return nil, fmt.Errorf("a range without values: %w", ErrType)
		}
		return v, nil
	case Uniform:
		return v, v.check()
	case Normal:
		return v, v.check()
	case Gamma:
		return v, v.check()
	case *Set:
		if v == nil {
			return nil, fmt.Errorf("a set that is nil: %w", ErrType)
		}
		if d := v.depth(); depth+d > maxDepth {
			return nil, fmt.Errorf("nested deeper than %d: %w", maxDepth, ErrTooLarge)
		}
		return v.Clone(), nil
	case map[string]any:
		return fromMap(v, depth)
	case Dist:
		return nil, fmt.Errorf("a distribution of type %T cannot be kept in a set (use Uniform, Normal or Gamma, or a Range of its samples): %w", v, ErrType)
	case time.Duration:
		return nil, fmt.Errorf("a time.Duration (%v) has no unit here; use a quantity: %w", v, ErrType)
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Bool:
		return r.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if x := r.Int(); int64(int(x)) == x {
			return int(x), nil
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if x := r.Uint(); x <= math.MaxInt {
			return int(x), nil
		}
		return nil, fmt.Errorf("the number %d is beyond 64 bits with sign: %w", r.Uint(), ErrType)
	case reflect.Float32, reflect.Float64:
		return r.Float(), nil
	case reflect.String:
		return canonicalAt(r.String(), depth)
	case reflect.Slice, reflect.Array:
		out := make([]any, r.Len())
		for i := range out {
			x, err := canonicalAt(r.Index(i).Interface(), depth+1)
			if err != nil {
				return nil, fmt.Errorf("element %d: %w", i, err)
			}
			if _, ok := x.(Range); ok {
				return nil, fmt.Errorf("element %d: a range inside a list is never iterated over; give it a name of its own: %w", i, ErrType)
			}
			out[i] = x
		}
		return out, nil
	}
	return nil, fmt.Errorf("a value of type %T (want a boolean, number, text, quantity, range, distribution, reference, slice, map or set): %w", v, ErrType)
}

// natural makes a plain number of a dimensionless quantity.
func natural(q quantity.Quantity) any {
	if q.Dimension().IsNone() {
		return q.SI()
	}
	return q
}

// depth is the number of levels of a set.
func (s *Set) depth() int {
	d := 0
	for _, e := range s.entries {
		d = max(d, depthOf(e.value))
	}
	return d + 1
}

func depthOf(v any) int {
	switch v := v.(type) {
	case *Set:
		return v.depth()
	case []any:
		d := 0
		for _, x := range v {
			d = max(d, depthOf(x))
		}
		return d + 1
	case Range:
		return depthOf(v.values)
	}
	return 0
}

// clone copies a canonical value.
func clone(v any) any {
	switch v := v.(type) {
	case *Set:
		return v.Clone()
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = clone(x)
		}
		return out
	}
	return v
}

// handOut copies what a caller could change behind the set's back; sets below
// are meant to be changed.
func handOut(v any) any {
	if l, ok := v.([]any); ok {
		return clone(l)
	}
	return v
}

// equal compares canonical values.
func equal(a, b any) bool {
	switch x := a.(type) {
	case int:
		switch y := b.(type) {
		case int:
			return x == y
		case float64:
			// As Python: exact, not rounded to a float64.
			return y == math.Trunc(y) && y >= math.MinInt64 && y < math.MaxInt64 && int(y) == x
		}
		return false
	case float64:
		switch y := b.(type) {
		case float64:
			return x == y || math.IsNaN(x) && math.IsNaN(y)
		case int:
			return equal(b, a)
		}
		return false
	case quantity.Quantity:
		y, ok := b.(quantity.Quantity)
		return ok && x.Equal(y)
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equal)
	case Range:
		y, ok := b.(Range)
		return ok && x.Equal(y)
	case Reference:
		y, ok := b.(Reference)
		return ok && x.String() == y.String()
	case *Set:
		y, ok := b.(*Set)
		return ok && x.Equal(y)
	}
	return a == b // nil, bool, string, distributions
}

// describe names a canonical value for a message.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return fmt.Sprint(v)
	case int, float64:
		return "the number " + text(v)
	case string:
		return fmt.Sprintf("the text %q", clip(v))
	case quantity.Quantity:
		return "the quantity " + v.String()
	case []any:
		return fmt.Sprintf("a list of %d", len(v))
	case Range:
		return fmt.Sprintf("a range of %d values", v.Len())
	case Dist:
		return "the distribution " + v.String()
	case Reference:
		return "the reference " + clip(v.String())
	case *Set:
		return "a set"
	case typeName:
		return "the type " + string(v)
	}
	return fmt.Sprintf("a %T", v)
}

// Get reads a parameter as a T: bool, any integer or float, string,
// [quantity.Quantity], [Range], [Dist] or one of its types, [Reference], *Set
// (not a copy), map[string]any, a slice of these, or any. A whole number serves
// as a float and a number as a dimensionless quantity; nothing else is converted,
// and no number is rounded. Errors wrap [ErrNotFound] or [ErrType] and name the
// place in the file that the value was loaded from.
func Get[T any](s *Set, path string) (T, error) {
	var zero T
	e, err := s.find(path)
	if err != nil {
		return zero, err
	}
	v, err := convert(e.value, reflect.TypeFor[T]())
	if err != nil {
		return zero, &Error{Position: e.at, Msg: fmt.Sprintf("%s: %v", clip(path), err), Err: err}
	}
	out, _ := v.Interface().(T) // nil if T is an interface and the value None
	return out, nil
}

// GetOr is [Get] with a default for a parameter that is not there. A parameter of
// another type is an error nevertheless.
func GetOr[T any](s *Set, path string, otherwise T) (T, error) {
	if !s.Has(path) {
		return otherwise, nil
	}
	return Get[T](s, path)
}

// convert makes a value of type t without loss.
func convert(v any, t reflect.Type) (reflect.Value, error) {
	none := reflect.Value{}
	if t.Kind() == reflect.Interface && t.NumMethod() == 0 {
		out := reflect.New(t).Elem()
		if v = handOut(v); v != nil {
			out.Set(reflect.ValueOf(v))
		}
		return out, nil
	}
	if v != nil && reflect.TypeOf(v).AssignableTo(t) {
		out := reflect.New(t).Elem()
		out.Set(reflect.ValueOf(handOut(v)))
		return out, nil
	}
	out := reflect.New(t).Elem()
	switch x := v.(type) {
	case int:
		switch t.Kind() {
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
			if !out.OverflowInt(int64(x)) {
				out.SetInt(int64(x))
				return out, nil
			}
			return none, fmt.Errorf("the number %d does not fit %s: %w", x, t, ErrType)
		case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			if x >= 0 && !out.OverflowUint(uint64(x)) {
				out.SetUint(uint64(x))
				return out, nil
			}
			return none, fmt.Errorf("the number %d does not fit %s: %w", x, t, ErrType)
		case reflect.Float64, reflect.Float32:
			out.SetFloat(float64(x))
			if f := out.Float(); f < math.MaxInt64 && int(f) == x {
				return out, nil
			}
			return none, fmt.Errorf("the number %d has more digits than %s: %w", x, t, ErrType)
		}
	case float64:
		switch t.Kind() {
		case reflect.Float64, reflect.Float32:
			out.SetFloat(x)
			if f := out.Float(); f == x || math.IsNaN(x) {
				return out, nil
			}
			return none, fmt.Errorf("the number %s has more digits than %s: %w", text(x), t, ErrType)
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			return none, fmt.Errorf("%s is no %s (a whole number is written without a point): %w", describe(v), t, ErrType)
		}
	case bool:
		if t.Kind() == reflect.Bool {
			out.SetBool(x)
			return out, nil
		}
	case string:
		if t.Kind() == reflect.String {
			out.SetString(x)
			return out, nil
		}
		if t == reflect.TypeFor[quantity.Quantity]() {
			_, err := quantity.Parse(x)
			if err == nil {
				err = fmt.Errorf("quantities are written as a number, a space and a unit")
			}
			return none, fmt.Errorf("%s is no quantity (%v): %w", describe(v), err, ErrType)
		}
	case []any:
		if t.Kind() == reflect.Slice {
			out.Set(reflect.MakeSlice(t, len(x), len(x)))
			for i, y := range x {
				c, err := convert(y, t.Elem())
				if err != nil {
					return none, fmt.Errorf("element %d: %w", i, err)
				}
				out.Index(i).Set(c)
			}
			return out, nil
		}
	case *Set:
		if t == reflect.TypeFor[map[string]any]() {
			return reflect.ValueOf(x.Map()), nil
		}
	}
	if t == reflect.TypeFor[quantity.Quantity]() {
		switch x := v.(type) {
		case int:
			return reflect.ValueOf(quantity.New(float64(x), quantity.DimNone)), nil
		case float64:
			return reflect.ValueOf(quantity.New(x, quantity.DimNone)), nil
		}
	}
	hint := ""
	switch v.(type) {
	case Range:
		hint = " (iterate over the set first)"
	case Dist:
		hint = " (realise the set first)"
	case Reference:
		hint = " (resolve the set first)"
	}
	return none, fmt.Errorf("%s is no %s%s: %w", describe(v), t, hint, ErrType)
}
