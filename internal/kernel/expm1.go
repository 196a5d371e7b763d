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
	switch {
	case !(math.Abs(x) >= 0x1p-54): // NaN too
		return x
	case x > 700:
		return Exp(x)
	case x < -40:
		return -1
	}
	t := float64(x*log2E) + round2Int
	n := t - round2Int
	hi := x - float64(n*ln2Hi)
	lo := float64(n * ln2Lo)
	r := hi - lo
	w := expTail(r) + ((hi - r) - lo)
	// The result is (2^n - 1) + 2^n*(r + w), summed with the roundings put back.
	scale := math.Float64frombits((math.Float64bits(t) - (round2IntBits - 1023)) << 52)
	p := r + w
	pLow := w - (p - r)
	p = float64(p * scale)
	base := scale - 1
	s := base + p
	v := s - base
	low := (base - (s - v)) + (p - v)
	return s + (low + float64(pLow*scale))
}
