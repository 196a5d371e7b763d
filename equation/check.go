package equation

import (
	"math"
	"slices"
	"strings"

	"galvani/quantity"
)

// info is what is known of an expression before it is compiled.
type info struct {
	dim    quantity.Dimension
	typ    Type
	shared bool // the same for all lanes
	ok     bool // false: an error has been reported
}

// unit prints a dimension for messages, by the names of units: V and s may well be
// variables of the text.
func unit(d quantity.Dimension) string {
	if d.IsNone() {
		return "1 (no unit)"
	}
	return strings.TrimPrefix(d.Brian(), "1. * ")
}

// check finds unit and type of an expression and reports all that is wrong in it.
func (c *compiler) check(n Node) info {
	t := c.infer(n)
	c.types[n] = t.typ
	return t
}

func (c *compiler) infer(n Node) info {
	switch n := n.(type) {
	case *Number:
		typ := Float
		if isDigits(n.Text) {
			typ = Integer
		}
		return info{typ: typ, shared: true, ok: true}
	case *Name:
		return c.checkName(n)
	case *Unary:
		return c.checkUnary(n)
	case *Binary:
		return c.checkBinary(n)
	case *Call:
		return c.checkCall(n)
	}
	panic("equation: unknown node")
}

func isDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

func (c *compiler) checkName(n *Name) info {
	m, found, ok := c.names.resolve(n.Name, n.at)
	if !found {
		c.names.unknown(c.fail, n.Name, n.at)
		return info{}
	}
	switch m.kind {
	case isSymbol:
		return info{m.sym.Dim, m.typ, m.sym.Shared, true}
	case isSubexpression:
		t := c.checkSubexpression(m.sub, n.at)
		// What the line declares holds for those who use it, right or wrong.
		return info{m.sub.Dim, m.typ, t.shared, t.ok}
	case isLocal:
		return c.localInfo[n.Name]
	}
	return info{m.value.Dimension(), m.typ, true, ok}
}

// checkSubexpression checks a named expression once.
func (c *compiler) checkSubexpression(v *Variable, from span) info {
	if t, done := c.subInfo[v.Name]; done {
		if c.busy[v.Name] {
			c.fail.add(ErrName, from, "the subexpression %s is defined by itself", v.Name)
			c.subInfo[v.Name] = info{}
			return info{}
		}
		return t
	}
	c.subInfo[v.Name] = info{}
	c.busy[v.Name] = true
	t := c.check(v.Expr)
	c.busy[v.Name] = false
	if t.ok && t.dim != v.Dim {
		c.fail.add(ErrUnit, v.at, "%s is declared with unit %s, but its expression has unit %s", v.Name, unit(v.Dim), unit(t.dim))
	}
	if t.ok && (t.typ == Boolean) != (v.Type == Boolean) {
		c.fail.add(ErrType, v.at, "%s is declared %s, but its expression is %s", v.Name, v.Type, t.typ)
	}
	if t.ok && v.Type == Integer && t.typ == Float {
		c.fail.add(ErrType, v.at, "%s is declared integer, but its expression is not; use int(…)", v.Name)
	}
	if t.ok && v.Shared && !t.shared {
		c.fail.add(ErrType, v.at, "%s is (shared), but its expression has values that are not", v.Name)
	}
	c.subInfo[v.Name] = t
	return t
}

func (c *compiler) checkUnary(n *Unary) info {
	t := c.check(n.X)
	if !t.ok {
		return info{}
	}
	if n.Op == "not" {
		return info{typ: Boolean, shared: t.shared, ok: c.wantBoolean(n.X, t, "not")}
	}
	return info{t.dim, numeric(t.typ), t.shared, true}
}

// numeric is the type of a value when it is used as a number.
func numeric(t Type) Type {
	if t == Boolean {
		return Integer
	}
	return t
}

func (c *compiler) wantBoolean(n Node, t info, by string) bool {
	if t.typ != Boolean {
		c.fail.add(ErrType, n.place(), "%s wants a condition, found %s, which is a number; compare it with something", by, n)
		return false
	}
	return true
}

func (c *compiler) checkBinary(n *Binary) info {
	x, y := c.check(n.X), c.check(n.Y)
	if !x.ok || !y.ok {
		return info{}
	}
	t := info{shared: x.shared && y.shared, ok: true}
	if numeric(x.typ) == Integer && numeric(y.typ) == Integer {
		t.typ = Integer
	}
	switch n.Op {
	case "and", "or":
		t.typ = Boolean
		t.ok = c.wantBoolean(n.X, x, n.Op)
		t.ok = c.wantBoolean(n.Y, y, n.Op) && t.ok
	case "*":
		t.dim = x.dim.Mul(y.dim)
	case "/":
		t.dim, t.typ = x.dim.Div(y.dim), Float
	case "**":
		t.dim, t.ok = c.checkPower(n, x, y)
		if e, constant := c.constantOf(n.Y); !constant || e < 0 {
			t.typ = Float
		}
	case "<", "<=", ">", ">=", "==", "!=":
		t.typ = Boolean
		t.ok = c.checkSame(n, x, y)
	case "//":
		t.ok = c.checkSame(n, x, y)
	default: // + - %
		t.dim = x.dim
		t.ok = c.checkSame(n, x, y)
	}
	return t
}

// checkSame demands that both operands have the same unit.
func (c *compiler) checkSame(n *Binary, x, y info) bool {
	if x.dim == y.dim {
		return true
	}
	c.fail.add(ErrUnit, n.at, "the sides of %s have different units: found %s on the left (%s) and %s on the right (%s), expected the same",
		n.Op, unit(x.dim), shorten(n.X), unit(y.dim), shorten(n.Y))
	return false
}

