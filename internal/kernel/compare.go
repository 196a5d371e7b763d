package kernel

import "math"

// ltGo is
//
//	for i := range dst {
//		dst[i] = truth(a[i] < b[i])
//	}
func ltGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = truth(a[i] < b[i])
	}
}

// leGo is
//
//	for i := range dst {
//		dst[i] = truth(a[i] <= b[i])
//	}
func leGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = truth(a[i] <= b[i])
	}
}

// gtGo is
//
//	for i := range dst {
//		dst[i] = truth(a[i] > b[i])
//	}
func gtGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = truth(a[i] > b[i])
	}
}

// geGo is
//
//	for i := range dst {
//		dst[i] = truth(a[i] >= b[i])
//	}
func geGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = truth(a[i] >= b[i])
	}
}

// eqGo is
//
//	for i := range dst {
//		dst[i] = truth(a[i] == b[i])
//	}
func eqGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = truth(a[i] == b[i])
	}
}

// neGo is
//
//	for i := range dst {
//		dst[i] = truth(a[i] != b[i])
//	}
func neGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = truth(a[i] != b[i])
	}
}

// truth returns 1 for true and 0 for false, without a branch.
func truth(b bool) float64 {
	var n uint64
	if b {
		n = 1
	}
	return math.Float64frombits(-n & 0x3FF0000000000000)
}
