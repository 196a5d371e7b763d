package equation

import (
	"fmt"
	"math"
)

// place identifies where a symbol's values are: two names may stand for the same.
type place struct {
	via, column int
	shared      bool
}

func (s *Symbol) place() place { return place{s.Via, s.Column, s.Shared} }

// compiler turns the expressions of one text into a graph of values.
type compiler struct {
	fail  *failures
	names *names
	graph *graph

	// Found by check.
	types     map[Node]Type
	subInfo   map[string]info
	busy      map[string]bool
	localInfo map[string]info

	// Used by lower.
	uses     map[string]int // of subexpressions
	subForms map[string]form
	locals   map[string]form
	assigned map[place]form // current values of symbols that statements have written
	columns  []column
	slots    map[place]int // into columns
	shared   []scalar      // shared symbols that are read
	oneLane  bool          // shared values are the columns of this program

	increment *Increment // if the statements are no more than that
}

func newCompiler(n *names, fail *failures) *compiler {
	return &compiler{
		fail: fail, names: n, graph: newGraph(),
		types: make(map[Node]Type), subInfo: make(map[string]info), busy: make(map[string]bool), localInfo: make(map[string]info),
		subForms: make(map[string]form), locals: make(map[string]form), assigned: make(map[place]form), slots: make(map[place]int),
	}
}

// countUses counts how many places of the expressions refer to each subexpression.
func (c *compiler) countUses(roots ...Node) {
	c.uses = make(map[string]int)
	var visit func(n Node)
	visit = func(n Node) {
		switch n := n.(type) {
		case *Name:
			if v := c.names.subs[n.Name]; v != nil && c.names.symbols[n.Name] == nil && !c.names.locals[n.Name] {
				if c.uses[n.Name]++; c.uses[n.Name] == 1 {
					visit(v.Expr)
				}
			}
		case *Unary:
			visit(n.X)
		case *Binary:
			visit(n.X)
			visit(n.Y)
		case *Call:
			for _, a := range n.Args {
				visit(a)
			}
		}
	}
	for _, n := range roots {
		visit(n)
	}
}

// lower turns an expression that has been checked into a form.
func (c *compiler) lower(n Node) form {
	var f form
	switch n := n.(type) {
	case *Number:
		return constantForm(n.Value)
	case *Name:
		return c.lowerName(n)
	case *Unary:
		f = c.lower(n.X)
		switch n.Op {
		case "-":
			f = f.scaled(-1)
		case "not":
			f = c.graph.apply(opNot, f)
		}
	case *Binary:
		f = c.lowerBinary(n)
	case *Call:
		f = c.lowerCall(n)
	}
	if !f.finite() {
		c.fail.add(ErrValue, n.place(), "%s has no finite value with these constants", shorten(n))
		return constantForm(1)
	}
	return f
}

func (c *compiler) lowerName(n *Name) form {
	m, _, _ := c.names.resolve(n.Name, n.at)
	switch m.kind {
	case isSymbol:
		return c.load(m.sym)
	case isLocal:
		return c.locals[n.Name]
	case isSubexpression:
		f, done := c.subForms[n.Name]
		if !done {
			f = c.lower(m.sub.Expr)
			if c.uses[n.Name] > 1 {
				f = c.compact(f)
			}
			c.subForms[n.Name] = f
		}
		return f
	}
	return constantForm(m.value.SI())
}

// compact makes one value of a form that several places will use, unless it is so
// small that it costs nothing to repeat it in each.
func (c *compiler) compact(f form) form {
	if len(f.terms) > 2 {
		return valueForm(c.graph.value(f))
	}
	return f
}

// load gives the present value of a symbol.
func (c *compiler) load(s *Symbol) form {
	if f, written := c.assigned[s.place()]; written {
		return f
	}
	return valueForm(c.old(s))
}

// old is the value of a symbol before the program runs.
func (c *compiler) old(s *Symbol) *value {
	switch {
	case s.Shared && !c.oneLane:
		for i, sh := range c.shared {
			if sh.Index == s.Column {
				return c.graph.make(opShared, i, [5]float64{})
			}
		}
		c.shared = append(c.shared, scalar{Kind: scalarShared, Index: s.Column, Name: s.Name})
		return c.graph.make(opShared, len(c.shared)-1, [5]float64{})
	case s.Column == Lane:
		return c.graph.make(opLane, s.Via, [5]float64{})
	}
	return c.graph.make(opLoad, c.slot(s), [5]float64{})
}

// slot gives the program's number of a symbol's column.
func (c *compiler) slot(s *Symbol) int {
	k, known := c.slots[s.place()]
	if !known {
		k = len(c.columns)
		c.slots[s.place()] = k
		c.columns = append(c.columns, column{Name: s.Name, Index: s.Column, Via: s.Via, Shared: s.Shared})
	}
	return k
}

func (c *compiler) lowerBinary(n *Binary) form {
	x, y := c.lower(n.X), c.lower(n.Y)
	g := c.graph
	if y.constant() && y.c == 0 && (n.Op == "/" || n.Op == "//" || n.Op == "%") {
		why := ""
		if _, literal := n.Y.(*Number); !literal {
			why = fmt.Sprintf(": %s is 0 with these constants", shorten(n.Y))
		}
		c.fail.add(ErrValue, n.at, "division by zero%s", why)
		return constantForm(1)
	}
	switch n.Op {
	case "+":
		return x.plus(y)
	case "-":
		return x.plus(y.scaled(-1))
	case "*":
		return g.times(x, y)
	case "/":
		return g.over(x, y)
	case "**":
		return g.power(x, y)
	case "%":
		return g.apply(opMod, x, y)
	case "//":
		return g.apply(opFloorDiv, x, y)
	case "and", "or":
		if y.constant() {
			x, y = y, x
		}
		if x.constant() {
			if (x.c != 0) == (n.Op == "and") {
				return y
			}
			return x
		}
		if n.Op == "and" {
			return g.apply(opAnd, x, y)
		}
		return g.apply(opOr, x, y)
	}
	return g.apply(comparison(n.Op), x, y)
}

func comparison(s string) op {
	switch s {
	case "<":
		return opLT
	case "<=":
		return opLE
	case ">":
		return opGT
	case ">=":
		return opGE
	case "==":
		return opEQ
	}
	return opNE
}

func (c *compiler) lowerCall(n *Call) form {
	g := c.graph
	args := make([]form, len(n.Args))
	for i, a := range n.Args {
		args[i] = c.lower(a)
	}
	switch n.Func {
	case "rand", "randn":
		return g.draw(functions[n.Func].op)
	case "int":
		if c.types[n.Args[0]] != Float {
			return args[0]
		}
		return g.apply(opTrunc, args[0])
	case "log10":
		return g.apply(opLog, args[0]).scaled(1 / math.Ln10)
	case "exprel": // (exp(x) - 1)/x, which tends to 1
		x := args[0]
		if x.constant() && x.c == 0 {
			return constantForm(1)
		}
		return g.choose(g.apply(opEQ, x, constantForm(0)), constantForm(1), g.over(g.apply(opExpm1, x), x))
	case "clip":
		return g.apply(opMin, g.apply(opMax, args[0], args[1]), args[2])
	case "min", "max":
		o := opMin
		if n.Func == "max" {
			o = opMax
		}
		f := args[0]
		for _, a := range args[1:] {
			f = g.apply(o, f, a)
		}
		return f
	case "where":
		return g.choose(args[0], args[1], args[2])
	}
	return g.apply(functions[n.Func].op, args...)
}
