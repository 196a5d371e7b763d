package paramset

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Parse reads the text form: a Python dictionary of parameters, as NeuroTools
// evaluates it, of literals and the names that the package documentation lists.
// Nothing is executed, and no file is read: url(…) is an error that wraps
// [ErrType], see [Load]. Errors in the text are of type *[Error] with line and
// column and wrap [ErrSyntax] or what else is wrong.
func Parse(src string) (*Set, error) {
	return newLoader(nil).text(src, "", false)
}

// ParseJSON reads a JSON object. A string that starts with = holds an
// expression of the text form, "= ParameterRange([1, 2])"; one that is a number, a
// space and a unit is a quantity. The rest is as with [Parse].
func ParseJSON(src string) (*Set, error) {
	return newLoader(nil).text(src, "", true)
}

// maxBytes bounds one file.
const maxBytes = 8 << 20

// text parses a whole text.
func (l *loader) text(src, file string, strict bool) (*Set, error) {
	if len(src) > maxBytes {
		return nil, &Error{Position: Position{File: file}, Msg: fmt.Sprintf("a text of %d bytes (at most %d)", len(src), maxBytes), Err: ErrTooLarge}
	}
	p := &parser{scan: newScanner(src, file, strict), strict: strict, load: l}
	v, at, err := p.whole()
	if err != nil {
		return nil, err
	}
	s, ok := v.(*Set)
	if !ok {
		return nil, p.scan.fail(at, "%s is no set of parameters (want {…})", describe(v))
	}
	return s, nil
}

// parser is a recursive descent over the tokens; values are computed on the way.
type parser struct {
	scan   *scanner
	strict bool // JSON
	load   *loader
	tok    token
	depth  int
}

// typeName is what int and float stand for, as arguments.
type typeName string

// whole reads a text that holds one value.
func (p *parser) whole() (any, Position, error) {
	if err := p.advance(); err != nil {
		return nil, Position{}, err
	}
	at := p.tok.at
	v, err := p.value()
	if err != nil {
		return nil, at, err
	}
	if p.tok.kind != endOfText {
		return nil, at, p.unexpected("the end of the text")
	}
	return v, at, nil
}

func (p *parser) advance() (err error) {
	p.tok, err = p.scan.next()
	return err
}

func (p *parser) is(s string) bool { return p.tok.kind == symbol && p.tok.value == s }

// skip passes over a symbol that must be there.
func (p *parser) skip(s, why string) error {
	if !p.is(s) {
		return p.unexpected(fmt.Sprintf("%q%s", s, why))
	}
	return p.advance()
}

func (p *parser) unexpected(want string) error {
	return p.scan.fail(p.tok.at, "found %s, want %s", p.tok, want)
}

// wrap gives an error without a place that of a token.
func (p *parser) wrap(at Position, err error) error {
	if located := (*Error)(nil); errors.As(err, &located) {
		return err
	}
	return &Error{Position: at, Msg: inner(err), Err: err}
}

// nest runs f one level deeper.
func (p *parser) nest(f func() (any, error)) (any, error) {
	if p.depth >= 4*maxDepth { // a level of the text takes up to four of the grammar
		return nil, &Error{Position: p.tok.at, Msg: fmt.Sprintf("nested deeper than %d", maxDepth), Err: ErrTooLarge}
	}
	p.depth++
	defer func() { p.depth-- }()
	return f()
}

// value reads a value, without anything that only has a meaning inside a call.
func (p *parser) value() (any, error) {
	at := p.tok.at
	v, err := p.nest(p.sum)
	if err != nil {
		return nil, err
	}
	if err := p.load.charge(1); err != nil {
		return nil, p.wrap(at, err)
	}
	if t, ok := v.(typeName); ok {
		return nil, p.scan.fail(at, "%q is a type and no value", string(t))
	}
	if depthOf(v) > maxDepth {
		return nil, &Error{Position: at, Msg: fmt.Sprintf("nested deeper than %d", maxDepth), Err: ErrTooLarge}
	}
	return v, nil
}

func (p *parser) sum() (any, error) {
	if p.strict {
		return p.atom()
	}
	return p.operations(p.term, "+", "-")
}

func (p *parser) term() (any, error) { return p.operations(p.factor, "*", "/") }

