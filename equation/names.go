package equation

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"galvani/quantity"
)

// nameKind says what a name stands for.
type nameKind uint8

const (
	isSymbol nameKind = iota
	isSubexpression
	isConstant
	isLocal
)

// meaning is what a name stands for.
type meaning struct {
	kind  nameKind
	sym   *Symbol
	sub   *Variable
	value quantity.Quantity
	typ   Type
}

// names resolves the names of one scope.
type names struct {
	list      []Symbol
	symbols   map[string]*Symbol
	subs      map[string]*Variable
	constants *constants
	locals    map[string]bool
	order     []string // all names, for messages
}

func newNames(s *Scope, own []Variable, fail *failures) *names {
	n := &names{
		list: s.Symbols, symbols: make(map[string]*Symbol),
		subs:      make(map[string]*Variable),
		constants: &constants{values: s.Constants, known: make(map[string]*constant), dt: s.DT, fail: fail},
		locals:    make(map[string]bool),
	}
	for i := range s.Symbols {
		n.symbols[s.Symbols[i].Name] = &s.Symbols[i]
		n.order = append(n.order, s.Symbols[i].Name)
	}
	for _, list := range [][]Variable{s.Subexpressions, own} {
		for i := range list {
			if list[i].Kind == Subexpression {
				n.subs[list[i].Name] = &list[i]
				n.order = append(n.order, list[i].Name)
			}
		}
	}
	return n
}

// resolve finds what a name stands for: local variables hide symbols, symbols hide
// subexpressions, those hide constants, and constants hide units.
func (n *names) resolve(name string, at span) (m meaning, found, ok bool) {
	if n.locals[name] {
		return meaning{kind: isLocal}, true, true
	}
	if s := n.symbols[name]; s != nil {
		return meaning{kind: isSymbol, sym: s, typ: s.Type}, true, true
	}
	if v := n.subs[name]; v != nil {
		return meaning{kind: isSubexpression, sub: v, typ: v.Type}, true, true
	}
	q, typ, found, ok := n.constants.value(name, at)
	return meaning{kind: isConstant, value: q, typ: typ}, found, ok
}

// unknown reports a name that stands for nothing.
func (n *names) unknown(fail *failures, name string, at span) {
	known := slices.Concat(n.order, n.constants.names())
	for l := range n.locals {
		known = append(known, l)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	hint := ""
	switch {
	case name == "xi" || strings.HasPrefix(name, "xi_"):
		fail.add(ErrUnsupported, at, "noise (%s) is not supported yet", name)
		return
	case functions[name] != nil:
		hint = fmt.Sprintf("; it is a function: write %s(%s)", name, functions[name].args)
	case utf8.RuneCountInString(name) == 1 && isUnit(name):
		hint = "; units of one letter are not read in expressions, write their name (volt, second, …)"
	default:
		near := nearest(name, slices.Concat(known, Functions(), literals))
		if near == "" && len(name) > 3 {
			near = nearest(name, unitNames)
		}
		if near != "" {
			hint = "; did you mean " + near + "?"
		} else if len(known) > 0 {
			if len(known) > 20 {
				known = append(known[:20:20], "…")
			}
			hint = "; known are " + strings.Join(known, ", ")
		}
	}
	fail.add(ErrName, at, "unknown name %s%s", name, hint)
}

// literals and unitNames are what a misspelt name may have been meant to be.
var (
	literals  = []string{"pi", "True", "False"}
	unitNames = []string{"second", "volt", "amp", "siemens", "ohm", "farad", "hertz", "metre", "meter", "msecond", "mvolt", "coulomb", "molar"}
)

func isUnit(name string) bool {
	_, ok := quantity.LookupUnit(name)
	return ok
}

// nearest is the known name that a misspelt one is probably meant to be, or "".
func nearest(name string, known []string) string {
	best, least := "", max(1, utf8.RuneCountInString(name)/3)+1
	for _, k := range known {
		d := editDistance(name, k)
		if strings.EqualFold(name, k) {
			d = 0
		}
		if d < least && d < max(utf8.RuneCountInString(name), utf8.RuneCountInString(k)) {
			best, least = k, d
		}
	}
	return best
}

// editDistance counts insertions, deletions, replacements and swaps of neighbours.
func editDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 64 || len(t) > 64 {
		return max(len(s), len(t))
	}
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			change := 1
			if s[i-1] == t[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(s)][len(t)]
}

