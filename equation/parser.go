package equation

import (
	"strconv"
	"unicode/utf8"
)

// Limits that keep hostile texts from exhausting the stack.
const (
	maxNesting = 500
	maxNodes   = 5000 // of one expression
)

// parser is a Pratt parser over the tokens of a text.
type parser struct {
	src     *source
	tokens  []token
	pos     int
	fail    *failures
	nesting int
	nodes   int
}

func newParser(text, what string, fail *failures) *parser {
	src := &source{what, text}
	p := &parser{src: src, fail: fail}
	p.tokens = lex(src, p.fail)
	return p
}

func (p *parser) peek() token { return p.tokens[p.pos] }

// atLineEnd reports whether nothing more stands on the line.
func (p *parser) atLineEnd() bool {
	k := p.peek().kind
	return k == tokEnd || k == tokNewline
}

// skipLine goes on behind the next newline.
func (p *parser) skipLine() {
	for !p.atLineEnd() {
		p.pos++
	}
	if p.peek().kind == tokNewline {
		p.pos++
	}
}

// describe says what a token is, for messages.
func describe(t token) string {
	switch t.kind {
	case tokEnd:
		return "the end of the text"
	case tokNewline:
		return "the end of the line"
	}
	if utf8.RuneCountInString(t.text) > 30 {
		return strconv.Quote(string([]rune(t.text)[:30]) + "…")
	}
	return strconv.Quote(t.text)
}

// unexpected reports a token that cannot stand where it is. Nothing is said of a
// token that the lexer has complained of.
func (p *parser) unexpected(t token, want string) {
	if t.kind == tokBad {
		return
	}
	hint := ""
	switch {
	case t.is("^"):
		hint = "; powers are written x**2"
	case t.is("&&") || t.is("&"):
		hint = "; write and"
	case t.is("||") || t.is("|"):
		hint = "; write or"
	case t.is("!") || t.is("~"):
		hint = "; write not"
	case t.is("="):
		hint = "; equality is written =="
	case t.is("[") || t.is("]"):
		hint = "; only round brackets group"
	case t.kind == tokNewline && want == wantOperand:
		hint = "; an expression goes on in the next line only inside brackets"
	}
	p.fail.add(ErrSyntax, t.at, "found %s, expected %s%s", describe(t), want, hint)
}

const (
	wantOperand  = "a number, a name or '('"
	wantOperator = "an operator"
)

// parseWhole reads a text that is one expression.
func parseWhole(text, what string, fail *failures) (n Node, ok bool) {
	p := newParser(text, what, fail)
	for p.peek().kind == tokNewline {
		p.pos++
	}
	n, ok = p.expression()
	for ok && p.peek().kind == tokNewline {
		p.pos++
	}
	if ok && p.peek().kind != tokEnd {
		p.unexpected(p.peek(), wantOperator+" or the end of the expression")
		ok = false
	}
	return n, ok
}

// expression reads one expression; if it is not ok an error has been reported.
func (p *parser) expression() (n Node, ok bool) {
	p.nodes = 0
	return p.binary(precOr)
}

// count allows one more node.
func (p *parser) count(at span) bool {
	p.nodes++
	if p.nodes == maxNodes+1 {
		p.fail.add(ErrSyntax, at, "the expression has more than %d parts; name some of them as subexpressions", maxNodes)
	}
	return p.nodes <= maxNodes
}

// enter goes one bracket, sign or power deeper; leave comes back.
func (p *parser) enter(at span) bool {
	p.nesting++
	if p.nesting > maxNesting {
		p.fail.add(ErrSyntax, at, "the expression is nested more than %d deep", maxNesting)
		return false
	}
	return true
}

func (p *parser) leave() { p.nesting-- }

// binary reads operators that bind at least as tightly as least.
func (p *parser) binary(least int) (Node, bool) {
	t := p.peek()
	if !p.enter(t.at) {
		return nil, false
	}
	defer p.leave()
	x, ok := p.prefix(least)
	if !ok {
		return nil, false
	}
	compared := false
	for {
		op := p.peek()
		prec := 0
		if op.kind == tokOp {
			prec = binaryPrecedence(op.text)
		}
		if prec == 0 || prec < least {
			return x, true
		}
		if prec == precCompare {
			if compared {
				p.fail.add(ErrSyntax, op.at, "comparisons do not chain; write (a < b) and (b < c)")
				return nil, false
			}
			compared = true
		} else if prec < precCompare {
			compared = false
		}
		p.pos++
		right := prec + 1
		switch {
		case op.text == "**":
			right = precSign // to the right, and 2**-1 is allowed
		case prec == precCompare:
			right = precSum
		}
		y, ok := p.binary(right)
		if !ok || !p.count(op.at) {
			return nil, false
		}
		x = &Binary{op.text, x, y, op.at}
	}
}

// prefix reads a sign, a not, or an operand.
func (p *parser) prefix(least int) (Node, bool) {
	t := p.peek()
	if !p.count(t.at) {
		return nil, false
	}
	switch {
	case t.is("not"):
		p.pos++
		if least > precNot {
			p.fail.add(ErrSyntax, t.at, "not binds looser than the operator before it; put it in brackets")
			return nil, false
		}
		x, ok := p.binary(precNot)
		return &Unary{"not", x, t.at}, ok
	case t.is("-") || t.is("+"):
		p.pos++
		x, ok := p.binary(precSign)
		return &Unary{t.text, x, t.at}, ok
	case t.is("("):
		p.pos++
		x, ok := p.binary(precOr)
		if !ok {
			return nil, false
		}
		if c := p.peek(); !c.is(")") {
			p.unexpected(c, wantOperator+" or ')'")
			return nil, false
		}
		p.pos++
		return x, true
	case t.kind == tokNumber:
		p.pos++
		v, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return nil, false
		}
		if u := p.peek(); u.kind == tokName {
			p.fail.add(ErrSyntax, u.at, "found %s after a number; a product is written %s*%s", describe(u), t.text, u.text)
			return nil, false
		}
		return &Number{t.text, v, t.at}, true
	case t.kind == tokName:
		p.pos++
		if p.peek().is("(") {
			return p.call(t)
		}
		return &Name{t.text, t.at}, true
	}
	p.unexpected(t, wantOperand)
	return nil, false
}

// call reads the arguments of a function.
func (p *parser) call(name token) (Node, bool) {
	p.pos++ // (
	c := &Call{Func: name.text, at: name.at}
	if p.peek().is(")") {
		p.pos++
		return c, true
	}
	for {
		a, ok := p.binary(precOr)
		if !ok {
			return nil, false
		}
		c.Args = append(c.Args, a)
		t := p.peek()
		if !t.is(")") && !t.is(",") {
			p.unexpected(t, wantOperator+", ',' or ')'")
			return nil, false
		}
		p.pos++
		if t.is(")") {
			return c, true
		}
	}
}
