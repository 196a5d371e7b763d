package trajectory

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"galvani/quantity"
)

// Get reads the value of a parameter, or of a result (see [Result.Value]), as
// the type T. Types are not converted, except between a slice and an [Array] of
// one dimension, list or tuple, between int and int64, uint and uint64 and
// slices of them, arrays and slices of slices and an [Array], maps of their
// values, and to types with the same underlying one. What was stored as [JSON] is
// read into a T with the same fields.
func Get[T any](g Getter, path string) (T, error) {
	n, err := g.Node(path)
	if err != nil {
		var zero T
		return zero, err
	}
	return getNode[T](n)
}

// valueOf reads the value of a leaf, also of one that somebody wraps.
func valueOf(n Node) (any, error) {
	switch n := n.(type) {
	case interface{ Value() any }:
		if e, ok := n.(interface{ Err() error }); ok && e.Err() != nil {
			return nil, e.Err()
		}
		return n.Value(), nil
	case interface{ Value() (any, error) }:
		return n.Value()
	}
	return nil, fmt.Errorf("trajectory: %s is a group and has no value: %w", orRoot(n.FullName()), ErrType)
}

// convert makes a value of type t without losing or reinterpreting anything.
func convert(v any, t reflect.Type) (reflect.Value, bool) {
	if v == nil {
		return reflect.Value{}, false
	}
	if j, ok := v.(JSON); ok && t != reflect.TypeFor[JSON]() && t.Kind() != reflect.Interface {
		out := reflect.New(t)
		return out.Elem(), t.Kind() != reflect.String && j.Into(out.Interface()) == nil
	}
	rv := reflect.ValueOf(v)
	if rv.Type().AssignableTo(t) {
		out := reflect.New(t).Elem()
		out.Set(rv)
		return out, true
	}
	if array, ok := v.(interface{ flat() ([]int, any) }); ok {
		shape, data := array.flat()
		return nest(shape, reflect.ValueOf(data), t)
	}
	if t.Kind() == reflect.Struct && t.NumField() == 2 && rv.Kind() == reflect.Slice {
		// A slice is wanted as an Array.
		out := reflect.New(t).Elem()
		if _, ok := out.Interface().(interface{ flat() ([]int, any) }); ok && rv.Type().ConvertibleTo(t.Field(1).Type) {
			out.Field(0).Set(reflect.ValueOf([]int{rv.Len()}))
			out.Field(1).Set(rv.Convert(t.Field(1).Type))
			return out, true
		}
		return reflect.Value{}, false
	}
	from, to := rv.Kind(), t.Kind()
	switch {
	case from == to && from != reflect.Struct && from != reflect.Map && from != reflect.Func && rv.Type().ConvertibleTo(t):
		return rv.Convert(t), true
	case isWord(from, to):
		return rv.Convert(t), true
	case from == reflect.Map && to == reflect.Map && t.Key().Kind() == reflect.String && rv.Type().Key().Kind() == reflect.String:
		out := reflect.MakeMapWithSize(t, rv.Len())
		for k, x := range rv.Seq2() {
			e, ok := convert(x.Interface(), t.Elem())
			if !ok {
				return reflect.Value{}, false
			}
			out.SetMapIndex(k.Convert(t.Key()), e)
		}
		return out, true
	case from == reflect.Slice && to == reflect.Array:
		return nest([]int{rv.Len()}, rv, t)
	case from == reflect.Slice && to == reflect.Slice && from == to && rv.Type().Elem().Kind() == t.Elem().Kind() && isBasic(t.Elem()):
		out := reflect.MakeSlice(t, rv.Len(), rv.Len())
		for i := range rv.Len() {
			out.Index(i).Set(rv.Index(i).Convert(t.Elem()))
		}
		return out, true
	case from == reflect.Slice && to == reflect.Slice && isWord(rv.Type().Elem().Kind(), t.Elem().Kind()):
		out := reflect.MakeSlice(t, rv.Len(), rv.Len())
		for i := range rv.Len() {
			out.Index(i).Set(rv.Index(i).Convert(t.Elem()))
		}
		return out, true
	}
	return reflect.Value{}, false
}

// nest makes slices of slices, or arrays, of a flat slice in row-major order.
func nest(shape []int, flat reflect.Value, t reflect.Type) (reflect.Value, bool) {
	if depthOf(t) != len(shape) || len(shape) == 0 {
		return reflect.Value{}, false
	}
	if len(shape) == 1 && t.Kind() == reflect.Slice {
		return convert(flat.Interface(), t)
	}
	out := reflect.New(t).Elem()
	switch {
	case t.Kind() == reflect.Slice:
		out.Set(reflect.MakeSlice(t, shape[0], shape[0]))
	case t.Len() != shape[0]:
		return reflect.Value{}, false
	}
	for i := range shape[0] {
		n := flat.Len() / shape[0]
		var e reflect.Value
		var ok bool
		if len(shape) == 1 {
			e, ok = convert(flat.Index(i).Interface(), t.Elem())
		} else {
			e, ok = nest(shape[1:], flat.Slice(i*n, (i+1)*n), t.Elem())
		}
		if !ok {
			return reflect.Value{}, false
		}
		out.Index(i).Set(e)
	}
	return out, true
}

