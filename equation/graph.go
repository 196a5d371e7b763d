package equation

import (
	"math"
)

// class says how often a value has to be computed.
type class uint8

const (
	once    class = iota // a constant
	perRun               // the same for all lanes
	perLane              // different in every lane
)

// value is a node of the graph of what is to be computed. Equal values are the
// same node.
type value struct {
	id    int
	op    op
	args  []*value
	k     [5]float64
	n     int
	class class
}

// valueKey identifies a value; NaN and -0 constants are told apart by their bits.
type valueKey struct {
	op   op
	args [4]int
	k    [5]uint64
	n    int
}

// form is a linear combination of values plus a constant: what every numeric
// expression is until it has to become a value.
type form struct {
	terms []term
	c     float64
}

type term struct {
	k float64
	v *value
}

func constantForm(c float64) form { return form{c: c} }

func valueForm(v *value) form {
	if v.op == opConst {
		return form{c: v.k[0]}
	}
	return form{terms: []term{{1, v}}}
}

func (f form) constant() bool { return len(f.terms) == 0 }

// finite reports whether all numbers of the form are.
func (f form) finite() bool {
	ok := !math.IsNaN(f.c) && !math.IsInf(f.c, 0)
	for _, t := range f.terms {
		ok = ok && !math.IsNaN(t.k) && !math.IsInf(t.k, 0)
	}
	return ok
}

// scaled is the form times a constant.
func (f form) scaled(k float64) form { return f.mapped(func(x float64) float64 { return x * k }) }

// divided is the form divided by a constant.
func (f form) divided(k float64) form { return f.mapped(func(x float64) float64 { return x / k }) }

func (f form) mapped(by func(float64) float64) form {
	g := form{c: by(f.c) + 0} // no -0
	for _, t := range f.terms {
		if k := by(t.k); k != 0 {
			g.terms = append(g.terms, term{k, t.v})
		}
	}
	return g
}

// plus is the sum of two forms; terms of the same value are joined and vanish
// where their factors cancel.
func (f form) plus(o form) form {
	sum := form{c: f.c + o.c, terms: make([]term, len(f.terms), len(f.terms)+len(o.terms))}
	copy(sum.terms, f.terms)
	where := make(map[*value]int, len(f.terms))
	for i, t := range f.terms {
		where[t.v] = i
	}
	gone := false
	for _, t := range o.terms {
		if i, same := where[t.v]; same {
			sum.terms[i].k += t.k
			gone = gone || sum.terms[i].k == 0
		} else {
			sum.terms = append(sum.terms, t)
		}
	}
	if gone {
		kept := sum.terms[:0]
		for _, t := range sum.terms {
			if t.k != 0 {
				kept = append(kept, t)
			}
		}
		sum.terms = kept
	}
	return sum
}

// single gives the factor and value of a form that is one term without constant.
func (f form) single() (k float64, v *value, ok bool) {
	if len(f.terms) == 1 && f.c == 0 {
		return f.terms[0].k, f.terms[0].v, true
	}
	return 0, nil, false
}

// without splits the form into the factor of a value and the rest.
func (f form) without(v *value) (k float64, rest form) {
	rest.c = f.c
	for _, t := range f.terms {
		if t.v == v {
			k = t.k
		} else {
			rest.terms = append(rest.terms, t)
		}
	}
	return k, rest
}

// graph makes values, each once.
type graph struct {
	known map[valueKey]*value
	count int
	draws int
}

func newGraph() *graph { return &graph{known: make(map[valueKey]*value)} }

// make gives the value of an operation, without looking into it.
func (g *graph) make(o op, n int, k [5]float64, args ...*value) *value {
	key := valueKey{op: o, n: n, args: [4]int{-1, -1, -1, -1}}
	for i, x := range k {
		key.k[i] = math.Float64bits(x)
	}
	if o.commutes() && args[0].id > args[1].id {
		args[0], args[1] = args[1], args[0]
	}
	cl := once
	switch o {
	case opLoad, opUniform, opNormal, opLane:
		cl = perLane
	case opShared:
		cl = perRun
	}
	for i, a := range args {
		key.args[i] = a.id
		cl = max(cl, a.class)
	}
	if v := g.known[key]; v != nil {
		return v
	}
	v := &value{id: g.count, op: o, args: args, k: k, n: n, class: cl}
	g.count++
	g.known[key] = v
	return v
}

func (g *graph) constant(c float64) *value { return g.make(opConst, 0, [5]float64{c}) }

// draw makes a random value, different from all others.
func (g *graph) draw(o op) form {
	g.draws++
	return valueForm(g.make(o, g.draws-1, [5]float64{}))
}

// value turns a form into one value: a constant, the value itself, or Lin
// instructions of up to four terms, one fed into the next if there are more. What
// does not depend on the lane is added up separately.
func (g *graph) value(f form) *value {
	if f.constant() {
		return g.constant(f.c)
	}
	if k, v, ok := f.single(); ok && k == 1 {
		return v
	}
	f = g.condensed(f, 4)
	return g.lin(opLin, f.terms, f.c)
}

