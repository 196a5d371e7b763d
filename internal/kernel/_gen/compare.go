package main

import "github.com/mmcloughlin/avo/operand"

// compare emits the comparisons.
func compare(p *path) {
	for _, k := range []struct {
		name      string
		predicate operand.U8
	}{{"lt", cmpLT}, {"le", cmpLE}, {"gt", cmpGT}, {"ge", cmpGE}, {"eq", cmpEQ}, {"ne", cmpNE}} {
		p.mapKernel(k.name, 2, 4, func(in []op) vec {
			return p.keep(p.compare(k.predicate, in[0], in[1]), p.one())
		})
	}
}
