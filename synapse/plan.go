package synapse

import (
	"errors"
	"fmt"
	"regexp"

	"galvani/equation"
	"galvani/neuron"
	"galvani/quantity"
)

// Ways of a text to reach its variables: the synapse itself, the postsynaptic and
// the presynaptic neuron.
const (
	viaSynapse = iota
	viaPost
	viaPre
	ways
)

// maxDelay bounds a delay, in steps: every group keeps its spikes for so long.
const maxDelay = 1<<20 - 1

// plan is a projection compiled for a time step. It is immutable.
type plan struct {
	program *equation.Program
	steps   int64 // delay
	// Columns of the frame: those of the postsynaptic group, those of the presynaptic
	// group (the same ones if it is the same group), the weights.
	pre, weight int
	preShared   int
	add         bool // all a spike does is to add a constant or the weight to a variable
	target      int  // column that is added to
	factor      float64
	each        bool // the weight of the synapse is added
	guard       int  // column that says which targets accept input, -1: all
	single      bool // synapses of a spike have to be carried out one by one
	own         bool // the same holds for the spikes of neurons that connect to themselves
}

// Prepare compiles the projection for a time step in seconds and reports what is
// wrong with its text, beyond what Err tells.
func (s *Synapses) Prepare(dt float64) error {
	if s.broken || s.err != nil {
		return nil
	}
	_, err := s.plan(dt)
	return err
}

func (s *Synapses) plan(dt float64) (*plan, error) {
	if s.err != nil {
		return nil, s.err
	}
	if s.broken {
		return nil, fmt.Errorf("synapse: %s: a group has errors", s.name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.plans[dt]; p != nil {
		return p, nil
	}
	p, err := s.compile(dt)
	if err != nil {
		return nil, err
	}
	s.plans[dt] = p
	return p, nil
}

func (s *Synapses) compile(dt float64) (*plan, error) {
	post, pre := s.post.Group(), s.pre.Group()
	p := &plan{steps: int64(min(s.delay/dt+0.5, maxDelay+1)), guard: -1}
	if p.steps > maxDelay {
		return nil, fmt.Errorf("synapse: %s: delay of %v is more than %d steps of %v", s.name, s.spec.Delay, maxDelay, quantity.New(dt, quantity.DimTime))
	}
	nPost := len(post.Layout())
	p.pre = nPost
	nShared := len(post.SharedLayout())
	p.preShared = 1 + nShared
	if pre == post {
		p.pre, p.preShared = 0, 1
		p.weight = nPost
	} else {
		p.weight = nPost + len(pre.Layout())
	}
	scope, err := s.scope(p, dt)
	if err != nil {
		return nil, err
	}
	// A text that writes presynaptic variables comes back to the same neuron for every
	// synapse of a spike.
	readOnly := scope
	readOnly.Symbols = append([]equation.Symbol(nil), scope.Symbols...)
	for k, sym := range readOnly.Symbols {
		readOnly.Symbols[k].ReadOnly = sym.ReadOnly || sym.Via == viaPre
	}
	p.single = s.csr.repeated
	if p.program, err = equation.CompileStatements(s.spec.OnPre, readOnly); err != nil {
		p.single = true
		if p.program, err = equation.CompileStatements(s.spec.OnPre, scope); err != nil {
			return nil, err
		}
	}
	p.own = pre == post && regexp.MustCompile(`_pre\b`).MatchString(s.spec.OnPre)
	if p.program.HasShared() {
		return nil, fmt.Errorf("synapse: %s: on_pre writes a shared variable, which synapses cannot", s.name)
	}
	inc, ok := p.program.Increment()
	if !ok || inc.Target.Via != viaPost || inc.Target.Shared {
		return p, nil
	}
	if inc.HasWeight && (inc.Weight.Via != viaSynapse || inc.Weight.Column != p.weight || inc.Factor != 1) {
		return p, nil
	}
	p.add, p.target, p.factor, p.each = true, inc.Target.Column, inc.Factor, inc.HasWeight
	if inc.Target.Guard != "" {
		for _, sym := range scope.Symbols {
			if sym.Name == inc.Target.Guard {
				p.guard = sym.Column
			}
		}
	}
	return p, nil
}

// scope is what OnPre may refer to.
func (s *Synapses) scope(p *plan, dt float64) (equation.Scope, error) {
	scope := equation.Scope{
		Symbols:   []equation.Symbol{{Name: "t", Dim: quantity.DimTime, Shared: true, Column: 0, ReadOnly: true}},
		Constants: equation.Constants{},
		DT:        dt,
		Where:     fmt.Sprintf("synapse: %s: on_pre", s.name),
	}
	add := func(symbols []equation.Symbol, subs []equation.Variable, constants equation.Constants) {
		scope.Symbols = append(scope.Symbols, symbols...)
		scope.Subexpressions = append(scope.Subexpressions, subs...)
		for name, value := range constants {
			scope.Constants[name] = value
		}
	}
	suffix := func(end string) func(string) string { return func(name string) string { return name + end } }
	add(s.post.Group().Symbols(neuron.Access{Via: viaPost, Column: 0, Shared: 1, Rename: suffix("_post")}))
	add(s.pre.Group().Symbols(neuron.Access{Via: viaPre, Column: p.pre, Shared: p.preShared, Rename: suffix("_pre")}))
	// Without an ending a name means the variable of the postsynaptic neuron, but not
	// where the projection has a constant of that name.
	plain, _, _ := s.post.Group().Symbols(neuron.Access{Via: viaPost, Column: 0, Shared: 1})
	for _, sym := range plain {
		if _, own := s.spec.Constants[sym.Name]; own || sym.Column == equation.Lane || sym.Name == "w" && s.weights.given {
			continue
		}
		if sym.Guard != "" {
			sym.Guard += "_post"
		}
		scope.Symbols = append(scope.Symbols, sym)
	}
	for name, value := range constants(s.spec, s.pre, s.post) {
		scope.Constants[name] = value
	}
	switch {
	case s.weights.each != nil:
		scope.Symbols = append(scope.Symbols, equation.Symbol{Name: "w", Dim: s.weights.dim, Column: p.weight, ReadOnly: true})
	case s.weights.given:
		scope.Constants["w"] = quantity.New(s.weights.equal, s.weights.dim)
	}
	return scope, s.numbers(&scope)
}

// numbers adds i and j, counted inside the views, if the text asks for them.
func (s *Synapses) numbers(scope *equation.Scope) error {
	if !regexp.MustCompile(`\b[ij]\b`).MatchString(s.spec.OnPre) {
		return nil
	}
	if len(s.pre.Ranges()) != 1 || len(s.post.Ranges()) != 1 {
		return errors.New("synapse: " + s.name + ": on_pre uses i or j, which works between contiguous views only")
	}
	eqs, err := equation.Parse(fmt.Sprintf("number_pre = i_pre - %d : integer\nnumber_post = i_post - %d : integer", s.pre.Ranges()[0].Lo, s.post.Ranges()[0].Lo))
	if err != nil {
		return err
	}
	for k, v := range eqs.Variables() {
		v.Name = [2]string{"i", "j"}[k]
		scope.Subexpressions = append(scope.Subexpressions, v)
	}
	return nil
}
