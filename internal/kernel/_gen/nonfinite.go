package main

import "github.com/mmcloughlin/avo/operand"

// nonFinite emits a search for a run of vectors without NaN and infinities; the
// wrapper looks for the place where it ends.
func nonFinite(p *path) {
	p.wrap(`// nonFinitePATH is nonFiniteGo in assembly.
func nonFinitePATH(a []float64) int {
	clean := asmFinitePATH(unsafe.SliceData(a), len(a))
	i := nonFiniteGo(a[clean:])
	if i < 0 {
		return i
	}
	return clean + i
}
`)
	// The result is a number of elements, a multiple of eight vectors, that are
	// finite.
	p.function("asmFinite"+p.name, "func(a *float64, n int) int")
	a, n := p.param("a"), p.param("n")
	clean := p.GP64()
	p.XORQ(clean, clean)
	loop, done := p.label("loop"), p.label("done")
	const vectors = 4
	chunk := vectors * p.lanes()
	p.Label(loop)
	p.SUBQ(operand.U32(chunk), n)
	p.JLT(operand.LabelRef(done))
	// v-v is 0 or NaN, and so is a sum of such.
	var sum vec
	for i := range vectors {
		v := p.register(p.element(a, clean, i))
		v = p.sub(v, v)
		if i == 0 {
			sum = v.(vec)
		} else {
			sum = p.add(sum, v)
		}
	}
	bad := p.GP32()
	if mask := p.compare(cmpUN, sum, sum); p.wide {
		p.KMOVB(mask, bad)
	} else {
		p.VMOVMSKPD(mask, bad)
	}
	p.TESTL(bad, bad)
	p.JNE(operand.LabelRef(done))
	p.ADDQ(operand.U32(chunk), clean)
	p.JMP(operand.LabelRef(loop))
	p.Label(done)
	p.Store(clean, p.ReturnIndex(0))
	p.end()
}
