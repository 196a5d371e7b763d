package synapse

import (
	"math"
	"slices"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/internal/rng"
	"galvani/internal/sim"
)

// pathway is a projection in a network.
type pathway struct {
	s       *Synapses
	plan    *plan
	kernel  *kernel.Set
	dt      float64
	state   *sim.State
	source  *sim.Spikes
	lo, hi  int32   // range of presynaptic neurons
	since   []int64 // spikes of earlier steps are not delivered
	target  []float64
	guard   []float64
	frame   equation.Frame
	shared  []*float64 // where the frame's shared values behind t come from
	machine *equation.Machine
	pre     []int32 // the one presynaptic neuron of a row
	post    *sim.State
	workers []*worker
}

// worker is what one worker of a network needs for its share of the targets.
type worker struct {
	lo, hi  int32 // its targets
	index   []int32
	weights []float64
	ahead   []queue // for each step of a window; the first also for plain steps
}

// queue is the rows of the spikes that arrive in a step, as far as they are still to be
// added. Their targets rise, so that all rows can be added up to one target, then up to a
// greater one: each target gets its additions in the order of the spikes, and
// those that lie together get them together.
type queue struct {
	next    []int32 // the row's next target
	at, end []int64 // what is left of the row
}

// NewInstance links the projection to the states of its groups in a network.
func (s *Synapses) NewInstance(set *sim.Setup) (sim.Instance, error) {
	p, err := s.plan(set.DT)
	if err != nil {
		return nil, err
	}
	post, pre := set.Instance(s.post.Group()).State(), set.Instance(s.pre.Group()).State()
	w := &pathway{s: s, plan: p, kernel: set.Kernel, dt: set.DT, state: sim.NewState(s.N()), source: pre.Spikes, post: post}
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
	if !w.plan.add {
		t.Whole = w.run
		return []sim.Task{t}
	}
	if len(w.workers) != l.Workers {
		w.workers = make([]*worker, l.Workers)
		for k := range w.workers {
			w.workers[k] = w.newWorker(k, l.Workers)
		}
	}
	t.Part = w.addShare
	if l.Workers == 1 && w.guard == nil && !w.plan.each {
		t.Part = w.addAll
	}
	if w.far() {
		t.Part = w.addFar
	}
	if w.s.csr.sorted && w.plan.steps > 0 {
		t.Ahead = &sim.Ahead{Of: w.post, Limit: w.plan.steps, Arrivals: w.arrivals, Block: w.addBlock}
	}
	return []sim.Task{t}
}

func (w *pathway) newWorker(number, workers int) *worker {
	lo, hi := sim.Share(w.post.N, number, workers)
	k := &worker{lo: int32(lo), hi: int32(hi), ahead: make([]queue, sim.MaxWindow)}
	if w.guard != nil || workers > 1 && !w.s.csr.sorted {
		k.index = make([]int32, w.s.csr.longest)
		if w.plan.each {
			k.weights = make([]float64, w.s.csr.longest)
		}
	}
	return k
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
	for _, i := range w.arriving(step) {
		a, b := w.row(k, i)
		w.add(k, a, b)
	}
}

// row is the part of a presynaptic neuron's row that holds a worker's targets. If the
// targets don't rise, others lie between.
func (w *pathway) row(k *worker, neuron int32) (a, b int64) {
	r := neuron - w.lo
	a, b = w.s.csr.start[r], w.s.csr.start[r+1]
	if len(w.workers) > 1 && w.s.csr.sorted {
		row := w.s.csr.targets[a:b]
		a, b = a+int64(lowerBound(row, k.lo)), a+int64(lowerBound(row, k.hi))
	}
	return a, b
}

// add adds at the targets of the synapses from a to b that are a worker's and accept input.
func (w *pathway) add(k *worker, a, b int64) {
	row := w.s.csr.targets[a:b]
	var each []float64
	if w.plan.each {
		each = w.s.weights.each[a:b]
	}
	if k.index != nil {
		row, each = w.accepted(k, row, each)
	}
	if each != nil {
		w.kernel.AddAtEach(w.target, row, each)
	} else {
		w.kernel.AddAt(w.target, row, w.plan.factor)
	}
}

// accepted leaves out the targets that are not the worker's or accept no input.
func (w *pathway) accepted(k *worker, row []int32, each []float64) ([]int32, []float64) {
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

// farBlock is how many targets are dealt with before the next ones where there
// are more than a cache holds: 2 MB of a variable.
const farBlock = 1 << 18

// far reports whether rows reach so far and are so long that it pays to add what arrives
// in a step block by block. Measured on 64 MB of targets and rows of 1000 synapses: 1.2 ns
// per synapse instead of 2.9; most of it is the search for pages.
func (w *pathway) far() bool {
	blocks := w.post.N / farBlock
	return w.s.csr.sorted && blocks >= 2 && w.s.N()/max(1, w.s.csr.rows()) >= 8*blocks
}

// addFar adds at a worker's targets block by block.
func (w *pathway) addFar(step int64, worker int) {
	k := w.workers[worker]
	q := &k.ahead[0]
	w.queue(k, q, step)
	for lo := k.lo; lo < k.hi; {
		lo += min(farBlock, k.hi-lo)
		w.addBelow(k, q, lo)
	}
}

// arrivals is how many spikes arrive in a step.
func (w *pathway) arrivals(step int64) int { return len(w.arriving(step)) }

// addBlock adds at the targets of a block in a window.
func (w *pathway) addBlock(step int64, worker, lo, hi int) {
	k := w.workers[worker]
	q := &k.ahead[step%sim.MaxWindow]
	if lo == int(k.lo) {
		w.queue(k, q, step)
	}
	w.addBelow(k, q, int32(hi))
}

// queue lines up what arrives in a step for a worker.
func (w *pathway) queue(k *worker, q *queue, step int64) {
	q.next, q.at, q.end = q.next[:0], q.at[:0], q.end[:0]
	for _, i := range w.arriving(step) {
		if a, b := w.row(k, i); a < b {
			q.next, q.at, q.end = append(q.next, w.s.csr.targets[a]), append(q.at, a), append(q.end, b)
		}
	}
}

// addBelow adds at the queue's targets below hi.
func (w *pathway) addBelow(k *worker, q *queue, hi int32) {
	for j, next := range q.next {
		if next >= hi {
			continue
		}
		a, row := q.at[j], w.s.csr.targets[q.at[j]:q.end[j]]
		n := below(row, hi)
		w.add(k, a, a+int64(n))
		q.at[j], q.next[j] = a+int64(n), math.MaxInt32
		if n < len(row) {
			q.next[j] = row[n]
		}
	}
}

// below is how many targets at the beginning of a rising row are less than hi. Few
// are expected, or many of a long row.
func below(row []int32, hi int32) int {
	const stride = 8
	n := 0
	for n+stride <= len(row) && row[n+stride-1] < hi {
		n += stride
	}
	for n < len(row) && row[n] < hi {
		n++
	}
	return n
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
		if !w.plan.single && !(w.plan.own && slices.Contains(c.targets[a:b], i)) {
			w.machine.Run(&w.frame, int(a), int(b))
			continue
		}
		for k := a; k < b; k++ {
			w.machine.Run(&w.frame, int(k), int(k)+1)
		}
	}
	return nil
}
