package equation

import "slices"

// root is a column and the form it is to hold afterwards.
type root struct {
	slot int
	typ  Type
	f    form
}

// assembler orders the values of a graph into instructions.
type assembler struct {
	p      *Program
	g      *graph
	uses   map[*value]int
	at     map[*value]int // slot of a value in the body, in virtual numbers
	scalar map[*value]int // of a value that is computed once per run
	temps  int            // each is written once
}

// Slots of the body while it is assembled: columns have their numbers, the others
// follow from these.
const (
	firstTemp   = 1 << 16
	firstConst  = 1 << 20
	firstCommon = 1 << 24
	resultSlot  = 1 << 28
)

// store is a column, or the result, and the value it is to get.
type store struct {
	slot int
	v    *value
}

// assemble makes the program that writes the roots, all at once, and the result if
// there is one.
func (c *compiler) assemble(roots []root, result *form) *Program {
	a := &assembler{
		p: &Program{columns: c.columns, scalars: c.shared},
		g: c.graph, uses: make(map[*value]int), at: make(map[*value]int), scalar: make(map[*value]int),
	}
	stores := a.stores(roots)
	if result != nil {
		a.p.hasResult = true
		v := a.g.value(*result)
		if v.op == opConst {
			a.p.fills = append(a.p.fills, fill{resultSlot, v.k[0]})
		} else {
			stores = append(stores, store{resultSlot, v})
		}
	}
	for _, s := range stores {
		a.count(s.v)
	}
	a.schedule(stores)
	a.layout()
	return a.p
}

// stores turns roots into values that may be written, and sets those that become
// constants aside.
func (a *assembler) stores(roots []root) []store {
	var list []store
	for _, r := range roots {
		f := r.f
		if !a.isFlushed(r) {
			f = a.g.flushed(r.typ, f)
		}
		v := a.g.value(f)
		switch {
		case v.op == opConst:
			a.p.fills = append(a.p.fills, fill{r.slot, v.k[0]})
		case v.op == opFlush && v.args[0].op == opLoad && v.args[0].n == r.slot, v.op == opLoad && v.n == r.slot:
			continue // x = x
		default:
			list = append(list, store{r.slot, v})
		}
		a.p.columns[r.slot].Write = true
	}
	return list
}

// schedule emits the stores. A column may be written once no one else wants its old
// value: the next store is the first one for which that is so. Where they wait for
// each other in a circle, the first one goes through a temporary.
func (a *assembler) schedule(stores []store) {
	var late []instr
	for hoisted := false; len(stores) > 0; {
		next := a.unread(stores)
		if next < 0 && !hoisted {
			// Perhaps they only share a value that reads the columns.
			hoisted = true
			for _, s := range stores {
				a.emitCommon(s.v, make(map[*value]bool))
			}
			continue
		}
		s := stores[max(next, 0)]
		stores = slices.Delete(stores, max(next, 0), max(next, 0)+1)
		if next >= 0 {
			a.store(s.v, s.slot)
			continue
		}
		kept := a.emit(s.v)
		if s.v.op == opLoad { // a column that may be overwritten before
			kept = a.newTemp()
			a.p.body = append(a.p.body, copyInstr(kept, s.v.n))
		}
		late = append(late, copyInstr(s.slot, kept))
	}
	a.p.body = append(a.p.body, late...)
}

// unread finds the first store whose column none of the others has still to read,
// -1 if there is none.
func (a *assembler) unread(stores []store) int {
	readers := make(map[int]int) // by column: how many stores read it
	own := make([]bool, len(stores))
	for i, s := range stores {
		reads := make(map[int]bool)
		a.columnsOf(s.v, reads, make(map[*value]bool))
		for c := range reads {
			readers[c]++
		}
		own[i] = reads[s.slot]
	}
	for i, s := range stores {
		if n := readers[s.slot]; n == 0 || n == 1 && own[i] {
			return i
		}
	}
	return -1
}

// isFlushed reports whether a root needs no flush: its new value has been flushed
// where a guard has chosen between it and the old one.
func (a *assembler) isFlushed(r root) bool {
	k, v, ok := r.f.single()
	if !ok || k != 1 {
		return false
	}
	var clean func(v *value) bool
	clean = func(v *value) bool {
		switch v.op {
		case opFlush:
			return true
		case opLoad:
			return v.n == r.slot
		case opConst:
			return opFlush.fold(v.k[0]) == v.k[0]
		case opSelect:
			return clean(v.args[1]) && clean(v.args[2])
		}
		return false
	}
	return clean(v)
}

// count counts how many values and stores use each value.
func (a *assembler) count(v *value) {
	if a.uses[v]++; a.uses[v] > 1 {
		return
	}
	for _, x := range v.args {
		a.count(x)
	}
}

// columnsOf collects the columns that have still to be read to compute a value.
func (a *assembler) columnsOf(v *value, cols map[int]bool, seen map[*value]bool) {
	if _, done := a.at[v]; done || seen[v] {
		return
	}
	seen[v] = true
	if v.op == opLoad {
		cols[v.n] = true
	}
	for _, x := range v.args {
		a.columnsOf(x, cols, seen)
	}
}

