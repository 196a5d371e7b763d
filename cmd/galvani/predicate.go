package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"galvani/quantity"
	"galvani/trajectory/table"
)

// A predicate is a condition on the columns of a table of runs. The language
// of equations knows no texts, lists and missing values, and a name there is an
// identifier, not a path; so this is one of its own, read by recursive descent:
//
//	or    = and {"or" and}
//	and   = not {"and" not}
//	not   = "not" not | compare
//	compare = sum {("==" | "!=" | "<" | "<=" | ">" | ">=") sum} | sum ["not"] "in" list
//	sum   = term {("+" | "-") term}
//	term  = unary {("*" | "/" | "%") unary}
//	unary = "-" unary | number [unit] | text | "true" | "false" | name | "has" "(" name ")" | "(" or ")"
//	list  = "[" [sum {"," sum}] "]"
type predicate struct {
	root node
}

// node is a part of a predicate. It is bound to a table before it is asked.
type node interface {
	// names appends the names of columns.
	names([]string) []string
	// bind finds columns, checks types and dimensions, and returns what computes the value in a row.
	bind(*table.Table) (kind, func(row int) value, error)
}

// kind is what values a part has.
type kind struct {
	typ byte // one of the constants below
	dim quantity.Dimension
}

const (
	isBool   = 'b'
	isNumber = 'n'
	isText   = 't'
)

func (k kind) String() string {
	switch {
	case k.typ == isBool:
		return "true or false"
	case k.typ == isText:
		return "a text"
	case k.dim.IsNone():
		return "a number without unit"
	}
	return "a number in " + k.dim.Symbol()
}

// value is the value of a part in one row; ok is false if the run has none.
type value struct {
	ok    bool
	truth bool
	num   float64
	whole integer // exact, if whole.ok
	text  string
}

// integer is a whole number of 64 bits with a sign, so that seeds compare exactly.
type integer struct {
	ok       bool
	negative bool
	size     uint64
}

func wholeOf(v any) integer {
	switch v := v.(type) {
	case int64:
		if v < 0 {
			return integer{true, true, uint64(-(v + 1)) + 1}
		}
		return integer{true, false, uint64(v)}
	case uint64:
		return integer{true, false, v}
	}
	return integer{}
}

func (a integer) compare(b integer) int {
	switch {
	case a.negative != b.negative && (a.size != 0 || b.size != 0):
		if a.negative {
			return -1
		}
		return 1
	case a.size == b.size:
		return 0
	case (a.size < b.size) != a.negative:
		return -1
	}
	return 1
}

// maxPredicate bounds how long a predicate may be.
const maxPredicate = 10_000

func parsePredicate(text string) (*predicate, error) {
	if strings.TrimSpace(text) == "" {
		return &predicate{}, nil
	}
	if len(text) > maxPredicate || !utf8.ValidString(text) {
		return nil, &usageError{fmt.Sprintf("the predicate has %d bytes or is no text (want at most %d of UTF-8)", len(text), maxPredicate)}
	}
	p := &parser{text: text}
	p.next()
	root := p.or()
	if p.err == nil && p.token.kind != tokenEnd {
		p.fail("%s makes no sense here", p.token)
	}
	if p.err != nil {
		return nil, p.err
	}
	return &predicate{root}, nil
}

func (p *predicate) names() []string {
	if p.root == nil {
		return nil
	}
	all := p.root.names(nil)
	slices.Sort(all)
	return slices.Compact(all)
}

// bind makes the condition on the rows of a table.
func (p *predicate) bind(t *table.Table) (func(row int) bool, error) {
	if p.root == nil {
		return func(int) bool { return true }, nil
	}
	k, f, err := p.root.bind(t)
	if err != nil {
		return nil, err
	}
	if k.typ != isBool {
		return nil, fmt.Errorf("the predicate is %s, want something that is true or false", k)
	}
	return func(row int) bool { return f(row).truth }, nil
}

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenNumber
	tokenText
	tokenName // also and, or, …, unless quoted
	tokenQuoted
	tokenSign
)

type token struct {
	kind tokenKind
	text string
	at   int // byte
	end  int
}

func (t token) String() string {
	if t.kind == tokenEnd {
		return "the end"
	}
	return strconv.Quote(t.text)
}

type parser struct {
	text  string
	at    int
	token token
	depth int
	err   error
}

