package equation

import (
	"unsafe"

	"galvani/internal/kernel"
	"galvani/internal/rng"
)

// blockLanes is how many lanes go through the whole program before the next ones:
// few enough that the temporaries stay in the first-level cache.
const blockLanes = 512

// wideLanes is the same for programs that have no temporaries, where only the columns
// have to stay close, and fewer calls count for more.
const wideLanes = 2048

// Machine runs a program. It owns the temporaries, allocates nothing after it is
// made, and is not for concurrent use.
type Machine struct {
	program *Program
	kernel  *kernel.Set
	slots   [][]float64 // of the body
	body    []step
	scalars [][]float64 // of the prelude
	prelude []step
	columns []access
	wide    bool      // works on the columns alone
	result  []float64 // where the result goes
	mask    []float64 // a block of a condition
	shared  *Machine
}

// access says how a column gets into its slot and back.
type access struct {
	index  int
	via    int
	shared bool
	gather bool // the body reads it
	write  bool // the body writes it
	buffer []float64
}

// stepKind is how an instruction is called.
type stepKind uint8

const (
	stepLin stepKind = iota
	stepBinary
	stepUnary
	stepSelect
	stepUniform
	stepNormal
	stepLane
)

// step is an instruction with its kernel.
type step struct {
	kind       stepKind
	dst        int32
	a, b, c, d int32
	n          int32
	k          *[5]float64
	lin        func(dst []float64, k *[5]float64, a, b, c, d []float64)
	binary     func(dst, a, b []float64)
	unary      func(dst, a []float64)
	choose     func(dst, mask, a, b []float64)
}

// NewMachine makes the working memory for running the program with the kernels of k.
func (p *Program) NewMachine(k *kernel.Set) *Machine {
	m := &Machine{program: p, kernel: k, slots: make([][]float64, p.slots())}
	m.body = steps(p.body, k)
	m.prelude = steps(p.prelude, k)
	written := make([]bool, p.slots())
	for _, in := range p.body {
		written[in.Dst] = true
	}
	vectors := p.temps + len(p.vectors) + len(p.common)
	memory := alignedVectors(vectors + len(p.columns))
	for i := range vectors {
		m.slots[len(p.columns)+i] = memory[i]
	}
	for i, x := range p.vectors {
		k.Fill(m.slots[len(p.columns)+p.temps+i], x)
	}
	m.wide = vectors == 0
	for i, c := range p.columns {
		m.wide = m.wide && (c.Via == 0 || c.Shared)
		m.columns = append(m.columns, access{index: c.Index, via: c.Via, shared: c.Shared, gather: c.Read, write: written[i], buffer: memory[vectors+i]})
	}
	all := make([]float64, len(p.scalars))
	for i, s := range p.scalars {
		all[i] = s.Value
		m.scalars = append(m.scalars, all[i:i+1:i+1])
	}
	if p.hasResult && p.typ == Boolean {
		m.mask = make([]float64, blockLanes)
	}
	if p.shared != nil {
		m.shared = p.shared.NewMachine(k)
	}
	return m
}

// alignedVectors makes n vectors of one block that begin at multiples of 64 bytes.
func alignedVectors(n int) [][]float64 {
	const lineFloats = 8
	list := make([][]float64, n)
	if n == 0 {
		return list
	}
	memory := make([]float64, n*blockLanes+lineFloats)
	if off := uintptr(unsafe.Pointer(&memory[0])) / 8 % lineFloats; off != 0 {
		memory = memory[lineFloats-off:]
	}
	for i := range list {
		list[i] = memory[i*blockLanes : (i+1)*blockLanes : (i+1)*blockLanes]
	}
	return list
}

