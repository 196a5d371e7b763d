package main

import "github.com/mmcloughlin/avo/operand"

// round emits Floor, Ceil, Trunc and Sign.
func round(p *path) {
	for _, k := range []struct {
		name string
		mode operand.U8
	}{{"floor", 1}, {"ceil", 2}, {"trunc", 3}} {
		p.mapKernel(k.name, 1, 4, func(in []op) vec { return p.roundTo(k.mode, in[0]) })
	}
	p.mapKernel("sign", 1, 4, func(in []op) vec {
		a := p.register(in[0])
		zero := p.zero()
		nan := p.add(a, zero) // NaN, or +0 where neither comparison holds
		less := p.choose(p.compare(cmpLT, a, zero), p.float("minusOne", -1), nan)
		return p.choose(p.compare(cmpGT, a, zero), p.one(), less)
	})
}

// roundTo rounds to an integer: down (1), up (2) or towards zero (3).
func (p *path) roundTo(mode operand.U8, a op) vec {
	dst := p.vec()
	if p.wide {
		p.VRNDSCALEPD(mode, a, dst)
	} else {
		p.VROUNDPD(mode, a, dst)
	}
	return dst
}
