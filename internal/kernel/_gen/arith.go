package main

// arith emits the operations that are one instruction each.
func arith(p *path) {
	p.mapKernel("add", 2, 4, func(in []op) vec { return p.add(in[0], in[1]) })
	p.mapKernel("sub", 2, 4, func(in []op) vec { return p.sub(in[0], in[1]) })
	p.mapKernel("mul", 2, 4, func(in []op) vec { return p.mul(in[0], in[1]) })
	p.mapKernel("div", 2, 4, func(in []op) vec { return p.div(in[0], in[1]) })
	p.mapKernel("neg", 1, 4, func(in []op) vec { return p.xor(in[0], p.bits64("sign", 1<<63)) })
	p.mapKernel("abs", 1, 4, func(in []op) vec { return p.magnitude(in[0]) })
	p.mapKernel("sqrt", 1, 4, func(in []op) vec { return p.sqrt(in[0]) })
}
