package paramset

import (
	"fmt"
	"math"
	"strings"

	"galvani/quantity"
	"galvani/trajectory"
)

// word reads a constant or a call.
func (p *parser) word(t token) (any, error) {
	if v, ok := p.constant(t.value); ok {
		return v, p.advance()
	}
	build := constructor(t.value)
	if p.strict || build == nil && t.value != "str" {
		return nil, p.scan.fail(t.at, "unknown name %q (names of parameters and texts stand in quotes)", clip(t.value))
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if !p.is("(") {
		return nil, p.unexpected(fmt.Sprintf(`"(" after %s`, t.value))
	}
	if t.value == "str" {
		return p.plainText()
	}
	v, err := p.nest(func() (any, error) {
		args, err := p.arguments(t)
		if err != nil {
			return nil, err
		}
		v, err := build(p, args)
		if err == nil {
			err = args.unused()
		}
		if err == nil {
			err = p.load.charge(size(v))
		}
		return v, err
	})
	if err != nil {
		return nil, p.wrap(t.at, err)
	}
	return v, nil
}

// constant finds the names that stand for values.
func (p *parser) constant(name string) (any, bool) {
	switch name {
	case "true":
		return true, true
	case "false":
		return false, true
	case "null":
		return nil, true
	}
	if p.strict {
		return nil, false
	}
	switch name {
	case "True":
		return true, true
	case "False":
		return false, true
	case "None":
		return nil, true
	case "pi":
		return math.Pi, true
	case "inf", "Infinity":
		return math.Inf(1), true
	case "nan", "NaN":
		return math.NaN(), true
	case "int", "float":
		return typeName(name), true
	}
	return nil, false
}

// plainText reads str("…"): a text that is none but a text, also where it reads
// like a quantity.
func (p *parser) plainText() (any, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	t := p.tok
	if t.kind != textToken {
		return nil, p.unexpected("a text in quotes")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	return t.value, p.skip(")", " after a text")
}

// constructor finds what a name makes of its arguments; nil for an unknown one.
func constructor(name string) func(*parser, *arguments) (any, error) {
	switch name {
	case "ref", "ParameterReference":
		return makeReference
	case "url":
		return makeURL
	case "Parameter":
		return makeParameter
	case "ParameterRange":
		return makeRange
	case "ParameterSet", "ParameterSpace":
		return makeSet
	case "ParameterTable":
		return makeTable
	case "UniformDist":
		return makeUniform
	case "NormalDist":
		return makeNormal
	case "GammaDist":
		return makeGamma
	case "arange":
		return makeArange
	case "linspace":
		return makeLinspace
	}
	return nil
}

// arguments are those of one call. Constructors take them by name and place.
type arguments struct {
	call  token
	list  []argument
	taken int // positional ones
	err   error
}

type argument struct {
	name  string // "" if it is positional
	value any
	at    Position
	used  bool
}

const maxArguments = 32

func (p *parser) arguments(call token) (*arguments, error) {
	a := &arguments{call: call}
	if err := p.advance(); err != nil {
		return nil, err
	}
	for !p.is(")") {
		if len(a.list) > 0 {
			if err := p.skip(",", fmt.Sprintf(` or ")" after the arguments of %s`, call.value)); err != nil {
				return nil, err
			}
			if p.is(")") {
				break
			}
		}
		arg := argument{at: p.tok.at}
		if p.tok.kind == word {
			// A name and = is a keyword; a name and anything else a value.
			ahead := *p.scan
			if next, err := ahead.next(); err == nil && next.kind == symbol && next.value == "=" {
				arg.name = p.tok.value
				*p.scan = ahead
				if err := p.advance(); err != nil {
					return nil, err
				}
			}
		}
		for _, other := range a.list {
			if arg.name == "" && other.name != "" {
				return nil, p.scan.fail(arg.at, "an argument without a name after one with a name")
			}
			if arg.name != "" && arg.name == other.name {
				return nil, p.scan.fail(arg.at, "%s has two arguments called %s", call.value, clip(arg.name))
			}
		}
		var err error
		if arg.value, err = p.nest(p.sum); err != nil {
			return nil, err
		}
		if a.list = append(a.list, arg); len(a.list) > maxArguments {
			return nil, p.scan.fail(arg.at, "%s has more than %d arguments", call.value, maxArguments)
		}
	}
	return a, p.advance()
}

// take returns the argument that has one of the names, the first of which also
// stands at the next place. Names that start with = have no place.
func (a *arguments) take(names ...string) (any, bool) {
	place := -1
	if first, keyword := strings.CutPrefix(names[0], "="); keyword {
		names[0] = first
	} else {
		place = a.taken
		a.taken++
	}
	found := -1
	for i, arg := range a.list {
		match := arg.name == "" && i == place
		for _, n := range names {
			match = match || arg.name == n
		}
		if !match {
			continue
		}
		if found >= 0 && a.err == nil {
			a.err = &Error{Position: arg.at, Msg: fmt.Sprintf("%s has two values for %s", a.call.value, names[0]), Err: ErrSyntax}
		}
		found = i
	}
	if found < 0 {
		return nil, false
	}
	a.list[found].used = true
	return a.list[found].value, true
}

// unused complains about arguments that nobody took.
func (a *arguments) unused() error {
	if a.err != nil {
		return a.err
	}
	for _, arg := range a.list {
		switch {
		case arg.used:
		case arg.name == "":
			return &Error{Position: arg.at, Msg: a.call.value + " has too many arguments", Err: ErrSyntax}
		default:
			return &Error{Position: arg.at, Msg: fmt.Sprintf("%s has no argument called %s", a.call.value, clip(arg.name)), Err: ErrSyntax}
		}
	}
	return nil
}

func (a *arguments) number(otherwise float64, names ...string) float64 {
	v, ok := a.take(names...)
	if !ok {
		return otherwise
	}
	if !isNumber(v) {
		a.wrong(names[0], v, "a number")
		return otherwise
	}
	return float(v)
}

func (a *arguments) text(names ...string) string {
	v, ok := a.take(names...)
	if !ok || v == nil {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		a.wrong(names[0], v, "a text")
	}
	return s
}

// required is for arguments that must be there.
func (a *arguments) required(name string) any {
	v, ok := a.take(name)
	if !ok && a.err == nil {
		a.err = fmt.Errorf("%s needs the argument %s: %w", a.call.value, name, ErrSyntax)
	}
	return v
}

func (a *arguments) wrong(name string, v any, want string) {
	if a.err == nil {
		a.err = fmt.Errorf("%s: %s is %s (want %s): %w", a.call.value, strings.TrimPrefix(name, "="), describe(v), want, ErrType)
	}
}

func makeReference(_ *parser, a *arguments) (any, error) {
	r := Ref(a.text("path", "reference"))
	if a.err != nil {
		return nil, a.err
	}
	return r, r.check()
}

func makeURL(p *parser, a *arguments) (any, error) {
	path := a.text("url")
	if a.err != nil {
		return nil, a.err
	}
	return p.load.include(path, a.call.at)
}

func makeParameter(_ *parser, a *arguments) (any, error) {
	v := a.required("value")
	unit := a.text("units")
	_ = a.text("name") // the name in the set is the parameter's name
	if a.err != nil {
		return nil, a.err
	}
	if unit == "" {
		if _, ok := v.(typeName); ok {
			a.wrong("value", v, "a value")
		}
		return v, a.err
	}
	if !isNumber(v) {
		a.wrong("value", v, "a number, since it has a unit")
		return nil, a.err
	}
	q, err := quantity.Of(float(v), unit)
	if err != nil {
		return nil, err
	}
	return natural(q), nil
}

func makeRange(p *parser, a *arguments) (any, error) {
	v := a.required("value")
	unit := a.text("units")
	_ = a.text("name")
	shuffle, _ := a.take("shuffle")
	if a.err != nil {
		return nil, a.err
	}
	if shuffle != nil && shuffle != false {
		return nil, fmt.Errorf("ParameterRange: shuffle in a file would give other runs each time; shuffle in the program, with a seed (Range.Shuffled): %w", ErrType)
	}
	list, ok := v.([]any)
	if !ok {
		a.wrong("value", v, "a list")
		return nil, a.err
	}
	return newRange(list, unit)
}

func makeSet(_ *parser, a *arguments) (any, error) {
	v := a.required("initialiser")
	label := a.text("label")
	if a.err != nil {
		return nil, a.err
	}
	s, ok := v.(*Set)
	if !ok {
		a.wrong("initialiser", v, `a set in {}; for one in a file write url("…")`)
		return nil, a.err
	}
	if label != "" {
		s.label = label
	}
	return s, nil
}

func makeTable(p *parser, a *arguments) (any, error) {
	v := a.required("initialiser")
	label := a.text("label")
	if a.err != nil {
		return nil, a.err
	}
	s, ok := v.(*Set)
	if src, isText := v.(string); isText {
		t, err := ParseTable(src)
		if err != nil {
			return nil, &Error{Position: a.call.at, Msg: "ParameterTable: " + inner(err), Err: ErrSyntax}
		}
		s = t.Set()
		if err := p.load.charge(size(s)); err != nil {
			return nil, err
		}
	} else if !ok {
		a.wrong("initialiser", v, "a table as text or a set of rows")
		return nil, a.err
	} else if _, err := NewTable(s); err != nil {
		return nil, bare{err}
	}
	if label != "" {
		s.label = label
	}
	return s, nil
}

func makeUniform(_ *parser, a *arguments) (any, error) {
	u := Uniform{Min: a.number(0, "min"), Max: a.number(1, "max")}
	if t, ok := a.take("return_type"); ok {
		name, isType := t.(typeName)
		if !isType {
			a.wrong("return_type", t, "int or float")
		}
		u.Int = name == "int"
	}
	u.Unit = a.text("=units")
	if a.err != nil {
		return nil, a.err
	}
	return u, u.check()
}

func makeNormal(_ *parser, a *arguments) (any, error) {
	d := Normal{Mu: a.number(0, "mean"), Sigma: a.number(1, "std"), Unit: a.text("=units")}
	if a.err != nil {
		return nil, a.err
	}
	return d, d.check()
}

// makeGamma takes mean and std, also called m and s, or a and b.
func makeGamma(_ *parser, a *arguments) (any, error) {
	mean := a.number(math.NaN(), "mean", "m")
	std := a.number(math.NaN(), "std", "s")
	mode := a.text("repr_mode")
	shape, scale := a.number(math.NaN(), "=a"), a.number(math.NaN(), "=b")
	unit := a.text("=units")
	if a.err != nil {
		return nil, a.err
	}
	if mode != "" && mode != "ms" && mode != "ab" {
		return nil, fmt.Errorf(`GammaDist: repr_mode is %q (want "ms" or "ab"): %w`, clip(mode), ErrType)
	}
	byMean := !math.IsNaN(mean) || !math.IsNaN(std)
	if byMean && (!math.IsNaN(shape) || !math.IsNaN(scale)) {
		return nil, fmt.Errorf("GammaDist takes mean and std, or a and b, not both: %w", ErrSyntax)
	}
	g := Gamma{A: otherwise(shape, 1), B: otherwise(scale, 1)}
	if byMean {
		var err error
		if g, err = gammaOf(mean, otherwise(std, 1)); err != nil {
			return nil, err
		}
	}
	g.Unit = unit
	return g, g.check()
}

func otherwise(x, instead float64) float64 {
	if math.IsNaN(x) {
		return instead
	}
	return x
}

// makeArange gives whole numbers if all arguments are whole, as numpy does.
func makeArange(p *parser, a *arguments) (any, error) {
	whole := true
	for _, arg := range a.list {
		_, ok := arg.value.(int)
		whole = whole && ok
	}
	start := a.number(0, "start")
	stop := a.number(math.NaN(), "stop")
	step := a.number(1, "step")
	if a.err == nil && math.IsNaN(stop) {
		start, stop = 0, start
	}
	if a.err != nil {
		return nil, a.err
	}
	list, err := p.listOf(trajectory.Arange(start, stop, step))
	if err == nil && whole && max(math.Abs(start), math.Abs(stop), math.Abs(step)) < 1<<53 {
		for i, x := range list {
			list[i] = int(x.(float64))
		}
	}
	return list, err
}

func makeLinspace(p *parser, a *arguments) (any, error) {
	start, stop := a.number(math.NaN(), "start"), a.number(math.NaN(), "stop")
	n := a.number(50, "num")
	if a.err != nil {
		return nil, a.err
	}
	if n != math.Trunc(n) || !(n >= 1 && n <= maxValues) {
		return nil, fmt.Errorf("linspace of %g values: %w", n, ErrType)
	}
	return p.listOf(trajectory.Linspace(start, stop, int(n)))
}

// listOf writes out the numbers of a range, within the bound for all of a text.
func (p *parser) listOf(r trajectory.Range) ([]any, error) {
	if _, err := trajectory.Over("a list", r).Columns(); err != nil {
		return nil, err
	}
	if err := p.load.charge(r.Len()); err != nil {
		return nil, err
	}
	out := make([]any, r.Len())
	for i := range out {
		out[i] = r.At(i)
	}
	return out, nil
}
