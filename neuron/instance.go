package neuron

import (
	"fmt"
	"slices"
	"strconv"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/internal/rng"
	"galvani/internal/sim"
)

// block is the number of neurons that are advanced and looked at for spikes
// before the next ones. Measured: larger blocks gain nothing, smaller ones lose a few
// per cent to calls.
const block = 2048

// instance is a group in a network.
type instance struct {
	g       *Group
	plan    *plan
	kernel  *kernel.Set
	seed    uint64
	state   *sim.State
	columns [][]float64 // of the state
	last    []int64     // step of each neuron's last spike
	blocked []float64   // column not_refractory, nil if there is none
	seconds []float64   // column lastspike, nil if there is none
	keys    struct{ update, threshold, reset, refractory rng.Key }
	fuse    bool
	workers []*worker
}

// worker is what one worker of a network needs for its share of the neurons.
type worker struct {
	lo, hi     int
	frame      equation.Frame
	update     *equation.Machine
	threshold  *equation.Machine
	reset      *equation.Machine
	refractory *equation.Machine
	step       Step
	periods    []float64              // refractory periods of a block
	hits       []int32                // candidates of a block
	found      []int32                // neurons of the share, or in a window of the block, that spike in this step
	ahead      [sim.MaxWindow][]int32 // neurons of the share that spike in each step of a window
}

// NewInstance makes the group's state for a network and gives the variables
// their initial values.
func (g *Group) NewInstance(s *sim.Setup) (sim.Instance, error) {
	g.Seal()
	p, err := g.plan(s.DT)
	if err != nil {
		return nil, err
	}
	in := &instance{g: g, plan: p, kernel: s.Kernel, seed: s.Seed, state: sim.NewState(g.n)}
	for _, name := range g.model.columns {
		in.columns = append(in.columns, in.state.AddColumn(name))
	}
	for _, name := range g.model.shared {
		in.state.AddShared(name)
	}
	in.last = in.state.AddCounter(lastSpikeName, g.n)
	for i := range in.last {
		in.last[i] = NeverSpiked
	}
	if c := g.model.notRefractory; c >= 0 {
		in.blocked = in.columns[c]
		s.Kernel.Fill(in.blocked, 1)
	}
	if c := g.model.lastSpike; c >= 0 {
		in.seconds = in.columns[c]
		s.Kernel.Fill(in.seconds, -1e4)
	}
	in.state.Spikes = sim.NewSpikes(0)
	in.state.Spikes.Reserve(min(g.n, 64+g.n/8))
	in.keys.update = rng.NewKey(s.Seed, g.name, "stateupdater")
	in.keys.threshold = rng.NewKey(s.Seed, g.name, "threshold")
	in.keys.reset = rng.NewKey(s.Seed, g.name, "reset")
	in.keys.refractory = rng.NewKey(s.Seed, g.name, "refractory")
	for k, v := range g.initials {
		in.assign(v, p.initials[k], 0, k)
	}
	return in, nil
}

// State is the group's data.
func (in *instance) State() *sim.State { return in.state }

// newFrame makes a frame over the state. Its shared values are a copy that share
// refreshes, so that workers don't get in each other's way.
func (in *instance) newFrame() equation.Frame {
	return equation.Frame{Columns: in.columns, Shared: make([]float64, 1+len(in.state.Shared)), Index: make([][]int32, 1)}
}

// at sets a frame to a step and a stream of random numbers.
func (in *instance) at(f *equation.Frame, step int64, key rng.Key) {
	f.Step, f.Key = step, key
	f.Shared[0] = float64(step) * in.plan.dt
	for k := range in.state.Shared {
		f.Shared[k+1] = in.state.Shared[k].Data[0]
	}
}

// keep stores shared values that a program has written.
func (in *instance) keep(f *equation.Frame) {
	for k := range in.state.Shared {
		in.state.Shared[k].Data[0] = f.Shared[k+1]
	}
}

