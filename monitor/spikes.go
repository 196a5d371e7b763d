package monitor

import (
	"fmt"
	"slices"
	"sort"

	"galvani/internal/sim"
	"galvani/neuron"
)

// Options say how spikes are recorded. The zero value records all of them.
type Options struct {
	Name       string // empty: the name of the source and "_spikes"
	CountsOnly bool   // count the spikes of each neuron without recording them
	When       string // slot; empty: thresholds
	Order      int    // place in the slot, added to 1: directly after the thresholds
}

// SpikeMonitor is the handle of a monitor of spikes.
type SpikeMonitor struct {
	handle
	countsOnly bool
}

// Spikes makes a monitor of the spikes of a view. What is wrong with it is told by
// its Err and by the network.
func Spikes(source neuron.View, o Options) *SpikeMonitor {
	fallback := ""
	if source != nil {
		if g, isGroup := source.(*neuron.Group); !isGroup || g != nil {
			fallback = source.Name() + "_spikes"
		}
	}
	m := &SpikeMonitor{handle: newHandle("spike monitor", o.Name, fallback, source, o.When, sim.Thresholds, o.Order+1), countsOnly: o.CountsOnly}
	if m.source != nil && m.source.Group().Err() == nil && !m.source.Group().Spikes() {
		m.fail(fmt.Errorf("%s has no threshold, so it never spikes", m.source.Group().Name()))
	}
	return m
}

// CountsOnly reports whether spikes are counted and not recorded.
func (m *SpikeMonitor) CountsOnly() bool { return m.countsOnly }

// Prepare has nothing to compile.
func (m *SpikeMonitor) Prepare(float64) error { return nil }

// NewInstance begins a recording.
func (m *SpikeMonitor) NewInstance(s *sim.Setup) (sim.Instance, error) {
	if err := m.Err(); err != nil {
		return nil, err
	}
	r := &spikeRecorder{m: m, dt: s.DT, start: s.Step, source: s.Instance(m.source.Group()).State().Spikes, state: sim.NewState(m.source.N())}
	r.counts = r.state.AddCounter("counts", m.source.N())
	r.recorded = r.state.AddCounter("recorded", 1)
	at := int32(0)
	for _, g := range m.source.Ranges() {
		r.ranges = append(r.ranges, [3]int32{int32(g.Lo), int32(g.Hi), int32(g.Lo) - at})
		at += int32(g.Hi - g.Lo)
	}
	return r, nil
}

// spikeRecorder is a spike monitor in a network.
type spikeRecorder struct {
	m        *SpikeMonitor
	dt       float64
	start    int64
	source   *sim.Spikes
	ranges   [][3]int32 // lo, hi, what to subtract for the number in the view
	state    *sim.State
	counts   []int64 // per neuron
	recorded []int64 // number of spikes recorded: the cursor
	chunks   []spikeChunk
}

// chunkSize is the number of spikes that memory is taken for at a time.
const chunkSize = 1 << 14

type spikeChunk struct {
	steps   []int64
	neurons []int32
}

// State holds the counts.
func (r *spikeRecorder) State() *sim.State { return r.state }

// Tasks offers the recording of a step's spikes.
func (r *spikeRecorder) Tasks(sim.Link) []sim.Task {
	return []sim.Task{{Whole: r.record, Wake: r.source, Ahead: &sim.Ahead{Close: r.take}}}
}

func (r *spikeRecorder) record(step int64) error {
	r.take(step)
	return nil
}

func (r *spikeRecorder) take(step int64) {
	spikes := r.source.At(step)
	for _, g := range r.ranges {
		for len(spikes) > 0 && spikes[0] < g[0] {
			spikes = spikes[1:]
		}
		for len(spikes) > 0 && spikes[0] < g[1] {
			r.add(step, spikes[0]-g[2])
			spikes = spikes[1:]
		}
	}
}

func (r *spikeRecorder) add(step int64, neuron int32) {
	r.counts[neuron]++
	if r.m.countsOnly {
		return
	}
	r.recorded[0]++
	last := len(r.chunks) - 1
	if last < 0 || len(r.chunks[last].steps) == chunkSize {
		r.chunks = append(r.chunks, spikeChunk{steps: make([]int64, 0, chunkSize), neurons: make([]int32, 0, chunkSize)})
		last++
	}
	c := &r.chunks[last]
	c.steps, c.neurons = append(c.steps, step), append(c.neurons, neuron)
}

// Rewind forgets the spikes at or after a step. Counts that were not restored are
// those of the spikes that are left.
func (r *spikeRecorder) Rewind(step int64, restored bool) {
	for k := range r.chunks {
		c := &r.chunks[k]
		n := sort.Search(len(c.steps), func(j int) bool { return c.steps[j] >= step })
		if n < len(c.steps) {
			c.steps, c.neurons = c.steps[:n], c.neurons[:n]
			r.chunks = r.chunks[:k+1]
			break
		}
	}
	if restored {
		return
	}
	clear(r.counts)
	r.recorded[0] = 0
	for _, c := range r.chunks {
		r.recorded[0] += int64(len(c.neurons))
		for _, i := range c.neurons {
			r.counts[i]++
		}
	}
}

// SpikeRecording is what a spike monitor has recorded in a network.
type SpikeRecording struct {
	Name       string  // of the monitor
	Source     string  // what was monitored: "e" or "e[0:80]"
	N          int     // number of neurons in the source
	DT         float64 // time step in seconds
	Start      int64   // step in which the recording began
	CountsOnly bool    // Steps and Neurons were not recorded
	// Steps and Neurons are the spikes in the order of their steps, those of a step by
	// rising neuron. Neurons are counted inside the source. The time of a spike is Steps[k]*DT.
	Steps   []int64
	Neurons []int32
	Counts  []int64 // spikes of each neuron
}

// Times are the times of the spikes in seconds.
func (r SpikeRecording) Times() []float64 {
	t := make([]float64, len(r.Steps))
	for k, s := range r.Steps {
		t[k] = float64(s) * r.DT
	}
	return t
}

// Total is the number of spikes counted.
func (r SpikeRecording) Total() int64 {
	n := int64(0)
	for _, c := range r.Counts {
		n += c
	}
	return n
}

// Recording is a copy of what the monitor has recorded in a network so far; the
// zero value, with a DT of 0, if it never ran there.
func (m *SpikeMonitor) Recording(net Network) SpikeRecording {
	r, ok := net.Instance(m).(*spikeRecorder)
	if !ok {
		return SpikeRecording{}
	}
	rec := SpikeRecording{
		Name: m.name, Source: m.source.Name(), N: m.source.N(), DT: r.dt, Start: r.start,
		CountsOnly: m.countsOnly, Counts: slices.Clone(r.counts), Steps: []int64{}, Neurons: []int32{},
	}
	for _, c := range r.chunks {
		rec.Steps, rec.Neurons = append(rec.Steps, c.steps...), append(rec.Neurons, c.neurons...)
	}
	return rec
}
