package equation

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"galvani/quantity"
)

// Kind says what a line of equations defines.
type Kind uint8

// The kinds of lines.
const (
	Differential  Kind = iota // dx/dt = …
	Subexpression             // x = …
	Parameter                 // x : …
)

// String gives the kind's name.
func (k Kind) String() string {
	switch k {
	case Subexpression:
		return "subexpression"
	case Parameter:
		return "parameter"
	}
	return "differential equation"
}

// Variable is one line of equations.
type Variable struct {
	Name             string
	Kind             Kind
	Dim              quantity.Dimension // of the variable, not of its derivative
	Unit             string             // as written; integer or boolean for these types
	Type             Type
	Constant         bool
	Shared           bool
	UnlessRefractory bool
	Expr             Node // the right side; nil for a parameter
	Line, Col        int  // of the name in the text, from 1

	at span
}

// String prints the line in its canonical form.
func (v Variable) String() string {
	var b strings.Builder
	switch v.Kind {
	case Differential:
		b.WriteString("d" + v.Name + "/dt = " + v.Expr.String())
	case Subexpression:
		b.WriteString(v.Name + " = " + v.Expr.String())
	default:
		b.WriteString(v.Name)
	}
	b.WriteString(" : ")
	if v.Type == Float {
		b.WriteString(v.Dim.Symbol())
	} else {
		b.WriteString(v.Type.String())
	}
	var flags []string
	for _, f := range []struct {
		name string
		set  bool
	}{{"constant", v.Constant}, {"shared", v.Shared}, {"unless refractory", v.UnlessRefractory}} {
		if f.set {
			flags = append(flags, f.name)
		}
	}
	if flags != nil {
		b.WriteString(" (" + strings.Join(flags, ", ") + ")")
	}
	return b.String()
}

// Renamed gives the variable with its own name and every name in its expression
// replaced by rename(name): how the equations of one object are seen from another
// (V becomes V_post). Names of constants and units go through rename as well.
func (v Variable) Renamed(rename func(string) string) Variable {
	v.Name = rename(v.Name)
	if v.Expr != nil {
		v.Expr = renamed(v.Expr, rename)
	}
	return v
}

// Equations is a parsed text. It is immutable.
type Equations struct {
	vars  []Variable
	index map[string]int
}

// Variables gives the lines in the order of the text.
func (e *Equations) Variables() []Variable { return slices.Clone(e.vars) }

// Lookup finds a variable by name.
func (e *Equations) Lookup(name string) (Variable, bool) {
	i, ok := e.index[name]
	if !ok {
		return Variable{}, false
	}
	return e.vars[i], true
}

// String prints the equations in a canonical form, one to a line. Parse reads it.
func (e *Equations) String() string {
	lines := make([]string, len(e.vars))
	for i, v := range e.vars {
		lines[i] = v.String()
	}
	return strings.Join(lines, "\n")
}

// Equal reports whether two texts say the same in the same order, apart from
// layout, comments and superfluous brackets.
func (e *Equations) Equal(o *Equations) bool { return e.String() == o.String() }

// Digest is the SHA-256 of the canonical form in hexadecimal.
func (e *Equations) Digest() string {
	sum := sha256.Sum256([]byte(e.String()))
	return hex.EncodeToString(sum[:])
}

// Names that equations cannot define because something else is called so.
var reserved = map[string]string{
	"t": "the time", "dt": "the time step", "i": "the index", "j": "the target's index", "N": "the number of elements",
	"lastspike": "the time of the last spike", "not_refractory": "the state of refractoriness",
	"xi": "noise", "True": "a literal", "False": "a literal",
}

// Parse reads equations, one to a line:
//
//	dx/dt = expression : unit (flags)
//	x = expression : unit (flags)
//	x : unit (flags)
//
// The error joins all errors of the text, each an *Error.
func Parse(text string) (*Equations, error) {
	p := newParser(text, "", &failures{})
	e := &Equations{index: make(map[string]int)}
	for p.peek().kind != tokEnd {
		if p.peek().kind == tokNewline {
			p.pos++
			continue
		}
		if v, ok := p.equation(); ok {
			if o, twice := e.Lookup(v.Name); twice {
				p.fail.add(ErrName, v.at, "%s is defined twice, first in line %d", v.Name, o.Line)
			} else {
				e.index[v.Name] = len(e.vars)
				e.vars = append(e.vars, v)
			}
		}
		p.skipLine()
	}
	if err := p.fail.err(); err != nil {
		return nil, err
	}
	return e, nil
}

