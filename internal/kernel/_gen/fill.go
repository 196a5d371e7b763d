package main

// fill emits Fill; Copy is Go's own on every path.
func fill(p *path) {
	p.wrap(`// fillPATH is fillGo in assembly.
func fillPATH(dst []float64, x float64) { asmFillPATH(unsafe.SliceData(dst), len(dst), x) }
`)
	p.function("asmFill"+p.name, "func(dst *float64, n int, x float64)")
	dst, n := p.param("dst"), p.param("n")
	x := p.broadcastParam("x")
	p.elementwise(dst, nil, n, 4, func([]op) vec { return x })
	p.end()
}
