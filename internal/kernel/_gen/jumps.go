package main

import "github.com/mmcloughlin/avo/operand"

// jumps emits Jumps over whole vectors; the wrapper leaves the rest to the
// reference.
func jumps(p *path) {
	p.wrap(`// jumpsPATH is jumpsGo in assembly, in groups of %[1]d elements.
func jumpsPATH(dst []int32, u []float64, logq float64, limit int32) {
	covers(len(u), len(dst))
	whole := len(dst) &^ %[2]d
	asmJumpsPATH(unsafe.SliceData(dst), unsafe.SliceData(u), whole/%[1]d, logq, float64(limit))
	jumpsGo(dst[whole:], u[whole:], logq, limit)
}
`, p.lanes(), p.lanes()-1)
	p.function("asmJumps"+p.name, "func(dst *int32, u *float64, groups int, logq, limit float64)")
	dst, u, groups := p.param("dst"), p.param("u"), p.param("groups")
	logq, limit := p.broadcastParam("logq"), p.broadcastParam("limit")
	done, loop := p.label("done"), p.label("loop")
	p.TESTQ(groups, groups)
	p.JEQ(operand.LabelRef(done))
	p.Label(loop)
	j := p.div(p.log(operand.Mem{Base: u}, false), logq)
	j = p.min(p.roundTo(1, j), limit)
	if p.wide {
		half := p.YMM()
		p.VCVTTPD2DQ(j, half)
		p.VMOVDQU(half, operand.Mem{Base: dst})
	} else {
		half := p.XMM()
		p.VCVTTPD2DQY(j, half)
		p.VMOVDQU(half, operand.Mem{Base: dst})
	}
	p.ADDQ(operand.U32(8*p.lanes()), u)
	p.ADDQ(operand.U32(4*p.lanes()), dst)
	p.DECQ(groups)
	p.JNE(operand.LabelRef(loop))
	p.Label(done)
	p.end()
}
