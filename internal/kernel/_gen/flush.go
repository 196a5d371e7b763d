package main

// tinyValue is kernel.Tiny.
const tinyValue = 1e-290

// flush emits Flush.
func flush(p *path) {
	p.mapKernel("flush", 1, 4, func(in []op) vec {
		return p.flushed(p.register(in[0]), p.float("tiny", tinyValue), p.bits64("notSign", 1<<63-1))
	})
}

// flushed is x where |x| is not below tiny (or NaN), else +0.
func (p *path) flushed(x, tiny, notSign op) vec {
	return p.keep(p.compare(cmpNLT, p.and(x, notSign), tiny), x)
}
