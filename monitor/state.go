package monitor

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/internal/rng"
	"galvani/internal/sim"
	"galvani/neuron"
	"galvani/quantity"
)

// StateOptions say what of the variables is recorded and when. The zero value
// records all neurons at the start of every step.
type StateOptions struct {
	Name    string // empty: the name of the source and of the variables
	Neurons []int  // numbers in the source, in the order wanted; nil: all
	Every   int    // record steps that are multiples of this; 0: every step
	When    string // slot; empty: start
	Order   int    // place in the slot
}

// StateMonitor is the handle of a monitor of variables.
type StateMonitor struct {
	handle
	variables []string
	neurons   []int
	every     int64

	mu    sync.Mutex
	plans map[float64]*statePlan
}

// statePlan is a state monitor compiled for a time step. It is immutable.
type statePlan struct {
	programs []*equation.Program
	dims     []quantity.Dimension
	units    []string
}

// State makes a monitor of variables of a view: variables and subexpressions of its
// equations, or any expression of them. What is wrong with it is told by its Err
// and by the network.
func State(source neuron.View, variables []string, o StateOptions) *StateMonitor {
	fallback := ""
	if source != nil {
		if g, isGroup := source.(*neuron.Group); !isGroup || g != nil {
			fallback = strings.Join(append([]string{source.Name()}, variables...), "_")
		}
	}
	m := &StateMonitor{
		handle:    newHandle("state monitor", o.Name, fallback, source, o.When, sim.Start, o.Order),
		variables: slices.Clone(variables), neurons: slices.Clone(o.Neurons), every: int64(max(o.Every, 1)),
		plans: map[float64]*statePlan{},
	}
	if len(variables) == 0 {
		m.fail(errors.New("no variables to record"))
	}
	for k, v := range variables {
		if slices.Index(variables, v) < k {
			m.fail(fmt.Errorf("%s is named twice", v))
		}
	}
	if o.Every < 0 {
		m.fail(fmt.Errorf("every %d steps: want 0 or more", o.Every))
	}
	if m.source == nil || m.source.Group().Err() != nil {
		return m
	}
	n := m.source.N()
	if o.Neurons == nil {
		for i := range n {
			m.neurons = append(m.neurons, i)
		}
	}
	if len(m.neurons) == 0 {
		m.fail(errors.New("no neurons to record"))
	}
	for _, i := range m.neurons {
		if i < 0 || i >= n {
			m.fail(fmt.Errorf("neuron %d of %s, which has %d neurons", i, m.source.Name(), n))
		}
	}
	return m
}

// Variables lists what is recorded.
func (m *StateMonitor) Variables() []string { return slices.Clone(m.variables) }

// Prepare compiles the variables for a time step in seconds and reports what is
// wrong with them, beyond what Err tells.
func (m *StateMonitor) Prepare(dt float64) error {
	if m.Err() != nil || m.source.Group().Err() != nil {
		return nil
	}
	_, err := m.plan(dt)
	return err
}