// emitCommon emits those values below a store that others use as well.
func (a *assembler) emitCommon(v *value, seen map[*value]bool) {
	if _, done := a.at[v]; done || seen[v] || v.class != perLane || v.op == opLoad {
		return
	}
	seen[v] = true
	for _, x := range v.args {
		a.emitCommon(x, seen)
		if a.uses[x] > 1 && x.class == perLane && x.op != opLoad {
			a.emit(x)
		}
	}
}

// store emits the last instruction of a value so that it writes the column.
func (a *assembler) store(v *value, slot int) {
	_, done := a.at[v]
	if done || v.class != perLane || v.op == opLoad || a.uses[v] > 1 {
		a.p.body = append(a.p.body, copyInstr(slot, a.emit(v)))
		return
	}
	in := a.instruction(v)
	in.Dst = slot
	a.p.body = append(a.p.body, in)
}

// emit makes sure that a value is computed and gives its slot.
func (a *assembler) emit(v *value) int {
	if s, done := a.at[v]; done {
		return s
	}
	slot := 0
	switch {
	case v.op == opLoad:
		a.p.columns[v.n].Read = true
		return v.n // not remembered: the column may be overwritten
	case v.op == opConst:
		slot = firstConst + len(a.p.vectors)
		a.p.vectors = append(a.p.vectors, v.k[0])
	case v.class == perRun:
		slot = firstCommon + len(a.p.common)
		a.p.common = append(a.p.common, a.emitScalar(v))
	default:
		in := a.instruction(v)
		in.Dst = a.newTemp()
		slot = in.Dst
		a.p.body = append(a.p.body, in)
	}
	a.at[v] = slot
	return slot
}

// instruction makes the instruction of a value after those of its operands. A flush
// of a linear combination that nothing else uses becomes part of it.
func (a *assembler) instruction(v *value) instr {
	o := v.op
	if o == opFlush && a.uses[v.args[0]] == 1 {
		switch v.args[0].op {
		case opLin:
			v, o = v.args[0], opLinFlush
		case opOnto:
			v, o = v.args[0], opOntoFlush
		}
	}
	in := instr{Op: o, Src: noSources, K: v.k, N: v.n}
	for i, x := range v.args {
		in.Src[i] = a.emit(x)
	}
	return in
}

// emitScalar is emit for what is computed once per run, on scalars.
func (a *assembler) emitScalar(v *value) int {
	if s, done := a.scalar[v]; done {
		return s
	}
	slot := 0
	switch v.op {
	case opShared:
		slot = v.n
	case opConst:
		slot = len(a.p.scalars)
		a.p.scalars = append(a.p.scalars, scalar{Kind: scalarConstant, Value: v.k[0]})
	default:
		in := instr{Op: v.op, Src: noSources, K: v.k, N: v.n}
		for i, x := range v.args {
			in.Src[i] = a.emitScalar(x)
		}
		slot = len(a.p.scalars)
		in.Dst = slot
		a.p.scalars = append(a.p.scalars, scalar{Kind: scalarComputed})
		a.p.prelude = append(a.p.prelude, in)
	}
	a.scalar[v] = slot
	return slot
}

// newTemp gives a temporary that has not been used.
func (a *assembler) newTemp() int {
	a.temps++
	return firstTemp + a.temps - 1
}

func isTemp(slot int) bool { return slot >= firstTemp && slot < firstConst }

// layout lets temporaries that do not live at the same time share memory, and
// gives all slots their final numbers: columns, temporaries, constants, common
// values, result.
func (a *assembler) layout() {
	body := a.p.body
	last := make([]int, a.temps)
	for i, in := range body {
		for _, s := range in.sources() {
			if isTemp(s) {
				last[s-firstTemp] = i
			}
		}
	}
	names := make([]int, a.temps)
	var free []int
	for i := range body {
		in := &body[i]
		src := in.sources()
		for _, s := range src {
			if isTemp(s) && last[s-firstTemp] == i {
				last[s-firstTemp] = -1 // once, even if it is used twice here
				free = append(free, names[s-firstTemp])
			}
		}
		for k, s := range src {
			if isTemp(s) {
				src[k] = firstTemp + names[s-firstTemp]
			}
		}
		if !isTemp(in.Dst) {
			continue
		}
		// The destination may be the memory of an operand that ends here.
		name := a.p.temps
		if n := len(free); n > 0 {
			name, free = free[n-1], free[:n-1]
		} else {
			a.p.temps++
		}
		names[in.Dst-firstTemp] = name
		in.Dst = firstTemp + name
	}
	columns := len(a.p.columns)
	final := func(s int) int {
		switch {
		case s < firstTemp:
			return s
		case s < firstConst:
			return columns + s - firstTemp
		case s < firstCommon:
			return columns + a.p.temps + s - firstConst
		case s < resultSlot:
			return columns + a.p.temps + len(a.p.vectors) + s - firstCommon
		}
		return a.p.result()
	}
	for i := range body {
		body[i].Dst = final(body[i].Dst)
		src := body[i].sources()
		for k := range src {
			src[k] = final(src[k])
		}
	}
	for i := range a.p.fills {
		a.p.fills[i].slot = final(a.p.fills[i].slot)
	}
}
