package equation

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"galvani/quantity"
)

// Program is a compiled text: a list of instructions over columns, without
// values. It is immutable; a Machine runs it.
type Program struct {
	columns []column
	scalars []scalar  // constants, shared symbols, and what the prelude computes
	prelude []instr   // once per run, on the scalars
	vectors []float64 // constants that the body needs as vectors
	common  []int     // scalars that the body needs as vectors
	body    []instr   // for every block of lanes
	fills   []fill    // columns that become a constant, after the body
	temps   int

	hasResult bool
	dim       quantity.Dimension
	typ       Type

	shared    *Program // the shared variables of an update, on one lane
	increment *Increment
}

// column is a variable that the body reads or writes. Its slot is its place in
// Program.columns.
type column struct {
	Name   string
	Index  int // into Frame.Columns, or Frame.Shared
	Via    int
	Shared bool
	Read   bool
	Write  bool
}

type scalarKind uint8

const (
	scalarConstant scalarKind = iota
	scalarShared
	scalarComputed
)

// scalar is a value that is the same for all lanes.
type scalar struct {
	Kind  scalarKind
	Value float64 // of a constant
	Index int     // of a shared symbol, into Frame.Shared
	Name  string
}

// fill writes one constant to a column.
type fill struct {
	slot  int
	value float64
}

// instr is one instruction. Slots of the body count columns, temporaries,
// constant vectors, common values and the result, in this order; those of the
// prelude are scalars.
type instr struct {
	Op  op
	Dst int
	Src [4]int // -1: none
	K   [5]float64
	N   int
}

var noSources = [4]int{-1, -1, -1, -1}

func copyInstr(dst, src int) instr {
	return instr{Op: opCopy, Dst: dst, Src: [4]int{src, -1, -1, -1}}
}

// sources are the slots that the instruction reads.
func (in *instr) sources() []int {
	n := 0
	for n < len(in.Src) && in.Src[n] >= 0 {
		n++
	}
	return in.Src[:n]
}

// slots is how many slots the body has, result how the last one is called.
func (p *Program) slots() int  { return p.result() + 1 }
func (p *Program) result() int { return len(p.columns) + p.temps + len(p.vectors) + len(p.common) }

// String lists what the program does: the columns and shared values it uses, what
// is computed once per run, and the instructions for every block of lanes. r0, r1,
// … are temporaries, s0, s1, … values that all lanes share.
func (p *Program) String() string {
	var b strings.Builder
	for _, c := range p.columns {
		b.WriteString(c.describe() + "\n")
	}
	for i, s := range p.scalars {
		if s.Kind == scalarShared {
			fmt.Fprintf(&b, "s%d: %s, shared %d\n", i, s.Name, s.Index)
		}
	}
	for _, in := range p.prelude {
		fmt.Fprintf(&b, "once s%d = %s\n", in.Dst, in.expression(p.scalarName))
	}
	for _, in := range p.body {
		fmt.Fprintf(&b, "%s = %s\n", p.slotName(in.Dst), in.expression(p.slotName))
	}
	for _, f := range p.fills {
		fmt.Fprintf(&b, "%s = %s\n", p.slotName(f.slot), format(f.value))
	}
	if p.shared != nil {
		b.WriteString("shared:\n" + p.shared.String())
	}
	return b.String()
}

func (c column) describe() string {
	s := c.Name + ": column " + strconv.Itoa(c.Index)
	if c.Shared {
		s = c.Name + ": shared " + strconv.Itoa(c.Index)
	}
	if c.Via != 0 {
		s += " via " + strconv.Itoa(c.Via)
	}
	switch {
	case c.Read && c.Write:
		s += ", read and written"
	case c.Write:
		s += ", written"
	}
	return s
}

func (p *Program) slotName(s int) string {
	for _, part := range []struct {
		size int
		name func(i int) string
	}{
		{len(p.columns), func(i int) string { return p.columns[i].Name }},
		{p.temps, func(i int) string { return "r" + strconv.Itoa(i) }},
		{len(p.vectors), func(i int) string { return format(p.vectors[i]) }},
		{len(p.common), func(i int) string { return "s" + strconv.Itoa(p.common[i]) }},
	} {
		if s < part.size {
			return part.name(s)
		}
		s -= part.size
	}
	return "result"
}

