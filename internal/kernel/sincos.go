package kernel

import (
	"math"
	"math/bits"
)

// sinGo is
//
//	for i := range dst {
//		dst[i] = Sin(a[i])
//	}
func sinGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = Sin(a[i])
	}
}

// cosGo is
//
//	for i := range dst {
//		dst[i] = Cos(a[i])
//	}
func cosGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = Cos(a[i])
	}
}

// Sin returns the sine of x radians, with an error below 0.8 units in the last
// place for every finite x. Sin(±0) is ±0; Sin of an infinity or NaN is NaN.
func Sin(x float64) float64 {
	if math.Abs(x) < 0x1p-27 {
		return x
	}
	q, hi, lo := quadrant(x)
	var y float64
	if q&1 == 0 {
		y = sinNear(hi, lo)
	} else {
		y = cosNear(hi, lo)
	}
	if q&2 != 0 {
		y = -y
	}
	return y
}

// Cos returns the cosine of x radians, with an error below 0.8 units in the
// last place for every finite x. Cos of an infinity or NaN is NaN.
func Cos(x float64) float64 {
	q, hi, lo := quadrant(x)
	var y float64
	if q&1 == 0 {
		y = cosNear(hi, lo)
	} else {
		y = sinNear(hi, lo)
	}
	if (q+1)&2 != 0 {
		y = -y
	}
	return y
}

// sinNear returns sin(hi + lo) for |hi| <= π/4 and lo below hi's last place.
func sinNear(hi, lo float64) float64 {
	z := float64(hi * hi)
	return hi + (float64(float64(hi*z)*sinPoly(z)) + float64(lo*(1-float64(0.5*z))))
}

// cosNear returns cos(hi + lo) for |hi| <= π/4 and lo below hi's last place.
func cosNear(hi, lo float64) float64 {
	z := float64(hi * hi)
	h := float64(0.5 * z)
	w := 1 - h
	return w + (((1 - w) - h) + (float64(float64(z*z)*cosPoly(z)) - float64(hi*lo)))
}

// sinPoly returns (sin(r) - r) / r^3 for z = r^2.
func sinPoly(z float64) float64 {
	y := float64(z * z)
	a := (float64(z*sinC2) + sinC1) + float64(y*(float64(z*sinC4)+sinC3))
	return a + float64(float64(y*y)*(float64(z*sinC6)+sinC5))
}

// cosPoly returns (cos(r) - 1 + r^2/2) / r^4 for z = r^2.
func cosPoly(z float64) float64 {
	y := float64(z * z)
	a := (float64(z*cosC3) + cosC2) + float64(y*(float64(z*cosC5)+cosC4))
	return a + float64(float64(y*y)*(float64(z*cosC7)+cosC6))
}

// quadrant returns q and hi + lo with x = q*π/2 + hi + lo and |hi| <= π/4
// (about), q modulo 4. For infinities and NaN hi is NaN.
func quadrant(x float64) (q uint64, hi, lo float64) {
	if math.Abs(x) <= quadrantFew {
		t := float64(x*perQuadrant) + round2Int
		n := t - round2Int
		a := x - float64(n*quadrant1)
		b, e1 := twoSum(a, -float64(n*quadrant2))
		c, e2 := twoSum(b, -float64(n*quadrant3))
		rest := (e1 + e2) - float64(n*quadrant4)
		hi = c + rest
		return math.Float64bits(t), hi, (c - hi) + rest
	}
	if !(math.Abs(x) <= math.MaxFloat64) {
		return 0, math.NaN(), 0
	}
	return quadrantFar(x)
}

// quadrantFar is quadrant for |x| >= 1: x times 192 bits of 2/π that matter,
// chosen by the exponent of x (M. H. Payne, R. N. Hanek, SIGNUM Newsletter 18,
// 1983). Bits of 2/π of higher weight only contribute whole turns.
func quadrantFar(x float64) (q uint64, hi, lo float64) {
	// 2/π without its leading "0.".
	inverse := [...]uint64{
		0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
		0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
		0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
		0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b,
		0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
	}
	b := math.Float64bits(x)
	m := b&(1<<52-1) | 1<<52
	// x = m * 2^e; the bits from offset e-2 on weigh less than four quadrants.
	offset := int(b>>52&0x7FF) - 1075 - 2
	word := func(i int) uint64 {
		at := offset + 64*i
		k, s := at>>6, uint(at&63)
		var w uint64
		if k >= 0 {
			w = inverse[k] << s
		}
		if k+1 >= 0 {
			w |= inverse[k+1] >> (64 - s)
		}
		return w
	}
	// The product modulo one whole turn, p2 on top.
	h0, p0 := bits.Mul64(m, word(2))
	h1, l1 := bits.Mul64(m, word(1))
	p1, carry := bits.Add64(l1, h0, 0)
	p2, _ := bits.Add64(m*word(0), h1, carry)
	q = p2 >> 62
	p2, p1 = p2<<2|p1>>62, p1<<2|p0>>62
	negative := p2>>63 != 0
	if negative {
		q++
		p1 = ^p1
		p2 = ^p2
	}
	if b>>63 != 0 {
		q = -q
		negative = !negative
	}
	// The fraction as the sum of two floats, then times π/2.
	lead := bits.LeadingZeros64(p2)
	if lead > 0 {
		p2 = p2<<lead | p1>>(64-lead)
		p1 <<= lead
	}
	scale := math.Float64frombits(uint64(1023-64-lead) << 52)
	top := p2 >> 11
	f := float64(float64(top<<11) * scale)
	g := float64(float64(p2<<53>>1|p1>>12) * float64(scale*0x1p-52))
	h, e := twoProduct(f, halfPi)
	e += float64(f*0x1.1a62633145c07p-54) + float64(g*halfPi)
	hi = h + e
	lo = (h - hi) + e
	if negative {
		hi, lo = -hi, -lo
	}
	return q, hi, lo
}

// twoSum returns a + b rounded, and what the rounding lost.
func twoSum(a, b float64) (s, e float64) {
	s = a + b
	v := s - a
	return s, (a - (s - v)) + (b - v)
}

// twoProduct returns a * b rounded, and what the rounding lost (T. J. Dekker,
// Numer. Math. 18, 1971). Neither factor may exceed 2^996.
func twoProduct(a, b float64) (p, e float64) {
	ah, al := split(a)
	bh, bl := split(b)
	p = float64(a * b)
	return p, ((float64(ah*bh) - p) + float64(ah*bl) + float64(al*bh)) + float64(al*bl)
}

// split returns a as the sum of two numbers of 26 bits.
func split(a float64) (hi, lo float64) {
	c := float64((0x1p27 + 1) * a)
	hi = c - (c - a)
	return hi, a - hi
}
