package main

import "github.com/mmcloughlin/avo/operand"

// sum emits the sixteen partial sums of Sum over whole rounds of sixteen; the
// wrapper adds the rest and joins them.
func sum(p *path) {
	p.wrap(`// sumPATH is sumGo in assembly.
func sumPATH(a []float64) float64 {
	var s [sumLanes]float64
	whole := len(a) &^ (sumLanes - 1)
	asmSumPATH(&s, unsafe.SliceData(a), whole)
	return sumTail(&s, a[whole:])
}
`)
	p.function("asmSum"+p.name, "func(s *[16]float64, a *float64, n int)")
	s, a, n := p.param("s"), p.param("a"), p.param("n")
	i := p.GP64()
	p.XORQ(i, i)
	var partial []vec
	for range 16 / p.lanes() {
		partial = append(partial, p.zero())
	}
	loop, done := p.label("loop"), p.label("done")
	p.CMPQ(i, n)
	p.JGE(operand.LabelRef(done))
	p.Label(loop)
	for k, v := range partial {
		p.VADDPD(p.element(a, i, k), v, v)
	}
	p.ADDQ(operand.U32(16), i)
	p.CMPQ(i, n)
	p.JLT(operand.LabelRef(loop))
	p.Label(done)
	for k, v := range partial {
		p.VMOVUPD(v, operand.Mem{Base: s, Disp: 8 * p.lanes() * k})
	}
	p.end()
}
