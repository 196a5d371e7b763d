package neuron

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"galvani/equation"
	"galvani/internal/sim"
	"galvani/quantity"
)

// Group is the handle of a number of neurons of one kind. Build one with
// [NewGroup], or with the Group method of a network, which collects the errors.
type Group struct {
	name  string
	n     int
	spec  Spec
	eqs   *equation.Equations
	dt    float64 // own time step, 0: the network's
	model layout

	mu       sync.Mutex
	errs     []error
	initials []initial
	sealed   bool // others may use it: no Set any more
	plans    map[float64]*plan
}

// initial is a recorded Set.
type initial struct {
	on       View
	variable string
	text     string    // an expression, or
	values   []float64 // a value per neuron of the view, or a single one
}

// NewGroup makes a group of n neurons. The error joins everything that is wrong
// with the spec; the group is returned even then, so that its parts can be named,
// but no network accepts it.
func NewGroup(name string, n int, spec Spec) (*Group, error) {
	g := &Group{name: name, n: n, spec: spec, plans: map[float64]*plan{}}
	if err := sim.CheckName(name); err != nil {
		g.fail(err)
	}
	if n <= 0 || n > math.MaxInt32 {
		g.fail(fmt.Errorf("%d neurons: want between 1 and %d", n, math.MaxInt32))
		g.n = 0
	}
	eqs, err := equation.Parse(spec.Equations)
	if err != nil {
		g.fail(fmt.Errorf("equations: %w", err))
	} else {
		g.eqs = eqs
		g.model = newLayout(spec, eqs)
	}
	g.check()
	return g, g.Err()
}

// check looks at what can be wrong apart from the texts.
func (g *Group) check() {
	s := g.spec
	if s.DT != (quantity.Quantity{}) {
		switch g.dt = s.DT.SI(); {
		case s.DT.Dimension() != quantity.DimTime:
			g.fail(fmt.Errorf("dt is %v, want a time", s.DT))
		case !(g.dt > 0) || math.IsInf(g.dt, 0):
			g.fail(fmt.Errorf("dt is %v, want a positive time", s.DT))
		}
	}
	if s.Reset != "" && s.Threshold == "" {
		g.fail(errors.New("a reset without a threshold"))
	}
	if s.Refractory != "" && s.Threshold == "" {
		g.fail(errors.New("a refractory period without a threshold"))
	}
	if period := g.model.period; s.Refractory != "" && g.model.constant && (!(period >= 0) || math.IsInf(period, 0)) {
		g.fail(fmt.Errorf("refractory period is %v, want 0 or more", quantity.New(period, quantity.DimTime)))
	}
	if s.Update.Func == nil {
		if s.Update.Name != "" || s.Update.Columns != nil {
			g.fail(errors.New("native update without a function"))
		}
		return
	}
	if s.Update.Name == "" {
		g.fail(errors.New("native update without a name"))
	}
	if g.eqs == nil {
		return
	}
	for _, c := range s.Update.Columns {
		if slices.Index(g.model.columns, c) < 0 {
			g.fail(fmt.Errorf("native update %s: no variable %s; there are %s", s.Update.Name, c, strings.Join(g.model.columns, ", ")))
		}
	}
}

func (*Group) view() {}

// Group is g itself: a group is a view of all its neurons.
func (g *Group) Group() *Group { return g }

// Name is the group's name.
func (g *Group) Name() string { return g.name }

// Kind is "neuron group".
func (g *Group) Kind() string { return "neuron group" }

// N is the number of neurons.
func (g *Group) N() int { return g.n }

// Spec is what the group was made from.
func (g *Group) Spec() Spec { return g.spec }

// Equations are the group's parsed equations; nil if they have errors.
func (g *Group) Equations() *equation.Equations { return g.eqs }

// Variables lists the variables of the equations in the order of the text.
func (g *Group) Variables() []equation.Variable {
	if g.eqs == nil {
		return nil
	}
	return g.eqs.Variables()
}

// Needs is empty: a group stands alone.
func (g *Group) Needs() []sim.Object { return nil }

// StepSize is the group's own time step in seconds, 0 if it takes the network's.
func (g *Group) StepSize() float64 { return g.dt }

// Spikes reports whether the neurons can spike: whether there is a threshold.
func (g *Group) Spikes() bool { return g.spec.Threshold != "" }

