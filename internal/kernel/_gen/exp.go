package main

import "fmt"

// exp emits Exp; the operations are those of the reference, one by one.
func exp(p *path) {
	p.mapKernel("exp", 1, 1, func(in []op) vec {
		x := p.max(p.constantInRegister("expMin"), in[0])
		x = p.min(p.constantInRegister("expMax"), x)
		t, r, w := p.expReduced(x)
		s := p.add(p.register(p.one()), r)
		y := p.add(s, p.add(p.sub(r, p.sub(s, p.one())), w))
		e := p.sub64(t, p.bits64("expBias", uint64(p.numbers["round2IntBits"])-2046))
		h := p.shiftRight(e, 1)
		y = p.mul(y, p.shiftLeft(h, 52))
		return p.mul(y, p.shiftLeft(p.sub64(e, h), 52))
	})
}

// expm1 emits Expm1 and Tanh.
func expm1(p *path) {
	p.mapKernel("expm1", 1, 1, func(in []op) vec { return p.expm1(p.register(in[0])) })
	p.mapKernel("tanh", 1, 1, func(in []op) vec {
		x := p.register(in[0])
		a := p.magnitude(x)
		e := p.expm1(p.mul(a, p.float("two", 2)))
		small := p.compare(cmpLT, a, p.one())
		q := p.div(p.choose(small, e, p.float("two", 2)), p.add(e, p.float("two", 2)))
		y := p.choose(small, q, p.sub(p.register(p.one()), q))
		return p.or(p.magnitude(y), p.and(x, p.bits64("sign", 1<<63)))
	})
}

// expm1 is e^x - 1, operation by operation as in the reference.
func (p *path) expm1(x op) vec {
	clamped := p.max(p.constantInRegister("expm1Min"), x)
	clamped = p.min(p.constantInRegister("expMax"), clamped)
	t, r, w := p.expReduced(clamped)
	half := p.sub64(t, p.bits64("expm1Bias", uint64(p.numbers["round2IntBits"])-1022))
	half = p.shiftLeft(half, 52)
	m := p.add(r, w)
	low := p.mul(p.sub(w, p.sub(m, r)), half)
	m = p.mul(m, half)
	base := p.sub(half, p.float("half", 0.5))
	s := p.add(base, m)
	v := p.sub(s, base)
	rest := p.add(p.sub(base, p.sub(s, v)), p.sub(m, v))
	y := p.mul(p.add(s, p.add(rest, low)), p.float("two", 2))
	return p.choose(p.compare(cmpLT, p.magnitude(x), p.float("expm1Small", 0x1p-54)), x, y)
}

// constantInRegister loads a constant of package kernel.
func (p *path) constantInRegister(name string) op { return p.register(p.constant(name)) }

// expReduced is the part of the reference that Exp and Expm1 share: x is
// n*log(2) + r and a bit, t has n in its lowest bits, and e^r is 1 + r + w.
func (p *path) expReduced(x op) (t, r, w vec) {
	t = p.add(p.mul(x, p.constant("log2E")), p.constant("round2Int"))
	n := p.sub(t, p.constant("round2Int"))
	hi := p.sub(x, p.mul(n, p.constant("ln2Hi")))
	lo := p.mul(n, p.constant("ln2Lo"))
	r = p.sub(hi, lo)
	z := p.mul(r, r)
	poly := p.polynomial(r, z, p.series("expC", 3, 12))
	w = p.mul(z, p.add(p.mul(r, poly), p.float("half", 0.5)))
	w = p.add(w, p.sub(p.sub(hi, r), lo))
	return t, r, w
}

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
