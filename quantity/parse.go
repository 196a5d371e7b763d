package quantity

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Parse reads a quantity: a number, a unit, or products, quotients and powers
// of them.
//
//	5 ms    -70.6 mV    30 nS    0.5    1/ms    1.5e-3 uA/cm**2
//	2*nS*mV    12.0 * mV    3 V s^-0.5    kg m^2 s^-2    5 mV / (2 nS)
//
// Powers are written ^ or **, with whole numbers, decimals or fractions in
// parentheses. A number directly followed by a unit is multiplied by that whole
// unit, once; operators are computed from left to right. Units that stand side
// by side are multiplied, unless a division goes before: W/m^2 K is refused as
// ambiguous. Errors are of type [*ParseError].
func Parse(text string) (Quantity, error) {
	p := parser{text: text}
	v, err := p.parse()
	if err != nil {
		return Quantity{}, err
	}
	return v.quantity(), nil
}

// MustParse is Parse for texts that are part of the program; it panics if text
// is not a quantity.
func MustParse(text string) Quantity {
	q, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return q
}

// operand is what the parser computes with: a bare unit, or a number.
type operand struct {
	isUnit bool
	pow    int     // of ten, in parts of 1/resolution, if isUnit
	num    float64 // if not isUnit
	plain  bool    // a number as written, not yet combined with anything
	dim    Dimension
}

func (v operand) value() float64 {
	if v.isUnit {
		return rootPow10(v.pow)
	}
	return v.num
}

func (v operand) quantity() Quantity { return Quantity{si: v.value(), dim: v.dim} }

// parser is a recursive descent parser:
//
//	product = factor { ("*" | "/") factor }
//	factor  = number unit {unit | ("*" | "/") unit} | signed
//	signed  = ["+" | "-"] power
//	power   = atom [("^" | "**") exponent]
//	atom    = number | unit | "(" product ")"
type parser struct {
	text  string
	pos   int
	depth int
	// The last parenthesis read: factor looks ahead into it and may go back, which without
	// this would double the work with every level of nesting.
	seen struct {
		start, end int
		v          operand
	}
}

func (p *parser) fail(at int, format string, args ...any) error {
	return &ParseError{Text: p.text, Offset: at, Msg: fmt.Sprintf(format, args...)}
}

func (p *parser) parse() (operand, error) {
	p.space()
	if p.pos == len(p.text) {
		return operand{}, p.fail(p.pos, "empty: want a number and a unit, such as 5 ms")
	}
	v, err := p.product()
	if err != nil {
		return operand{}, err
	}
	if p.pos < len(p.text) {
		return operand{}, p.unexpected("an operator, a unit or the end")
	}
	return v, nil
}

func (p *parser) unexpected(want string) error {
	if p.pos == len(p.text) {
		return p.fail(p.pos, "unexpected end, want %s", want)
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.pos:])
	return p.fail(p.pos, "unexpected %q, want %s", r, want)
}

func (p *parser) space() {
	for p.pos < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[p.pos:])
		if !unicode.IsSpace(r) {
			return
		}
		p.pos += n
	}
}

// accept skips tok and the space after it if tok is next.
func (p *parser) accept(tok string) bool {
	if !strings.HasPrefix(p.text[p.pos:], tok) {
		return false
	}
	p.pos += len(tok)
	p.space()
	return true
}

// operator reads * or /; 0 if neither is next.
func (p *parser) operator() byte {
	switch {
	case strings.HasPrefix(p.text[p.pos:], "**"):
		return 0
	case p.accept("*"), p.accept("·"):
		return '*'
	case p.accept("/"):
		return '/'
	}
	return 0
}

// unitNext reports whether a unit (not inf or nan) or a parenthesis follows.
func (p *parser) unitNext() bool {
	r, _ := utf8.DecodeRuneInString(p.text[p.pos:])
	return isLetter(r) && !p.numberNext()
}

func (p *parser) product() (operand, error) {
	if p.depth++; p.depth > 50 {
		return operand{}, p.fail(p.pos, "too deeply nested")
	}
	defer func() { p.depth-- }()
	v, err := p.factor()
	divided := false
	for err == nil {
		at := p.pos
		op := p.operator()
		if op == 0 {
			if !v.isUnit || !p.unitNext() {
				return v, nil
			}
			if divided {
				return v, p.fail(at, "ambiguous after a division: put parentheses around the units below the line")
			}
			op = '*'
		}
		divided = divided || op == '/'
		var w operand
		if w, err = p.factor(); err == nil {
			v, err = p.combine(at, v, w, op)
		}
	}
	return v, err
}