// shorten prints an expression for a message.
func shorten(n Node) string {
	s := []rune(n.String())
	if len(s) > 40 {
		return string(s[:40]) + "…"
	}
	return string(s)
}

// checkPower finds the unit of a power: the exponent of something with a unit has
// to be a constant.
func (c *compiler) checkPower(n *Binary, x, y info) (quantity.Dimension, bool) {
	if !y.dim.IsNone() {
		c.fail.add(ErrUnit, n.Y.place(), "an exponent has no unit: found %s, expected 1 (no unit)", unit(y.dim))
		return quantity.DimNone, false
	}
	if x.dim.IsNone() {
		return quantity.DimNone, true
	}
	e, constant := c.constantOf(n.Y)
	if !constant {
		c.fail.add(ErrUnit, n.Y.place(), "the exponent of something with unit %s has to be a constant", unit(x.dim))
		return quantity.DimNone, false
	}
	for den := 1; den <= 10; den++ {
		num := e * float64(den)
		if r := math.Round(num); math.Abs(r) < 1e6 && math.Abs(num-r) <= 1e-9*max(1, math.Abs(r)) {
			d, err := x.dim.Pow(int(r), den)
			if err == nil {
				return d, true
			}
		}
	}
	c.fail.add(ErrUnit, n.Y.place(), "the power %s of the unit %s cannot be expressed", n.Y, unit(x.dim))
	return quantity.DimNone, false
}

// constantOf evaluates an expression that has been checked if it is a constant.
func (c *compiler) constantOf(n Node) (float64, bool) {
	if !c.isConstant(n) {
		return 0, false
	}
	inner := newCompiler(c.names, &failures{})
	f := inner.lower(n)
	return f.c, len(f.terms) == 0 && len(inner.fail.list) == 0
}

// isConstant reports whether an expression is made of constants alone.
func (c *compiler) isConstant(n Node) bool {
	switch n := n.(type) {
	case *Name:
		m, found, ok := c.names.resolve(n.Name, n.at)
		return found && ok && m.kind == isConstant
	case *Unary:
		return c.isConstant(n.X)
	case *Binary:
		return c.isConstant(n.X) && c.isConstant(n.Y)
	case *Call:
		for _, a := range n.Args {
			if !c.isConstant(a) {
				return false
			}
		}
		return functions[n.Func].unit != produces
	}
	return true
}

func (c *compiler) checkCall(n *Call) info {
	f := functions[n.Func]
	if f == nil {
		c.unknownFunction(n)
	}
	args := make([]info, len(n.Args))
	ok := f != nil
	for i, a := range n.Args {
		args[i] = c.check(a)
		ok = ok && args[i].ok
	}
	if f == nil {
		return info{}
	}
	if len(args) < f.min || len(args) > f.max {
		c.fail.add(ErrSyntax, n.place(), "found %d argument%s of %s, expected %s(%s)", len(args), plural(len(args)), n.Func, n.Func, f.args)
		return info{}
	}
	if !ok {
		return info{}
	}
	t := info{shared: f.unit != produces, ok: true}
	for _, a := range args {
		t.shared = t.shared && a.shared
	}
	switch f.unit {
	case plain:
		if !args[0].dim.IsNone() {
			c.fail.add(ErrUnit, n.Args[0].place(), "the argument of %s has no unit: found %s (%s), expected 1 (no unit)",
				n.Func, unit(args[0].dim), shorten(n.Args[0]))
			t.ok = false
		}
	case keeps:
		t.dim, t.typ = args[0].dim, numeric(args[0].typ)
	case roots:
		d, err := args[0].dim.Pow(1, 2)
		if err != nil {
			c.fail.add(ErrUnit, n.place(), "the unit %s has no square root", unit(args[0].dim))
			t.ok = false
		}
		t.dim = d
	case agrees, chooses:
		first := 0
		if f.unit == chooses {
			first = 1
			t.ok = c.wantBoolean(n.Args[0], args[0], n.Func)
		}
		t.dim, t.typ = args[first].dim, args[first].typ
		if f.unit == agrees {
			t.typ = numeric(t.typ)
		}
		for i, a := range args[first+1:] {
			if a.dim != t.dim {
				c.fail.add(ErrUnit, n.Args[first+1+i].place(), "the arguments of %s have different units: found %s (%s), expected %s as of %s",
					n.Func, unit(a.dim), shorten(n.Args[first+1+i]), unit(t.dim), shorten(n.Args[first]))
				t.ok = false
			}
			if a.typ != t.typ {
				t.typ = min(numeric(t.typ), numeric(a.typ))
			}
		}
	}
	if f.integer {
		t.typ = Integer
	}
	return t
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

func (c *compiler) unknownFunction(n *Call) {
	if m, found, _ := c.names.resolve(n.Func, n.at); found {
		what := "variable"
		if m.kind == isConstant {
			what = "constant"
		}
		c.fail.add(ErrName, n.at, "%s is a %s, not a function; a product is written %s*(…)", n.Func, what, n.Func)
		return
	}
	if slices.Contains(missing, n.Func) {
		c.fail.add(ErrUnsupported, n.at, "the function %s is not supported yet", n.Func)
		return
	}
	hint := "; functions are " + strings.Join(Functions(), ", ")
	if near := nearest(n.Func, Functions()); near != "" {
		hint = "; did you mean " + near + "?"
	}
	c.fail.add(ErrName, n.at, "unknown function %s%s", n.Func, hint)
}
