package kernel

import "math"

// addGo is
//
//	for i := range dst {
//		dst[i] = a[i] + b[i]
//	}
func addGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}

// subGo is
//
//	for i := range dst {
//		dst[i] = a[i] - b[i]
//	}
func subGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}

// mulGo is
//
//	for i := range dst {
//		dst[i] = a[i] * b[i]
//	}
func mulGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

// divGo is
//
//	for i := range dst {
//		dst[i] = a[i] / b[i]
//	}
func divGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = a[i] / b[i]
	}
}

// negGo is
//
//	for i := range dst {
//		dst[i] = -a[i]
//	}
func negGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = -a[i]
	}
}

// absGo is
//
//	for i := range dst {
//		dst[i] = math.Abs(a[i])
//	}
func absGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = math.Abs(a[i])
	}
}

// sqrtGo is
//
//	for i := range dst {
//		dst[i] = math.Sqrt(a[i])
//	}
func sqrtGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = math.Sqrt(a[i])
	}
}
