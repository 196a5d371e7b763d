package kernel

import "math"

// flushGo is
//
//	for i := range dst {
//		dst[i] = flush(a[i])
//	}
func flushGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = flush(a[i])
	}
}

// flush returns x, or +0 if |x| < Tiny.
func flush(x float64) float64 {
	if math.Abs(x) < Tiny {
		return 0
	}
	return x
}