// Ranges is all neurons.
func (g *Group) Ranges() []Range {
	if g.n == 0 {
		return nil
	}
	return []Range{{Lo: 0, Hi: g.n}}
}

// All is a view of all neurons.
func (g *Group) All() View { return g }

// Slice is the part of the neurons lo <= i < hi.
func (g *Group) Slice(lo, hi int) View { return g.whole().Slice(lo, hi) }

// Chunks cuts the group into parts of size neurons each; the last one is shorter
// if they don't come out even.
func (g *Group) Chunks(size int) []View { return g.whole().Chunks(size) }

// Except is the group without the neurons of a part of it.
func (g *Group) Except(other View) View { return g.whole().Except(other) }

func (g *Group) whole() *subgroup { return &subgroup{group: g, ranges: g.Ranges()} }

// Err tells everything that is wrong with the group, joined; nil if all is well.
func (g *Group) Err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return errors.Join(g.errs...)
}

// fail records an error.
func (g *Group) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.errs = append(g.errs, fmt.Errorf("neuron: %s: %w", g.name, err))
}

// Seal ends the building of the group: a Set after it is an error. A network that
// begins with the group seals it, too.
func (g *Group) Seal() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sealed = true
}

// Set records the value that a variable starts with: a number or a slice of
// numbers (SI, one per neuron), a quantity.Quantity or a slice of them, a bool,
// or text that is evaluated for every neuron when a network begins ("rand()",
// "V_0 + 0.1*i/N"; i is the number of the neuron in the view). A number for a
// variable with a unit must be given as a quantity or as text, zero excepted.
// Later calls win. Errors are those of the group. Set is for building: once a
// network has begun with the group it is an error, and values are changed in the
// network.
func (g *Group) Set(variable string, value any) { g.set(g, variable, value) }

func (g *Group) set(on View, variable string, value any) {
	fail := func(format string, args ...any) {
		g.fail(fmt.Errorf("set %s: %w", variable, fmt.Errorf(format, args...)))
	}
	if g.eqs == nil || g.n == 0 {
		return // reported already
	}
	if on != View(g) && on.Err() != nil {
		g.fail(on.Err())
		return
	}
	g.mu.Lock()
	sealed := g.sealed
	g.mu.Unlock()
	if sealed {
		fail("the group is shared by now (a network has begun with it, or its build is over); set the variable in the network")
		return
	}
	v, err := g.model.settable(g.eqs, variable)
	if err != nil {
		g.fail(err)
		return
	}
	in := initial{on: on, variable: variable}
	if in.text, in.values, err = values(v, on, value); err != nil {
		fail("%w", err)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.initials = append(g.initials, in)
	clear(g.plans)
}

// values turns what Set gets into an expression or numbers.
func values(v equation.Variable, on View, value any) (text string, numbers []float64, err error) {
	want := func(n int) error {
		if n != on.N() || v.Shared {
			return fmt.Errorf("%d values for %d neurons of %s", n, on.N(), on.Name())
		}
		return nil
	}
	quantities := func(qs []quantity.Quantity) error {
		for _, q := range qs {
			if q.Dimension() != v.Dim {
				return &quantity.MismatchError{Op: "set", Left: v.Dim, Right: q.Dimension()}
			}
			numbers = append(numbers, q.SI())
		}
		return nil
	}
	switch x := value.(type) {
	case string:
		return x, nil, nil
	case []float64:
		return "", slices.Clone(x), want(len(x))
	case quantity.Quantity:
		err = quantities([]quantity.Quantity{x})
	case []quantity.Quantity:
		if err = want(len(x)); err == nil {
			err = quantities(x)
		}
	case bool:
		if v.Type != equation.Boolean {
			return "", nil, fmt.Errorf("%v for a variable that is not boolean", x)
		}
		numbers = []float64{0}
		if x {
			numbers[0] = 1
		}
	case int:
		return values(v, on, float64(x))
	case float64:
		if !v.Dim.IsNone() && x != 0 {
			return "", nil, fmt.Errorf("the plain number %v for a variable in %s; want a quantity or a text with the unit", x, v.Unit)
		}
		numbers = []float64{x}
	default:
		return "", nil, fmt.Errorf("cannot take a %T; want a number, a quantity, a slice of them or a text", value)
	}
	return "", numbers, err
}
