package gridsearch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"galvani/equation"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/synapse"
)

// model is one copy: what its groups and projections are and how they begin.
type model struct {
	groups      []*population
	projections []*projection
}

// population is a group of the model.
type population struct {
	group *neuron.Group
	// lanes are variables with a value per lane that stand for constants of the group or
	// of a projection to it.
	lanes []lane
	// start are the values with which a copy begins, by variable.
	start map[string][]float64
}

// lane is a parameter in place of a constant.
type lane struct {
	name string
	dim  quantity.Dimension
}

// projection is a projection of the model.
type projection struct {
	synapses  *synapse.Synapses
	pre, post *population
	dim       quantity.Dimension // of the weight
	renamed   map[string]string  // mapped constants to the variable of the postsynaptic neuron in their place
}

// newModel takes up what the model function made.
func newModel(objects []network.Object) (*model, error) {
	m := &model{}
	var errs []error
	for _, o := range objects {
		switch x := o.(type) {
		case *neuron.Group:
			m.groups = append(m.groups, &population{group: x})
		case *synapse.Synapses:
			p := &projection{synapses: x, renamed: map[string]string{}}
			m.projections = append(m.projections, p)
		default:
			errs = append(errs, fmt.Errorf("the model has a %s, %s: want groups and synapses only (inputs and outputs are named in the Spec)", o.Kind(), o.Name()))
		}
	}
	if len(m.groups) == 0 {
		errs = append(errs, errors.New("the model has no neurons"))
	}
	for _, p := range m.projections {
		s := p.synapses
		if p.pre, p.post = m.population(s.Pre().Group().Name()), m.population(s.Post().Group().Name()); p.pre == nil || p.post == nil {
			errs = append(errs, fmt.Errorf("synapses %s are between groups that the model does not have", s.Name()))
			continue
		}
		if mentions(s.Spec().OnPre, "i", "j", "i_pre", "i_post") {
			errs = append(errs, fmt.Errorf("synapses %s: OnPre uses the number of a neuron, which is another one in every copy: keep it in a variable", s.Name()))
		}
		var err error
		if p.dim, err = p.weightDimension(); err != nil {
			errs = append(errs, err)
		}
	}
	return m, errors.Join(errs...)
}

func (m *model) population(name string) *population {
	k := slices.IndexFunc(m.groups, func(p *population) bool { return p.group.Name() == name })
	if k < 0 {
		return nil
	}
	return m.groups[k]
}

func (m *model) projection(name string) *projection {
	k := slices.IndexFunc(m.projections, func(p *projection) bool { return p.synapses.Name() == name })
	if k < 0 {
		return nil
	}
	return m.projections[k]
}

// names lists the model's objects for messages.
func (m *model) names() string {
	var names []string
	for _, p := range m.groups {
		names = append(names, p.group.Name())
	}
	for _, p := range m.projections {
		names = append(names, p.synapses.Name())
	}
	return strings.Join(names, ", ")
}

// begin computes the values with which every copy begins.
func (m *model) begin(o network.Options) error {
	net := network.New(o)
	for _, p := range m.groups {
		net.Add(p.group)
	}
	if err := net.RunSteps(context.Background(), 0); err != nil {
		return err
	}
	for _, p := range m.groups {
		state := net.State(p.group)
		p.start = map[string][]float64{}
		for _, v := range p.group.Variables() {
			if v.Kind != equation.Subexpression {
				p.start[v.Name] = slices.Clone(state.Float64(v.Name))
			}
		}
	}
	return nil
}

// copies is the group of k copies side by side.
func (p *population) copies(k int) (*neuron.Group, error) {
	spec := p.group.Spec()
	n := p.group.N()
	spec.Constants = maps.Clone(spec.Constants)
	if spec.Constants == nil {
		spec.Constants = equation.Constants{}
	}
	if _, taken := spec.Constants["N"]; !taken {
		spec.Constants["N"] = n
	}
	extra, err := p.lift(spec.Constants)
	if err != nil {
		return nil, err
	}
	spec.Equations = p.own(spec.Equations) + "\n" + extra
	spec.Threshold, spec.Reset, spec.Refractory = p.own(spec.Threshold), p.own(spec.Reset), p.own(spec.Refractory)
	if k > maxLanes/n {
		return nil, fmt.Errorf("%d copies of the %d neurons of %s are more than %d; make the batches smaller", k, n, p.group.Name(), maxLanes)
	}
	return neuron.NewGroup(p.group.Name(), k*n, spec)
}