// condensed brings a form down to so many terms, at most 4: what does not depend on
// the lane is added up separately, and what is too much by instructions of its own.
func (g *graph) condensed(f form, most int) form {
	var common, own []term
	for _, t := range f.terms {
		if t.v.class == perLane {
			own = append(own, t)
		} else {
			common = append(common, t)
		}
	}
	if len(own) > 0 && len(common) > 1 {
		f = form{terms: append(own, term{1, g.value(form{terms: common, c: f.c})})}
	}
	for len(f.terms) > most {
		first := term{1, g.lin(opLin, f.terms[:4], 0)}
		f.terms = append([]term{first}, f.terms[4:]...)
	}
	return f
}

// smallStep is the factor below which a step's own term is kept apart from x.
const smallStep = 1.0 / 64

// onto is x plus a form, which is a step from x. A term k*x of a large step is joined
// with x to (1+k)*x; if k is small that would cost too many of its digits (and move
// the fixed point of x by 2^-53/k), so the step is computed first and then added.
func (g *graph) onto(x *value, step form) form {
	k, rest := step.without(x)
	if k == 0 || math.Abs(k) >= smallStep {
		return rest.plus(valueForm(x).scaled(1 + k))
	}
	rest = g.condensed(rest, 3)
	return valueForm(g.lin(opOnto, append(rest.terms, term{k, x}), rest.c))
}

func (g *graph) lin(o op, terms []term, c float64) *value {
	k := [5]float64{4: c}
	args := make([]*value, len(terms))
	for i, t := range terms {
		k[i], args[i] = t.k, t.v
	}
	return g.make(o, 0, k, args...)
}

// apply makes the value of an operation on forms, folding constants.
func (g *graph) apply(o op, args ...form) form {
	values := make([]*value, len(args))
	numbers := make([]float64, len(args))
	folds := true
	for i, a := range args {
		values[i], numbers[i] = g.value(a), a.c
		folds = folds && a.constant()
	}
	if folds {
		return constantForm(o.fold(numbers...))
	}
	return valueForm(g.make(o, 0, [5]float64{}, values...))
}

// times is the product of two forms. Constant factors stay outside of Mul, so
// that they can join a linear combination.
func (g *graph) times(x, y form) form {
	if x.constant() {
		return y.scaled(x.c)
	}
	if y.constant() {
		return x.scaled(y.c)
	}
	kx, vx := g.factored(x)
	ky, vy := g.factored(y)
	return form{terms: []term{{kx * ky, g.make(opMul, 0, [5]float64{}, vx, vy)}}}
}

// factored splits a form into a constant factor and a value.
func (g *graph) factored(x form) (float64, *value) {
	if k, v, ok := x.single(); ok {
		return k, v
	}
	return 1, g.value(x)
}

// over is the quotient of two forms; a constant divisor is not 0.
func (g *graph) over(x, y form) form {
	if y.constant() {
		return x.divided(y.c)
	}
	if x.constant() && x.c == 0 {
		return x
	}
	ky, vy, single := y.single()
	if !single {
		ky, vy = 1, g.value(y)
	}
	if kx, vx, ok := x.single(); ok {
		return form{terms: []term{{kx / ky, g.make(opDiv, 0, [5]float64{}, vx, vy)}}}
	}
	return valueForm(g.make(opDiv, 0, [5]float64{}, g.value(x.divided(ky)), vy))
}

// maxPower is the largest exponent that is done by multiplying.
const maxPower = 32

// power is x**y: products for small whole exponents, square roots for halves.
func (g *graph) power(x, y form) form {
	if y.constant() {
		switch e := y.c; {
		case e == 0:
			return constantForm(1)
		case e == 0.5:
			return g.apply(opSqrt, x)
		case e == -0.5:
			return g.over(constantForm(1), g.apply(opSqrt, x))
		case e == math.Trunc(e) && math.Abs(e) <= maxPower && !x.constant():
			p := g.wholePower(x, int(math.Abs(e)))
			if e < 0 {
				p = g.over(constantForm(1), p)
			}
			return p
		}
	}
	return g.apply(opPow, x, y)
}

// wholePower is x multiplied n times by repeated squaring.
func (g *graph) wholePower(x form, n int) form {
	switch {
	case n == 1:
		return x
	case n%2 == 0:
		h := g.wholePower(x, n/2)
		return g.times(h, h)
	}
	return g.times(g.wholePower(x, n-1), x)
}

// choose is x where the mask holds, else y.
func (g *graph) choose(mask, x, y form) form {
	if mask.constant() {
		if mask.c != 0 {
			return x
		}
		return y
	}
	vx, vy := g.value(x), g.value(y)
	if vx == vy {
		return x
	}
	return valueForm(g.make(opSelect, 0, [5]float64{}, g.value(mask), vx, vy))
}

// flushed is the value that may be written to a column of the type.
func (g *graph) flushed(typ Type, f form) form {
	if typ != Float {
		return f
	}
	if f.constant() {
		return constantForm(opFlush.fold(f.c))
	}
	v := g.value(f)
	if v.op == opFlush {
		return f
	}
	return valueForm(g.make(opFlush, 0, [5]float64{}, v))
}
