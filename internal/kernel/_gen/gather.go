package main

import "github.com/mmcloughlin/avo/operand"

// gather emits Gather, Scatter and their relatives, which move one element at a
// time: the gather and scatter instructions are not faster.
func gather(p *path) {
	for _, k := range []struct{ name, element string }{{"gather", "float64"}, {"gatherI64", "int64"}} {
		p.wrap(`// %[1]sAsm is %[1]sGo in assembly.
func %[1]sAsm(dst, src []%[2]s, idx []int32) {
	covers(len(idx), len(dst))
	asmGather((*uint64)(unsafe.Pointer(unsafe.SliceData(dst))), (*uint64)(unsafe.Pointer(unsafe.SliceData(src))), unsafe.SliceData(idx), len(dst))
}
`, k.name, k.element)
	}
	p.wrap(`// scatterAsm is scatterGo in assembly.
func scatterAsm(dst []float64, idx []int32, src []float64) {
	covers(len(src), len(idx))
	asmScatter(unsafe.SliceData(dst), unsafe.SliceData(src), unsafe.SliceData(idx), len(idx))
}
`)
	p.function("asmGather", "func(dst, src *uint64, idx *int32, n int)")
	dst, src, idx, n := p.param("dst"), p.param("src"), p.param("idx"), p.param("n")
	p.indexed(idx, n, func(i gp, k int, j gp) {
		v := p.GP64()
		p.MOVQ(operand.Mem{Base: src, Index: j, Scale: 8}, v)
		p.MOVQ(v, operand.Mem{Base: dst, Index: i, Scale: 8, Disp: 8 * k})
	})
	p.RET()

	p.function("asmScatter", "func(dst, src *float64, idx *int32, n int)")
	dst, src, idx, n = p.param("dst"), p.param("src"), p.param("idx"), p.param("n")
	p.indexed(idx, n, func(i gp, k int, j gp) {
		v := p.GP64()
		p.MOVQ(operand.Mem{Base: src, Index: i, Scale: 8, Disp: 8 * k}, v)
		p.MOVQ(v, operand.Mem{Base: dst, Index: j, Scale: 8})
	})
	p.RET()
}

// indexed emits a loop over n indices: f handles index j, the k-th after
// element i. Eight go to a round.
func (p *path) indexed(idx, n gp, f func(i gp, k int, j gp)) {
	i := p.GP64()
	p.XORQ(i, i)
	for _, unroll := range []int{8, 1} {
		loop, rest := p.label("loop"), p.label("rest")
		p.SUBQ(operand.U32(unroll), n)
		p.JLT(operand.LabelRef(rest))
		p.Label(loop)
		for k := range unroll {
			j := p.GP64()
			p.MOVLQSX(operand.Mem{Base: idx, Index: i, Scale: 4, Disp: 4 * k}, j)
			f(i, k, j)
		}
		p.ADDQ(operand.U32(unroll), i)
		p.SUBQ(operand.U32(unroll), n)
		p.JGE(operand.LabelRef(loop))
		p.Label(rest)
		p.ADDQ(operand.U32(unroll), n)
	}
}