// equation reads one line without its newline.
func (p *parser) equation() (v Variable, ok bool) {
	t := p.peek()
	if t.kind != tokName {
		p.unexpected(t, "an equation: dx/dt = …, x = … or x : unit")
		return v, false
	}
	p.pos++
	v.Name, v.Kind, v.at = t.text, Parameter, t.at
	if p.peek().is("/") {
		p.pos++
		dt := p.peek()
		if dt.kind != tokName || dt.text != "dt" || len(t.text) < 2 || t.text[0] != 'd' {
			p.fail.add(ErrSyntax, t.at.to(dt.at), "the left side of a differential equation is written dx/dt")
			return v, false
		}
		p.pos++
		v.Kind, v.Name = Differential, t.text[1:]
		v.at.start++
		if !p.peek().is("=") {
			p.unexpected(p.peek(), "'='")
			return v, false
		}
	}
	v.Line, v.Col = v.at.position()
	if p.peek().is("=") {
		p.pos++
		if v.Kind == Parameter {
			v.Kind = Subexpression
		}
		if v.Expr, ok = p.expression(); !ok {
			return v, false
		}
	}
	if c := p.peek(); !c.is(":") {
		want := "':' and the unit of " + v.Name
		if v.Kind != Parameter {
			want = wantOperator + " or " + want
		} else {
			want = "'=' or " + want
		}
		p.unexpected(c, want)
		return v, false
	}
	p.pos++
	ok = p.name(v)
	return v, p.unit(&v) && ok
}

// name checks that an equation may define the name.
func (p *parser) name(v Variable) bool {
	what, bad := reserved[v.Name]
	switch {
	case strings.HasPrefix(v.Name, "xi_"):
		what, bad = "noise", true
	case functions[v.Name] != nil:
		what, bad = "a function", true
	}
	if bad {
		p.fail.add(ErrName, v.at, "%s cannot be defined here: the name stands for %s", v.Name, what)
	}
	return !bad
}

// unit reads what stands behind the colon.
func (p *parser) unit(v *Variable) bool {
	first := p.pos
	end := first
	for k := p.tokens[end].kind; k != tokEnd && k != tokNewline; k = p.tokens[end].kind {
		end++
	}
	// The flags are a last bracket that does not follow an operator.
	flags := end
	if end > first && p.tokens[end-1].is(")") {
		depth := 0
		for k := end - 1; k >= first; k-- {
			if p.tokens[k].is(")") {
				depth++
			} else if p.tokens[k].is("(") {
				if depth--; depth == 0 {
					if k > first && p.tokens[k-1].kind != tokOp || k > first && p.tokens[k-1].is(")") {
						flags = k
					}
					break
				}
			}
		}
	}
	p.pos = end
	if flags == first {
		p.unexpected(p.tokens[first], "the unit of "+v.Name)
		return false
	}
	at := p.tokens[first].at.to(p.tokens[flags-1].at)
	v.Unit = p.src.text[at.start:at.end]
	switch v.Unit {
	case "integer":
		v.Type = Integer
	case "boolean", "bool":
		v.Type, v.Unit = Boolean, "boolean"
	default:
		u, err := quantity.ParseUnit(v.Unit)
		if err != nil {
			why := err.Error()
			if bad := (*quantity.ParseError)(nil); errors.As(err, &bad) {
				why = bad.Msg
			}
			p.fail.add(ErrUnit, at, "%s is not a unit: %s", v.Unit, why)
			return false
		}
		if u.Scale != 1 {
			p.fail.add(ErrUnit, at, "variables are kept in SI units: found %s, expected %s", v.Unit, unit(u.Dim))
			return false
		}
		v.Dim = u.Dim
	}
	if v.Kind == Differential && v.Type != Float {
		p.fail.add(ErrType, at, "the variable of a differential equation cannot be %s", v.Type)
		return false
	}
	return p.flags(v, p.tokens[flags:end])
}

// flags reads "(constant, unless refractory)".
func (p *parser) flags(v *Variable, list []token) bool {
	if len(list) == 0 {
		return true
	}
	ok := true
	list = list[1:]
	for len(list) > 0 {
		n := slices.IndexFunc(list, func(t token) bool { return t.is(",") || t.is(")") })
		if n == 0 {
			p.unexpected(list[0], "a flag")
			return false
		}
		words := make([]string, n)
		for i, t := range list[:n] {
			words[i] = t.text
		}
		at := list[0].at.to(list[n-1].at)
		ok = p.flag(v, strings.ReplaceAll(strings.Join(words, " "), " - ", "-"), at) && ok
		list = list[n+1:]
	}
	return ok
}

func (p *parser) flag(v *Variable, name string, at span) bool {
	var set *bool
	kinds := []Kind{Parameter}
	switch name {
	case "constant":
		set = &v.Constant
	case "shared":
		set, kinds = &v.Shared, []Kind{Parameter, Subexpression, Differential}
	case "unless refractory":
		set, kinds = &v.UnlessRefractory, []Kind{Differential}
	case "event-driven", "clock-driven", "summed", "linked", "constant over dt", "scalar":
		p.fail.add(ErrUnsupported, at, "the flag (%s) is not supported yet", name)
		return false
	default:
		p.fail.add(ErrName, at, "unknown flag (%s); flags are constant, shared, unless refractory", name)
		return false
	}
	if !slices.Contains(kinds, v.Kind) {
		p.fail.add(ErrSyntax, at, "the flag (%s) does not go with a %s", name, v.Kind)
		return false
	}
	if *set {
		p.fail.add(ErrSyntax, at, "the flag (%s) is given twice", name)
		return false
	}
	*set = true
	return true
}