// fail keeps the first error, with the place where it is.
func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		place := utf8.RuneCountInString(p.text[:p.token.at]) + 1
		p.err = &usageError{fmt.Sprintf("the predicate, at character %d: %s", place, fmt.Sprintf(format, args...))}
	}
	p.token = token{kind: tokenEnd, at: len(p.text)}
	p.at = len(p.text)
}

func isLetter(r rune) bool { return r == '_' || unicode.IsLetter(r) }

// next reads a token.
func (p *parser) next() {
	for p.at < len(p.text) && strings.ContainsRune(" \t\r\n", rune(p.text[p.at])) {
		p.at++
	}
	rest := p.text[p.at:]
	p.token = token{at: p.at}
	if rest == "" {
		return
	}
	take := func(k tokenKind, n int) {
		p.token.kind, p.token.text = k, rest[:n]
		p.at += n
		p.token.end = p.at
	}
	r, _ := utf8.DecodeRuneInString(rest)
	switch {
	case r >= '0' && r <= '9' || r == '.' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		take(tokenNumber, numberLength(rest))
	case isLetter(r):
		n := 0
		for i, r := range rest {
			if !isLetter(r) && !unicode.IsDigit(r) && r != '.' {
				break
			}
			n = i + utf8.RuneLen(r)
		}
		take(tokenName, n)
	case r == '"' || r == '\'':
		p.quoted(rest)
	case r == '`':
		if n := strings.IndexByte(rest[1:], '`'); n > 0 {
			take(tokenQuoted, n+2)
			p.token.text = rest[1 : n+1]
		} else {
			p.fail("a name in backquotes does not end")
		}
	default:
		for _, sign := range []string{"==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", ","} {
			if strings.HasPrefix(rest, sign) {
				take(tokenSign, len(sign))
				return
			}
		}
		switch r {
		case '=':
			p.fail("= makes no sense here, equality is ==")
		case '&', '|', '!':
			p.fail("%c makes no sense here, the words are and, or, not", r)
		default:
			p.fail("%q makes no sense here", r)
		}
	}
}

// numberLength is how long the number at the beginning of a text is.
func numberLength(s string) int {
	i := 0
	digits := func() {
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
	}
	digits()
	if i < len(s) && s[i] == '.' {
		i++
		digits()
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if j < len(s) && s[j] >= '0' && s[j] <= '9' {
			i = j
			digits()
		}
	}
	return i
}

// quoted reads a text in quotes; a backslash takes the next character as it is.
func (p *parser) quoted(rest string) {
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case rest[0]:
			p.at += i + 1
			p.token.kind, p.token.text, p.token.end = tokenText, b.String(), p.at
			return
		case '\\':
			if i++; i < len(rest) {
				b.WriteByte(rest[i])
			}
		default:
			b.WriteByte(rest[i])
		}
	}
	p.fail("a text in quotes does not end")
}

// sign takes one of some signs or words, "" if none is there.
func (p *parser) sign(kind tokenKind, any ...string) string {
	if p.token.kind == kind && slices.Contains(any, p.token.text) {
		s := p.token.text
		p.next()
		return s
	}
	return ""
}

// want takes a sign that must be there.
func (p *parser) want(sign string) {
	if p.err == nil && p.sign(tokenSign, sign) == "" {
		p.fail("want %q, found %s", sign, p.token)
	}
}

// maxDepth bounds brackets in brackets.
const maxDepth = 200

func (p *parser) deeper() bool {
	if p.depth++; p.depth > maxDepth {
		p.fail("more than %d things in each other", maxDepth)
		return false
	}
	return true
}

func (p *parser) or() node {
	n := p.and()
	for p.sign(tokenName, "or") != "" {
		n = &logic{n, p.and(), false}
	}
	return n
}

func (p *parser) and() node {
	n := p.not()
	for p.sign(tokenName, "and") != "" {
		n = &logic{n, p.not(), true}
	}
	return n
}

func (p *parser) not() node {
	if p.sign(tokenName, "not") == "" {
		return p.compare()
	}
	if !p.deeper() {
		return &literal{}
	}
	defer func() { p.depth-- }()
	return &negation{p.not()}
}

