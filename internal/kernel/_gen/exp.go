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
		poly := p.horner(r, "expC", 12, 3)
		poly = p.add(p.mul(r, poly), p.float("half", 0.5))
		w := p.mul(p.mul(r, r), poly)
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

// horner is the polynomial in x whose coefficients are named prefix and a
// number, from the first down to the last.
func (p *path) horner(x op, prefix string, first, last int) vec {
	sum := p.mul(x, p.constant(fmt.Sprintf("%s%d", prefix, first)))
	for i := first - 1; ; i-- {
		sum = p.add(sum, p.constant(fmt.Sprintf("%s%d", prefix, i)))
		if i == last {
			return sum
		}
		sum = p.mul(x, sum)
	}
}
