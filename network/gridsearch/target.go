package gridsearch

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"galvani/equation"
	"galvani/quantity"
)

// target is a column that a name of the grid sets.
type target struct {
	path     string
	group    *population
	variable string
	dim      quantity.Dimension
	kind     equation.Type
}

// split cuts a path at its first slash.
func split(path string) (object, variable string, err error) {
	object, variable, ok := strings.Cut(path, "/")
	if !ok || object == "" || variable == "" {
		return "", "", fmt.Errorf("%q is no path: want OBJECT/VARIABLE", path)
	}
	return object, variable, nil
}

// readMap finds the variables that the map names.
func (s *Search) readMap() error {
	var errs []error
	s.targets = make([][]target, len(s.axes))
	by := map[string]string{}
	for k, a := range s.axes {
		paths := s.spec.Map[a.Name]
		if len(paths) == 0 {
			errs = append(errs, fmt.Errorf("the grid has %s, but the map does not say what it sets; it has %s", a.Name, known(maps.Keys(s.spec.Map))))
			continue
		}
		for _, path := range paths {
			if other, twice := by[path]; twice {
				errs = append(errs, fmt.Errorf("%s is set by %s and by %s", path, other, a.Name))
				continue
			}
			by[path] = a.Name
			t, err := s.model.target(path)
			if err != nil {
				errs = append(errs, fmt.Errorf("map: %s: %w", a.Name, err))
				continue
			}
			s.targets[k] = append(s.targets[k], t)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.spec.Map)) {
		if !slices.Contains(s.Keys(), key) {
			errs = append(errs, fmt.Errorf("the map has %s, but the grid does not: it has %s", key, strings.Join(s.Keys(), ", ")))
		}
	}
	return errors.Join(errs...)
}

// target finds what a path of the map names. A constant becomes a variable.
func (m *model) target(path string) (target, error) {
	object, name, err := split(path)
	if err != nil {
		return target{}, err
	}
	if p := m.population(object); p != nil {
		return p.target(path, name)
	}
	if p := m.projection(object); p != nil {
		return p.target(path, name)
	}
	return target{}, fmt.Errorf("%s: the model has no %s; it has %s", path, object, m.names())
}

func (p *population) target(path, name string) (target, error) {
	t := target{path: path, group: p, variable: name}
	v, ok := p.group.Equations().Lookup(name)
	if _, constant := p.group.Spec().Constants[name]; !ok && constant {
		q, err := equation.EvalConstant(name, p.group.Spec().Constants)
		if err != nil {
			return t, err
		}
		t.dim = q.Dimension()
		p.lanes = append(p.lanes, lane{name, t.dim})
		return t, nil
	}
	switch {
	case !ok:
		return t, fmt.Errorf("%s: %s has no variable %s; it has %s", path, p.group.Name(), name, p.known())
	case v.Kind == equation.Subexpression:
		return t, fmt.Errorf("%s is a subexpression, which has no value of its own", path)
	case v.Shared:
		return t, fmt.Errorf("%s is shared, and so the same in all copies: leave out the flag", path)
	}
	t.dim, t.kind = v.Dim, v.Type
	return t, nil
}

func (p *projection) target(path, name string) (target, error) {
	s, spec := p.synapses, p.synapses.Spec()
	t := target{path: path, group: p.post, dim: p.dim}
	_, constant := spec.Constants[name]
	switch {
	case constant:
		q, err := equation.EvalConstant(name, spec.Constants)
		if err != nil {
			return t, err
		}
		t.dim = q.Dimension()
		for other, v := range spec.Constants {
			if text, is := v.(string); is && other != name && mentions(text, name) {
				return t, fmt.Errorf("%s: the constant %s depends on it; write it out in OnPre", path, other)
			}
		}
		weight, _ := spec.Weight.(string)
		if mentions(weight+" "+spec.Condition, name) {
			return t, fmt.Errorf("%s decides how the synapses are made, which are the same in all copies", path)
		}
	case name != "w":
		return t, fmt.Errorf("%s: synapses %s have the weight w and the constants %s, but no %s", path, s.Name(), known(maps.Keys(spec.Constants)), name)
	case spec.Weight == nil:
		return t, fmt.Errorf("%s: synapses %s have no weight", path, s.Name())
	}
	// The lane of the postsynaptic neuron holds it: also where all copies have the same value
	// it is no constant then, so that copies compute the same bits in any company.
	t.variable = fmt.Sprintf("%s_of_%d", name, len(p.post.lanes))
	p.renamed[name] = t.variable + "_post"
	p.post.lanes = append(p.post.lanes, lane{t.variable, t.dim})
	return t, nil
}

// known lists what a group has that can be set.
func (p *population) known() string {
	var names []string
	for _, v := range p.group.Variables() {
		if v.Kind != equation.Subexpression && !v.Shared {
			names = append(names, v.Name)
		}
	}
	return known(slices.Values(append(names, slices.Collect(maps.Keys(p.group.Spec().Constants))...)))
}

// known lists names for a message.
func known(names func(yield func(string) bool)) string {
	list := slices.Sorted(names)
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// point turns the values of a point, in the order of the grid, into SI numbers.
func (s *Search) point(values []any) ([]float64, error) {
	numbers := make([]float64, len(values))
	for k, v := range values {
		var q quantity.Quantity
		switch x := v.(type) {
		case quantity.Quantity:
			q = x
		case float64:
			q = quantity.New(x, quantity.DimNone)
		case int:
			q = quantity.New(float64(x), quantity.DimNone)
		case int64:
			q = quantity.New(float64(x), quantity.DimNone)
		case bool:
			if x {
				q = quantity.New(1, quantity.DimNone)
			}
		default:
			return nil, fmt.Errorf("%s is a %T, want a number, a bool or a quantity", s.axes[k].Name, v)
		}
		if math.IsNaN(q.SI()) || math.IsInf(q.SI(), 0) {
			return nil, fmt.Errorf("%s is %v", s.axes[k].Name, v)
		}
		_, isBool := v.(bool)
		for _, t := range s.targets[k] {
			zero := q == quantity.Quantity{} && !isBool
			switch {
			case isBool != (t.kind == equation.Boolean):
				return nil, fmt.Errorf("%s is %v, but %s is %s", s.axes[k].Name, v, t.path, t.kind)
			case t.kind == equation.Integer && q.SI() != math.Trunc(q.SI()):
				return nil, fmt.Errorf("%s is %v, but %s is an integer", s.axes[k].Name, v, t.path)
			case q.Dimension() != t.dim && !zero:
				return nil, fmt.Errorf("%s: %w", s.axes[k].Name, &quantity.MismatchError{Op: "set " + t.path, Left: t.dim, Right: q.Dimension()})
			}
		}
		numbers[k] = q.SI()
	}
	return numbers, nil
}
