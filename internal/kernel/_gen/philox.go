package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// philox emits Philox and Uniform. A vector holds one counter word of a block
// per 64-bit lane, in the lower half, since that is what the multiplication
// takes; the upper halves hold anything. Two vectors of blocks go through the
// rounds together, which are one group.
func philox(p *path) {
	blocks := 2 * p.lanes() // of a group
	p.wrap(`// philoxPATH is philoxGo in assembly, in groups of %[1]d blocks.
func philoxPATH(dst []uint32, key [2]uint32, ctr [3]uint32, first uint32) {
	wholeBlocks(len(dst))
	keys := philoxKeys(key)
	groups := len(dst) / %[2]d
	asmPhiloxPATH((*uint64)(unsafe.Pointer(unsafe.SliceData(dst))), groups, &keys, ctr[0], ctr[1], ctr[2], first)
	if rest := dst[groups*%[2]d:]; len(rest) > 0 {
		var group [%[2]d]uint32
		asmPhiloxPATH((*uint64)(unsafe.Pointer(&group)), 1, &keys, ctr[0], ctr[1], ctr[2], first+uint32(groups*%[1]d))
		copy(rest, group[:])
	}
}

// uniformPATH is uniformGo in assembly, in groups of %[1]d blocks.
func uniformPATH(dst []float64, key [2]uint32, ctr [3]uint32, first int64) {
	if first&1 != 0 && len(dst) > 0 {
		uniformGo(dst[:1], key, ctr, first)
		dst = dst[1:]
		first++
	}
	keys := philoxKeys(key)
	block := uint32(first >> 1)
	groups := len(dst) / %[3]d
	asmUniformPATH((*uint64)(unsafe.Pointer(unsafe.SliceData(dst))), groups, &keys, ctr[0], ctr[1], ctr[2], block)
	if rest := dst[groups*%[3]d:]; len(rest) > 0 {
		var group [%[3]d]float64
		asmUniformPATH((*uint64)(unsafe.Pointer(&group)), 1, &keys, ctr[0], ctr[1], ctr[2], block+uint32(groups*%[1]d))
		copy(rest, group[:])
	}
}
`, blocks, 4*blocks, 2*blocks)
	p.philoxGroups("asmPhilox"+p.name, func(bits vec) vec { return bits })
	p.philoxGroups("asmUniform"+p.name, func(bits vec) vec {
		x := p.or(p.shiftRight(bits, 12), p.bits64("exponentOne", 0x3FF0000000000000))
		return p.sub(x, p.float("unitOffset", 1-0x1p-53))
	})
}

// philoxGroups emits the loop over groups; finish makes of 64 bits what is
// stored.
func (p *path) philoxGroups(name string, finish func(bits vec) vec) {
	p.function(name, "func(dst *uint64, groups int, keys *[20]uint64, c1, c2, c3, first uint32)")
	dst, groups, keys := p.param("dst"), p.param("groups"), p.param("keys")
	done, loop := p.label("done"), p.label("loop")
	p.TESTQ(groups, groups)
	p.JEQ(operand.LabelRef(done))
	c1, c2, c3 := p.broadcast32("c1"), p.broadcast32("c2"), p.broadcast32("c3")
	m0 := p.register(p.bits64("philoxM0", 0xD2511F53))
	m1 := p.register(p.bits64("philoxM1", 0xCD9E8D57))
	// The blocks are in such an order that interleaving two words of each puts
	// the blocks in sequence.
	counter := p.add32(p.broadcast32("first"), p.blockOrder())
	step := p.bits64("philoxStep"+p.name, uint64(p.lanes()))

	p.Label(loop)
	second := p.add32(counter, step)
	type state struct{ c0, c1, c2, c3 vec }
	states := []*state{{counter, c1, c2, c3}, {second, c1, c2, c3}}
	for round := range 10 {
		for _, s := range states {
			p0, p1 := p.multiply32(m0, s.c0), p.multiply32(m1, s.c2)
			s.c0 = p.xor3(p.shiftRight(p1, 32), s.c1, operand.Mem{Base: keys, Disp: 16 * round})
			s.c2 = p.xor3(p.shiftRight(p0, 32), s.c3, operand.Mem{Base: keys, Disp: 16*round + 8})
			s.c1, s.c3 = p1, p0
		}
	}
	for i, s := range states {
		a := p.joinHalves(s.c0, s.c1)
		b := p.joinHalves(s.c2, s.c3)
		size := 8 * p.lanes()
		p.VMOVUPD(finish(p.unpackLow(a, b)), operand.Mem{Base: dst, Disp: 2 * i * size})
		p.VMOVUPD(finish(p.unpackHigh(a, b)), operand.Mem{Base: dst, Disp: (2*i + 1) * size})
	}
	next := p.add32(second, step)
	if p.wide {
		p.VMOVDQA64(next, counter)
	} else {
		p.VMOVDQA(next, counter)
	}
	p.ADDQ(operand.U32(32*p.lanes()), dst)
	p.DECQ(groups)
	p.JNE(operand.LabelRef(loop))
	p.Label(done)
	p.end()
}

// blockOrder returns the address of the place in the sequence of every lane's
// block.
func (p *path) blockOrder() op {
	places := []uint64{0, 2, 1, 3}
	if p.wide {
		places = []uint64{0, 4, 1, 5, 2, 6, 3, 7}
	}
	return p.table("philoxOrder"+p.name, places)
}

// broadcast32 loads a parameter of 32 bits into both halves of all lanes.
func (p *path) broadcast32(name string) vec {
	low, dst := p.XMM(), p.vec()
	p.VMOVD(p.Load(p.Param(name), p.GP32()), low)
	p.VPBROADCASTD(low, dst)
	return dst
}

// add32 adds integers of 32 bits.
func (p *path) add32(a, b op) vec {
	if c, ok := b.(constantOp); ok {
		b = p.register(c)
	}
	dst := p.vec()
	p.VPADDD(b, a, dst)
	return dst
}

// multiply32 multiplies the lower halves of lanes to full 64 bits.
func (p *path) multiply32(a, b op) vec {
	dst := p.vec()
	p.VPMULUDQ(b, a, dst)
	return dst
}

// xor3 is a ^ b ^ the 64 bits in memory.
func (p *path) xor3(a, b vec, m operand.Mem) vec {
	if p.wide {
		dst := p.vec()
		p.VMOVDQA64(a, dst)
		p.VPTERNLOGQ_BCST(operand.U8(0x96), m, b, dst)
		return dst
	}
	key := p.vec()
	p.VPBROADCASTQ(m, key)
	return p.xor(a, p.xor(b, key)) // a is what comes last
}

// joinHalves is the lower half of low with the lower half of high above it.
func (p *path) joinHalves(low, high vec) vec {
	return p.or(p.and(low, p.bits64("lowHalf", math.MaxUint32)), p.shiftLeft(high, 32))
}