// Tasks offers state update, threshold and reset.
func (in *instance) Tasks(l sim.Link) []sim.Task {
	in.fuse = l.Fuse && in.g.updates() && in.plan.threshold != nil
	if len(in.workers) != l.Workers {
		in.workers = make([]*worker, l.Workers)
		for w := range in.workers {
			in.workers[w] = in.newWorker(w, l.Workers)
		}
	}
	var tasks []sim.Task
	if in.g.updates() {
		t := sim.Task{Part: in.advance}
		if p := in.plan.update; p != nil && p.HasShared() {
			t.Whole = in.advanceShared
		} else if in.g.spec.Update.Func == nil {
			t.Ahead = &sim.Ahead{Of: in.state, Block: in.advanceBlock}
		}
		tasks = append(tasks, t)
	}
	if in.plan.threshold != nil {
		t := sim.Task{Whole: in.fire, Ahead: &sim.Ahead{Of: in.state, Block: in.fireBlock, Close: in.publish}}
		if !in.fuse {
			t.Part = in.look
		}
		tasks = append(tasks, t)
	}
	if in.plan.reset != nil {
		t := sim.Task{Whole: in.reset, Wake: in.state.Spikes}
		if !in.plan.reset.HasShared() {
			t.Ahead = &sim.Ahead{Of: in.state, Block: in.resetBlock}
		}
		tasks = append(tasks, t)
	}
	return tasks
}

func (in *instance) newWorker(w, workers int) *worker {
	k := &worker{frame: in.newFrame()}
	k.lo, k.hi = sim.Share(in.g.n, w, workers)
	if in.plan.update != nil {
		k.update = in.plan.update.NewMachine(in.kernel)
	}
	if in.plan.threshold != nil {
		k.threshold = in.plan.threshold.NewMachine(in.kernel)
		k.hits = make([]int32, min(sim.MaxBlock, k.hi-k.lo))
		k.found = make([]int32, 0, k.hi-k.lo)
	}
	if in.plan.reset != nil {
		k.reset = in.plan.reset.NewMachine(in.kernel)
	}
	switch {
	case in.plan.period != nil:
		k.refractory = in.plan.period.NewMachine(in.kernel)
		k.periods = make([]float64, block)
	case in.plan.hold != nil:
		k.refractory = in.plan.hold.NewMachine(in.kernel)
		k.periods = make([]float64, block)
	}
	if in.g.spec.Update.Func != nil {
		k.step = Step{DT: in.plan.dt, Columns: make([][]float64, len(in.plan.evolving))}
	}
	return k
}

// advance does a worker's share of the state update block by block.
func (in *instance) advance(step int64, w int) {
	k := in.workers[w]
	in.at(&k.frame, step, in.keys.update)
	k.found = k.found[:0]
	for lo := k.lo; lo < k.hi; lo += block {
		in.update(k, step, lo, min(lo+block, k.hi))
	}
}

// advanceBlock does the same for a block of a window.
func (in *instance) advanceBlock(step int64, w, lo, hi int) {
	k := in.workers[w]
	in.at(&k.frame, step, in.keys.update)
	k.found = k.found[:0]
	for ; lo < hi; lo += block {
		in.update(k, step, lo, min(lo+block, hi))
	}
}

// update advances some neurons and, if nothing can come between, looks for spikes
// among them while the values are at hand.
func (in *instance) update(k *worker, step int64, lo, hi int) {
	if in.blocked != nil {
		in.release(k, step, lo, hi)
	}
	switch {
	case k.update != nil:
		k.frame.Key = in.keys.update
		k.update.Run(&k.frame, lo, hi)
	case in.g.spec.Update.Func != nil:
		in.native(k, step, lo, hi)
	}
	if in.fuse {
		in.find(k, step, lo, hi)
	}
}

// release works out which neurons of a block are not refractory in this step.
func (in *instance) release(k *worker, step int64, lo, hi int) {
	switch {
	case in.plan.period != nil:
		periods := k.periods[:hi-lo]
		k.frame.Key = in.keys.refractory
		k.refractory.Eval(&k.frame, lo, hi, periods)
		for j, period := range periods {
			in.blocked[lo+j] = 0
			if step-in.last[lo+j] >= wholeSteps(period, in.plan.dt) {
				in.blocked[lo+j] = 1
			}
		}
	case in.plan.hold != nil:
		hold := k.periods[:hi-lo]
		k.frame.Key = in.keys.refractory
		k.refractory.Eval(&k.frame, lo, hi, hold)
		for j, h := range hold {
			if h == 0 {
				in.blocked[lo+j] = 1
			}
		}
	default:
		in.kernel.AtMost(in.blocked[lo:hi], in.last[lo:hi], step-in.plan.steps)
	}
}

