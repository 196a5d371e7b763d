package kernel

import "math"

// logGo is
//
//	for i := range dst {
//		dst[i] = Log(a[i])
//	}
func logGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = Log(a[i])
	}
}

// Log returns the natural logarithm of x, with an error below 0.9 units in the
// last place. Log(±0) is -Inf, Log(+Inf) is +Inf, and Log of a negative number
// or NaN is NaN.
func Log(x float64) float64 {
	if !(x > 0 && x <= math.MaxFloat64) {
		switch {
		case x == 0:
			return math.Inf(-1)
		case x > 0:
			return x
		}
		return math.NaN()
	}
	shift := 1023.0
	if x < 0x1p-1022 {
		x *= 0x1p54
		shift = 1023 + 54
	}
	// x = 2^n * (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)).
	b := math.Float64bits(x) + (0x3FF0000000000000 - logBias)
	n := (math.Float64frombits(b>>52|0x4330000000000000) - 0x1p52) - shift
	f := math.Float64frombits(b&0x000FFFFFFFFFFFFF+logBias) - 1
	// With s = f/(2+f), log(1+f) = f - f^2/2 + s*(f^2/2 + z*(…)).
	s := f / (2 + f)
	z := float64(s * s)
	y := float64(z * z)
	a := (float64(z*logC2) + logC1) + float64(y*(float64(z*logC4)+logC3))
	c := (float64(z*logC6) + logC5) + float64(y*logC7)
	p := a + float64(float64(y*y)*c)
	h := float64(float64(0.5*f) * f)
	w := float64(s*(h+float64(z*p))) + float64(n*ln2Lo)
	return float64(n*ln2Hi) - ((h - w) - f)
}