// isWord tells the pairs of kinds that differ in name only on 64-bit machines.
func isWord(a, b reflect.Kind) bool {
	pair := func(x, y reflect.Kind) bool { return a == x && b == y || a == y && b == x }
	return strconv.IntSize == 64 && (pair(reflect.Int, reflect.Int64) || pair(reflect.Uint, reflect.Uint64))
}

func (a Array[T]) flat() ([]int, any) { return a.Shape, a.Data }

// The tags of a struct for [Trajectory.AddStruct] and [Bind].
const (
	tagName     = "param"
	tagComment  = "comment"
	tagUnit     = "unit"
	tagAnnotate = "annotate"
)

// field is one exported field of a bound struct.
type field struct {
	index   int
	name    string
	comment string
	unit    string
	notes   []AddOption // annotations and limits
	group   bool        // a struct of its own: a group
}

var quantityType = reflect.TypeFor[quantity.Quantity]()

// fieldsOf reads the tags of a struct type.
func fieldsOf(t reflect.Type) ([]field, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("trajectory: %s is no struct: %w", t, ErrType)
	}
	var out []field
	var bad []error
	seen := map[string]string{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, tagged := f.Tag.Lookup(tagName)
		if name == "-" || !f.IsExported() && !tagged {
			continue
		}
		if !f.IsExported() {
			bad = append(bad, fmt.Errorf("trajectory: field %s of %s has a tag but is not exported", f.Name, t))
			continue
		}
		if name == "" {
			name = f.Name
		}
		if b := badPart(name); b != "" {
			bad = append(bad, fmt.Errorf("trajectory: field %s of %s: %s: %w", f.Name, t, b, ErrName))
			continue
		}
		if other, ok := seen[name]; ok {
			bad = append(bad, fmt.Errorf("trajectory: fields %s and %s of %s are both called %q: %w", other, f.Name, t, name, ErrExists))
			continue
		}
		seen[name] = f.Name
		x := field{index: i, name: name, comment: f.Tag.Get(tagComment), unit: f.Tag.Get(tagUnit)}
		x.group = f.Type.Kind() == reflect.Struct && f.Type != quantityType && !isValueType(f.Type)
		notes, err := parseNotes(f.Tag.Get(tagAnnotate))
		if err != nil {
			bad = append(bad, fmt.Errorf("trajectory: field %s of %s: %w", f.Name, t, err))
		}
		limits, err := tagLimits(f)
		if err != nil {
			bad = append(bad, fmt.Errorf("trajectory: field %s of %s: %w", f.Name, t, err))
		}
		if len(limits) > 0 && x.group {
			bad = append(bad, fmt.Errorf("trajectory: field %s of %s is a group and has no limits: %w", f.Name, t, ErrType))
		}
		x.notes = append(notes, limits...)
		out = append(out, x)
	}
	if len(out) == 0 && len(bad) == 0 {
		bad = append(bad, fmt.Errorf("trajectory: %s has no exported fields: %w", t, ErrType))
	}
	return out, errors.Join(bad...)
}

// isValueType tells structs that are values (Array and what kinds may know)
// from structs that are groups: a group has a field with a tag of ours.
func isValueType(t reflect.Type) bool {
	if t.Implements(reflect.TypeFor[encoder]()) {
		return true
	}
	for i := range t.NumField() {
		if _, ok := t.Field(i).Tag.Lookup(tagName); ok {
			return false
		}
	}
	return true
}

// parseNotes reads annotations of the form order=0,label=x.
func parseNotes(text string) ([]AddOption, error) {
	if text == "" {
		return nil, nil
	}
	var out []AddOption
	for _, pair := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(pair, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" {
			return nil, fmt.Errorf("annotation %q is not of the form name=value: %w", pair, ErrName)
		}
		out = append(out, Annotate(name, parseScalar(value)))
	}
	return out, nil
}

func parseScalar(text string) any {
	if i, err := strconv.Atoi(text); err == nil {
		return i
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		return f
	}
	if text == "true" || text == "false" {
		return text == "true"
	}
	return text
}

// AddStruct adds a group of parameters, one for each exported field of a
// struct; the fields' values are the defaults. Tags:
//
//	Tau quantity.Quantity `param:"tau_e" comment:"time constant" unit:"ms" annotate:"order=0"`
//
// Without param the field's own name is taken, param:"-" leaves it out. The
// unit of a quantity must have its dimension; of a plain number it becomes the
// annotation "unit". A field that is itself a struct with such tags is a group
// below. The tags min, max, above, below, oneof and required are limits that
// [Trajectory.Check] applies, and so is a method Check() error of the struct, which
// is called with the values of every run:
//
//	P    float64 `param:"p" min:"0" max:"1"`
//	Kind string  `oneof:"ring, random"`
//
// A path of several structs may name the same group, but no parameter
// twice. Either all is added or nothing.
func (t *Trajectory) AddStruct(path string, value any, opts ...AddOption) error {
	v := reflect.Indirect(reflect.ValueOf(value))
	if !v.IsValid() {
		return fmt.Errorf("trajectory: AddStruct(%q, %T): no struct: %w", path, value, ErrType)
	}
	before := map[string]bool{}
	for full := range t.tree.nodes {
		before[full] = true
	}
	rules := len(t.rules)
	err := t.addStruct(path, v, opts)
	if err != nil {
		t.removeNew(before)
		t.rules = t.rules[:rules]
	}
	return err
}