// operations reads operands with operators of one rank between them.
func (p *parser) operations(operand func() (any, error), ops ...string) (any, error) {
	left, err := operand()
	for err == nil && (p.is(ops[0]) || p.is(ops[1])) {
		op := p.tok
		if err = p.advance(); err != nil {
			break
		}
		var right any
		if right, err = operand(); err == nil {
			left, err = p.compute(op, left, right)
		}
	}
	return left, err
}

func (p *parser) compute(op token, a, b any) (any, error) {
	c := op.value[0]
	if op.value == "**" {
		c = '^'
	}
	_, aRef := a.(Reference)
	_, bRef := b.(Reference)
	if aRef || bRef {
		f, err := combine(c, a, b)
		if err != nil {
			return nil, p.wrap(op.at, err)
		}
		return Reference{root: f}, nil
	}
	v, err := operate(c, a, b)
	if err == nil {
		err = p.load.charge(size(v))
	}
	if r, ok := v.(Range); ok && err == nil {
		err = p.load.charge(r.Len())
	}
	if err != nil {
		return nil, p.wrap(op.at, err)
	}
	return v, nil
}

// factor reads a sign or a power; as in Python, -2**2 is -4 and 2**-1 is 0.5.
func (p *parser) factor() (any, error) {
	return p.nest(func() (any, error) {
		if p.is("-") || p.is("+") {
			op := p.tok
			if err := p.advance(); err != nil {
				return nil, err
			}
			// The least integer has no positive counterpart.
			if op.value == "-" && p.tok.kind == numberToken && p.tok.value == "9223372036854775808" {
				return math.MinInt64, p.advance()
			}
			v, err := p.factor()
			if err != nil {
				return nil, err
			}
			return p.sign(op, v)
		}
		base, err := p.atom()
		if err != nil || !p.is("**") {
			return base, err
		}
		op := p.tok
		if err := p.advance(); err != nil {
			return nil, err
		}
		exponent, err := p.factor()
		if err != nil {
			return nil, err
		}
		return p.compute(op, base, exponent)
	})
}

func (p *parser) sign(op token, v any) (any, error) {
	if op.value == "+" {
		switch v.(type) {
		case string, []any, *Set, nil, bool, Dist, typeName:
			return nil, p.wrap(op.at, fmt.Errorf("a sign before %s: %w", describe(v), ErrType))
		}
		return v, nil
	}
	if _, ok := v.(Reference); ok {
		return p.compute(token{symbol, "*", op.at}, -1, v)
	}
	out, err := negate(v)
	if err != nil {
		return nil, p.wrap(op.at, err)
	}
	return out, nil
}

func (p *parser) atom() (any, error) {
	t := p.tok
	switch t.kind {
	case textToken:
		if err := p.advance(); err != nil {
			return nil, err
		}
		return p.text(t)
	case numberToken:
		v, err := p.number(t)
		if err != nil {
			return nil, err
		}
		return v, p.advance()
	case word:
		return p.word(t)
	case symbol:
		switch t.value {
		case "{":
			return p.nest(p.set)
		case "[":
			return p.nest(func() (any, error) { return p.list("]", false) })
		case "(":
			return p.nest(func() (any, error) { return p.list(")", true) })
		case "-": // in JSON
			if err := p.advance(); err != nil {
				return nil, err
			}
			if p.tok.kind != numberToken || p.tok.at.Col != t.at.Col+1 || p.tok.at.Line != t.at.Line {
				return nil, p.unexpected("a number")
			}
			p.tok.value = "-" + p.tok.value
			return p.atom()
		}
	}
	return nil, p.unexpected("a value")
}

// text makes the value of a string: a quantity if it reads like one. In JSON
// it may hold an expression.
func (p *parser) text(t token) (any, error) {
	if p.strict && strings.HasPrefix(t.value, "=") {
		at := t.at
		at.Col += 2 // the quote and =
		return p.load.expression(t.value[1:], at)
	}
	if q, ok := asQuantity(t.value); ok {
		return q, nil
	}
	return t.value, nil
}

// expression reads what follows the = of a string in JSON or TOML and starts at
// a place.
func (l *loader) expression(src string, at Position) (any, error) {
	sub := &parser{scan: newScanner(src, at.File, false), load: l}
	sub.scan.at = at
	v, _, err := sub.whole()
	return v, err
}