func (in *instance) native(k *worker, step int64, lo, hi int) {
	s := &k.step
	s.Index, s.First, s.LastSpike = step, lo, in.last[lo:hi]
	for c, column := range in.plan.evolving {
		s.Columns[c] = in.columns[column][lo:hi]
	}
	if in.blocked != nil {
		s.NotRefractory = in.blocked[lo:hi]
	}
	in.g.spec.Update.Func(s)
}

// advanceShared advances shared variables after all neurons.
func (in *instance) advanceShared(int64) error {
	k := in.workers[0]
	k.update.RunShared(&k.frame)
	in.keep(&k.frame)
	return nil
}

// look does a worker's share of the threshold on its own.
func (in *instance) look(step int64, w int) {
	k := in.workers[w]
	in.at(&k.frame, step, in.keys.threshold)
	k.found = k.found[:0]
	for lo := k.lo; lo < k.hi; lo += block {
		in.find(k, step, lo, min(lo+block, k.hi))
	}
}

// find adds to a worker's spikes the neurons of a block that are over the
// threshold and not refractory.
func (in *instance) find(k *worker, step int64, lo, hi int) {
	k.frame.Key = in.keys.threshold
	n := in.plan.threshold.Find(k.threshold, &k.frame, lo, hi, k.hits)
	if n == 0 {
		return
	}
	hits := k.hits[:n]
	switch {
	case in.blocked != nil:
		for _, i := range hits {
			if in.blocked[i] != 0 {
				k.found = append(k.found, i)
			}
		}
	case in.plan.steps > 0:
		latest := step - in.plan.steps
		for _, i := range hits {
			if in.last[i] <= latest {
				k.found = append(k.found, i)
			}
		}
	default:
		k.found = append(k.found, hits...)
	}
}

// fire makes the step's spikes known.
func (in *instance) fire(step int64) error {
	for _, k := range in.workers {
		if len(k.found) > 0 {
			in.state.Spikes.Append(step, k.found)
			in.mark(k.found, step)
		}
	}
	return nil
}

// mark notes at the neurons themselves that they have spiked.
func (in *instance) mark(neurons []int32, step int64) {
	for _, i := range neurons {
		in.last[i] = step
	}
	if in.blocked != nil {
		in.kernel.ScatterConst(in.blocked, neurons, 0)
	}
	if in.seconds != nil {
		in.kernel.ScatterConst(in.seconds, neurons, float64(step)*in.plan.dt)
	}
}

// fireBlock keeps a block's spikes of a step until the end of the window.
func (in *instance) fireBlock(step int64, w, lo, hi int) {
	k := in.workers[w]
	if !in.fuse {
		in.at(&k.frame, step, in.keys.threshold)
		k.found = k.found[:0]
		in.find(k, step, lo, hi)
	}
	if len(k.found) > 0 {
		in.mark(k.found, step)
		kept := &k.ahead[step%sim.MaxWindow]
		*kept = append(*kept, k.found...)
	}
}

// publish makes the spikes of a step of a window known.
func (in *instance) publish(step int64) {
	for _, k := range in.workers {
		if kept := &k.ahead[step%sim.MaxWindow]; len(*kept) > 0 {
			in.state.Spikes.Append(step, *kept)
			*kept = (*kept)[:0]
		}
	}
}

// reset carries out the reset statements for the step's spikes.
func (in *instance) reset(step int64) error {
	k := in.workers[0]
	in.resetAt(k, step, in.state.Spikes.At(step))
	if in.plan.reset.HasShared() {
		k.reset.RunShared(&k.frame)
		in.keep(&k.frame)
	}
	return nil
}