// factor reads one factor of a product. After a bare number it takes the whole unit that
// stands beside it, so that the number is multiplied by that unit once.
func (p *parser) factor() (operand, error) {
	v, err := p.signed()
	if err != nil || !v.plain || !p.unitNext() {
		return v, err
	}
	at := p.pos
	u, err := p.power()
	divided := false
	for err == nil {
		mark := p.pos
		op := p.operator()
		if !p.unitNext() {
			if op == 0 || !strings.HasPrefix(p.text[p.pos:], "(") {
				p.pos = mark // not a unit: the operator belongs to the product around us
				break
			}
			// A parenthesis belongs to the unit if it holds nothing but units.
			var w operand
			if w, err = p.power(); err != nil {
				break
			}
			if !w.isUnit {
				p.pos = mark
				break
			}
			divided = divided || op == '/'
			u, err = p.combine(mark, u, w, op)
			continue
		}
		if op == 0 {
			if divided {
				err = p.fail(mark, "ambiguous after a division: put parentheses around the units below the line")
				break
			}
			op = '*'
		}
		divided = divided || op == '/'
		var w operand
		if w, err = p.power(); err == nil {
			u, err = p.combine(mark, u, w, op)
		}
	}
	if err != nil {
		return operand{}, err
	}
	return p.combine(at, v, u, '*')
}

func (p *parser) combine(at int, v, w operand, op byte) (operand, error) {
	r := operand{isUnit: v.isUnit && w.isUnit}
	if op == '*' {
		r.dim = v.dim.Mul(w.dim)
	} else {
		r.dim = v.dim.Div(w.dim)
	}
	if !r.dim.inRange() {
		return r, p.fail(at, "exponent beyond %d", maxExponent)
	}
	switch {
	case r.isUnit && op == '*':
		r.pow = v.pow + w.pow
	case r.isUnit:
		r.pow = v.pow - w.pow
	case op == '*':
		r.num = v.value() * w.value()
	case v.plain && v.num == 1 && w.isUnit: // 1/ms is a unit
		r.isUnit, r.pow = true, -w.pow
	default:
		if w.value() == 0 {
			return r, p.fail(at, "division by zero")
		}
		r.num = v.value() / w.value()
	}
	return r, p.check(at, r, v, w)
}

// check refuses results beyond the range of numbers, unless an infinity or NaN went in.
func (p *parser) check(at int, r operand, from ...operand) error {
	if r.isUnit && (r.pow > 307*resolution || r.pow < -307*resolution) {
		return p.fail(at, "a unit of 1e%d is out of range", r.pow/resolution)
	}
	if x := r.value(); math.IsInf(x, 0) || math.IsNaN(x) {
		for _, v := range from {
			if y := v.value(); math.IsInf(y, 0) || math.IsNaN(y) {
				return nil
			}
		}
		return p.fail(at, "the value is out of range")
	}
	return nil
}

func (p *parser) signed() (operand, error) {
	negative := false
	for {
		if p.accept("-") || p.accept("−") {
			negative = !negative
		} else if !p.accept("+") {
			break
		}
	}
	v, err := p.power()
	if negative && err == nil {
		v = operand{num: -v.value(), plain: v.plain, dim: v.dim}
	}
	return v, err
}

func (p *parser) power() (operand, error) {
	v, err := p.atom()
	if err != nil {
		return v, err
	}
	at := p.pos
	if !p.accept("^") && !p.accept("**") {
		return v, nil
	}
	num, den, err := p.exponent()
	if err != nil {
		return v, err
	}
	r := operand{isUnit: v.isUnit}
	if r.dim, err = v.dim.Pow(num, den); err != nil {
		return v, p.fail(at, "%s", strings.TrimPrefix(err.Error(), "quantity: "))
	}
	if v.isUnit {
		if v.pow*num%den != 0 {
			return v, p.fail(at, "the power of ten has an exponent whose denominator does not divide 2520")
		}
		r.pow = v.pow * num / den
		return r, p.check(at, r)
	}
	r.num, r.plain = power(v.num, num, den), v.plain
	return r, p.check(at, r, v)
}

// exponent reads -2, 0.5 or (1/3).
func (p *parser) exponent() (num, den int, err error) {
	at := p.pos
	inside := p.accept("(")
	negative := p.accept("-") || p.accept("−")
	if !negative {
		p.accept("+")
	}
	x, err := p.number("an exponent")
	if err != nil {
		return 0, 0, err
	}
	if inside {
		if p.accept("/") {
			y, err := p.number("the denominator of the exponent")
			if err != nil {
				return 0, 0, err
			}
			x /= y
		}
		if !p.accept(")") {
			return 0, 0, p.unexpected("a closing parenthesis after the exponent")
		}
	}
	if negative {
		x = -x
	}
	num, den, ok := nearFraction(x)
	if !ok {
		return 0, 0, p.fail(at, "the exponent %v is not a fraction with a denominator up to 10, within ±%d", x, maxExponent)
	}
	return num, den, nil
}