func (p *parser) compare() node {
	left := p.sum()
	var out node
	for {
		at := p.token
		op := p.sign(tokenSign, "==", "!=", "<=", ">=", "<", ">")
		if op == "" {
			break
		}
		right := p.sum()
		var c node = &comparison{op, left, right, p.place(at)}
		if out != nil {
			c = &logic{out, c, true} // a < b < c
		}
		out, left = c, right
	}
	if out != nil {
		return out
	}
	at := p.token
	not := p.sign(tokenName, "not") != ""
	if p.sign(tokenName, "in") != "" {
		p.want("[")
		m := &membership{of: left, at: p.place(at)}
		if p.sign(tokenSign, "]") == "" {
			for {
				m.list = append(m.list, p.sum())
				if p.sign(tokenSign, ",") == "" {
					break
				}
			}
			p.want("]")
		}
		if not {
			return &negation{m}
		}
		return m
	}
	if not {
		p.fail("want in behind not, found %s", p.token)
	}
	return left
}

// place is where a token stands, for errors.
func (p *parser) place(t token) string {
	return fmt.Sprintf("the predicate, at character %d", utf8.RuneCountInString(p.text[:t.at])+1)
}

func (p *parser) sum() node {
	n := p.term()
	for {
		at := p.token
		op := p.sign(tokenSign, "+", "-")
		if op == "" {
			return n
		}
		n = &arithmetic{op, n, p.term(), p.place(at)}
	}
}

func (p *parser) term() node {
	n := p.unary()
	for {
		at := p.token
		op := p.sign(tokenSign, "*", "/", "%")
		if op == "" {
			return n
		}
		n = &arithmetic{op, n, p.unary(), p.place(at)}
	}
}

func (p *parser) unary() node {
	if !p.deeper() {
		return &literal{}
	}
	defer func() { p.depth-- }()
	t := p.token
	switch t.kind {
	case tokenNumber:
		p.next()
		return p.number(t)
	case tokenText:
		p.next()
		return &literal{kind{typ: isText}, value{ok: true, text: t.text}}
	case tokenQuoted:
		p.next()
		return &column{t.text, p.place(t)}
	case tokenName:
		p.next()
		switch t.text {
		case "true", "True", "false", "False":
			return &literal{kind{typ: isBool}, value{ok: true, truth: t.text[0]|0x20 == 't'}}
		case "and", "or", "not", "in":
			p.token = t
			p.fail("%s makes no sense here", t)
			return &literal{}
		case "has":
			if p.sign(tokenSign, "(") != "" {
				name := p.token
				if name.kind != tokenName && name.kind != tokenQuoted {
					p.fail("want a name, found %s", name)
				}
				p.next()
				p.want(")")
				return &has{column{name.text, p.place(name)}}
			}
		}
		return &column{strings.TrimSuffix(t.text, "."), p.place(t)}
	case tokenSign:
		switch t.text {
		case "-":
			p.next()
			return &negative{p.unary(), p.place(t)}
		case "(":
			p.next()
			n := p.or()
			p.want(")")
			return n
		}
	}
	p.fail("want a value, found %s", t)
	return &literal{}
}

// number makes a literal of a number and the unit behind it.
func (p *parser) number(t token) node {
	v := value{ok: true}
	if n, err := strconv.ParseUint(t.text, 10, 64); err == nil {
		v.whole = integer{ok: true, size: n}
	}
	var err error
	if v.num, err = strconv.ParseFloat(t.text, 64); err != nil {
		p.token = t
		p.fail("%s is no number", t)
		return &literal{}
	}
	if u := p.token; u.kind == tokenName && !slices.Contains([]string{"and", "or", "not", "in"}, u.text) {
		q, err := quantity.Of(v.num, u.text)
		if err != nil {
			p.fail("there is no unit %s", u)
			return &literal{}
		}
		p.next()
		return &literal{kind{typ: isNumber, dim: q.Dimension()}, value{ok: true, num: q.SI()}}
	}
	return &literal{kind{typ: isNumber}, v}
}

// literal is a constant.
type literal struct {
	kind  kind
	value value
}

func (n *literal) names(all []string) []string { return all }

func (n *literal) bind(*table.Table) (kind, func(int) value, error) {
	v := n.value
	return n.kind, func(int) value { return v }, nil
}

// column is a name.
type column struct {
	name, at string
}

func (n *column) names(all []string) []string { return append(all, n.name) }