func (m *StateMonitor) plan(dt float64) (*statePlan, error) {
	if err := m.Err(); err != nil {
		return nil, err
	}
	group := m.source.Group()
	if err := group.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.plans[dt]; p != nil {
		return p, nil
	}
	symbols, subs, constants := group.Symbols(neuron.Access{Shared: 1})
	scope := equation.Scope{
		Symbols:   append(symbols, equation.Symbol{Name: "t", Dim: quantity.DimTime, Shared: true, ReadOnly: true}),
		Constants: constants, Subexpressions: subs, DT: dt,
	}
	p := &statePlan{}
	var errs []error
	for _, v := range m.variables {
		scope.Where = fmt.Sprintf("monitor: %s: %s", m.name, v)
		program, err := equation.CompileExpression(v, scope)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		p.programs = append(p.programs, program)
		p.dims = append(p.dims, program.Dimension())
		unit := program.Dimension().String()
		if known, ok := group.Equations().Lookup(v); ok {
			unit = known.Unit
		}
		p.units = append(p.units, unit)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	m.plans[dt] = p
	return p, nil
}

// NewInstance begins a recording.
func (m *StateMonitor) NewInstance(s *sim.Setup) (sim.Instance, error) {
	p, err := m.plan(s.DT)
	if err != nil {
		return nil, err
	}
	source := s.Instance(m.source.Group()).State()
	r := &stateRecorder{m: m, plan: p, dt: s.DT, source: source, state: sim.NewState(len(m.neurons))}
	r.recorded = r.state.AddCounter("recorded", 1)
	of := []int32{} // numbers in the group
	for _, g := range m.source.Ranges() {
		for i := g.Lo; i < g.Hi; i++ {
			of = append(of, int32(i))
		}
	}
	for _, i := range m.neurons {
		r.neurons = append(r.neurons, of[i])
	}
	for _, c := range source.Columns {
		r.columns = append(r.columns, c.Data)
	}
	for k, v := range m.variables {
		r.keys = append(r.keys, rng.NewKey(s.Seed, m.name, v))
		r.direct = append(r.direct, -1)
		for c, column := range source.Columns {
			if column.Name == v {
				r.direct[k] = c
			}
		}
	}
	r.kernel = s.Kernel
	return r, nil
}

// stateRecorder is a state monitor in a network.
type stateRecorder struct {
	m        *StateMonitor
	plan     *statePlan
	kernel   *kernel.Set
	dt       float64
	source   *sim.State
	neurons  []int32 // numbers in the group
	columns  [][]float64
	keys     []rng.Key
	direct   []int // column that is the variable itself, else -1
	workers  []*sampler
	state    *sim.State
	recorded []int64 // number of samples: the cursor
	chunks   []stateChunk
	ahead    [sim.MaxWindow][]float64 // samples of the steps of a window
}

// sampler is what one worker of a network needs to sample some of the neurons.
type sampler struct {
	frame    equation.Frame
	machines []*equation.Machine // by variable, nil for what is a column itself
}

type stateChunk struct {
	steps  []int64
	values []float64 // per sample, the neurons of the first variable, then those of the second, …
}

// State holds the number of samples.
func (r *stateRecorder) State() *sim.State { return r.state }

// Tasks offers the sampling.
func (r *stateRecorder) Tasks(l sim.Link) []sim.Task {
	t := sim.Task{Whole: r.sample}
	workers := 1
	if slices.IsSorted(r.neurons) { // those of a block lie together
		t.Ahead = &sim.Ahead{Of: r.source, Open: r.open, Block: r.sampleBlock}
		workers = l.Workers
	}
	for len(r.workers) < workers {
		r.workers = append(r.workers, r.newSampler())
	}
	return []sim.Task{t}
}

func (r *stateRecorder) newSampler() *sampler {
	s := &sampler{frame: equation.Frame{Columns: r.columns, Shared: make([]float64, 1+len(r.source.Shared)), Index: make([][]int32, 1)}}
	for k, program := range r.plan.programs {
		var m *equation.Machine
		if r.direct[k] < 0 {
			m = program.NewMachine(r.kernel)
		}
		s.machines = append(s.machines, m)
	}
	return s
}

// sample samples all neurons.
func (r *stateRecorder) sample(step int64) error {
	if step%r.m.every == 0 {
		r.fill(r.workers[0], step, r.extend(step), 0, len(r.neurons))
	}
	return nil
}

// open makes room for a sample that is taken block by block.
func (r *stateRecorder) open(step int64) bool {
	if step%r.m.every != 0 {
		return false
	}
	r.ahead[step%sim.MaxWindow] = r.extend(step)
	return true
}

// sampleBlock samples the neurons of a block.
func (r *stateRecorder) sampleBlock(step int64, worker, lo, hi int) {
	from, _ := slices.BinarySearch(r.neurons, int32(lo))
	to, _ := slices.BinarySearch(r.neurons, int32(hi))
	if from < to {
		r.fill(r.workers[worker], step, r.ahead[step%sim.MaxWindow], from, to)
	}
}

// extend makes room for a sample of all variables.
func (r *stateRecorder) extend(step int64) []float64 {
	width := len(r.neurons) * len(r.direct)
	last := len(r.chunks) - 1
	if last < 0 || len(r.chunks[last].steps) == cap(r.chunks[last].steps) {
		rows := max(1, chunkSize/width)
		r.chunks = append(r.chunks, stateChunk{steps: make([]int64, 0, rows), values: make([]float64, 0, rows*width)})
		last++
	}
	c := &r.chunks[last]
	r.recorded[0]++
	c.steps = append(c.steps, step)
	at := len(c.values)
	c.values = c.values[:at+width]
	return c.values[at:]
}

// fill samples the recorded neurons from <= j < to.
func (r *stateRecorder) fill(s *sampler, step int64, values []float64, from, to int) {
	f := &s.frame
	f.Step = step
	f.Shared[0] = float64(step) * r.dt
	for k := range r.source.Shared {
		f.Shared[k+1] = r.source.Shared[k].Data[0]
	}
	f.Index[0] = r.neurons[from:to]
	for k, machine := range s.machines {
		dst := values[k*len(r.neurons):][from:to]
		if machine == nil {
			r.kernel.Gather(dst, r.columns[r.direct[k]], f.Index[0])
			continue
		}
		f.Key = r.keys[k]
		machine.EvalAt(f, to-from, dst)
	}
}

// Rewind forgets the samples at or after a step.
func (r *stateRecorder) Rewind(step int64, restored bool) {
	width := len(r.neurons) * len(r.direct)
	left := int64(0)
	for k := range r.chunks {
		c := &r.chunks[k]
		n := sort.Search(len(c.steps), func(j int) bool { return c.steps[j] >= step })
		left += int64(n)
		if n < len(c.steps) {
			c.steps, c.values = c.steps[:n], c.values[:n*width]
			r.chunks = r.chunks[:k+1]
			break
		}
	}
	if !restored {
		r.recorded[0] = left
	}
}

// StateRecording is what a state monitor has recorded in a network.
type StateRecording struct {
	Name       string               // of the monitor
	Source     string               // what was monitored
	DT         float64              // time step in seconds
	When       string               // slot in which was sampled
	Steps      []int64              // of the samples; the time of a sample is Steps[k]*DT
	Variables  []string             // in the order of the monitor
	Units      []string             // of each variable as its equations say it
	Dimensions []quantity.Dimension // of each variable
	Neurons    []int                // that were recorded, counted inside the source
	// Values[variable][k][s] is the value (SI) of neuron Neurons[k] at Steps[s].
	Values map[string][][]float64
}

// Times are the times of the samples in seconds.
func (r StateRecording) Times() []float64 {
	t := make([]float64, len(r.Steps))
	for k, s := range r.Steps {
		t[k] = float64(s) * r.DT
	}
	return t
}

// Recording is a copy of what the monitor has recorded in a network so far; the
// zero value, with a DT of 0, if it never ran there.
func (m *StateMonitor) Recording(net Network) StateRecording {
	r, ok := net.Instance(m).(*stateRecorder)
	if !ok {
		return StateRecording{}
	}
	rec := StateRecording{
		Name: m.name, Source: m.source.Name(), DT: r.dt, When: m.entry.Slot.String(), Steps: []int64{},
		Variables: m.Variables(), Units: slices.Clone(r.plan.units), Dimensions: slices.Clone(r.plan.dims),
		Neurons: slices.Clone(m.neurons), Values: map[string][][]float64{},
	}
	for _, c := range r.chunks {
		rec.Steps = append(rec.Steps, c.steps...)
	}
	n := len(r.neurons)
	for k, v := range m.variables {
		rows := make([][]float64, n)
		for j := range rows {
			rows[j] = make([]float64, 0, len(rec.Steps))
			for _, c := range r.chunks {
				for at := k*n + j; at < len(c.values); at += n * len(m.variables) {
					rows[j] = append(rows[j], c.values[at])
				}
			}
		}
		rec.Values[v] = rows
	}
	return rec
}
