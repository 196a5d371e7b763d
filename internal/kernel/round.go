package kernel

import "math"

// floorGo is
//
//	for i := range dst {
//		dst[i] = math.Floor(a[i])
//	}
func floorGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = math.Floor(a[i])
	}
}

// ceilGo is
//
//	for i := range dst {
//		dst[i] = math.Ceil(a[i])
//	}
func ceilGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = math.Ceil(a[i])
	}
}

// truncGo is
//
//	for i := range dst {
//		dst[i] = math.Trunc(a[i])
//	}
func truncGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = math.Trunc(a[i])
	}
}

// signGo is
//
//	for i := range dst {
//		dst[i] = Sign(a[i])
//	}
func signGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = Sign(a[i])
	}
}

// Sign returns 1 for positive x, -1 for negative x, 0 for ±0 and NaN for NaN.
func Sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x + 0
}
