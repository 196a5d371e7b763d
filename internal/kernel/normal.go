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

// wholePairs panics if n is odd.
func wholePairs(n int) {
	if n%2 != 0 {
		panic("kernel: normal needs whole pairs")
	}
}

// NormalPair turns two numbers uniform in (0, 1) into two independent standard
// normal numbers (G. E. P. Box, M. E. Muller, Ann. Math. Stat. 29, 1958): the
// coordinates of a point at a distance of sqrt(-2*log(u)) from the origin, in
// the direction of v turns.
func NormalPair(u, v float64) [2]float64 {
	r := math.Sqrt(float64(-2 * Log(u)))
	// The angle is a whole number of quadrants and at most half of one, exactly.
	q := float64(4*v) + round2Int
	a := float64((float64(4*v) - (q - round2Int)) * halfPi)
	z := float64(a * a)
	s := a + float64(float64(a*z)*sinPoly(z))
	c := 1 - (float64(0.5*z) - float64(float64(z*z)*cosPoly(z)))
	b := math.Float64bits(q)
	if b&1 != 0 {
		s, c = c, s
	}
	c = math.Float64frombits(math.Float64bits(c) ^ (b+1)<<62&(1<<63))
	s = math.Float64frombits(math.Float64bits(s) ^ b<<62&(1<<63))
	return [2]float64{float64(r * c), float64(r * s)}
}
