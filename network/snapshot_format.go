package network

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"

	"galvani/internal/sim"
)

// ErrSnapshot is wrapped by every error about a snapshot that cannot be read.
var ErrSnapshot = errors.New("not a readable snapshot")

// The form of a stored snapshot, all numbers little endian:
//
//	magic, tick i64 (fs), now i64 (ticks), objects u32
//	per object: name, kind, optional u8, time step i64 (fs), elements i64
//	            columns u32, each: name, f64 per element
//	            shared variables u32, each: name, f64
//	            counters u32, each: name, length i64, i64 each
//	            spikes u8: 0 none; else reach u32, steps u32, each: step i64, length u32, i32 each
//	SHA-256 of all that
//
// A name is its length u32 and its bytes.
const snapshotMagic = "galvani snapshot 1\n"

// Bounds of what a reader believes. Arrays are read in portions, so that a length
// that lies costs no memory beyond what is there to be read.
const (
	maxName    = 1 << 12
	maxObjects = 1 << 24
	maxReach   = 1 << 20
	portion    = 1 << 13 // elements
)

// WriteTo stores the snapshot in a form that [ReadSnapshot] reads, and returns the
// number of bytes.
func (s *Snapshot) WriteTo(w io.Writer) (int64, error) {
	e := &encoder{w: w, sum: sha256.New()}
	e.bytes([]byte(snapshotMagic))
	e.i64(s.tick)
	e.i64(s.now)
	e.u32(len(s.objects))
	for _, o := range s.objects {
		e.name(o.name)
		e.name(o.kind)
		e.flag(o.optional)
		e.i64(o.period)
		e.i64(int64(o.state.N))
		for _, columns := range [2][]sim.Column{o.state.Columns, o.state.Shared} {
			e.u32(len(columns))
			for _, c := range columns {
				e.name(c.Name)
				e.floats(c.Data)
			}
		}
		e.u32(len(o.state.Counters))
		for _, c := range o.state.Counters {
			e.name(c.Name)
			e.i64(int64(len(c.Data)))
			e.ints(c.Data)
		}
		e.flag(o.state.Spikes != nil)
		if o.state.Spikes != nil {
			e.u32(o.state.Spikes.Depth())
			steps := o.state.Spikes.Steps()
			e.u32(len(steps))
			for _, step := range steps {
				e.i64(step)
				neurons := o.state.Spikes.At(step)
				e.u32(len(neurons))
				for _, i := range neurons {
					e.u32(int(i))
				}
			}
		}
	}
	e.flush()
	sum := e.sum.Sum(nil)
	e.bytes(sum)
	e.flush()
	if e.err != nil {
		return e.n, fmt.Errorf("network: write snapshot: %w", e.err)
	}
	return e.n, nil
}

// encoder writes numbers and remembers the first error.
type encoder struct {
	w   io.Writer
	sum hash.Hash
	buf []byte
	n   int64
	err error
}

func (e *encoder) flush() {
	if e.err != nil {
		return
	}
	e.sum.Write(e.buf)
	n, err := e.w.Write(e.buf)
	e.n += int64(n)
	e.err, e.buf = err, e.buf[:0]
}

func (e *encoder) bytes(b []byte) {
	e.buf = append(e.buf, b...)
	if len(e.buf) >= 8*portion {
		e.flush()
	}
}

func (e *encoder) u32(x int) {
	e.bytes(binary.LittleEndian.AppendUint32(nil, uint32(x)))
}

func (e *encoder) i64(x int64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(x))
	e.bytes(b[:])
}

func (e *encoder) flag(b bool) {
	x := byte(0)
	if b {
		x = 1
	}
	e.bytes([]byte{x})
}

func (e *encoder) name(s string) {
	e.u32(len(s))
	e.bytes([]byte(s))
}

func (e *encoder) floats(x []float64) {
	for _, v := range x {
		e.i64(int64(math.Float64bits(v)))
	}
}

func (e *encoder) ints(x []int64) {
	for _, v := range x {
		e.i64(v)
	}
}

// ReadSnapshot reads what WriteTo has stored. Everything is checked before it is
// believed; errors wrap [ErrSnapshot].
func ReadSnapshot(r io.Reader) (*Snapshot, error) {
	d := &decoder{r: r, sum: sha256.New()}
	s := d.snapshot()
	if d.err != nil {
		return nil, fmt.Errorf("network: read snapshot: %w: %w", ErrSnapshot, d.err)
	}
	return s, nil
}

// decoder reads numbers and remembers the first error, after which all it reads is 0.
type decoder struct {
	r   io.Reader
	sum hash.Hash
	buf [8 * portion]byte
	err error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}

// bytes reads n <= len(buf) bytes, valid until the next call.
func (d *decoder) bytes(n int) []byte {
	b := d.buf[:n]
	if d.err == nil {
		if _, err := io.ReadFull(d.r, b); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			d.fail("%w", err)
		}
	}
	if d.err != nil {
		clear(b)
		return b
	}
	d.sum.Write(b)
	return b
}

