package kernel

// andGo is
//
//	for i := range dst {
//		dst[i] = truth(a[i] != 0 && b[i] != 0)
//	}
func andGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = truth(a[i] != 0 && b[i] != 0)
	}
}

// orGo is
//
//	for i := range dst {
//		dst[i] = truth(a[i] != 0 || b[i] != 0)
//	}
func orGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = truth(a[i] != 0 || b[i] != 0)
	}
}

// notGo is
//
//	for i := range dst {
//		dst[i] = truth(a[i] == 0)
//	}
func notGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = truth(a[i] == 0)
	}
}

// selectGo is
//
//	for i := range dst {
//		if mask[i] != 0 {
//			dst[i] = a[i]
//		} else {
//			dst[i] = b[i]
//		}
//	}
func selectGo(dst, mask, a, b []float64) {
	covers(len(mask), len(dst))
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		if mask[i] != 0 {
			dst[i] = a[i]
		} else {
			dst[i] = b[i]
		}
	}
}