// number reads a literal of Python or, in JSON, of JSON.
func (p *parser) number(t token) (any, error) {
	if p.strict && !jsonNumber(t.value) {
		return nil, p.scan.fail(t.at, "%s is no number of JSON", clip(t.value))
	}
	digits := t.value
	whole := !strings.ContainsAny(digits, ".eE") || isHex(digits)
	if whole {
		// Base 0 takes 0x, 0o, 0b and underscores as Python does, but also C's octal numbers.
		x, err := strconv.ParseInt(digits, 0, 64)
		old := len(digits) > 1 && digits[0] == '0' && (isDigit(digits[1]) || digits[1] == '_') && strings.Trim(digits, "0_") != ""
		switch {
		case errors.Is(err, strconv.ErrRange):
			return nil, p.scan.fail(t.at, "%s is beyond 64 bits (write it with a point)", clip(digits))
		case err != nil || old || int64(int(x)) != x:
			return nil, p.scan.fail(t.at, "%s is no number", clip(digits))
		}
		return int(x), nil
	}
	x, err := strconv.ParseFloat(digits, 64)
	if strings.Contains(digits, "_") {
		x, err = parseGrouped(digits)
	}
	switch {
	case isHex(digits) || err != nil && !errors.Is(err, strconv.ErrRange):
		return nil, p.scan.fail(t.at, "%s is no number", clip(digits))
	case err != nil:
		return nil, p.scan.fail(t.at, "%s is beyond the largest number", clip(digits))
	}
	return x, nil
}

// parseGrouped reads a float with single underscores between digits.
func parseGrouped(s string) (float64, error) {
	for i := range len(s) {
		if s[i] == '_' && !(i > 0 && isDigit(s[i-1]) && i+1 < len(s) && isDigit(s[i+1])) {
			return 0, strconv.ErrSyntax
		}
	}
	return strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
}

// jsonNumber tells whether a text is a number of JSON.
func jsonNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	digits := func() bool {
		n := 0
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		s = s[n:]
		return n > 0
	}
	if strings.HasPrefix(s, "0") {
		s = s[1:]
	} else if !digits() {
		return false
	}
	if rest, ok := strings.CutPrefix(s, "."); ok {
		if s = rest; !digits() {
			return false
		}
	}
	if len(s) > 0 && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		if !digits() {
			return false
		}
	}
	return s == ""
}

// set reads { "name": value, … }.
func (p *parser) set() (any, error) {
	open := p.tok.at
	if err := p.advance(); err != nil {
		return nil, err
	}
	s := &Set{}
	for first := true; !p.is("}"); first = false {
		if !first {
			if err := p.skip(",", ` or "}" for the set that starts at `+open.String()); err != nil {
				return nil, err
			}
			if p.is("}") && !p.strict {
				break
			}
		}
		name := p.tok
		if name.kind != textToken {
			return nil, p.unexpected(`a name in quotes`)
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
		if s.entries[name.value] != nil {
			return nil, p.scan.fail(name.at, "%q is there twice", clip(name.value))
		}
		if err := p.skip(":", " after a name"); err != nil {
			return nil, err
		}
		at := p.tok.at
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		if err := s.insert(name.value, v, at); err != nil {
			return nil, p.wrap(name.at, err)
		}
	}
	return s, p.advance()
}

// list reads values up to a closing bracket. In round ones a single value
// without a comma is that value.
func (p *parser) list(closing string, round bool) (any, error) {
	open := p.tok.at
	if err := p.advance(); err != nil {
		return nil, err
	}
	out := []any{}
	comma := false
	for !p.is(closing) {
		if len(out) > 0 {
			if err := p.skip(",", fmt.Sprintf(" or %q for what starts at %s", closing, open)); err != nil {
				return nil, err
			}
			comma = true
			if p.is(closing) && !p.strict {
				break
			}
		}
		at := p.tok.at
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		if _, ok := v.(Range); ok && !round {
			return nil, p.scan.fail(at, "a range inside a list is never iterated over; give it a name of its own")
		}
		out = append(out, v)
	}
	if round && !comma && len(out) == 1 {
		return out[0], p.advance()
	}
	if round {
		for _, v := range out {
			if _, ok := v.(Range); ok {
				return nil, p.scan.fail(open, "a range inside a list is never iterated over; give it a name of its own")
			}
		}
	}
	return out, p.advance()
}
