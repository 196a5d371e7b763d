package kernel

import "math"

// normalGo is the method of Box and Muller,
//
//	for i := 0; i < len(dst); i += 2 {
//		r := math.Sqrt(-2 * Log(u[i]))
//		dst[i], dst[i+1] = r*cos(2π*u[i+1]), r*sin(2π*u[i+1])
//	}
func normalGo(dst, u []float64) {
	covers(len(u), len(dst))
	wholePairs(len(dst))
	for i := 0; i+1 < len(dst); i += 2 {
		r := math.Sqrt(-2 * Log(u[i]))
		s, c := math.Sincos(2 * math.Pi * u[i+1])
		dst[i], dst[i+1] = r*c, r*s
	}
}

// wholePairs panics if n is odd.
func wholePairs(n int) {
	if n%2 != 0 {
		panic("kernel: normal needs whole pairs")
	}
}
