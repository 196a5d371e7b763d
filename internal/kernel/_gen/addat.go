package main

import "github.com/mmcloughlin/avo/operand"

// addAt emits AddAt and AddAtEach. Targets may repeat, so that the additions
// happen one after another; the processor overlaps those that don't meet.
func addAt(p *path) {
	p.wrap(`// addAtAsm is addAtGo in assembly.
func addAtAsm(dst []float64, idx []int32, x float64) {
	asmAddAt(unsafe.SliceData(dst), unsafe.SliceData(idx), len(idx), x)
}

// addAtEachAsm is addAtEachGo in assembly.
func addAtEachAsm(dst []float64, idx []int32, src []float64) {
	covers(len(src), len(idx))
	asmAddAtEach(unsafe.SliceData(dst), unsafe.SliceData(idx), len(idx), unsafe.SliceData(src))
}
`)
	p.function("asmAddAt", "func(dst *float64, idx *int32, n int, x float64)")
	dst, idx, n := p.param("dst"), p.param("idx"), p.param("n")
	x := p.Load(p.Param("x"), p.XMM()).(vec)
	p.indexed(idx, n, func(_ gp, _ int, j gp) {
		sum := p.XMM()
		target := operand.Mem{Base: dst, Index: j, Scale: 8}
		p.VADDSD(target, x, sum)
		p.VMOVSD(sum, target)
	})
	p.RET()

	p.function("asmAddAtEach", "func(dst *float64, idx *int32, n int, src *float64)")
	dst, idx, n = p.param("dst"), p.param("idx"), p.param("n")
	src := p.param("src")
	p.indexed(idx, n, func(i gp, k int, j gp) {
		sum := p.XMM()
		target := operand.Mem{Base: dst, Index: j, Scale: 8}
		p.VMOVSD(operand.Mem{Base: src, Index: i, Scale: 8, Disp: 8 * k}, sum)
		p.VADDSD(target, sum, sum)
		p.VMOVSD(sum, target)
	})
	p.RET()
}