func (n *column) find(t *table.Table) (*table.Column, error) {
	c, err := t.Column(n.name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.at, err)
	}
	if c.IsArray() {
		return nil, fmt.Errorf("%s: %s holds arrays, which cannot be compared", n.at, c.Name)
	}
	return c, nil
}

func (n *column) bind(t *table.Table) (kind, func(int) value, error) {
	c, err := n.find(t)
	if err != nil {
		return kind{}, nil, err
	}
	k := kind{typ: isText}
	if c.IsNumeric() {
		k = kind{typ: isNumber}
		if c.Unit != "" {
			u, err := quantity.ParseUnit(c.Unit)
			if err != nil {
				return k, nil, fmt.Errorf("%s: column %s: %w", n.at, c.Name, err)
			}
			k.dim = u.Dim
			return k, func(row int) value {
				x, ok := c.Float(row)
				return value{ok: ok, num: x * u.Scale}
			}, nil
		}
	}
	if c.Len() > 0 {
		for row := range c.Len() {
			if _, ok := c.Value(row).(bool); ok {
				k = kind{typ: isBool}
			}
			if !c.IsNull(row) {
				break
			}
		}
	}
	return k, func(row int) value {
		switch v := c.Value(row).(type) {
		case nil:
			return value{}
		case bool:
			return value{ok: true, truth: v}
		case string:
			return value{ok: true, text: v}
		default:
			x, ok := c.Float(row)
			return value{ok: ok, num: x, whole: wholeOf(v)}
		}
	}, nil
}

// has tells whether a run has a value.
type has struct{ column }

func (n *has) bind(t *table.Table) (kind, func(int) value, error) {
	c, err := n.find(t)
	if err != nil {
		return kind{}, nil, err
	}
	return kind{typ: isBool}, func(row int) value { return value{ok: true, truth: !c.IsNull(row)} }, nil
}

// logic is and or or.
type logic struct {
	a, b node
	and  bool
}

func (n *logic) names(all []string) []string { return n.b.names(n.a.names(all)) }

func (n *logic) bind(t *table.Table) (kind, func(int) value, error) {
	f, err := condition(n.a, t)
	if err != nil {
		return kind{}, nil, err
	}
	g, err := condition(n.b, t)
	if err != nil {
		return kind{}, nil, err
	}
	and := n.and
	return kind{typ: isBool}, func(row int) value {
		truth := f(row)
		if truth == and {
			truth = g(row)
		}
		return value{ok: true, truth: truth}
	}, nil
}

// condition binds a part that must be true or false; a missing value is false.
func condition(n node, t *table.Table) (func(int) bool, error) {
	k, f, err := n.bind(t)
	if err != nil {
		return nil, err
	}
	if k.typ != isBool {
		return nil, fmt.Errorf("the predicate has %s where it wants something that is true or false", k)
	}
	return func(row int) bool { return f(row).truth }, nil
}

type negation struct{ of node }

func (n *negation) names(all []string) []string { return n.of.names(all) }

func (n *negation) bind(t *table.Table) (kind, func(int) value, error) {
	f, err := condition(n.of, t)
	return kind{typ: isBool}, func(row int) value { return value{ok: true, truth: !f(row)} }, err
}

// comparison is false where a value is missing or not a number.
type comparison struct {
	op   string
	a, b node
	at   string
}

func (n *comparison) names(all []string) []string { return n.b.names(n.a.names(all)) }

func (n *comparison) bind(t *table.Table) (kind, func(int) value, error) {
	f, g, k, err := alike(n.a, n.b, t, n.at)
	if err != nil {
		return kind{}, nil, err
	}
	if k.typ == isBool && n.op != "==" && n.op != "!=" {
		return kind{}, nil, fmt.Errorf("%s: what is true or false has no order", n.at)
	}
	op := n.op
	return kind{typ: isBool}, func(row int) value {
		a, b := f(row), g(row)
		if !a.ok || !b.ok {
			return value{ok: true}
		}
		order, known := compare(k.typ, a, b)
		truth := false
		switch op {
		case "==":
			truth = known && order == 0
		case "!=":
			truth = !known || order != 0
		case "<":
			truth = known && order < 0
		case "<=":
			truth = known && order <= 0
		case ">":
			truth = known && order > 0
		case ">=":
			truth = known && order >= 0
		}
		return value{ok: true, truth: truth}
	}, nil
}

