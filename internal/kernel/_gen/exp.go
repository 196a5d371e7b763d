package main

import "fmt"

// exp emits Exp; the operations are those of the reference, one by one.
func exp(p *path) {
	p.mapKernel("exp", 1, 1, func(in []op) vec {
		x := p.max(p.constantInRegister("expMin"), in[0])
		x = p.min(p.constantInRegister("expMax"), x)
		t := p.add(p.mul(x, p.constant("log2E")), p.constant("round2Int"))
		n := p.sub(t, p.constant("round2Int"))
		hi := p.sub(x, p.mul(n, p.constant("ln2Hi")))
		lo := p.mul(n, p.constant("ln2Lo"))
		r := p.sub(hi, lo)
		z := p.mul(r, r)
		poly := p.polynomial(r, z, p.series("expC", 3, 12))
		w := p.mul(z, p.add(p.mul(r, poly), p.float("half", 0.5)))
		w = p.add(w, p.sub(p.sub(hi, r), lo))
		s := p.add(p.register(p.one()), r)
		y := p.add(s, p.add(p.sub(r, p.sub(s, p.one())), w))
		e := p.sub64(t, p.bits64("expBias", uint64(p.numbers["round2IntBits"])-2046))
		h := p.shiftRight(e, 1)
		y = p.mul(y, p.shiftLeft(h, 52))
		return p.mul(y, p.shiftLeft(p.sub64(e, h), 52))
	})
}

// constantInRegister loads a constant of package kernel.
func (p *path) constantInRegister(name string) op { return p.register(p.constant(name)) }

// series returns the constants of a name and the numbers from first to last.
func (p *path) series(name string, first, last int) []op {
	var list []op
	for i := first; i <= last; i++ {
		list = append(list, p.constant(fmt.Sprintf("%s%d", name, i)))
	}
	return list
}

// polynomial is the polynomial in x of these coefficients, from the constant
// one on, grouped by powers of x^4; square is x^2.
func (p *path) polynomial(x, square op, coefficients []op) vec {
	pair := func(c []op) op { // c[0] + c[1]*x
		if len(c) == 1 {
			return c[0]
		}
		return p.add(p.mul(x, c[1]), c[0])
	}
	var groups []op
	for len(coefficients) > 0 {
		c := coefficients[:min(4, len(coefficients))]
		coefficients = coefficients[len(c):]
		group := pair(c[:min(2, len(c))])
		if len(c) > 2 {
			group = p.add(group, p.mul(square, pair(c[2:])))
		}
		groups = append(groups, group)
	}
	fourth := p.mul(square, square)
	sum := groups[len(groups)-1]
	for i := len(groups) - 2; i >= 0; i-- {
		sum = p.add(groups[i], p.mul(fourth, sum))
	}
	return sum.(vec)
}