// removeNew takes out what is not in before.
func (t *Trajectory) removeNew(before map[string]bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		var gone *node
		for full, n := range t.tree.nodes {
			if !before[full] {
				gone = n
				break
			}
		}
		if gone == nil {
			return
		}
		t.tree.remove(gone)
	}
}

func (t *Trajectory) addStruct(path string, v reflect.Value, opts []AddOption) error {
	fields, err := fieldsOf(v.Type())
	if err != nil {
		return err
	}
	var bad []error
	for _, f := range fields {
		full := join(path, f.name)
		value := v.Field(f.index)
		o := f.notes
		if f.comment != "" {
			o = append(o, Comment(f.comment))
		}
		if f.group {
			bad = append(bad, t.addStruct(full, value, o))
			continue
		}
		unit, err := f.checkUnit(value.Interface())
		if err != nil {
			bad = append(bad, fmt.Errorf("trajectory: %s: %w", full, err))
			continue
		}
		if unit != "" {
			o = append(o, Annotate("unit", unit))
		}
		bad = append(bad, t.AddParameter(full, value.Interface(), o...))
	}
	if len(opts) > 0 && path != "" && errors.Join(bad...) == nil {
		full, err := t.fullName(branchParameters, path, noRun)
		if err != nil {
			return err
		}
		bad = append(bad, t.tree.nodes[full].apply(opts))
	}
	if err := errors.Join(bad...); err != nil {
		return err
	}
	t.structRule(path, v.Type())
	return nil
}

// checkUnit compares the unit of a tag with a quantity's dimension. It returns
// the unit if it has to be noted, because the value has none.
func (f field) checkUnit(value any) (string, error) {
	if f.unit == "" {
		return "", nil
	}
	u, err := quantity.ParseUnit(f.unit)
	if err != nil {
		return "", err
	}
	q, ok := value.(quantity.Quantity)
	if !ok {
		return f.unit, nil
	}
	if q.Dimension() != u.Dim {
		return "", fmt.Errorf("the field has the unit %s (%s) and the value %s (%s): %w", f.unit, u.Dim, q, q.Dimension(), quantity.ErrMismatch)
	}
	return "", nil
}

// Bind reads the group of parameters at path into a struct, the reverse of
// [Trajectory.AddStruct]. A field without a parameter and a parameter of the
// group without a field are errors, all of them in one.
func Bind[T any](g Getter, path string) (T, error) {
	var out T
	err := bind(g, path, reflect.ValueOf(&out).Elem(), true)
	return out, err
}

func bind(g Getter, path string, v reflect.Value, whole bool) error {
	fields, err := fieldsOf(v.Type())
	if err != nil {
		return err
	}
	n, err := g.Node(path)
	if err != nil {
		return err
	}
	group, ok := n.(interface{ Children() []Node })
	if !ok {
		return fmt.Errorf("trajectory: %s is a %s (want a group to bind to %s): %w", n.FullName(), n.Class(), v.Type(), ErrType)
	}
	known := map[string]bool{}
	present := map[string]bool{}
	for _, f := range fields {
		known[f.name] = true
	}
	var bad []error
	for _, c := range group.Children() {
		present[c.Name()] = true
		if whole && c.IsLeaf() && !known[c.Name()] {
			bad = append(bad, fmt.Errorf("trajectory: %s has no field in %s", c.FullName(), v.Type()))
		}
	}
	for _, f := range fields {
		if !present[f.name] {
			bad = append(bad, fmt.Errorf("trajectory: %s of %s: there is no %s: %w", v.Type().Field(f.index).Name, v.Type(), join(n.FullName(), f.name), ErrNotFound))
			continue
		}
		at := join(path, f.name)
		if f.group {
			bad = append(bad, bind(g, at, v.Field(f.index), whole))
			continue
		}
		c, err := g.Node(at)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		value, err := valueOf(c)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		if _, err := f.checkUnit(value); err != nil {
			bad = append(bad, fmt.Errorf("trajectory: %s: %w", c.FullName(), err))
			continue
		}
		x, ok := convert(value, v.Type().Field(f.index).Type)
		if !ok {
			bad = append(bad, fmt.Errorf("trajectory: %s holds %s, field %s of %s is a %s: %w", c.FullName(), describe(value),
				v.Type().Field(f.index).Name, v.Type(), v.Type().Field(f.index).Type, ErrType))
			continue
		}
		v.Field(f.index).Set(x)
	}
	return errors.Join(bad...)
}
