package kernel

import "math"

// expGo is
//
//	for i := range dst {
//		dst[i] = Exp(a[i])
//	}
func expGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = Exp(a[i])
	}
}

// Exp returns e to the power of x, with an error below 0.6 units in the last
// place (1 unit where the result is subnormal). Exp(NaN) is NaN.
func Exp(x float64) float64 {
	// These comparisons let NaN pass.
	if x < expMin {
		x = expMin
	}
	if x > expMax {
		x = expMax
	}
	return expSum(x, 0)
}

// expSum returns e^(x + rest) for |x| <= 800 and a rest below x's last place.
func expSum(x, rest float64) float64 {
	// x = n*log(2) + hi - lo, |hi| <= log(2)/2.
	t := float64(x*log2E) + round2Int
	n := t - round2Int
	hi := x - float64(n*ln2Hi)
	lo := float64(n*ln2Lo) - rest
	r := hi - lo
	w := expTail(r) + ((hi - r) - lo)
	// e^r = 1 + r + w with the rounding of 1 + r put back.
	s := 1 + r
	y := s + ((r - (s - 1)) + w)
	// 2^n as a product of two powers, so that the result may be subnormal and is
	// rounded only once.
	e := math.Float64bits(t) - (round2IntBits - 2046)
	h := e >> 1
	return float64(y*math.Float64frombits(h<<52)) * math.Float64frombits((e-h)<<52)
}

// expTail returns e^r - 1 - r for |r| <= log(2)/2.
func expTail(r float64) float64 {
	// Grouped by powers of r^4, which shortens the chain of operations that wait
	// for one another.
	z := float64(r * r)
	y := float64(z * z)
	a := (float64(r*expC4) + expC3) + float64(z*(float64(r*expC6)+expC5))
	b := (float64(r*expC8) + expC7) + float64(z*(float64(r*expC10)+expC9))
	c := float64(r*expC12) + expC11
	p := a + float64(y*(b+float64(y*c)))
	return float64(z * (float64(r*p) + 0.5))
}
