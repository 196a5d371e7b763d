package kernel

import "math"

// normalGo is
//
//	for i := 0; i < len(dst); i += 2 {
//		copy(dst[i:], NormalPair(u[i], u[i+1]))
//	}
func normalGo(dst, u []float64) {
	covers(len(u), len(dst))
	wholePairs(len(dst))
	for i := 0; i+1 < len(dst); i += 2 {
		pair := NormalPair(u[i], u[i+1])
		dst[i], dst[i+1] = pair[0], pair[1]
	}
}

// NormalPair turns two numbers uniform in (0, 1) into two independent standard
// normal numbers by the method of Box and Muller: a radius
// sqrt(-2 log(u)) and an angle of v turns.
func NormalPair(u, v float64) [2]float64 {
	r := math.Sqrt(-2 * Log(u))
	s, c := math.Sincos(2 * math.Pi * v)
	return [2]float64{r * c, r * s}
}

// wholePairs panics if n is odd.
func wholePairs(n int) {
	if n%2 != 0 {
		panic("kernel: normal needs whole pairs")
	}
}
