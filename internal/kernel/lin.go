package kernel

// lin1Go is
//
//	for i := range dst {
//		dst[i] = float64(k[0]*a[i]) + k[4]
//	}
func lin1Go(dst []float64, k *[5]float64, a, _, _, _ []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = float64(k[0]*a[i]) + k[4]
	}
}

// lin2Go is
//
//	for i := range dst {
//		dst[i] = float64(k[0]*a[i]) + float64(k[1]*b[i]) + k[4]
//	}
func lin2Go(dst []float64, k *[5]float64, a, b, _, _ []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = float64(k[0]*a[i]) + float64(k[1]*b[i]) + k[4]
	}
}

// lin3Go is
//
//	for i := range dst {
//		dst[i] = float64(k[0]*a[i]) + float64(k[1]*b[i]) + float64(k[2]*c[i]) + k[4]
//	}
func lin3Go(dst []float64, k *[5]float64, a, b, c, _ []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	covers(len(c), len(dst))
	for i := range dst {
		dst[i] = float64(k[0]*a[i]) + float64(k[1]*b[i]) + float64(k[2]*c[i]) + k[4]
	}
}

// lin4Go is
//
//	for i := range dst {
//		dst[i] = float64(k[0]*a[i]) + float64(k[1]*b[i]) + float64(k[2]*c[i]) + float64(k[3]*d[i]) + k[4]
//	}
func lin4Go(dst []float64, k *[5]float64, a, b, c, d []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	covers(len(c), len(dst))
	covers(len(d), len(dst))
	for i := range dst {
		dst[i] = float64(k[0]*a[i]) + float64(k[1]*b[i]) + float64(k[2]*c[i]) + float64(k[3]*d[i]) + k[4]
	}
}

// linFlush1Go is
//
//	for i := range dst {
//		dst[i] = flush(float64(k[0]*a[i]) + k[4])
//	}
func linFlush1Go(dst []float64, k *[5]float64, a, _, _, _ []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = flush(float64(k[0]*a[i]) + k[4])
	}
}

// linFlush2Go is
//
//	for i := range dst {
//		dst[i] = flush(float64(k[0]*a[i]) + float64(k[1]*b[i]) + k[4])
//	}
func linFlush2Go(dst []float64, k *[5]float64, a, b, _, _ []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = flush(float64(k[0]*a[i]) + float64(k[1]*b[i]) + k[4])
	}
}

// linFlush3Go is
//
//	for i := range dst {
//		dst[i] = flush(float64(k[0]*a[i]) + float64(k[1]*b[i]) + float64(k[2]*c[i]) + k[4])
//	}
func linFlush3Go(dst []float64, k *[5]float64, a, b, c, _ []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	covers(len(c), len(dst))
	for i := range dst {
		dst[i] = flush(float64(k[0]*a[i]) + float64(k[1]*b[i]) + float64(k[2]*c[i]) + k[4])
	}
}

// linFlush4Go is
//
//	for i := range dst {
//		dst[i] = flush(float64(k[0]*a[i]) + float64(k[1]*b[i]) + float64(k[2]*c[i]) + float64(k[3]*d[i]) + k[4])
//	}
func linFlush4Go(dst []float64, k *[5]float64, a, b, c, d []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	covers(len(c), len(dst))
	covers(len(d), len(dst))
	for i := range dst {
		dst[i] = flush(float64(k[0]*a[i]) + float64(k[1]*b[i]) + float64(k[2]*c[i]) + float64(k[3]*d[i]) + k[4])
	}
}
