package main

// minmax emits Min and Max. The instructions give b where a is NaN, so a is
// put back there.
func minmax(p *path) {
	p.mapKernel("min", 2, 4, func(in []op) vec {
		a := p.register(in[0])
		m := p.min(a, in[1])
		return p.choose(p.compare(cmpUN, a, a), a, m)
	})
	p.mapKernel("max", 2, 4, func(in []op) vec {
		a := p.register(in[0])
		m := p.max(a, in[1])
		return p.choose(p.compare(cmpUN, a, a), a, m)
	})
}
