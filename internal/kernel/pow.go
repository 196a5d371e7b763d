package kernel

import "math"

// powGo is
//
//	for i := range dst {
//		dst[i] = Pow(a[i], b[i])
//	}
func powGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = Pow(a[i], b[i])
	}
}

// Pow returns x to the power of y.
func Pow(x, y float64) float64 { return math.Pow(x, y) }
