package equation

import (
	"slices"
	"strings"
)

// statement is one assignment.
type statement struct {
	target *Name
	op     string // what stands before the =, "" for a plain assignment
	at     span   // of the operator
	expr   Node
}

// statements reads assignments, one to a line or separated by semicolons.
func (p *parser) statements() []statement {
	var list []statement
	for p.peek().kind != tokEnd {
		if p.peek().kind == tokNewline || p.peek().is(";") {
			p.pos++
			continue
		}
		if s, ok := p.statement(); ok {
			list = append(list, s)
			if end := p.peek(); !p.atLineEnd() && !end.is(";") {
				p.unexpected(end, wantOperator+", ';' or the end of the line")
			}
		}
		for !p.atLineEnd() && !p.peek().is(";") {
			p.pos++
		}
	}
	return list
}

func (p *parser) statement() (s statement, ok bool) {
	t := p.peek()
	if t.kind != tokName {
		p.unexpected(t, "the name of a variable to assign to")
		return s, false
	}
	p.pos++
	s.target = &Name{t.text, t.at}
	eq := p.peek()
	switch {
	case eq.is("="):
	case eq.kind == tokOp && len(eq.text) > 1 && strings.HasSuffix(eq.text, "=") && binaryPrecedence(eq.text) == 0 && eq.text != "!=":
		s.op = strings.TrimSuffix(eq.text, "=")
	default:
		p.unexpected(eq, "an assignment: =, +=, -=, *= or /=")
		return s, false
	}
	p.pos++
	s.at = eq.at
	s.expr, ok = p.expression()
	return s, ok
}

// value is the expression that the statement assigns.
func (s statement) value() Node {
	if s.op == "" {
		return s.expr
	}
	return &Binary{s.op, s.target, s.expr, s.at}
}

// run checks and lowers a list of statements, one after the other.
func (c *compiler) run(list []statement) []root {
	var exprs []Node
	for k, s := range list {
		if c.checkStatement(s, list[k+1:]) {
			exprs = append(exprs, s.expr)
		}
	}
	if len(c.fail.list) > 0 {
		return nil
	}
	c.countUses(exprs...)
	// The same way again: a name is a local variable from its assignment on.
	clear(c.names.locals)
	var written []*Symbol
	for _, s := range list {
		f := c.compact(c.lower(s.value()))
		m, found, _ := c.names.resolve(s.target.Name, s.target.at)
		if !found || m.kind == isLocal {
			c.names.locals[s.target.Name] = true
			c.locals[s.target.Name] = f
			continue
		}
		sym := m.sym
		if len(list) == 1 {
			c.increment = c.incrementOf(sym, f)
		}
		if sym.Guard != "" {
			f = c.guarded(c.load(c.names.symbols[sym.Guard]), sym.Type, f, c.load(sym))
		}
		c.assigned[sym.place()] = f
		clear(c.subForms) // subexpressions are those of the values at the moment
		if !slices.ContainsFunc(written, func(o *Symbol) bool { return o.place() == sym.place() }) {
			written = append(written, sym)
		}
	}
	var roots []root
	for _, s := range written {
		roots = append(roots, root{c.slot(s), s.Type, c.assigned[s.place()]})
	}
	return roots
}

// incrementOf recognises a form that is the symbol's old value plus a constant or
// plus a constant times another symbol.
func (c *compiler) incrementOf(s *Symbol, f form) *Increment {
	if s.Type != Float {
		return nil
	}
	rest := f.plus(c.load(s).scaled(-1))
	if len(f.terms) != len(rest.terms)+1 { // the factor of the old value is not 1
		return nil
	}
	inc := &Increment{Target: *s, Factor: f.c}
	if rest.constant() {
		return inc
	}
	k, v, ok := rest.single()
	if !ok || v.op != opLoad && v.op != opShared {
		return nil
	}
	inc.Factor, inc.HasWeight = k, true
	inc.Weight = c.symbolOf(v)
	return inc
}

