package kernel

// minGo is
//
//	for i := range dst {
//		if a[i] < b[i] || a[i] != a[i] {
//			dst[i] = a[i]
//		} else {
//			dst[i] = b[i]
//		}
//	}
func minGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		if a[i] < b[i] || a[i] != a[i] {
			dst[i] = a[i]
		} else {
			dst[i] = b[i]
		}
	}
}

// maxGo is
//
//	for i := range dst {
//		if a[i] > b[i] || a[i] != a[i] {
//			dst[i] = a[i]
//		} else {
//			dst[i] = b[i]
//		}
//	}
func maxGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		if a[i] > b[i] || a[i] != a[i] {
			dst[i] = a[i]
		} else {
			dst[i] = b[i]
		}
	}
}