// steps binds instructions to kernels.
func steps(list []instr, k *kernel.Set) []step {
	out := make([]step, len(list))
	for i := range list {
		in := &list[i]
		src := in.sources()
		s := step{dst: int32(in.Dst), n: int32(in.N)}
		// Kernels do not look at sources they don't use, but there has to be a slot.
		for j, p := range [4]*int32{&s.a, &s.b, &s.c, &s.d} {
			if j < len(src) {
				*p = int32(src[j])
			} else if len(src) > 0 {
				*p = int32(src[0])
			}
		}
		switch in.Op {
		case opLin:
			s.kind, s.k, s.lin = stepLin, &in.K, k.Lin[len(src)-1]
		case opLinFlush:
			s.kind, s.k, s.lin = stepLin, &in.K, k.LinFlush[len(src)-1]
		case opOnto:
			s.kind, s.k, s.lin = stepLin, &in.K, k.LinOnto[len(src)-1]
		case opOntoFlush:
			s.kind, s.k, s.lin = stepLin, &in.K, k.LinOntoFlush[len(src)-1]
		case opSelect:
			s.kind, s.choose = stepSelect, k.Select
		case opUniform:
			s.kind = stepUniform
		case opNormal:
			s.kind = stepNormal
		case opLane:
			s.kind = stepLane
		default:
			if s.unary = in.Op.unary(k); s.unary != nil {
				s.kind = stepUnary
			} else {
				s.kind, s.binary = stepBinary, in.Op.binary(k)
			}
		}
		out[i] = s
	}
	return out
}

// Run runs the program on lanes [lo, hi). Symbols of Via 0 are at their lane,
// those of Via v at Index[v][lane].
func (m *Machine) Run(f *Frame, lo, hi int) { m.run(f, lo, hi, false) }

// RunAt runs the program on n lanes that are scattered: lane k has its Via 0
// symbols at Index[0][k] and those of Via v at Index[v][k]. Within one call no two
// lanes may write the same element. Where a lane's number counts (random draws,
// Column Lane) it is Frame.First + Index[0][k], so that an element draws the same
// number whichever way it is reached.
func (m *Machine) RunAt(f *Frame, n int) { m.run(f, 0, n, true) }

// RunShared computes the new values of the shared variables of an update from the
// old ones. It does nothing for programs without.
func (m *Machine) RunShared(f *Frame) {
	if m.shared != nil {
		m.shared.run(f, 0, 1, false)
	}
}

// Eval computes a compiled expression on lanes [lo, hi) into dst[:hi-lo].
func (m *Machine) Eval(f *Frame, lo, hi int, dst []float64) {
	m.result = dst[:hi-lo]
	m.run(f, lo, hi, false)
	m.result = nil
}

// EvalAt computes a compiled expression on n scattered lanes, as RunAt, into dst[:n].
func (m *Machine) EvalAt(f *Frame, n int, dst []float64) {
	m.result = dst[:n]
	m.run(f, 0, n, true)
	m.result = nil
}

func (m *Machine) run(f *Frame, lo, hi int, at bool) {
	if hi <= lo {
		return
	}
	m.begin(f, hi-lo)
	width := blockLanes
	if m.wide && !at {
		width = wideLanes
	}
	for off := lo; off < hi; off += width {
		n := min(width, hi-off)
		if m.result != nil {
			m.slots[len(m.slots)-1] = m.result[off-lo : off-lo+n]
		}
		m.block(f, off, n, at)
	}
}

// begin computes what is the same for all lanes of a run.
func (m *Machine) begin(f *Frame, lanes int) {
	p := m.program
	if len(p.scalars) == 0 {
		return
	}
	for i, s := range p.scalars {
		if s.Kind == scalarShared {
			m.scalars[i][0] = f.Shared[s.Index]
		}
	}
	m.execute(m.prelude, m.scalars, f, 0, 1, false)
	first := len(p.columns) + p.temps + len(p.vectors)
	for i, s := range p.common {
		m.kernel.Fill(m.slots[first+i][:min(lanes, blockLanes)], m.scalars[s][0])
	}
}

