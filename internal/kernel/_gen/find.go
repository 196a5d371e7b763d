package main

import "github.com/mmcloughlin/avo/operand"

// find emits the searches. Eight vectors at a time are only tested for any hit
// at all; where there is one, or at the end, the hits of one vector after the
// other become a word of bits whose ones are written out.
func find(p *path) {
	// The predicates are those of x against a[i], so that a[i] may stay in
	// memory, and their negations.
	for _, k := range []struct {
		name     string
		hit, not operand.U8
	}{
		{"findGT", cmpLT, cmpNLT}, {"findGE", cmpLE, cmpNLE},
		{"findLT", cmpGT, cmpNGT}, {"findLE", cmpGE, cmpNGE},
	} {
		p.wrap(`// %[1]sPATH is %[1]sGo in assembly.
func %[1]sPATH(idx []int32, a []float64, x float64, base int32) int {
	covers(len(idx), len(a))
	return asm%[2]sPATH(unsafe.SliceData(idx), unsafe.SliceData(a), len(a), x, base)
}
`, k.name, title(k.name))
		p.search("asm"+title(k.name)+p.name, k.hit, k.not)
	}
	p.wrap(`// findNonZeroPATH is findNonZeroGo in assembly.
func findNonZeroPATH(idx []int32, a []float64, base int32) int {
	covers(len(idx), len(a))
	return asmFindNEPATH(unsafe.SliceData(idx), unsafe.SliceData(a), len(a), 0, base)
}
`)
	p.search("asmFindNE"+p.name, cmpNE, cmpEQ)
}

// search emits one search.
func (p *path) search(name string, hit, not operand.U8) {
	p.function(name, "func(idx *int32, a *float64, n int, x float64, base int32) int")
	idx, a, n := p.param("idx"), p.param("a"), p.param("n")
	x := p.broadcastParam("x")
	at := p.Load(p.Param("base"), p.GP32()).(gp) // base + index of the next element
	count := p.GP64()
	p.XORQ(count, count)

	const vectors = 8
	chunk := vectors * p.lanes()
	big, small, single, tail, done := p.label("big"), p.label("small"), p.label("single"), p.label("tail"), p.label("done")
	next := p.label("next")

	p.SUBQ(operand.U32(chunk), n)
	p.JLT(operand.LabelRef(small))
	p.Label(big)
	p.noneHits(a, x, hit, not, next)
	bits := p.GP64()
	p.gatherBits(a, x, hit, vectors, bits)
	p.writeBits(idx, count, at, bits)
	p.Label(next)
	p.ADDQ(operand.U32(8*chunk), a)
	p.ADDL(operand.U32(chunk), at)
	p.SUBQ(operand.U32(chunk), n)
	p.JGE(operand.LabelRef(big))

	p.Label(small)
	p.ADDQ(operand.U32(chunk), n)
	p.SUBQ(operand.U32(p.lanes()), n)
	p.JLT(operand.LabelRef(tail))
	p.Label(single)
	few := p.GP64()
	p.gatherBits(a, x, hit, 1, few)
	none := p.label("none")
	p.TESTQ(few, few)
	p.JEQ(operand.LabelRef(none))
	p.writeBits(idx, count, at, few)
	p.Label(none)
	p.ADDQ(operand.U32(8*p.lanes()), a)
	p.ADDL(operand.U32(p.lanes()), at)
	p.SUBQ(operand.U32(p.lanes()), n)
	p.JGE(operand.LabelRef(single))

	p.Label(tail)
	p.ADDQ(operand.U32(p.lanes()), n)
	p.JEQ(operand.LabelRef(done))
	mask := p.tailMask(n)
	last := p.GP64()
	v := p.loadTail(operand.Mem{Base: a}, mask)
	if p.wide {
		k := p.K()
		p.VCMPPD(hit, v, x, mask, k)
		p.KMOVW(k, last.As32())
	} else {
		p.VMOVMSKPD(p.and(mask, p.compare(hit, x, v)), last.As32())
	}
	p.TESTL(last.As32(), last.As32())
	p.JEQ(operand.LabelRef(done))
	p.writeBits(idx, count, at, last)
	p.Label(done)
	p.Store(count, p.ReturnIndex(0))
	p.end()
}

// noneHits jumps to a label if none of eight vectors has a hit.
func (p *path) noneHits(a gp, x vec, hit, not operand.U8, label string) {
	vector := func(i int) operand.Mem { return operand.Mem{Base: a, Disp: 8 * p.lanes() * i} }
	if p.wide {
		// Two chains of comparisons under the mask of the one before: what is left
		// in the end missed every time.
		var chain [2]op
		for i := range 8 {
			k := p.K()
			if chain[i%2] == nil {
				p.VCMPPD(not, vector(i), x, k)
			} else {
				p.VCMPPD(not, vector(i), x, chain[i%2], k)
			}
			chain[i%2] = k
		}
		both, misses := p.K(), p.GP32()
		p.KANDB(chain[0], chain[1], both)
		p.KMOVB(both, misses)
		p.CMPL(misses, operand.U32(0xFF))
	} else {
		any := p.compare(hit, x, vector(0))
		for i := 1; i < 8; i++ {
			any = p.or(any, p.compare(hit, x, vector(i)))
		}
		bits := p.GP32()
		p.VMOVMSKPD(any, bits)
		p.TESTL(bits, bits)
	}
	p.JEQ(operand.LabelRef(label))
}

// gatherBits sets one bit of a word for every hit in some vectors.
func (p *path) gatherBits(a gp, x vec, hit operand.U8, vectors int, word gp) {
	for i := range vectors {
		m := operand.Mem{Base: a, Disp: 8 * p.lanes() * i}
		part := word
		if i > 0 {
			part = p.GP64()
		}
		if p.wide {
			k := p.K()
			p.VCMPPD(hit, m, x, k)
			p.KMOVB(k, part.As32())
		} else {
			p.VMOVMSKPD(p.compare(hit, x, m), part.As32())
		}
		if i > 0 {
			p.SHLQ(operand.U8(i*p.lanes()), part)
			p.ORQ(part, word)
		}
	}
}

// writeBits appends at + the place of every one of bits, which is not zero, to
// idx.
func (p *path) writeBits(idx, count, at, bits gp) {
	loop := p.label("write")
	place := p.GP64()
	p.Label(loop)
	p.TZCNTQ(bits, place)
	p.ADDL(at, place.As32())
	p.MOVL(place.As32(), operand.Mem{Base: idx, Index: count, Scale: 4})
	p.INCQ(count)
	p.BLSRQ(bits, bits)
	p.JNE(operand.LabelRef(loop))
}