// constant is the value of a named constant.
type constant struct {
	value quantity.Quantity
	typ   Type
	busy  bool // being evaluated
	ok    bool
}

// constants evaluates named constants when they are used.
type constants struct {
	values Constants
	known  map[string]*constant
	dt     float64
	fail   *failures
}

func (c *constants) names() []string {
	var list []string
	for name := range c.values {
		list = append(list, name)
	}
	if c.dt != 0 {
		list = append(list, "dt")
	}
	return list
}

// value gives the constant, literal name or unit that a name stands for.
func (c *constants) value(name string, at span) (q quantity.Quantity, typ Type, found, ok bool) {
	if k := c.known[name]; k != nil {
		if k.busy {
			c.fail.add(ErrName, at, "the constant %s is defined by itself", name)
			k.ok = false
		}
		return k.value, k.typ, true, k.ok
	}
	if v, given := c.values[name]; given {
		k := &constant{busy: true, ok: true}
		c.known[name] = k
		q, typ, good := c.evaluate(name, v, at)
		k.value, k.typ, k.ok, k.busy = q, typ, good && k.ok, false
		return k.value, k.typ, true, k.ok
	}
	switch name {
	case "dt":
		if c.dt != 0 {
			return quantity.New(c.dt, quantity.DimTime), Float, true, true
		}
	case "pi":
		return quantity.New(math.Pi, quantity.DimNone), Float, true, true
	case "e":
		return quantity.New(math.E, quantity.DimNone), Float, true, true
	case "True":
		return quantity.New(1, quantity.DimNone), Boolean, true, true
	case "False":
		return quantity.New(0, quantity.DimNone), Boolean, true, true
	}
	// One letter would turn too many slips into units, V and s above all.
	if utf8.RuneCountInString(strings.TrimRight(name, "23")) > 1 {
		if u, ok := quantity.LookupUnit(name); ok {
			return quantity.New(u.Scale, u.Dim), Float, true, true
		}
	}
	return q, Float, false, false
}

func (c *constants) evaluate(name string, v any, at span) (q quantity.Quantity, typ Type, ok bool) {
	dimensionless := func(x float64) quantity.Quantity { return quantity.New(x, quantity.DimNone) }
	integer := func(x float64) (quantity.Quantity, Type, bool) { return dimensionless(x), Integer, true }
	switch v := v.(type) {
	case float64:
		q, typ, ok = dimensionless(v), Float, true
	case float32:
		q, typ, ok = dimensionless(float64(v)), Float, true
	case quantity.Quantity:
		q, typ, ok = v, Float, true
	case bool:
		q, typ, ok = dimensionless(0), Boolean, true
		if v {
			q = dimensionless(1)
		}
	case int:
		return integer(float64(v))
	case int8:
		return integer(float64(v))
	case int16:
		return integer(float64(v))
	case int32:
		return integer(float64(v))
	case int64:
		return integer(float64(v))
	case uint:
		return integer(float64(v))
	case uint8:
		return integer(float64(v))
	case uint16:
		return integer(float64(v))
	case uint32:
		return integer(float64(v))
	case uint64:
		return integer(float64(v))
	case string:
		return c.text(v, "constant "+name)
	default:
		c.fail.add(ErrType, at, "the constant %s is a %T, expected a float64, an integer, a quantity.Quantity or text", name, v)
	}
	if ok && (math.IsNaN(q.SI()) || math.IsInf(q.SI(), 0)) {
		c.fail.add(ErrValue, at, "the constant %s is %v", name, q.SI())
		ok = false
	}
	return q, typ, ok
}

// text evaluates an expression of constants and units, or else a quantity as
// quantity.Parse reads it.
func (c *constants) text(text, what string) (q quantity.Quantity, typ Type, ok bool) {
	syntax := &failures{where: c.fail.where}
	n, ok := parseWhole(text, what, syntax)
	if !ok || len(syntax.list) > 0 {
		if q, err := quantity.Parse(text); err == nil {
			return q, Float, true
		}
		c.fail.list = append(c.fail.list, syntax.list...)
		return q, Float, false
	}
	inner := newCompiler(&names{constants: c}, c.fail)
	before := len(c.fail.list)
	t := inner.check(n)
	if !t.ok {
		return q, Float, false
	}
	f := inner.lower(n)
	if len(c.fail.list) > before {
		return q, Float, false
	}
	if !f.constant() {
		c.fail.add(ErrValue, n.place(), "random numbers are not constant")
		return q, Float, false
	}
	return quantity.New(f.c, t.dim), t.typ, true
}
