package kernel

// linOnto1Go is
//
//	for i := range dst {
//		dst[i] = a[i] + (float64(k[0]*a[i]) + k[4])
//	}
func linOnto1Go(dst []float64, k *[5]float64, a, _, _, _ []float64) {
	covers(len(a), len(dst))
	a = a[:len(dst)]
	k0, k4 := k[0], k[4]
	for i := range dst {
		dst[i] = a[i] + (float64(k0*a[i]) + k4)
	}
}

// linOnto2Go is
//
//	for i := range dst {
//		dst[i] = b[i] + (float64(k[0]*a[i]) + float64(k[1]*b[i]) + k[4])
//	}
func linOnto2Go(dst []float64, k *[5]float64, a, b, _, _ []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	a, b = a[:len(dst)], b[:len(dst)]
	k0, k1, k4 := k[0], k[1], k[4]
	for i := range dst {
		dst[i] = b[i] + (float64(k0*a[i]) + float64(k1*b[i]) + k4)
	}
}

// linOnto3Go is
//
//	for i := range dst {
//		dst[i] = c[i] + (float64(k[0]*a[i]) + float64(k[1]*b[i]) + float64(k[2]*c[i]) + k[4])
//	}
func linOnto3Go(dst []float64, k *[5]float64, a, b, c, _ []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	covers(len(c), len(dst))
	a, b, c = a[:len(dst)], b[:len(dst)], c[:len(dst)]
	k0, k1, k2, k4 := k[0], k[1], k[2], k[4]
	for i := range dst {
		dst[i] = c[i] + (float64(k0*a[i]) + float64(k1*b[i]) + float64(k2*c[i]) + k4)
	}
}

// linOnto4Go is
//
//	for i := range dst {
//		dst[i] = d[i] + (float64(k[0]*a[i]) + float64(k[1]*b[i]) + float64(k[2]*c[i]) + float64(k[3]*d[i]) + k[4])
//	}
func linOnto4Go(dst []float64, k *[5]float64, a, b, c, d []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	covers(len(c), len(dst))
	covers(len(d), len(dst))
	a, b, c, d = a[:len(dst)], b[:len(dst)], c[:len(dst)], d[:len(dst)]
	k0, k1, k2, k3, k4 := k[0], k[1], k[2], k[3], k[4]
	for i := range dst {
		dst[i] = d[i] + (float64(k0*a[i]) + float64(k1*b[i]) + float64(k2*c[i]) + float64(k3*d[i]) + k4)
	}
}

// linOntoFlush1Go is
//
//	for i := range dst {
//		dst[i] = flush(a[i] + (float64(k[0]*a[i]) + k[4]))
//	}
func linOntoFlush1Go(dst []float64, k *[5]float64, a, _, _, _ []float64) {
	covers(len(a), len(dst))
	a = a[:len(dst)]
	k0, k4 := k[0], k[4]
	for i := range dst {
		dst[i] = flush(a[i] + (float64(k0*a[i]) + k4))
	}
}

// linOntoFlush2Go is
//
//	for i := range dst {
//		dst[i] = flush(b[i] + (float64(k[0]*a[i]) + float64(k[1]*b[i]) + k[4]))
//	}
func linOntoFlush2Go(dst []float64, k *[5]float64, a, b, _, _ []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	a, b = a[:len(dst)], b[:len(dst)]
	k0, k1, k4 := k[0], k[1], k[4]
	for i := range dst {
		dst[i] = flush(b[i] + (float64(k0*a[i]) + float64(k1*b[i]) + k4))
	}
}

// linOntoFlush3Go is
//
//	for i := range dst {
//		dst[i] = flush(c[i] + (float64(k[0]*a[i]) + float64(k[1]*b[i]) + float64(k[2]*c[i]) + k[4]))
//	}
func linOntoFlush3Go(dst []float64, k *[5]float64, a, b, c, _ []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	covers(len(c), len(dst))
	a, b, c = a[:len(dst)], b[:len(dst)], c[:len(dst)]
	k0, k1, k2, k4 := k[0], k[1], k[2], k[4]
	for i := range dst {
		dst[i] = flush(c[i] + (float64(k0*a[i]) + float64(k1*b[i]) + float64(k2*c[i]) + k4))
	}
}

// linOntoFlush4Go is
//
//	for i := range dst {
//		dst[i] = flush(d[i] + (float64(k[0]*a[i]) + float64(k[1]*b[i]) + float64(k[2]*c[i]) + float64(k[3]*d[i]) + k[4]))
//	}
func linOntoFlush4Go(dst []float64, k *[5]float64, a, b, c, d []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	covers(len(c), len(dst))
	covers(len(d), len(dst))
	a, b, c, d = a[:len(dst)], b[:len(dst)], c[:len(dst)], d[:len(dst)]
	k0, k1, k2, k3, k4 := k[0], k[1], k[2], k[3], k[4]
	for i := range dst {
		dst[i] = flush(d[i] + (float64(k0*a[i]) + float64(k1*b[i]) + float64(k2*c[i]) + float64(k3*d[i]) + k4))
	}
}