func (d *decoder) u32() int { return int(binary.LittleEndian.Uint32(d.bytes(4))) }

func (d *decoder) i64() int64 { return int64(binary.LittleEndian.Uint64(d.bytes(8))) }

// count reads a u32 and checks it.
func (d *decoder) count(what string, most int) int {
	n := d.u32()
	if n > most {
		d.fail("%d %s, want at most %d", n, what, most)
		return 0
	}
	return n
}

// length reads an i64 and checks it.
func (d *decoder) length(what string) int {
	n := d.i64()
	if n < 0 || n > math.MaxInt32*16 {
		d.fail("%d %s", n, what)
		return 0
	}
	return int(n)
}

func (d *decoder) flag() bool {
	switch b := d.bytes(1)[0]; b {
	case 0, 1:
		return b == 1
	default:
		d.fail("a flag is %d", b)
		return false
	}
}

func (d *decoder) name() string { return string(d.bytes(d.count("bytes of a name", maxName))) }

// numbers reads n 8-byte numbers in portions.
func (d *decoder) numbers(n int, take func([]byte)) {
	for n > 0 && d.err == nil {
		k := min(n, portion)
		b := d.bytes(8 * k)
		for j := range k {
			take(b[8*j : 8*j+8])
		}
		n -= k
	}
}

func (d *decoder) floats(n int) []float64 {
	x := make([]float64, 0, min(n, portion))
	d.numbers(n, func(b []byte) { x = append(x, math.Float64frombits(binary.LittleEndian.Uint64(b))) })
	return x
}

func (d *decoder) ints(n int) []int64 {
	x := make([]int64, 0, min(n, portion))
	d.numbers(n, func(b []byte) { x = append(x, int64(binary.LittleEndian.Uint64(b))) })
	return x
}

func (d *decoder) snapshot() *Snapshot {
	if !bytes.Equal(d.bytes(len(snapshotMagic)), []byte(snapshotMagic)) {
		d.fail("it does not begin as one")
	}
	s := &Snapshot{tick: d.i64(), now: d.i64()}
	if s.tick <= 0 || s.now < 0 || s.now > math.MaxInt64/2/max(1, s.tick) {
		d.fail("time is %d ticks of %d fs", s.now, s.tick)
	}
	names := map[string]bool{}
	for range d.count("objects", maxObjects) {
		if d.err != nil {
			return nil
		}
		o := saved{name: d.name(), kind: d.name(), optional: d.flag(), period: d.i64()}
		if names[o.name] {
			d.fail("two objects are called %q", o.name)
		}
		names[o.name] = true
		o.state = d.state()
		s.objects = append(s.objects, o)
	}
	want := d.sum.Sum(nil)
	if got := d.bytes(len(want)); d.err == nil && !bytes.Equal(got, want) {
		d.fail("the checksum is wrong")
	}
	return s
}

func (d *decoder) state() *sim.State {
	st := &sim.State{N: d.length("elements")}
	for range d.count("variables", maxObjects) {
		if d.err != nil {
			return st
		}
		st.Columns = append(st.Columns, sim.Column{Name: d.name(), Data: d.floats(st.N)})
	}
	for range d.count("shared variables", maxObjects) {
		if d.err != nil {
			return st
		}
		st.Shared = append(st.Shared, sim.Column{Name: d.name(), Data: d.floats(1)})
	}
	for range d.count("counters", maxObjects) {
		if d.err != nil {
			return st
		}
		st.Counters = append(st.Counters, sim.Counter{Name: d.name(), Data: d.ints(d.length("integers"))})
	}
	if !d.flag() {
		return st
	}
	reach := d.count("steps of reach", maxReach)
	if reach == 0 || reach&(reach-1) != 0 {
		d.fail("%d steps of reach, want a power of two", reach)
	}
	if d.err != nil {
		return st
	}
	st.Spikes = sim.NewSpikes(reach - 1)
	first, last := int64(-1), int64(-1)
	for range d.count("steps with spikes", reach) {
		step := d.i64()
		if first < 0 {
			first = step
		}
		if d.err == nil && (step <= last || step-first >= int64(reach)) {
			d.fail("spikes of step %d after those of steps %d to %d with a reach of %d", step, first, last, reach)
		}
		last = step
		neurons := d.spikes(st.N)
		if d.err != nil {
			return st
		}
		st.Spikes.Put(step, neurons)
	}
	return st
}

// spikes reads a rising list of neurons.
func (d *decoder) spikes(n int) []int32 {
	var list []int32
	last := -1
	for range d.count("spikes in a step", n) {
		i := d.u32()
		if d.err != nil {
			return nil
		}
		if i <= last || i >= n {
			d.fail("spike of neuron %d of %d after that of neuron %d", i, n, last)
			return nil
		}
		list, last = append(list, int32(i)), i
	}
	return list
}
