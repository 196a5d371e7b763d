package main

import (
	"github.com/mmcloughlin/avo/operand"
)

// sincos emits Sin and Cos. Vectors whose lanes are all moderate go through the
// assembly; it stops at any other one, which the wrapper leaves to the
// reference, as it does with the rest behind whole vectors.
func sincos(p *path) {
	for _, name := range []string{"sin", "cos"} {
		p.wrap(`// %[1]sPATH is %[1]sGo in assembly, where the arguments are moderate.
func %[1]sPATH(dst, a []float64) {
	covers(len(a), len(dst))
	for len(dst) > 0 {
		done := %[3]d * asm%[2]sPATH(unsafe.SliceData(dst), unsafe.SliceData(a), len(dst)/%[3]d)
		rest := min(done+%[3]d, len(dst))
		%[1]sGo(dst[done:rest], a[done:rest])
		dst, a = dst[rest:], a[rest:]
	}
}
`, name, title(name), p.lanes())
		p.trigonometric(name)
	}
}

// trigonometric emits Sin or Cos; the result is the number of vectors done.
func (p *path) trigonometric(name string) {
	p.function("asm"+title(name)+p.name, "func(dst, a *float64, vectors int) int")
	dst, a, vectors := p.param("dst"), p.param("a"), p.param("vectors")
	done := p.GP64()
	p.XORQ(done, done)
	loop, stop := p.label("loop"), p.label("stop")
	p.Label(loop)
	p.CMPQ(done, vectors)
	p.JGE(operand.LabelRef(stop))
	x := p.register(operand.Mem{Base: a})
	size := p.magnitude(x)
	few := p.GP32()
	if mask := p.compare(cmpNLE, size, p.constant("quadrantFew")); p.wide {
		p.KMOVB(mask, few)
	} else {
		p.VMOVMSKPD(mask, few)
	}
	p.TESTL(few, few)
	p.JNE(operand.LabelRef(stop))

	t := p.add(p.mul(x, p.constant("perQuadrant")), p.constant("round2Int"))
	n := p.sub(t, p.constant("round2Int"))
	first := p.sub(x, p.mul(n, p.constant("quadrant1")))
	b, e1 := p.twoDifference(first, p.mul(n, p.constant("quadrant2")))
	c, e2 := p.twoDifference(b, p.mul(n, p.constant("quadrant3")))
	rest := p.sub(p.add(e1, e2), p.mul(n, p.constant("quadrant4")))
	hi := p.add(c, rest)
	lo := p.add(p.sub(c, hi), rest)

	z := p.mul(hi, hi)
	h := p.mul(z, p.float("half", 0.5))
	square := p.mul(z, z)
	one := p.register(p.one())
	w := p.sub(one, h)
	sin := p.mul(p.mul(hi, z), p.polynomial(z, square, p.series("sinC", 1, 6)))
	sin = p.add(hi, p.add(sin, p.mul(lo, w)))
	cos := p.sub(p.mul(square, p.polynomial(z, square, p.series("cosC", 2, 7))), p.mul(hi, lo))
	cos = p.add(w, p.add(p.sub(p.sub(one, w), h), cos))

	odd := p.lowestBit(t)
	sign := p.bits64("sign", 1<<63)
	var y vec
	if name == "sin" {
		y = p.choose(odd, cos, sin)
		y = p.xor(y, p.and(p.shiftLeft(t, 62), sign))
		y = p.choose(p.compare(cmpLT, size, p.float("sinSmall", 0x1p-27)), x, y)
	} else {
		y = p.choose(odd, sin, cos)
		y = p.xor(y, p.and(p.shiftLeft(p.add64(t, p.bits64("integerOne", 1)), 62), sign))
	}
	p.VMOVUPD(y, operand.Mem{Base: dst})
	p.ADDQ(operand.U32(8*p.lanes()), a)
	p.ADDQ(operand.U32(8*p.lanes()), dst)
	p.INCQ(done)
	p.JMP(operand.LabelRef(loop))
	p.Label(stop)
	p.Store(done, p.ReturnIndex(0))
	p.end()
}

// twoDifference is a - b rounded, and what the rounding lost: twoSum of the
// reference for a and -b.
func (p *path) twoDifference(a, b op) (s, e vec) {
	s = p.sub(a, b)
	v := p.sub(s, a)
	return s, p.sub(p.sub(a, p.sub(s, v)), p.add(b, v))
}
