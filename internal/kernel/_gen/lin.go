package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/operand"
)

// lin emits the linear combinations of one to four columns, without and with
// flushing.
func lin(p *path) { p.linears("lin", false) }

// linOnto emits the same, added to the last of the columns.
func linOnto(p *path) { p.linears("linOnto", true) }

func (p *path) linears(name string, onto bool) {
	for _, flushes := range []bool{false, true} {
		suffix := ""
		if flushes {
			suffix = "Flush"
		}
		for terms := 1; terms <= 4; terms++ {
			p.linear(fmt.Sprintf("%s%s%d", name, suffix, terms), terms, onto, flushes)
		}
	}
}

// linear emits one linear combination and its wrapper.
func (p *path) linear(name string, terms int, onto, flushes bool) {
	names := strings.Split("abcd", "")[:terms]
	unused := strings.Repeat(", _", 4-terms)
	asm := "asm" + title(name) + p.name
	p.wrap("// %[1]sPATH is %[1]sGo in assembly.\nfunc %[1]sPATH(dst []float64, k *[5]float64, %[2]s%[3]s []float64) {", name, strings.Join(names, ", "), unused)
	for _, s := range names {
		p.wrap("covers(len(%s), len(dst))", s)
	}
	p.wrap("%s(unsafe.SliceData(dst), k%s, len(dst))\n}\n", asm, dataOf(names))

	p.function(asm, fmt.Sprintf("func(dst *float64, k *[5]float64, %s *float64, n int)", strings.Join(names, ", ")))
	dst, n, k := p.param("dst"), p.param("n"), p.param("k")
	var in []gp
	for _, s := range names {
		in = append(in, p.param(s))
	}
	var factors []vec
	for i := range 5 {
		if i < terms || i == 4 {
			f := p.vec()
			p.VBROADCASTSD(operand.Mem{Base: k, Disp: 8 * i}, f)
			factors = append(factors, f)
		}
	}
	var tiny, notSign vec
	if flushes {
		tiny, notSign = p.vec(), p.vec()
		p.VBROADCASTSD(p.float("tiny", tinyValue).(constantOp).Mem, tiny)
		p.VBROADCASTSD(p.bits64("notSign", 1<<63-1).(constantOp).Mem, notSign)
	}
	combine := func(constant bool) {
		p.elementwise(dst, in, n, 4, func(in []op) vec {
			sum := p.mul(factors[0], in[0])
			for t := 1; t < terms; t++ {
				sum = p.add(sum, p.mul(factors[t], in[t]))
			}
			if constant {
				sum = p.add(sum, factors[terms])
			}
			if onto {
				sum = p.add(sum, in[terms-1])
			}
			if flushes {
				sum = p.flushed(sum, tiny, notSign)
			}
			return sum
		})
		p.end()
	}
	if flushes {
		// Adding a constant of 0 changes nothing but the sign of a zero, which
		// flushing takes away in any case.
		constant := p.GP64()
		p.MOVQ(operand.Mem{Base: k, Disp: 32}, constant)
		p.SHLQ(operand.U8(1), constant)
		some := p.label("constant")
		p.JNE(operand.LabelRef(some))
		combine(false)
		p.Label(some)
	}
	combine(true)
}
