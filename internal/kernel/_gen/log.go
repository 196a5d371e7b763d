package main

import "math"

// logarithm emits Log.
func logarithm(p *path) {
	p.mapKernel("log", 1, 1, func(in []op) vec { return p.log(in[0], true) })
}

// log is the logarithm of x, operation by operation as in the reference. Where
// x is known to be positive, finite and not subnormal, the special cases can be
// left out.
func (p *path) log(x op, special bool) vec {
	given := p.register(x)
	x = given
	var shift op = p.float("bias", 1023)
	if special {
		subnormal := p.compare(cmpLT, x, p.float("smallest", 0x1p-1022))
		x = p.choose(subnormal, p.mul(x, p.float("scaleUp", 0x1p54)), x)
		shift = p.choose(subnormal, p.float("biasScaled", 1023+54), shift)
	}
	logBias := uint64(p.numbers["logBias"])
	b := p.add64(x, p.bits64("toOne", 0x3FF0000000000000-logBias))
	n := p.sub(p.or(p.shiftRight(b, 52), p.bits64("exponent52", 0x4330000000000000)), p.float("two52", 0x1p52))
	n = p.sub(n, shift)
	f := p.add64(p.and(b, p.bits64("significand", 1<<52-1)), p.bits64("logBias", logBias))
	f = p.sub(f, p.one())
	s := p.div(f, p.add(f, p.float("two", 2)))
	z := p.mul(s, s)
	poly := p.polynomial(z, p.mul(z, z), p.series("logC", 1, 7))
	h := p.mul(p.mul(f, p.float("half", 0.5)), f)
	w := p.add(p.mul(s, p.add(h, p.mul(z, poly))), p.mul(n, p.constant("ln2Lo")))
	y := p.sub(p.mul(n, p.constant("ln2Hi")), p.sub(p.sub(h, w), f))
	if !special {
		return y
	}
	// Beyond the positive numbers: NaN, or -Inf for zero, or x for +Inf.
	zero := p.zero()
	y = p.choose(p.compare(cmpNLE, given, zero), y, p.bits64("nan", math.Float64bits(math.NaN())))
	y = p.choose(p.compare(cmpEQ, given, zero), p.float("minusInf", math.Inf(-1)), y)
	return p.choose(p.compare(cmpNLE, given, p.float("largest", math.MaxFloat64)), given, y)
}
