package kernel

import "math"

// expm1Go is
//
//	for i := range dst {
//		dst[i] = Expm1(a[i])
//	}
func expm1Go(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = Expm1(a[i])
	}
}

// Expm1 returns e to the power of x, minus 1, with an error below 0.8 units in
// the last place also for small x. Expm1(±0) is ±0.
func Expm1(x float64) float64 {
	if math.Abs(x) < 0x1p-54 {
		return x
	}
	// Beyond these the result is -1 or +Inf; NaN passes.
	clamped := x
	if x < expm1Min {
		clamped = expm1Min
	}
	if x > expMax {
		clamped = expMax
	}
	t := float64(clamped*log2E) + round2Int
	n := t - round2Int
	hi := clamped - float64(n*ln2Hi)
	lo := float64(n * ln2Lo)
	r := hi - lo
	w := expTail(r) + ((hi - r) - lo)
	// The result is (2^n - 1) + 2^n*(r + w), summed with the roundings put back,
	// and all of it halved so that 2^n does not overflow before the result does.
	half := math.Float64frombits((math.Float64bits(t) - (round2IntBits - 1022)) << 52)
	p := r + w
	low := float64((w - (p - r)) * half)
	p = float64(p * half)
	base := half - 0.5
	s := base + p
	v := s - base
	return float64(2 * (s + (((base - (s - v)) + (p - v)) + low)))
}