func (p *parser) atom() (operand, error) {
	at := p.pos
	switch {
	case p.seen.end > 0 && p.seen.start == at:
		p.pos = p.seen.end
		return p.seen.v, nil
	case p.accept("("):
		v, err := p.product()
		if err != nil {
			return v, err
		}
		if !p.accept(")") {
			return v, p.unexpected("a closing parenthesis")
		}
		p.seen.start, p.seen.end, p.seen.v = at, p.pos, v
		return v, nil
	case p.numberNext():
		x, err := p.number("a number")
		return operand{num: x, plain: true}, err
	}
	name := p.identifier()
	if name == "" {
		return operand{}, p.unexpected("a number or a unit")
	}
	u, ok := lookup(name)
	if !ok {
		return operand{}, &ParseError{Text: p.text, Offset: at, Msg: fmt.Sprintf("%v %s: %s", ErrUnknownUnit, clip(name), suggest(name)), kind: ErrUnknownUnit}
	}
	p.space()
	return operand{isUnit: true, pow: u.pow * resolution, dim: u.dim}, nil
}

func isLetter(r rune) bool {
	return r == '_' || r == '°' || r != utf8.RuneError && unicode.IsLetter(r)
}

// identifier reads a name and leaves the space behind it.
func (p *parser) identifier() string {
	start := p.pos
	for p.pos < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[p.pos:])
		if !isLetter(r) && (p.pos == start || !('0' <= r && r <= '9')) {
			break
		}
		p.pos += n
	}
	return p.text[start:p.pos]
}

// numberNext reports whether a number follows; inf and nan are numbers.
func (p *parser) numberNext() bool {
	rest := p.text[p.pos:]
	if rest == "" {
		return false
	}
	if c := rest[0]; '0' <= c && c <= '9' || c == '.' {
		return true
	}
	q := *p
	switch strings.ToLower(q.identifier()) {
	case "inf", "nan":
		return true
	}
	return false
}

// number reads an unsigned decimal number and the space after it.
func (p *parser) number(want string) (float64, error) {
	if !p.numberNext() {
		return 0, p.unexpected(want)
	}
	start := p.pos
	if word := p.identifier(); word != "" {
		p.space()
		if strings.EqualFold(word, "nan") {
			return math.NaN(), nil
		}
		return math.Inf(1), nil
	}
	digits := func() (n int) {
		for ; p.pos < len(p.text) && '0' <= p.text[p.pos] && p.text[p.pos] <= '9'; p.pos++ {
			n++
		}
		return n
	}
	n := digits()
	if p.pos < len(p.text) && p.text[p.pos] == '.' {
		p.pos++
		n += digits()
	}
	if n == 0 {
		return 0, p.fail(start, "a number needs a digit")
	}
	// 5e is 5 followed by the letter e, 5e3 and 5E-3 are numbers; 5Em is an exametre.
	if mark := p.pos; p.pos < len(p.text) && (p.text[p.pos] == 'e' || p.text[p.pos] == 'E') {
		p.pos++
		if p.pos < len(p.text) && (p.text[p.pos] == '+' || p.text[p.pos] == '-') {
			p.pos++
		}
		if digits() == 0 {
			p.pos = mark
		}
	}
	x, err := strconv.ParseFloat(p.text[start:p.pos], 64)
	if err != nil {
		return 0, p.fail(start, "the number %s is out of range", p.text[start:min(p.pos, start+40)])
	}
	p.space()
	return x, nil
}

// rootPow10 is 10^(n/resolution). Whole numbers and halves, which noise terms need, are
// correctly rounded and so the same everywhere.
func rootPow10(n int) float64 {
	switch {
	case n%resolution == 0:
		return pow10(n / resolution)
	case n%(resolution/2) == 0:
		const precision = 2200 // bits: enough for 10^615 without rounding
		ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n, -n)/(resolution/2))), nil)
		x := new(big.Float).SetPrec(precision).SetInt(ten)
		if n < 0 {
			x.Quo(new(big.Float).SetPrec(precision).SetInt64(1), x)
		}
		root, _ := x.Sqrt(x).Float64()
		return root
	}
	return math.Pow(10, float64(n)/resolution)
}

// power is x^(num/den): products for whole exponents, as they are written out by hand.
func power(x float64, num, den int) float64 {
	switch den {
	case 1:
		if x == 10 {
			return pow10(num)
		}
		n := max(num, -num)
		y := 1.0
		for sq := x; n > 0; n >>= 1 {
			if n&1 == 1 {
				y *= sq
			}
			sq *= sq
		}
		if num < 0 {
			return 1 / y
		}
		return y
	case 2:
		return math.Sqrt(power(x, num, 1))
	}
	return math.Pow(x, float64(num)/float64(den))
}