// list gives the indices through which lanes off … off+n of a via are reached; a
// single index if it serves all lanes.
func (f *Frame) list(via, off, n int) []int32 {
	list := f.Index[via]
	if len(list) == 1 {
		return list
	}
	return list[off : off+n]
}

// block runs the program on lanes off … off+n.
func (m *Machine) block(f *Frame, off, n int, at bool) {
	indirect := false
	for i := range m.columns {
		c := &m.columns[i]
		switch {
		case c.shared:
			m.slots[i] = f.Shared[c.index : c.index+1]
		case c.via == 0 && !at:
			m.slots[i] = f.Columns[c.index][off : off+n]
		default:
			indirect = true
			m.slots[i] = c.buffer
			if c.gather {
				list := f.list(c.via, off, n)
				if len(list) < n {
					m.kernel.Fill(c.buffer[:n], f.Columns[c.index][list[0]])
				} else {
					m.kernel.Gather(c.buffer[:n], f.Columns[c.index], list)
				}
			}
		}
	}
	m.execute(m.body, m.slots, f, off, n, at)
	for _, fill := range m.program.fills {
		if fill.slot >= len(m.columns) {
			m.kernel.Fill(m.slots[fill.slot][:n], fill.value)
			continue
		}
		c := &m.columns[fill.slot]
		if c.shared || c.via == 0 && !at {
			m.kernel.Fill(m.slots[fill.slot][:n], fill.value)
		} else {
			m.kernel.ScatterConst(f.Columns[c.index], f.list(c.via, off, n), fill.value)
		}
	}
	if !indirect {
		return
	}
	for i := range m.columns {
		c := &m.columns[i]
		if c.write && !c.shared && (c.via != 0 || at) {
			list := f.list(c.via, off, n)
			if len(list) < n { // all lanes write one element: the last one wins
				f.Columns[c.index][list[0]] = c.buffer[n-1]
			} else {
				m.kernel.Scatter(f.Columns[c.index], list, c.buffer[:n])
			}
		}
	}
}

// execute runs steps on the first n lanes of the slots.
func (m *Machine) execute(list []step, slots [][]float64, f *Frame, off, n int, at bool) {
	for i := range list {
		s := &list[i]
		dst := slots[s.dst][:n]
		switch s.kind {
		case stepLin:
			s.lin(dst, s.k, slots[s.a], slots[s.b], slots[s.c], slots[s.d])
		case stepBinary:
			s.binary(dst, slots[s.a], slots[s.b])
		case stepUnary:
			s.unary(dst, slots[s.a])
		case stepSelect:
			s.choose(dst, slots[s.a], slots[s.b], slots[s.c])
		case stepUniform, stepNormal:
			m.draw(s, dst, f, off, at)
		case stepLane:
			lanes(dst, int(s.n), f, off, at)
		}
	}
}

// draw fills dst with the random numbers of its lanes.
func (m *Machine) draw(s *step, dst []float64, f *Frame, off int, at bool) {
	fill := rng.Stream.Uniform
	if s.kind == stepNormal {
		fill = rng.Stream.Normal
	}
	stream := rng.Stream{Key: f.Key, Kernel: m.kernel}
	if !at {
		fill(stream, dst, f.Step, uint32(s.n), f.First+int64(off))
		return
	}
	list := f.list(0, off, len(dst))
	for i := range dst {
		fill(stream, dst[i:i+1], f.Step, uint32(s.n), f.First+int64(list[min(i, len(list)-1)]))
	}
}

// lanes fills dst with the numbers of its lanes.
func lanes(dst []float64, via int, f *Frame, off int, at bool) {
	if via == 0 && !at {
		for i := range dst {
			dst[i] = float64(f.First + int64(off+i))
		}
		return
	}
	first := int64(0)
	if via == 0 {
		first = f.First
	}
	list := f.list(via, off, len(dst))
	for i := range dst {
		dst[i] = float64(first + int64(list[min(i, len(list)-1)]))
	}
}
