package synapse

import (
	"errors"
	"fmt"
	"regexp"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/internal/rng"
	"galvani/internal/sim"
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
	p := &plan{steps: int64(s.delay/dt + 0.5), guard: -1}
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
	eqs, err := equation.Parse(fmt.Sprintf("i = i_pre - %d : integer\nj = i_post - %d : integer", s.pre.Ranges()[0].Lo, s.post.Ranges()[0].Lo))
	if err != nil {
		return err
	}
	scope.Subexpressions = append(scope.Subexpressions, eqs.Variables()...)
	return nil
}

// pathway is a projection in a network.
type pathway struct {
	s        *Synapses
	plan     *plan
	kernel   *kernel.Set
	dt       float64
	state    *sim.State
	source   *sim.Spikes
	lo, hi   int32   // range of presynaptic neurons
	since    []int64 // spikes of earlier steps are not delivered
	target   []float64
	guard    []float64
	frame    equation.Frame
	shared   []*float64 // where the frame's shared values behind t come from
	machine  *equation.Machine
	pre      []int32 // the one presynaptic neuron of a row
	postSize int
	workers  []*worker
}

// worker is what one worker of a network needs for its share of the targets.
type worker struct {
	lo, hi  int32 // its targets
	index   []int32
	weights []float64
}

// NewInstance links the projection to the states of its groups in a network.
func (s *Synapses) NewInstance(set *sim.Setup) (sim.Instance, error) {
	p, err := s.plan(set.DT)
	if err != nil {
		return nil, err
	}
	post, pre := set.Instance(s.post.Group()).State(), set.Instance(s.pre.Group()).State()
	w := &pathway{s: s, plan: p, kernel: set.Kernel, dt: set.DT, state: sim.NewState(s.N()), source: pre.Spikes, postSize: post.N}
	lo, n := span(s.pre)
	w.lo, w.hi = int32(lo), int32(lo+n)
	w.source.Reach(int(p.steps))
	w.since = w.state.AddCounter("since", 1)
	w.since[0] = set.Step
	w.frame = equation.Frame{Shared: []float64{0}, Index: make([][]int32, ways), Key: rng.NewKey(set.Seed, s.name, "pre")}
	join := func(st *sim.State) {
		for _, c := range st.Columns {
			w.frame.Columns = append(w.frame.Columns, c.Data)
		}
		for _, c := range st.Shared {
			w.frame.Shared = append(w.frame.Shared, c.Data[0])
			w.shared = append(w.shared, &c.Data[0])
		}
	}
	join(post)
	if pre != post {
		join(pre)
	}
	w.frame.Columns = append(w.frame.Columns, s.weights.each)
	w.pre = make([]int32, 1)
	w.frame.Index[viaPost], w.frame.Index[viaPre] = s.csr.targets, w.pre
	if p.add {
		w.target = w.frame.Columns[p.target]
		if p.guard >= 0 {
			w.guard = w.frame.Columns[p.guard]
		}
	} else {
		w.machine = p.program.NewMachine(set.Kernel)
	}
	return w, nil
}

// State holds the step from which on spikes are delivered.
func (w *pathway) State() *sim.State { return w.state }

// Tasks offers the delivery of spikes.
func (w *pathway) Tasks(l sim.Link) []sim.Task {
	t := sim.Task{Wake: w.source, Delay: w.plan.steps, Lo: w.lo, Hi: w.hi}
	switch {
	case !w.plan.add:
		t.Whole = w.run
	case l.Workers == 1 && w.guard == nil && !w.plan.each:
		t.Part = w.addAll
	default:
		t.Part = w.addShare
		if len(w.workers) != l.Workers {
			w.workers = make([]*worker, l.Workers)
			for k := range w.workers {
				lo, hi := sim.Share(w.postSize, k, l.Workers)
				w.workers[k] = &worker{lo: int32(lo), hi: int32(hi), index: make([]int32, w.s.csr.longest)}
				if w.plan.each {
					w.workers[k].weights = make([]float64, w.s.csr.longest)
				}
			}
		}
	}
	return []sim.Task{t}
}

// arriving lists the presynaptic neurons whose spikes arrive in a step.
func (w *pathway) arriving(step int64) []int32 {
	spiked := step - w.plan.steps
	spikes := w.source.At(spiked)
	if spiked < w.since[0] {
		return nil
	}
	for len(spikes) > 0 && spikes[0] < w.lo {
		spikes = spikes[1:]
	}
	for len(spikes) > 0 && spikes[len(spikes)-1] >= w.hi {
		spikes = spikes[:len(spikes)-1]
	}
	return spikes
}

// addAll adds the same weight at all targets.
func (w *pathway) addAll(step int64, _ int) {
	c := &w.s.csr
	for _, i := range w.arriving(step) {
		r := i - w.lo
		if a, b := c.start[r], c.start[r+1]; a < b {
			w.kernel.AddAt(w.target, c.targets[a:b], w.plan.factor)
		}
	}
}

// addShare adds at a worker's targets, and only at those that accept input.
func (w *pathway) addShare(step int64, worker int) {
	k := w.workers[worker]
	c := &w.s.csr
	for _, i := range w.arriving(step) {
		r := i - w.lo
		a, b := c.start[r], c.start[r+1]
		var each []float64
		if w.plan.each {
			each = w.s.weights.each[a:b]
		}
		row, each := w.share(k, c.targets[a:b], each)
		switch {
		case len(row) == 0:
		case each != nil:
			w.kernel.AddAtEach(w.target, row, each)
		default:
			w.kernel.AddAt(w.target, row, w.plan.factor)
		}
	}
}

// share is the part of a row that is a worker's and accepts input.
func (w *pathway) share(k *worker, row []int32, each []float64) ([]int32, []float64) {
	if len(w.workers) > 1 && w.s.csr.sorted {
		a, b := lowerBound(row, k.lo), lowerBound(row, k.hi)
		row = row[a:b]
		if each != nil {
			each = each[a:b]
		}
	}
	if w.guard == nil && (len(w.workers) == 1 || w.s.csr.sorted) {
		return row, each
	}
	n := 0
	for j, target := range row {
		k.index[n] = target
		if each != nil {
			k.weights[n] = each[j]
		}
		if target >= k.lo && target < k.hi && (w.guard == nil || w.guard[target] != 0) {
			n++
		}
	}
	if each != nil {
		each = k.weights[:n]
	}
	return k.index[:n], each
}

// lowerBound is the first place in a rising row whose target is at least lo.
func lowerBound(row []int32, lo int32) int {
	a, b := 0, len(row)
	for a < b {
		if m := int(uint(a+b) >> 1); row[m] < lo {
			a = m + 1
		} else {
			b = m
		}
	}
	return a
}

// run carries out the statements for every synapse of every spike that arrives.
func (w *pathway) run(step int64) error {
	c := &w.s.csr
	w.frame.Step = step
	w.frame.Shared[0] = float64(step) * w.dt
	for k, v := range w.shared {
		w.frame.Shared[k+1] = *v
	}
	for _, i := range w.arriving(step) {
		w.pre[0] = i
		a, b := c.row(int(i))
		if !w.plan.single {
			w.machine.Run(&w.frame, int(a), int(b))
			continue
		}
		for k := a; k < b; k++ {
			w.machine.Run(&w.frame, int(k), int(k)+1)
		}
	}
	return nil
}
