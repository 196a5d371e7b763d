package main

import "strings"

// logic emits the operations on truth values.
func logic(p *path) {
	p.mapKernel("and", 2, 4, func(in []op) vec {
		zero := p.zero()
		a := p.keep(p.compare(cmpNE, zero, in[0]), p.one())
		return p.keep(p.compare(cmpNE, zero, in[1]), a)
	})
	p.mapKernel("or", 2, 4, func(in []op) vec {
		zero := p.zero()
		a := p.keep(p.compare(cmpNE, zero, in[0]), p.one())
		b := p.keep(p.compare(cmpNE, zero, in[1]), p.one())
		return p.or(a, b)
	})
	p.mapKernel("not", 1, 4, func(in []op) vec {
		return p.keep(p.compare(cmpEQ, p.zero(), in[0]), p.one())
	})
	p.selection()
}

// selection emits Select.
func (p *path) selection() {
	names := strings.Split("mask a b", " ")
	p.wrap(`// selectPATH is selectGo in assembly.
func selectPATH(dst, mask, a, b []float64) {
	covers(len(mask), len(dst))
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	asmSelectPATH(unsafe.SliceData(dst)%s, len(dst))
}
`, dataOf(names))
	p.function("asmSelect"+p.name, "func(dst, mask, a, b *float64, n int)")
	dst, n := p.param("dst"), p.param("n")
	in := []gp{p.param("mask"), p.param("a"), p.param("b")}
	p.elementwise(dst, in, n, 2, func(in []op) vec {
		return p.choose(p.compare(cmpNE, p.zero(), in[0]), in[1], in[2])
	})
	p.end()
}
