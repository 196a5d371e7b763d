package kernel

import "math"

// powGo is
//
//	for i := range dst {
//		dst[i] = Pow(a[i], b[i])
//	}
func powGo(dst, a, b []float64) {
	covers(len(a), len(dst))
	covers(len(b), len(dst))
	for i := range dst {
		dst[i] = Pow(a[i], b[i])
	}
}

// Pow returns x to the power of y, with an error below 0.7 units in the last
// place (1 unit where the result is subnormal). Special cases are those of C99
// and [math.Pow]: anything to the power of 0 is 1, 1 to any power is 1, a
// negative number to a power that is no integer is NaN.
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case x != x || y != y:
		return math.NaN()
	case y == 1:
		return x
	}
	odd := oddInteger(y)
	negative := math.Signbit(x) && odd
	a := math.Abs(x)
	var r float64
	switch {
	case a == 1: // x is -1; ±Inf counts as even
		if math.Floor(y) != y {
			return math.NaN()
		}
		r = 1
	case a == 0 || a > math.MaxFloat64 || math.Abs(y) > 0x1p66:
		// Certainly 0 or infinite, |log(a)| being above 2^-54, and such a large y is
		// an integer.
		if (a > 1) == (y > 0) {
			r = math.Inf(1)
		}
	case x < 0 && math.Floor(y) != y:
		return math.NaN()
	default:
		r = expOfProduct(y, a)
	}
	if negative {
		return -r
	}
	return r
}

// oddInteger says whether y is an odd integer.
func oddInteger(y float64) bool {
	return math.Abs(y) < 0x1p53 && math.Floor(y) == y && math.Floor(float64(0.5*y)) != float64(0.5*y)
}

// expOfProduct returns e^(y*log(x)) for finite x > 0 and |y| <= 2^66.
func expOfProduct(y, x float64) float64 {
	hi, lo := logExact(x)
	if math.Abs(float64(y*hi)) > 800 {
		return Exp(float64(y * hi))
	}
	p, e := twoProduct(y, hi)
	return expSum(p, e+float64(y*lo))
}

// logExact returns log(x) as the sum of two numbers with an error below 2^-65
// of it.
func logExact(x float64) (hi, lo float64) {
	// log((1+s)/(1-s)) = 2*s + 2/3*s^3 + s^5*(c2 + z*(c3 + …)) with z = s^2 for
	// |s| <= 0.1716, with an error below 2^-73.
	const (
		c2 = 0x1.9999999999996p-2
		c3 = 0x1.2492492493038p-2
		c4 = 0x1.c71c71c5800b8p-3
		c5 = 0x1.745d18327f4fdp-3
		c6 = 0x1.3b1362aa2d615p-3
		c7 = 0x1.1120b7693ca13p-3
		c8 = 0x1.de33288740442p-4
		c9 = 0x1.eb13797151b49p-4
		// 2/3 and log(2) with what their rounding lost.
		twoThirds, twoThirdsLow = 0x1.5555555555555p-1, 0x1.5555555555555p-55
		ln2Rest                 = 0x1.a39ef35793c76p-33
		ln2RestLow              = 0x1.cc01f97b57a08p-87
	)
	shift := 1023.0
	if x < 0x1p-1022 {
		x *= 0x1p54
		shift = 1023 + 54
	}
	b := math.Float64bits(x) + (0x3FF0000000000000 - logBias)
	n := (math.Float64frombits(b>>52|0x4330000000000000) - 0x1p52) - shift
	f := math.Float64frombits(b&0x000FFFFFFFFFFFFF+logBias) - 1

	// s = f / (2 + f) with a correction.
	d := 2 + f
	dLow := f - (d - 2)
	s := f / d
	p, e := twoProduct(s, d)
	sLow := (((f - p) - e) - float64(s*dLow)) / d

	// z = s^2 and the cubic term 2/3*z*s, with corrections.
	z, zLow := twoProduct(s, s)
	zLow += float64(float64(2*s) * sLow)
	t, tLow := twoProduct(z, s)
	tLow += float64(zLow*s) + float64(z*sLow)
	u, uLow := twoProduct(t, twoThirds)
	uLow += float64(tLow*twoThirds) + float64(t*twoThirdsLow)

	q := float64(z*c9) + c8
	q = float64(z*q) + c7
	q = float64(z*q) + c6
	q = float64(z*q) + c5
	q = float64(z*q) + c4
	q = float64(z*q) + c3
	q = float64(z*q) + c2
	tail := float64(float64(t*z) * q)

	// Summed up from the largest to the smallest, n*ln2Hi being exact.
	hi, e1 := twoSum(float64(n*ln2Hi), 2*s)
	m, mLow := twoProduct(n, ln2Rest)
	hi, e2 := twoSum(hi, m)
	hi, e3 := twoSum(hi, u)
	lo = (e1 + e2 + e3) + (tail + (uLow + float64(2*sLow) + mLow + float64(n*ln2RestLow)))
	return twoSum(hi, lo)
}