// maxLanes is how many neurons a group can have.
const maxLanes = 1<<31 - 1

// own makes i, which is the number of a lane, that of a neuron in its copy.
func (p *population) own(text string) string {
	if _, constant := p.group.Spec().Constants["i"]; constant {
		return text
	}
	return replace(text, map[string]string{"i": fmt.Sprintf("(i %% %d)", p.group.N())})
}

// lift takes the constants in whose place there are variables, and those that depend
// on them, out of the constants and returns the lines that define them.
func (p *population) lift(constants equation.Constants) (string, error) {
	var lines strings.Builder
	var lifted []string
	original := maps.Clone(constants)
	for _, l := range p.lanes {
		fmt.Fprintf(&lines, "%s : %s (constant)\n", l.name, l.dim.Symbol())
		if _, is := constants[l.name]; is {
			lifted = append(lifted, l.name)
			delete(constants, l.name)
		}
	}
	for changed := len(lifted) > 0; changed; {
		changed = false
		for _, name := range slices.Sorted(maps.Keys(constants)) {
			text, is := constants[name].(string)
			if !is || !mentions(text, lifted...) {
				continue
			}
			q, err := equation.EvalConstant(text, original)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&lines, "%s = %s : %s\n", name, text, q.Dimension().Symbol())
			lifted, changed = append(lifted, name), true
			delete(constants, name)
		}
	}
	return lines.String(), nil
}

// copies is the projection of k copies: the same synapses in each.
func (p *projection) copies(k int, pre, post *neuron.Group, b synapse.Build) (*synapse.Synapses, error) {
	s, spec := p.synapses, p.synapses.Spec()
	n, from, to := s.N(), int32(p.pre.group.N()), int32(p.post.group.N())
	pairs := make([][2]int32, 0, k*n)
	weights := make([]float64, 0, k*n)
	for c := range int32(k) {
		for syn := range s.All() {
			pairs = append(pairs, [2]int32{c*from + syn.Pre, c*to + syn.Post})
			weights = append(weights, syn.Weight)
		}
	}
	out := synapse.Spec{
		OnPre: replace(spec.OnPre, p.renamed), Constants: maps.Clone(spec.Constants), Pairs: pairs,
		AllowEmpty: spec.AllowEmpty, Delay: spec.Delay, Order: spec.Order,
	}
	if out.Constants == nil {
		out.Constants = equation.Constants{}
	}
	for name := range p.renamed {
		delete(out.Constants, name)
	}
	for name, size := range map[string]int{"N_pre": s.Pre().N(), "N_post": s.Post().N()} {
		if _, taken := out.Constants[name]; !taken {
			out.Constants[name] = size
		}
	}
	if _, mapped := p.renamed["w"]; spec.Weight != nil && !mapped {
		out.Weight, out.WeightUnit = weights, p.dim.Symbol()
	}
	return synapse.NewSynapses(s.Name(), pre, post, out, b)
}

// weightDimension is the dimension of the projection's weights.
func (p *projection) weightDimension() (quantity.Dimension, error) {
	spec := p.synapses.Spec()
	switch w := spec.Weight.(type) {
	case quantity.Quantity:
		return w.Dimension(), nil
	case []quantity.Quantity:
		if len(w) > 0 {
			return w[0].Dimension(), nil
		}
	case string:
		constants := maps.Clone(spec.Constants)
		if constants == nil {
			constants = equation.Constants{}
		}
		constants["N_pre"], constants["N_post"] = p.synapses.Pre().N(), p.synapses.Post().N()
		program, err := equation.CompileExpression(w, equation.Scope{
			Symbols:   []equation.Symbol{{Name: "i", Type: equation.Integer}, {Name: "j", Type: equation.Integer, Column: 1}},
			Constants: constants, Where: "synapses " + p.synapses.Name() + ": weight",
		})
		if err != nil {
			return quantity.Dimension{}, err
		}
		return program.Dimension(), nil
	}
	if spec.WeightUnit == "" {
		return quantity.Dimension{}, nil
	}
	u, err := quantity.ParseUnit(spec.WeightUnit)
	return u.Dim, err
}
