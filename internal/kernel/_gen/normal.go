package main

import "github.com/mmcloughlin/avo/operand"

// normal emits Normal over whole groups of two vectors; the wrapper leaves the
// rest to the reference.
func normal(p *path) {
	group := 2 * p.lanes()
	p.wrap(`// normalPATH is normalGo in assembly, in groups of %[1]d elements.
func normalPATH(dst, u []float64) {
	covers(len(u), len(dst))
	wholePairs(len(dst))
	whole := len(dst) &^ %[2]d
	asmNormalPATH(unsafe.SliceData(dst), unsafe.SliceData(u), whole/%[1]d)
	normalGo(dst[whole:], u[whole:])
}
`, group, group-1)
	p.function("asmNormal"+p.name, "func(dst, u *float64, groups int)")
	dst, u, groups := p.param("dst"), p.param("u"), p.param("groups")
	done, loop := p.label("done"), p.label("loop")
	p.TESTQ(groups, groups)
	p.JEQ(operand.LabelRef(done))
	p.Label(loop)
	size := 8 * p.lanes()
	first, second := p.register(operand.Mem{Base: u}), p.register(operand.Mem{Base: u, Disp: size})
	radii, turns := p.unpackLow(first, second), p.unpackHigh(first, second)
	r := p.sqrt(p.mul(p.log(radii, false), p.float("minusTwo", -2)))

	turns = p.mul(turns, p.float("four", 4))
	q := p.add(turns, p.constant("round2Int"))
	a := p.mul(p.sub(turns, p.sub(q, p.constant("round2Int"))), p.constant("halfPi"))
	z := p.mul(a, a)
	square := p.mul(z, z)
	s := p.add(a, p.mul(p.mul(a, z), p.polynomial(z, square, p.series("sinC", 1, 6))))
	c := p.sub(p.mul(z, p.float("half", 0.5)), p.mul(square, p.polynomial(z, square, p.series("cosC", 2, 7))))
	c = p.sub(p.register(p.one()), c)
	odd := p.lowestBit(q)
	c, s = p.choose(odd, s, c), p.choose(odd, c, s)
	sign := p.bits64("sign", 1<<63)
	c = p.xor(c, p.and(p.shiftLeft(p.add64(q, p.bits64("integerOne", 1)), 62), sign))
	s = p.xor(s, p.and(p.shiftLeft(q, 62), sign))
	c, s = p.mul(r, c), p.mul(r, s)
	p.VMOVUPD(p.unpackLow(c, s), operand.Mem{Base: dst})
	p.VMOVUPD(p.unpackHigh(c, s), operand.Mem{Base: dst, Disp: size})
	p.ADDQ(operand.U32(2*size), u)
	p.ADDQ(operand.U32(2*size), dst)
	p.DECQ(groups)
	p.JNE(operand.LabelRef(loop))
	p.Label(done)
	p.end()
}

// lowestBit returns the mask of lanes whose lowest bit is set.
func (p *path) lowestBit(a vec) op {
	if !p.wide {
		return p.shiftLeft(a, 63)
	}
	k := p.K()
	p.VPTESTMQ_BCST(p.bits64("integerOne", 1).(constantOp).Mem, a, k)
	return k
}
