package equation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"galvani/equation"
)

// number is a value with a bound of the rounding errors that any order of
// evaluation allowed by real algebra may have made, and the sum of magnitudes that
// went into it.
type number struct {
	v, e, m float64
	vague   bool // a condition or a step too close to call
}

const eps = 0x1p-52

// interpret evaluates an expression node by node, in the order of the text.
func interpret(n equation.Node, vars map[string]number) number {
	switch n := n.(type) {
	case *equation.Number:
		return number{v: n.Value, m: math.Abs(n.Value)}
	case *equation.Name:
		x, known := vars[n.Name]
		if !known {
			panic("no value for " + n.Name)
		}
		return x
	case *equation.Unary:
		x := interpret(n.X, vars)
		switch n.Op {
		case "-":
			x.v = -x.v
		case "not":
			x.v = truth(x.v == 0)
		}
		return x
	case *equation.Binary:
		return interpretBinary(n.Op, interpret(n.X, vars), interpret(n.Y, vars))
	case *equation.Call:
		args := make([]number, len(n.Args))
		for i, a := range n.Args {
			args[i] = interpret(a, vars)
		}
		return interpretCall(n.Func, args)
	}
	panic(fmt.Sprintf("%T", n))
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func interpretBinary(op string, x, y number) number {
	r := number{vague: x.vague || y.vague}
	compare := func(b bool) number {
		r.v, r.m = truth(b), 1
		r.vague = r.vague || math.Abs(x.v-y.v) <= 64*(x.e+y.e) && x.e+y.e > 0
		return r
	}
	switch op {
	case "+", "-":
		if op == "-" {
			y.v = -y.v
		}
		r.v, r.m = x.v+y.v, x.m+y.m
		r.e = x.e + y.e + eps*r.m
	case "*":
		r.v, r.m = x.v*y.v, x.m*y.m
		r.e = x.e*y.m + y.e*x.m + eps*r.m
	case "/":
		r.v, r.m = x.v/y.v, x.m/math.Abs(y.v)
		r.e = (x.e+r.m*y.e)/math.Abs(y.v) + eps*r.m
	case "**":
		r.v = math.Pow(x.v, y.v)
		r.m = math.Abs(r.v)
		r.e = r.m * (math.Abs(y.v)*(x.e/math.Abs(x.v)+eps) + math.Abs(math.Log(math.Abs(x.v)))*(y.e+eps*math.Abs(y.v)) + 4*eps)
	case "%", "//":
		q := math.Floor(x.v / y.v)
		r.v = x.v - y.v*q
		r.m = x.m + math.Abs(q)*y.m
		r.e = x.e + math.Abs(q)*y.e + eps*r.m
		near := 64 * (r.e + eps*r.m)
		r.vague = r.vague || math.Abs(r.v) <= near || math.Abs(r.v-y.v) <= near
		if op == "//" {
			r.v, r.m, r.e = q, math.Abs(q), 0
		}
	case "<":
		return compare(x.v < y.v)
	case "<=":
		return compare(x.v <= y.v)
	case ">":
		return compare(x.v > y.v)
	case ">=":
		return compare(x.v >= y.v)
	case "==":
		return compare(x.v == y.v)
	case "!=":
		return compare(x.v != y.v)
	case "and":
		r.v, r.m = truth(x.v != 0 && y.v != 0), 1
	case "or":
		r.v, r.m = truth(x.v != 0 || y.v != 0), 1
	default:
		panic(op)
	}
	return r
}

func interpretCall(f string, a []number) number {
	x := a[0]
	smooth := func(v, slope float64) number {
		return number{v: v, m: math.Abs(v), e: math.Abs(slope)*x.e + 4*eps*math.Abs(v), vague: x.vague}
	}
	step := func(v float64) number {
		d := math.Abs(x.v - math.Round(x.v))
		return number{v: v, m: math.Abs(v), vague: x.vague || d <= 64*x.e && x.e > 0}
	}
	switch f {
	case "exp":
		return smooth(math.Exp(x.v), math.Exp(x.v))
	case "expm1":
		return smooth(math.Expm1(x.v), math.Exp(x.v))
	case "exprel":
		if x.v == 0 {
			return number{v: 1, m: 1, vague: x.vague || x.e > 0}
		}
		r := smooth(math.Expm1(x.v)/x.v, 0)
		r.e += math.Exp(math.Abs(x.v)) * x.e
		r.vague = r.vague || math.Abs(x.v) <= 64*x.e
		return r
	case "log":
		return smooth(math.Log(x.v), 1/x.v)
	case "log10":
		r := smooth(math.Log10(x.v), 1/x.v)
		r.e *= 2
		return r
	case "sqrt":
		return smooth(math.Sqrt(x.v), 0.5/math.Sqrt(x.v))
	case "sin":
		r := smooth(math.Sin(x.v), 1)
		r.e += 4 * eps
		return r
	case "cos":
		r := smooth(math.Cos(x.v), 1)
		r.e += 4 * eps
		return r
	case "tanh":
		return smooth(math.Tanh(x.v), 1)
	case "abs":
		x.v = math.Abs(x.v)
		return x
	case "sign":
		r := step(0)
		r.v, r.m = truth(x.v > 0)-truth(x.v < 0), 1
		r.vague = x.vague || math.Abs(x.v) <= 64*x.e && x.e > 0
		return r
	case "floor":
		return step(math.Floor(x.v))
	case "ceil":
		return step(math.Ceil(x.v))
	case "int":
		return step(math.Trunc(x.v))
	case "min", "max", "clip":
		r := x
		choose := func(y number, least bool) {
			if (y.v < r.v) == least {
				r.v, r.m = y.v, y.m
			}
			r.e, r.vague = max(r.e, y.e), r.vague || y.vague
		}
		if f == "clip" {
			choose(a[1], false)
			choose(a[2], true)
			return r
		}
		for _, y := range a[1:] {
			choose(y, f == "min")
		}
		return r
	case "where":
		r := a[2]
		if x.v != 0 {
			r = a[1]
		}
		r.vague = x.vague || a[1].vague || a[2].vague
		return r
	}
	panic(f)
}

// writer makes random expressions over names.
type writer struct {
	*rand.Rand
	names []string
}

func (w writer) pick(list ...string) string { return list[w.IntN(len(list))] }

// number writes a numeric expression.
func (w writer) number(depth int) string {
	if depth == 0 || w.IntN(8) == 0 {
		if w.IntN(3) == 0 {
			return w.pick("0.5", "2", "3", "1", "0.25", "1e-3", "7", "0.1", "(-2)")
		}
		return w.pick(w.names...)
	}
	d := depth - 1
	switch w.IntN(16) {
	case 0, 1, 2:
		return "(" + w.number(d) + " + " + w.number(d) + ")"
	case 3, 4:
		return "(" + w.number(d) + " - " + w.number(d) + ")"
	case 5, 6, 7:
		return w.number(d) + "*" + w.number(d)
	case 8:
		return w.number(d) + "/(" + w.pick("2", "0.3", "1 + "+w.pick(w.names...), "3 + abs("+w.number(d)+")") + ")"
	case 9:
		return "-(" + w.number(d) + ")"
	case 10:
		return "(1 + abs(" + w.number(d) + "))**" + w.pick("2", "3", "4", "-1", "-2", "0.5", "-0.5", "7", "1.5", "0")
	case 11:
		return w.pick("exp", "expm1", "tanh", "sin", "cos", "exprel") + "(clip(" + w.number(d) + ", -3, 3))"
	case 12:
		return w.pick("log", "log10", "sqrt") + "(1 + abs(" + w.number(d) + "))"
	case 13:
		return w.pick("floor", "ceil", "int", "sign", "abs") + "(" + w.number(d) + ")"
	case 14:
		return w.pick("min", "max") + "(" + w.number(d) + ", " + w.number(d) + ")" + w.pick("", " % 3", " // 2")
	}
	return w.pick("int(", "where(") + w.condition(d) + ")"
}

// condition writes a boolean expression.
func (w writer) condition(depth int) string {
	if depth == 0 || w.IntN(3) > 0 {
		return w.number(depth/2) + " " + w.pick("<", "<=", ">", ">=", "==", "!=") + " " + w.number(depth/2)
	}
	d := depth - 1
	switch w.IntN(3) {
	case 0:
		return "(" + w.condition(d) + " and " + w.condition(d) + ")"
	case 1:
		return "(" + w.condition(d) + " or " + w.condition(d) + ")"
	}
	return "not (" + w.condition(d) + ")"
}

// expression writes a numeric expression; where() gets its other arguments.
func (w writer) expression(depth int) string {
	s := w.number(depth)
	for {
		i := strings.Index(s, "where(")
		if i < 0 {
			return strings.ReplaceAll(s, "WHERE(", "where(")
		}
		end, open := i+len("where("), 1
		for ; open > 0; end++ {
			switch s[end] {
			case '(':
				open++
			case ')':
				open--
			}
		}
		s = s[:i] + "WHERE(" + s[i+len("where("):end-1] + ", " + w.pick(w.names...) + ", 2*" + w.pick(w.names...) + s[end-1:]
	}
}
