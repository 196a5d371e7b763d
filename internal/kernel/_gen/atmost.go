package main

import "github.com/mmcloughlin/avo/operand"

// atMost emits AtMost.
func atMost(p *path) {
	p.wrap(`// atMostPATH is atMostGo in assembly.
func atMostPATH(dst []float64, a []int64, limit int64) {
	covers(len(a), len(dst))
	asmAtMostPATH(unsafe.SliceData(dst), unsafe.SliceData(a), len(dst), limit)
}
`)
	p.function("asmAtMost"+p.name, "func(dst *float64, a *int64, n int, limit int64)")
	dst, n, a := p.param("dst"), p.param("n"), p.param("a")
	limit, one := p.broadcastParam("limit"), p.register(p.one())
	p.elementwise(dst, []gp{a}, n, 4, func(in []op) vec {
		if p.wide {
			k := p.K()
			p.VPCMPQ(operand.U8(5), in[0], limit, k) // limit >= a
			return p.keep(k, one)
		}
		more, out := p.vec(), p.vec()
		p.VPCMPGTQ(limit, p.register(in[0]), more)
		p.VANDNPD(one, more, out)
		return out
	})
	p.end()
}
