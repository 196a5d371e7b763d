package equation

import (
	"math"
	"slices"

	"galvani/quantity"
)

// CompileUpdate makes the program that advances the differential equations of e by
// one step of s.DT. method is "euler" (or empty, which means the same). All right
// sides see the values before the step. A variable that is (unless refractory)
// keeps its value where the symbol not_refractory of the scope is false; without
// such a symbol it is never frozen. Every line of e is checked, used or not.
//
// Variables that are (shared) are computed by Machine.RunShared.
func CompileUpdate(e *Equations, method string, s Scope) (*Program, error) {
	fail := &failures{where: s.Where}
	integrate := integrators[method]
	switch {
	case integrate == nil && slices.Contains(missingMethods, method):
		fail.add(ErrUnsupported, span{}, "the method %s is not supported yet; there is euler", method)
	case integrate == nil:
		fail.add(ErrName, span{}, "unknown method %q; there is euler", method)
	case !(s.DT > 0) || math.IsInf(s.DT, 0):
		fail.add(ErrValue, span{}, "the time step is %v s, expected more than 0", s.DT)
	}
	c := newCompiler(newNames(&s, e.vars, fail), fail)
	for i := range e.vars {
		c.checkVariable(&e.vars[i])
	}
	if err := fail.err(); err != nil {
		return nil, err
	}
	p := c.update(e.vars, false, integrate, s.DT)
	if slices.ContainsFunc(e.vars, func(v Variable) bool { return v.Kind == Differential && v.Shared }) {
		one := newCompiler(c.names, fail)
		one.types, one.oneLane, one.graph.draws = c.types, true, c.graph.draws
		p.shared = one.update(e.vars, true, integrate, s.DT)
	}
	if err := fail.err(); err != nil {
		return nil, err
	}
	return p, nil
}

// checkVariable checks one line of equations.
func (c *compiler) checkVariable(v *Variable) {
	if v.Kind == Subexpression {
		c.checkSubexpression(v, v.at)
		return
	}
	sym := c.names.symbols[v.Name]
	switch {
	case sym == nil:
		c.fail.add(ErrName, v.at, "there is no symbol for the variable %s", v.Name)
	case sym.Dim != v.Dim:
		c.fail.add(ErrUnit, v.at, "the symbol %s has unit %s, expected %s", v.Name, unit(sym.Dim), unit(v.Dim))
	case sym.Shared != v.Shared:
		c.fail.add(ErrType, v.at, "the symbol %s and its variable differ in being shared", v.Name)
	}
	if v.Kind == Parameter {
		return
	}
	if v.Shared && v.UnlessRefractory {
		c.fail.add(ErrSyntax, v.at, "%s is (shared), so it cannot depend on the refractoriness of single elements", v.Name)
	}
	t := c.check(v.Expr)
	if !t.ok {
		return
	}
	if want := v.Dim.Div(quantity.DimTime); t.dim != want {
		c.fail.add(ErrUnit, v.Expr.place(), "the right side of d%s/dt has unit %s, expected %s, the unit of %s per second",
			v.Name, unit(t.dim), unit(want), v.Name)
	}
	if t.typ == Boolean {
		c.fail.add(ErrType, v.Expr.place(), "the right side of d%s/dt is a condition, expected a number", v.Name)
	}
	if v.Shared && !t.shared {
		c.fail.add(ErrType, v.at, "%s is (shared), but its right side has values that are not", v.Name)
	}
}

// update makes the program for the differential equations that are shared, or for
// those that are not.
func (c *compiler) update(vars []Variable, shared bool, integrate integrator, dt float64) *Program {
	sys := &system{c: c, dt: dt}
	var exprs []Node
	for _, v := range vars {
		if v.Kind == Differential && v.Shared == shared {
			sys.vars = append(sys.vars, v)
			sys.syms = append(sys.syms, c.names.symbols[v.Name])
			exprs = append(exprs, v.Expr)
		}
	}
	c.countUses(exprs...)
	var roots []root
	mask := c.names.symbols["not_refractory"]
	for i, f := range integrate(sys) {
		v, sym := sys.vars[i], sys.syms[i]
		if v.UnlessRefractory && mask != nil {
			f = c.guarded(c.load(mask), v.Type, f, valueForm(c.old(sym)))
		}
		roots = append(roots, root{c.slot(sym), v.Type, f})
	}
	return c.assemble(roots, nil)
}

// CompileStatements makes the program of a text of assignments.
func CompileStatements(text string, s Scope) (*Program, error) {
	fail := &failures{where: s.Where}
	return compileStatements(newParser(text, "", fail).statements(), &s, fail)
}

// CompileAssign makes the program of target = expr.
func CompileAssign(target, expr string, s Scope) (*Program, error) {
	fail := &failures{where: s.Where}
	left, okLeft := parseWhole(target, "target", fail)
	right, okRight := parseWhole(expr, "", fail)
	if !okLeft || !okRight {
		return nil, fail.err()
	}
	name, ok := left.(*Name)
	if !ok {
		fail.add(ErrSyntax, left.place(), "found %s, expected the name of a variable to assign to", left)
		return nil, fail.err()
	}
	return compileStatements([]statement{{target: name, at: right.place(), expr: right}}, &s, fail)
}

func compileStatements(list []statement, s *Scope, fail *failures) (*Program, error) {
	c := newCompiler(newNames(s, nil, fail), fail)
	roots := c.run(list)
	if err := fail.err(); err != nil {
		return nil, err
	}
	p := c.assemble(roots, nil)
	p.increment = c.increment
	return p, nil
}

// CompileExpression makes the program that Eval and EvalAt run; it writes no column.
func CompileExpression(text string, s Scope) (*Program, error) {
	p, _, err := compileExpression(text, s, false)
	return p, err
}

// CompileCondition makes the condition of a boolean expression.
func CompileCondition(text string, s Scope) (*Condition, error) {
	p, v, err := compileExpression(text, s, true)
	if err != nil {
		return nil, err
	}
	c := &Condition{Program: p}
	c.recognise(v)
	return c, nil
}

func compileExpression(text string, s Scope, condition bool) (*Program, *value, error) {
	fail := &failures{where: s.Where}
	n, ok := parseWhole(text, "", fail)
	if !ok || len(fail.list) > 0 {
		return nil, nil, fail.err()
	}
	c := newCompiler(newNames(&s, nil, fail), fail)
	t := c.check(n)
	if t.ok && condition && t.typ != Boolean {
		fail.add(ErrType, n.place(), "found a number with unit %s, expected a condition such as V > 1", unit(t.dim))
	}
	if err := fail.err(); err != nil {
		return nil, nil, err
	}
	c.countUses(n)
	f := c.lower(n)
	if err := fail.err(); err != nil {
		return nil, nil, err
	}
	p := c.assemble(nil, &f)
	p.dim, p.typ = t.dim, t.typ
	return p, c.graph.value(f), nil
}

// EvalConstant evaluates an expression of constants and units, or a quantity as
// quantity.Parse reads it: "2*tau", "refractory", "5 ms", "5*ms". Other names are
// errors that match ErrName.
func EvalConstant(text string, values Constants) (quantity.Quantity, error) {
	fail := &failures{}
	c := newNames(&Scope{Constants: values}, nil, fail).constants
	q, _, ok := c.text(text, "")
	if !ok {
		return quantity.Quantity{}, fail.err()
	}
	return q, nil
}
