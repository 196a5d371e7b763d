package neuron

import (
	"errors"
	"fmt"

	"galvani/equation"
	"galvani/internal/sim"
	"galvani/quantity"
)

// plan is a group compiled for a time step. It is immutable.
type plan struct {
	dt        float64
	update    *equation.Program   // nil: native or nothing to integrate
	threshold *equation.Condition // nil: no spikes
	reset     *equation.Program   // nil: none
	// steps is the refractory period if it is constant. Otherwise period computes
	// its duration in seconds, or hold says whether a neuron stays refractory.
	steps    int64
	period   *equation.Program
	hold     *equation.Condition
	initials []*equation.Program // one for each recorded Set by text, else nil
	evolving []int               // columns that the update changes
}

// Prepare compiles the group for a time step in seconds and reports what is
// wrong with its texts, beyond what Err tells.
func (g *Group) Prepare(dt float64) error {
	if g.eqs == nil {
		return nil
	}
	_, err := g.compiled(dt)
	return err
}

// plan returns the group compiled for a time step if nothing is wrong with it.
func (g *Group) plan(dt float64) (*plan, error) {
	if err := g.Err(); err != nil {
		return nil, err
	}
	return g.compiled(dt)
}

func (g *Group) compiled(dt float64) (*plan, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p := g.plans[dt]; p != nil {
		return p, nil
	}
	p, err := g.compile(dt)
	if err != nil {
		return nil, err
	}
	g.plans[dt] = p
	return p, nil
}

func (g *Group) compile(dt float64) (*plan, error) {
	p := &plan{dt: dt}
	var errs []error
	note := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	var err error
	differential := false
	for k, name := range g.model.columns {
		if v, ok := g.eqs.Lookup(name); ok && v.Kind == equation.Differential {
			differential = true
			p.evolving = append(p.evolving, k)
		}
	}
	for _, name := range g.model.shared {
		if v, _ := g.eqs.Lookup(name); v.Kind == equation.Differential {
			differential = true
		}
	}
	switch {
	case g.spec.Update.Func != nil:
		p.evolving = g.nativeColumns()
	case differential:
		p.update, err = equation.CompileUpdate(g.eqs, g.spec.Method, g.scope("equations", dt, false))
		note(err)
	}
	if g.spec.Threshold != "" {
		p.threshold, err = equation.CompileCondition(g.spec.Threshold, g.scope("threshold", dt, false))
		note(err)
	}
	if g.spec.Reset != "" {
		p.reset, err = equation.CompileStatements(g.spec.Reset, g.scope("reset", dt, false))
		note(err)
	}
	note(g.compileRefractory(p))
	for _, in := range g.initials {
		var program *equation.Program
		if in.text != "" {
			program, err = g.compileSet(in, dt)
			note(err)
		}
		p.initials = append(p.initials, program)
	}
	return p, errors.Join(errs...)
}

// compileSet compiles the text of a Set: an assignment, or the expression alone if the
// variable is shared.
func (g *Group) compileSet(in initial, dt float64) (*equation.Program, error) {
	scope := g.scope("set "+in.variable, dt, true)
	v, _ := g.eqs.Lookup(in.variable)
	if !v.Shared {
		return equation.CompileAssign(in.variable, in.text, scope)
	}
	program, err := equation.CompileExpression(in.text, scope)
	if err == nil && program.Dimension() != v.Dim {
		err = fmt.Errorf("%s: %w", scope.Where, &quantity.MismatchError{Op: "set", Left: v.Dim, Right: program.Dimension()})
	}
	return program, err
}

// compileRefractory decides which of the forms of a refractory period it is.
func (g *Group) compileRefractory(p *plan) error {
	scope := g.scope("refractory", p.dt, false)
	switch {
	case g.spec.Refractory == "":
		return nil
	case g.model.constant:
		p.steps = wholeSteps(g.model.period, p.dt)
		return nil
	}
	if q, err := quantity.Parse(g.spec.Refractory); err == nil { // a time would be constant
		return fmt.Errorf("neuron: %s: refractory: %v is in %s, want a time", g.name, q, q.Dimension().Symbol())
	}
	if hold, err := equation.CompileCondition(g.spec.Refractory, scope); err == nil {
		p.hold = hold
		return nil
	}
	period, err := equation.CompileExpression(g.spec.Refractory, scope)
	if err != nil {
		return err
	}
	if period.Dimension() != quantity.DimTime {
		return fmt.Errorf("neuron: %s: refractory: %q is neither a time nor a condition but %v", g.name, g.spec.Refractory, period.Dimension())
	}
	p.period = period
	return nil
}

// wholeSteps is the number of steps of a refractory period, as Brian 2 counts them.
func wholeSteps(period, dt float64) int64 {
	return int64((period + float64(1e-3*dt)) / dt)
}

func (g *Group) nativeColumns() []int {
	var list []int
	for _, name := range g.spec.Update.Columns {
		for k, c := range g.model.columns {
			if c == name {
				list = append(list, k)
			}
		}
	}
	return list
}

// updates reports whether there is anything to do in the groups slot.
func (g *Group) updates() bool {
	if g.eqs == nil {
		return false
	}
	if g.spec.Update.Func != nil || g.model.notRefractory >= 0 {
		return true
	}
	for _, v := range g.eqs.Variables() {
		if v.Kind == equation.Differential {
			return true
		}
	}
	return false
}

// Entries lists the state update, the threshold and the reset.
func (g *Group) Entries() []sim.Entry {
	var list []sim.Entry
	add := func(slot sim.Slot, what string) {
		list = append(list, sim.Entry{Slot: slot, Order: g.spec.Order, Name: g.name + what})
	}
	if g.updates() {
		add(sim.Groups, "_stateupdater")
	}
	if g.spec.Threshold != "" {
		add(sim.Thresholds, "_spike_thresholder")
	}
	if g.spec.Reset != "" {
		add(sim.Resets, "_spike_resetter")
	}
	return list
}
