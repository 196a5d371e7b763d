package paramset

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"galvani/quantity"
)

// Check says whether a value of a parameter is allowed; the error says what is
// wanted, as in "want 1 to 10".
type Check func(value any) error

// OfType allows what [Get] reads as a T.
func OfType[T any]() Check {
	t := reflect.TypeFor[T]()
	return func(v any) error {
		_, err := convert(v, t)
		return err
	}
}

// Between allows numbers, or quantities of that dimension, from least to most,
// both included.
func Between(least, most any) Check {
	lo, err := canonical(least)
	hi, err2 := canonical(most)
	return func(v any) error {
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		low, err := compare(lo, v)
		if err != nil {
			return err
		}
		high, err := compare(v, hi)
		if err != nil {
			return err
		}
		if low > 0 || high > 0 {
			return fmt.Errorf("want %s to %s", show(lo), show(hi))
		}
		return nil
	}
}

func show(v any) string {
	if q, ok := v.(quantity.Quantity); ok {
		return q.String()
	}
	return text(v)
}

// compare orders numbers and quantities; NaN is greater than everything.
func compare(a, b any) (int, error) {
	x, err := asAmount(a)
	if err != nil {
		return 0, err
	}
	y, err := asAmount(b)
	if err != nil {
		return 0, err
	}
	if x.SI() != x.SI() || y.SI() != y.SI() {
		return 1, nil
	}
	return x.Cmp(y)
}

func asAmount(v any) (quantity.Quantity, error) {
	switch v := v.(type) {
	case quantity.Quantity:
		return v, nil
	case int, float64:
		return quantity.New(float(v), quantity.DimNone), nil
	}
	return quantity.Quantity{}, fmt.Errorf("%s is no number: %w", describe(v), ErrType)
}

// OneOf allows the given values.
func OneOf(values ...any) Check {
	return func(v any) error {
		texts := make([]string, len(values))
		for i, allowed := range values {
			c, err := canonical(allowed)
			if err != nil {
				return err
			}
			if equal(c, v) {
				return nil
			}
			texts[i] = show(c)
		}
		return fmt.Errorf("want one of %s", strings.Join(texts, ", "))
	}
}

// like allows values of the kind of a template's: whole numbers for a whole
// number, any number for a float, quantities of the same dimension.
func like(template any) Check {
	switch t := template.(type) {
	case nil:
		return OneOf(nil)
	case bool:
		return OfType[bool]()
	case int:
		return OfType[int]()
	case float64:
		return OfType[float64]()
	case string:
		return OfType[string]()
	case []any:
		return OfType[[]any]()
	case *Set:
		return OfType[*Set]()
	case quantity.Quantity:
		return func(v any) error {
			q, ok := v.(quantity.Quantity)
			if !ok || q.Dimension() != t.Dimension() {
				return fmt.Errorf("want a quantity in %s", t.Dimension().Symbol())
			}
			return nil
		}
	case Range:
		return like(t.At(0))
	}
	return func(any) error { return nil } // distributions and references may become anything
}

// Schema says what a set must look like: which parameters there must or may be,
// of what kind and within which bounds, and which rules hold between them.
type Schema struct {
	paths []string
	rows  map[string]*schemaRow
	rules []rule
	open  bool
}

type schemaRow struct {
	optional bool
	checks   []Check
}

type rule struct {
	text  string
	holds func(*Set) error
}

// NewSchema makes a schema that allows no parameter yet.
func NewSchema() *Schema { return &Schema{rows: map[string]*schemaRow{}} }

// SchemaOf makes a schema of an example: the same parameters, of the same kinds.
func SchemaOf(template *Set) *Schema {
	c := NewSchema()
	for path, v := range template.Flat() {
		c.Require(path, like(v))
	}
	return c
}

// Require adds a parameter that must be there, or checks to one that is in the
// schema. It returns the schema.
func (c *Schema) Require(path string, checks ...Check) *Schema { return c.add(path, false, checks) }

// Allow adds a parameter that may be there.
func (c *Schema) Allow(path string, checks ...Check) *Schema { return c.add(path, true, checks) }

func (c *Schema) add(path string, optional bool, checks []Check) *Schema {
	r := c.rows[path]
	if r == nil {
		r = &schemaRow{}
		c.rows[path] = r
		c.paths = append(c.paths, path)
	}
	r.optional = optional
	r.checks = append(r.checks, checks...)
	return c
}

// AllowOthers lets sets have parameters that the schema does not name.
func (c *Schema) AllowOthers() *Schema {
	c.open = true
	return c
}

// Rule adds a condition that involves several parameters, with a text for
// messages such as "N_e is a multiple of clustersize".
func (c *Schema) Rule(text string, holds func(*Set) error) *Schema {
	c.rules = append(c.rules, rule{text: text, holds: holds})
	return c
}

// ValidationError says which parameter does not satisfy a schema.
type ValidationError struct {
	Path  string // of the parameter; of a rule its text
	Value string // what it is, for a message; empty if it is missing or unknown
	Err   error  // what is wanted
}

// Error gives path, value and reason.
func (e *ValidationError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("paramset: %s: %s", e.Path, inner(e.Err))
	}
	return fmt.Sprintf("paramset: %s: %s: %s", e.Path, e.Value, inner(e.Err))
}

// Unwrap returns the reason and [ErrInvalid].
func (e *ValidationError) Unwrap() []error { return []error{ErrInvalid, e.Err} }

// Validate checks a set, without references: resolve it first. Each value of a
// range is checked; distributions are not. Rules are checked for every point that
// the ranges span, up to the first that fails. All that is wrong is in the error,
// each as a *[ValidationError].
func (c *Schema) Validate(s *Set) error {
	var bad []error
	add := func(path, value string, err error) {
		bad = append(bad, &ValidationError{Path: path, Value: value, Err: err})
	}
	for _, path := range c.paths {
		row := c.rows[path]
		e, err := s.find(path)
		if err != nil {
			if !row.optional {
				add(path, "", fmt.Errorf("is missing: %w", ErrNotFound))
			}
			continue
		}
		for _, v := range row.values(e.value) {
			for _, check := range row.checks {
				if err := check(v); err != nil {
					add(path, describe(v), err)
					break
				}
			}
		}
	}
	for path := range s.Flat() {
		if !c.open && !c.knows(path) {
			add(path, "", fmt.Errorf("is not in the schema: %w", ErrNotFound))
		}
	}
	if len(bad) > 0 {
		return errors.Join(bad...)
	}
	for _, r := range c.rules {
		for point := range s.Inner() {
			if err := r.holds(point); err != nil {
				add(r.text, coordinates(s, point), err)
				break
			}
		}
	}
	return errors.Join(bad...)
}

// values are those to check of a parameter.
func (*schemaRow) values(v any) []any {
	switch v := v.(type) {
	case Range:
		return slices.Collect(valuesOf(v.All()))
	case Dist:
		return nil
	}
	return []any{v}
}

// knows tells whether the schema has the path, or a set that it is in.
func (c *Schema) knows(path string) bool {
	for {
		if c.rows[path] != nil {
			return true
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return false
		}
		path = path[:i]
	}
}

// coordinates names a point of a space.
func coordinates(space, point *Set) string {
	var parts []string
	for _, path := range space.RangePaths() {
		if v, err := point.Value(path); err == nil {
			parts = append(parts, path+" = "+show(v))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "at " + strings.Join(parts, ", ")
}