// compare orders two values; known is false if one is NaN.
func compare(typ byte, a, b value) (order int, known bool) {
	switch {
	case typ == isText:
		return strings.Compare(a.text, b.text), true
	case typ == isBool:
		if a.truth == b.truth {
			return 0, true
		}
		return 1, true
	case a.whole.ok && b.whole.ok:
		return a.whole.compare(b.whole), true
	case a.num < b.num:
		return -1, true
	case a.num > b.num:
		return 1, true
	}
	return 0, a.num == b.num
}

// alike binds two parts that must have the same type and dimension.
func alike(a, b node, t *table.Table, at string) (f, g func(int) value, k kind, err error) {
	x, f, err := a.bind(t)
	if err != nil {
		return nil, nil, k, err
	}
	y, g, err := b.bind(t)
	if err != nil {
		return nil, nil, k, err
	}
	zero := func(n node) bool { // is zero in every unit
		l, ok := n.(*literal)
		return ok && l.kind.typ == isNumber && l.value.num == 0
	}
	if x.typ != y.typ || x.typ == isNumber && x.dim != y.dim && !zero(a) && !zero(b) {
		return nil, nil, k, fmt.Errorf("%s: %s cannot be compared with %s", at, x, y)
	}
	return f, g, x, nil
}

type membership struct {
	of   node
	list []node
	at   string
}

func (n *membership) names(all []string) []string {
	all = n.of.names(all)
	for _, m := range n.list {
		all = m.names(all)
	}
	return all
}

func (n *membership) bind(t *table.Table) (kind, func(int) value, error) {
	var any []func(int) value
	if _, _, err := n.of.bind(t); err != nil {
		return kind{}, nil, err
	}
	for _, m := range n.list {
		_, f, err := (&comparison{"==", n.of, m, n.at}).bind(t)
		if err != nil {
			return kind{}, nil, err
		}
		any = append(any, f)
	}
	return kind{typ: isBool}, func(row int) value {
		return value{ok: true, truth: slices.ContainsFunc(any, func(f func(int) value) bool { return f(row).truth })}
	}, nil
}

// negative is a number with the other sign.
type negative struct {
	of node
	at string
}

func (n *negative) names(all []string) []string { return n.of.names(all) }

func (n *negative) bind(t *table.Table) (kind, func(int) value, error) {
	k, f, err := n.of.bind(t)
	if err == nil && k.typ != isNumber {
		err = fmt.Errorf("%s: %s has no negative", n.at, k)
	}
	return k, func(row int) value {
		v := f(row)
		v.num, v.whole.negative = -v.num, !v.whole.negative
		return v
	}, err
}

// arithmetic computes in floating point.
type arithmetic struct {
	op   string
	a, b node
	at   string
}

func (n *arithmetic) names(all []string) []string { return n.b.names(n.a.names(all)) }

func (n *arithmetic) bind(t *table.Table) (kind, func(int) value, error) {
	x, f, err := n.a.bind(t)
	if err != nil {
		return kind{}, nil, err
	}
	y, g, err := n.b.bind(t)
	if err != nil {
		return kind{}, nil, err
	}
	if x.typ != isNumber || y.typ != isNumber {
		return kind{}, nil, fmt.Errorf("%s: %s and %s cannot be computed with", n.at, x, y)
	}
	k := kind{typ: isNumber}
	switch n.op {
	case "*":
		k.dim = x.dim.Mul(y.dim)
	case "/":
		k.dim = x.dim.Div(y.dim)
	default:
		if x.dim != y.dim {
			return kind{}, nil, fmt.Errorf("%s: %s and %s have no sum or remainder", n.at, x, y)
		}
		k.dim = y.dim
	}
	op := n.op
	return k, func(row int) value {
		a, b := f(row), g(row)
		v := value{ok: a.ok && b.ok}
		switch op {
		case "+":
			v.num = a.num + b.num
		case "-":
			v.num = a.num - b.num
		case "*":
			v.num = a.num * b.num
		case "/":
			v.num = a.num / b.num
		case "%":
			if v.num = math.Mod(a.num, b.num); v.num != 0 && (v.num < 0) != (b.num < 0) {
				v.num += b.num
			}
		}
		return v
	}, nil
}