// symbolOf finds the symbol of a leaf of the graph.
func (c *compiler) symbolOf(v *value) Symbol {
	for i := range c.names.list {
		s := &c.names.list[i]
		if v.op == opShared {
			if s.Shared && s.Column == c.shared[v.n].Index {
				return *s
			}
		} else if k, known := c.slots[s.place()]; known && k == v.n {
			return *s
		}
	}
	panic("equation: a value of no symbol")
}

// guarded is the new value where the mask holds, else the old one.
func (c *compiler) guarded(mask form, typ Type, f, old form) form {
	return c.graph.choose(mask, c.graph.flushed(typ, f), old)
}

// checkStatement checks one statement; later are those behind it.
func (c *compiler) checkStatement(s statement, later []statement) bool {
	name := s.target.Name
	m, found, _ := c.names.resolve(name, s.target.at)
	if !found {
		return c.checkLocal(s, later)
	}
	bad := ""
	switch {
	case m.kind == isSubexpression:
		bad = "is a subexpression"
	case m.kind == isConstant:
		bad = "is a constant"
	case m.kind == isSymbol && (m.sym.ReadOnly || m.sym.Column == Lane):
		bad = "cannot be changed here"
	case m.kind == isSymbol && m.sym.Shared:
		bad = "is (shared), while these statements run for single elements"
	case m.kind == isSymbol && m.sym.Guard != "" && c.names.symbols[m.sym.Guard] == nil:
		bad = "has the unknown guard " + m.sym.Guard
	}
	if bad != "" {
		c.fail.add(ErrName, s.target.at, "cannot assign to %s, which %s", name, bad)
		c.check(s.expr)
		return false
	}
	want := info{typ: m.typ}
	if m.kind == isLocal {
		want = c.localInfo[name]
		if !want.ok {
			c.check(s.expr)
			return false
		}
	} else {
		want.dim = m.sym.Dim
	}
	t := c.check(s.value())
	if !t.ok {
		return false
	}
	return c.assignable(name, want, t, s.expr, s.at)
}

// assignable checks that a value may be assigned to a variable.
func (c *compiler) assignable(name string, want, got info, expr Node, at span) bool {
	switch {
	case (want.typ == Boolean) != (got.typ == Boolean):
		what, hint := "a number", ""
		if got.typ == Boolean {
			what, hint = "a condition", "; a condition is made a number by int(…)"
		}
		c.fail.add(ErrType, at, "%s is %s, found %s%s", name, want.typ, what, hint)
	case got.dim != want.dim:
		c.fail.add(ErrUnit, at, "%s has unit %s, but the value assigned to it has unit %s (%s)", name, unit(want.dim), unit(got.dim), shorten(expr))
	case want.typ == Integer && got.typ == Float:
		c.fail.add(ErrType, at, "%s is integer, found a number that need not be whole; use int(…)", name)
	default:
		return true
	}
	return false
}

// checkLocal checks the assignment to a name that is nothing else: it is a local
// variable if a later statement reads it, and otherwise a slip.
func (c *compiler) checkLocal(s statement, later []statement) bool {
	name := s.target.Name
	read := slices.ContainsFunc(later, func(o statement) bool { return mentions(o.value(), name) })
	if s.op != "" || !read || functions[name] != nil {
		c.names.unknown(c.fail, name, s.target.at)
		c.check(s.expr)
		return false
	}
	t := c.check(s.expr)
	c.names.locals[name] = true
	c.localInfo[name] = t
	return t.ok
}

// mentions reports whether a name occurs in an expression.
func mentions(n Node, name string) bool {
	switch n := n.(type) {
	case *Name:
		return n.Name == name
	case *Unary:
		return mentions(n.X, name)
	case *Binary:
		return mentions(n.X, name) || mentions(n.Y, name)
	case *Call:
		return slices.ContainsFunc(n.Args, func(a Node) bool { return mentions(a, name) })
	}
	return false
}