// resetBlock does it for a block in a window.
func (in *instance) resetBlock(step int64, w, _, _ int) {
	if k := in.workers[w]; len(k.found) > 0 {
		in.resetAt(k, step, k.found)
	}
}

func (in *instance) resetAt(k *worker, step int64, neurons []int32) {
	in.at(&k.frame, step, in.keys.reset)
	k.frame.Index[0] = neurons
	k.reset.RunAt(&k.frame, len(neurons))
}

// NonFinite finds a value that is NaN or infinite among the variables that the
// state update changes.
func (in *instance) NonFinite() (variable string, neuron int, value float64, found bool) {
	for _, c := range in.plan.evolving {
		if i := in.kernel.NonFinite(in.columns[c]); i >= 0 {
			return in.g.model.columns[c], i, in.columns[c][i], true
		}
	}
	return "", 0, 0, false
}

// assign gives the neurons of a view the values of a recorded Set. number tells
// it from other calls for the same variable where random numbers are drawn.
func (in *instance) assign(v initial, program *equation.Program, step int64, number int) {
	f := in.newFrame()
	in.at(&f, step, rng.NewKey(in.seed, in.g.name, v.variable, strconv.Itoa(number)))
	var m *equation.Machine
	if program != nil {
		m = program.NewMachine(in.kernel)
	}
	if k := slices.Index(in.g.model.shared, v.variable); k >= 0 {
		if value := in.state.Shared[k].Data; m == nil {
			copy(value, v.values)
		} else {
			m.Eval(&f, 0, 1, value)
		}
		return
	}
	column := in.columns[slices.Index(in.g.model.columns, v.variable)]
	at := 0 // number in the view of the range's first neuron
	for _, r := range v.on.Ranges() {
		switch {
		case m != nil:
			f.First = int64(at - r.Lo)
			m.Run(&f, r.Lo, r.Hi)
		case len(v.values) == 1:
			in.kernel.Fill(column[r.Lo:r.Hi], v.values[0])
		default:
			copy(column[r.Lo:r.Hi], v.values[at:])
		}
		at += r.Hi - r.Lo
	}
}

// Assign gives a variable of the neurons of a view new values in a network, as
// [Group.Set] does at the beginning. made must be the instance of the view's
// group; step is the current one.
func Assign(made sim.Instance, on View, variable string, value any, step int64, number int) error {
	in, ok := made.(*instance)
	if !ok || in.g != on.Group() {
		return fmt.Errorf("neuron: set %s: %s is not in the network", variable, on.Group().Name())
	}
	fail := func(err error) error { return fmt.Errorf("neuron: %s: %w", in.g.name, err) }
	v, err := in.g.model.settable(in.g.eqs, variable)
	if err != nil {
		return fail(err)
	}
	rec := initial{on: on, variable: variable}
	if rec.text, rec.values, err = values(v, on, value); err != nil {
		return fail(fmt.Errorf("set %s: %w", variable, err))
	}
	var program *equation.Program
	if rec.text != "" {
		if program, err = in.g.compileSet(rec, in.plan.dt); err != nil {
			return err
		}
	}
	in.assign(rec, program, step, number)
	return nil
}

// Evaluate computes an expression of the group's variables for the neurons of a
// view, in the view's order.
func Evaluate(made sim.Instance, on View, text string, step int64) ([]float64, error) {
	in, ok := made.(*instance)
	if !ok || in.g != on.Group() {
		return nil, fmt.Errorf("neuron: evaluate %s: %s is not in the network", text, on.Group().Name())
	}
	program, err := equation.CompileExpression(text, in.g.scope("evaluate", in.plan.dt, false))
	if err != nil {
		return nil, err
	}
	f := in.newFrame()
	in.at(&f, step, rng.NewKey(in.seed, in.g.name, "evaluate", text))
	m := program.NewMachine(in.kernel)
	out := make([]float64, on.N())
	at := 0
	for _, r := range on.Ranges() {
		f.First = int64(at - r.Lo)
		m.Eval(&f, r.Lo, r.Hi, out[at:])
		at += r.Hi - r.Lo
	}
	return out, nil
}