func (p *Program) scalarName(s int) string {
	if p.scalars[s].Kind == scalarConstant {
		return format(p.scalars[s].Value)
	}
	return "s" + strconv.Itoa(s)
}

func format(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// expression prints the right side of an instruction.
func (in *instr) expression(name func(int) string) string {
	var args []string
	for _, s := range in.sources() {
		args = append(args, name(s))
	}
	switch in.Op {
	case opLin, opLinFlush, opOnto, opOntoFlush:
		sum := ""
		for i, arg := range args {
			sum += signed(in.K[i], i == 0, "*"+arg)
		}
		if in.K[4] != 0 {
			sum += signed(in.K[4], false, "")
		}
		if in.Op == opOnto || in.Op == opOntoFlush {
			sum = name(in.Src[len(args)-1]) + " + (" + sum + ")"
		}
		if in.Op == opLinFlush || in.Op == opOntoFlush {
			sum = "flush(" + sum + ")"
		}
		return sum
	case opCopy:
		return args[0]
	case opUniform, opNormal, opLane:
		args = []string{strconv.Itoa(in.N)}
	}
	return in.Op.name() + "(" + strings.Join(args, ", ") + ")"
}

// signed prints one term of a sum.
func signed(k float64, first bool, rest string) string {
	switch {
	case first:
		return format(k) + rest
	case math.Signbit(k):
		return " - " + format(-k) + rest
	}
	return " + " + format(k) + rest
}

// Digest identifies what the program computes and where: equal digests, equal
// bits. It is the SHA-256 of the listing in hexadecimal.
func (p *Program) Digest() string {
	sum := sha256.Sum256([]byte(p.String()))
	return hex.EncodeToString(sum[:])
}

// Reads gives the indices of the columns whose values the program uses, rising.
func (p *Program) Reads() []int { return p.indices(func(c column) bool { return c.Read }) }

// Writes gives the indices of the columns that the program writes, rising.
func (p *Program) Writes() []int { return p.indices(func(c column) bool { return c.Write }) }

func (p *Program) indices(want func(column) bool) []int {
	var list []int
	for _, c := range p.columns {
		if !c.Shared && want(c) {
			list = append(list, c.Index)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// UsesRandom reports whether the program draws random numbers.
func (p *Program) UsesRandom() bool {
	return slices.ContainsFunc(p.body, func(in instr) bool { return in.Op == opUniform || in.Op == opNormal }) ||
		p.shared != nil && p.shared.UsesRandom()
}

// UsesTime reports whether the program reads the shared symbol t.
func (p *Program) UsesTime() bool { return slices.Contains(p.ReadsShared(), "t") }

// ReadsShared gives the names of the shared symbols that the program reads, in the
// order of their first use.
func (p *Program) ReadsShared() []string {
	var list []string
	for _, s := range p.scalars {
		if s.Kind == scalarShared {
			list = append(list, s.Name)
		}
	}
	for _, c := range p.columns {
		if c.Shared && c.Read {
			list = append(list, c.Name)
		}
	}
	if p.shared != nil {
		for _, name := range p.shared.ReadsShared() {
			if !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	return list
}

// HasShared reports whether the program writes shared values; then RunShared is to
// be called once per step, after all lanes have run.
func (p *Program) HasShared() bool { return p.shared != nil }

// Dimension is the dimension of the result of a compiled expression.
func (p *Program) Dimension() quantity.Dimension { return p.dim }

// Type is the type of the result of a compiled expression.
func (p *Program) Type() Type { return p.typ }

// Increment describes a program that does nothing but x += c, x += w or x += c*w
// (or -=), where c is a constant and w a symbol.
type Increment struct {
	Target    Symbol  // x
	Factor    float64 // c; ±1 for a weight alone
	Weight    Symbol  // w, if HasWeight
	HasWeight bool
}

// Increment recognises programs that can be done by adding at the targets. The
// guard of the target, if it has one, is left to the caller. Adding gives the same
// bits as running the program, but for the flush of |x| < 1e-290 to 0.
func (p *Program) Increment() (Increment, bool) {
	if p.increment == nil {
		return Increment{}, false
	}
	return *p.increment, true
}
