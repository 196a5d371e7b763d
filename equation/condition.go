package equation

import "galvani/internal/kernel"

// Condition is a compiled boolean expression. Eval and EvalAt of its machines give
// 1 where it holds and 0 elsewhere.
type Condition struct {
	*Program

	// A comparison of a column with a constant has a kernel of its own.
	direct op // opLT, opLE, opGT, opGE; 0 for none
	column int
	limit  float64
}

// Find writes into idx the lanes of [lo, hi) where the condition holds, rising, and
// returns how many there are. m is a machine of c's; idx is at least hi-lo long,
// and what it holds behind the returned count is unspecified.
func (c *Condition) Find(m *Machine, f *Frame, lo, hi int, idx []int32) int {
	if find := c.finder(m.kernel); find != nil {
		return find(idx, f.Columns[c.column][lo:hi], c.limit, int32(lo))
	}
	if hi <= lo {
		return 0
	}
	m.begin(f, hi-lo)
	found := 0
	for off := lo; off < hi; off += blockLanes {
		n := min(blockLanes, hi-off)
		m.slots[len(m.slots)-1] = m.mask[:n]
		m.block(f, off, n, false)
		found += m.kernel.FindNonZero(idx[found:], m.mask[:n], int32(off))
	}
	return found
}

// finder gives the kernel that does the whole condition, nil if there is none.
func (c *Condition) finder(k *kernel.Set) func(idx []int32, a []float64, x float64, base int32) int {
	switch c.direct {
	case opLT:
		return k.FindLT
	case opLE:
		return k.FindLE
	case opGT:
		return k.FindGT
	case opGE:
		return k.FindGE
	}
	return nil
}

// recognise finds out whether the condition is one comparison of a column of the
// lanes themselves with a constant.
func (c *Condition) recognise(v *value) {
	if v.op < opLT || v.op > opGE {
		return
	}
	x, y, o := v.args[0], v.args[1], v.op
	if x.op == opConst {
		x, y = y, x
		o = map[op]op{opLT: opGT, opLE: opGE, opGT: opLT, opGE: opLE}[o]
	}
	if x.op != opLoad || y.op != opConst {
		return
	}
	if col := c.columns[x.n]; col.Via == 0 && !col.Shared {
		c.direct, c.column, c.limit = o, col.Index, y.k[0]
	}
}
