package neuron

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"galvani/equation"
	"galvani/quantity"
)

// The names that a group gives to its texts beside those of its equations.
const (
	timeName          = "t"
	indexName         = "i"
	countName         = "N"
	notRefractoryName = "not_refractory"
	lastSpikeName     = "lastspike"
)

// layout says where the values of a group are kept.
type layout struct {
	columns       []string // of the state, one value per neuron
	shared        []string // of the state, one value for all
	notRefractory int      // column, -1 if nobody asks for it
	lastSpike     int      // column with the time in seconds, -1 if nobody asks for it
	constant      bool     // the refractory period is the same for all neurons at all times:
	period        float64  // so many seconds
}

func newLayout(spec Spec, eqs *equation.Equations) layout {
	l := layout{notRefractory: -1, lastSpike: -1}
	frozen := false
	for _, v := range eqs.Variables() {
		switch {
		case v.Kind == equation.Subexpression:
		case v.Shared:
			l.shared = append(l.shared, v.Name)
		default:
			l.columns = append(l.columns, v.Name)
			frozen = frozen || v.UnlessRefractory
		}
	}
	if spec.Refractory != "" {
		if q, err := equation.EvalConstant(spec.Refractory, spec.Constants); err == nil && q.Dimension() == quantity.DimTime {
			l.constant, l.period = true, q.SI()
		}
	}
	texts := strings.Join([]string{spec.Equations, spec.Threshold, spec.Reset, spec.Refractory}, "\n")
	mentions := func(name string) bool { return regexp.MustCompile(`\b` + name + `\b`).MatchString(texts) }
	if frozen || spec.Refractory != "" && !l.constant || mentions(notRefractoryName) {
		l.notRefractory = len(l.columns)
		l.columns = append(l.columns, notRefractoryName)
	}
	if mentions(lastSpikeName) {
		l.lastSpike = len(l.columns)
		l.columns = append(l.columns, lastSpikeName)
	}
	return l
}

// settable finds a variable of the equations that can be given a value.
func (l layout) settable(eqs *equation.Equations, name string) (equation.Variable, error) {
	v, ok := eqs.Lookup(name)
	if !ok {
		var known []string
		for _, v := range eqs.Variables() {
			if v.Kind != equation.Subexpression {
				known = append(known, v.Name)
			}
		}
		return v, fmt.Errorf("set %s: no such variable; there are %s", name, strings.Join(known, ", "))
	}
	if v.Kind == equation.Subexpression {
		return v, fmt.Errorf("set %s: a subexpression has no value of its own", name)
	}
	return v, nil
}

// Access says how the variables of a group are reached from a text of another
// object.
type Access struct {
	Via    int                      // index list of the frame that leads to the group's neurons
	Column int                      // where the columns of the group's state begin in the frame
	Shared int                      // where the group's shared variables begin in the frame
	Rename func(name string) string // what the other object calls them; nil: the same
}

// Symbols gives the group's variables as a text of another object sees them,
// with its subexpressions and the constants that these use.
func (g *Group) Symbols(a Access) ([]equation.Symbol, []equation.Variable, equation.Constants) {
	if g.eqs == nil {
		return nil, nil, nil
	}
	rename := a.Rename
	if rename == nil {
		rename = func(name string) string { return name }
	}
	symbols := g.symbols(a.Via, a.Column, a.Shared)
	own := map[string]bool{timeName: true}
	for k, s := range symbols {
		own[s.Name] = true
		symbols[k].Name = rename(s.Name)
		if s.Guard != "" {
			symbols[k].Guard = rename(s.Guard)
		}
	}
	constants := equation.Constants{}
	for name, value := range g.constants() {
		if text, ok := value.(string); ok {
			q, err := equation.EvalConstant(text, g.spec.Constants)
			if err != nil {
				continue // the group's own texts report it if they use it
			}
			value = q
		}
		constants[rename(name)] = value
	}
	var subs []equation.Variable
	for _, v := range g.eqs.Variables() {
		if v.Kind == equation.Subexpression {
			own[v.Name] = true
			subs = append(subs, v)
		}
	}
	for k, v := range subs {
		subs[k] = v.Renamed(func(name string) string {
			_, constant := g.constants()[name]
			if name != timeName && (own[name] || constant) {
				return rename(name)
			}
			return name
		})
	}
	return symbols, subs, constants
}

// symbols are the group's variables, its neurons' numbers and what is known of
// their last spikes.
func (g *Group) symbols(via, column, shared int) []equation.Symbol {
	var list []equation.Symbol
	for _, v := range g.eqs.Variables() {
		s := equation.Symbol{Name: v.Name, Dim: v.Dim, Type: v.Type, ReadOnly: v.Constant}
		switch {
		case v.Kind == equation.Subexpression:
			continue
		case v.Shared:
			s.Shared, s.Column = true, shared+slices.Index(g.model.shared, v.Name)
		default:
			s.Via, s.Column = via, column+slices.Index(g.model.columns, v.Name)
			if v.UnlessRefractory {
				s.Guard = notRefractoryName
			}
		}
		list = append(list, s)
	}
	if c := g.model.notRefractory; c >= 0 {
		list = append(list, equation.Symbol{Name: notRefractoryName, Type: equation.Boolean, Via: via, Column: column + c, ReadOnly: true})
	}
	if c := g.model.lastSpike; c >= 0 {
		list = append(list, equation.Symbol{Name: lastSpikeName, Dim: quantity.DimTime, Via: via, Column: column + c, ReadOnly: true})
	}
	if _, ok := g.eqs.Lookup(indexName); !ok {
		list = append(list, equation.Symbol{Name: indexName, Type: equation.Integer, Via: via, Column: equation.Lane, ReadOnly: true})
	}
	return list
}

// constants are those of the spec and the number of neurons.
func (g *Group) constants() equation.Constants {
	c := equation.Constants{}
	if _, taken := g.eqs.Lookup(countName); !taken {
		c[countName] = g.n
	}
	maps.Copy(c, g.spec.Constants)
	return c
}

// scope is what the group's own texts may refer to. writable lifts the write
// protection of constant variables, for initial values.
func (g *Group) scope(what string, dt float64, writable bool) equation.Scope {
	s := equation.Scope{
		Symbols:   []equation.Symbol{{Name: timeName, Dim: quantity.DimTime, Shared: true, Column: 0, ReadOnly: true}},
		Constants: g.constants(),
		DT:        dt,
		Where:     fmt.Sprintf("neuron: %s: %s", g.name, what),
	}
	for _, sym := range g.symbols(0, 0, 1) {
		if _, ok := g.eqs.Lookup(sym.Name); ok && writable {
			sym.ReadOnly, sym.Guard = false, ""
		}
		if what == "reset" {
			sym.Guard = "" // a reset is no synaptic input
		}
		if _, constant := s.Constants[sym.Name]; constant && sym.Column == equation.Lane {
			continue
		}
		s.Symbols = append(s.Symbols, sym)
	}
	for _, v := range g.eqs.Variables() {
		if v.Kind == equation.Subexpression {
			s.Subexpressions = append(s.Subexpressions, v)
		}
	}
	return s
}

// Layout lists the columns of the group's state: the variables of the equations
// with a value per neuron, and what the group keeps for its own use.
func (g *Group) Layout() []string { return slices.Clone(g.model.columns) }

// SharedLayout lists the shared variables of the group's state.
func (g *Group) SharedLayout() []string { return slices.Clone(g.model.shared) }
