package rng

import (
	"math"

	"galvani/internal/kernel"
)

// inversionMean is the mean up to which binomial numbers are drawn by
// inversion, whose work grows with the mean.
const inversionMean = 16

// Binomial fills dst with numbers of successes among n trials that succeed
// with probability p, dst[i] for element first+i. p beyond [0, 1] counts as the
// nearer end, NaN and n < 1 give 0.
//
// The mean n*min(p, 1-p) alone decides on the method. Up to 16 it is inversion
// of the element's uniform number u: the probabilities of 0, 1, 2, … are
// subtracted from u until it is used up. Beyond that it is transformed
// rejection with squeeze (BTRS of W. Hörmann: The generation of binomial random
// variates. J. Stat. Comput. Simul. 46, 1993), which is exact; the numbers come
// from a [Sequence] of the element's own.
func (s Stream) Binomial(dst []int64, n int64, p float64, step int64, draw uint32, first int64) {
	b := newBinomial(n, p)
	if !b.rejects {
		u := asFloats(dst)
		s.Uniform(u, step, draw, first)
		for i, x := range u {
			dst[i] = b.draw(x, nil)
		}
		return
	}
	// The block behind the last element's, which no element uses, is the key of
	// the elements' own sequences.
	w := kernel.PhiloxBlock(s.Key, blockCounter(math.MaxUint32, counter(step, draw)))
	for i := range dst {
		seq := Sequence{key: Key{w[0], w[1]}, id: uint64(first + int64(i))}
		dst[i] = b.draw(seq.Uniform(), &seq)
	}
}

// binomial is a binomial distribution made ready for drawing.
type binomial struct {
	n       int64
	p, q    float64 // of the rarer outcome, and the other
	swapped bool    // the rarer outcome is failure
	rejects bool

	p0, odds float64 // inversion: the probability of 0, p/q

	spread, a, b, c, alpha, vr, logOdds float64 // rejection
	mode                                int64
	logMode                             float64
}

// newBinomial makes the distribution of n trials of probability p.
func newBinomial(n int64, p float64) binomial {
	d := binomial{n: n, p: p}
	if n < 1 || math.IsNaN(p) || p < 0 {
		d.n, d.p = max(n, 0), 0
	}
	if math.IsNaN(p) || n < 1 {
		d.n = 0
	}
	if d.p > 0.5 {
		d.p, d.swapped = max(1-d.p, 0), true
	}
	d.q = 1 - d.p
	mean := float64(float64(d.n) * d.p)
	d.odds = d.p / d.q
	if mean <= inversionMean {
		d.p0 = kernel.Exp(float64(d.n) * kernel.Log1p(-d.p))
		return d
	}
	d.rejects = true
	d.spread = math.Sqrt(mean * d.q)
	d.b = 1.15 + float64(2.53*d.spread)
	d.a = -0.0873 + float64(0.0248*d.b) + float64(0.01*d.p)
	d.c = mean + 0.5
	d.alpha = float64((2.83 + 5.1/d.b) * d.spread)
	d.vr = 0.92 - 4.2/d.b
	d.mode = int64(math.Floor(float64(float64(d.n+1) * d.p)))
	d.logOdds = kernel.Log(d.odds)
	d.logMode = logFactorial(d.mode) + logFactorial(d.n-d.mode)
	return d
}

// draw turns a uniform number, and more from s if the method is rejection, into
// a binomial one.
func (d *binomial) draw(u float64, s *Sequence) int64 {
	var k int64
	if d.rejects {
		k = d.reject(u, s)
	} else {
		k = d.invert(u)
	}
	if d.swapped {
		k = d.n - k
	}
	return k
}

// invert returns the smallest k whose cumulated probability reaches u.
func (d *binomial) invert(u float64) int64 {
	probability := d.p0
	var k int64
	for u > probability && k < d.n {
		u -= probability
		k++
		probability *= float64(float64(d.n-k+1)*d.odds) / float64(k)
		if probability == 0 {
			// What is left of u is the rounding of the sum.
			break
		}
	}
	return k
}

// reject draws by transformed rejection, starting with u as the first uniform
// number.
func (d *binomial) reject(u float64, s *Sequence) int64 {
	for ; ; u = s.Uniform() {
		v := s.Uniform()
		u -= 0.5
		us := 0.5 - math.Abs(u)
		x := math.Floor(float64((float64(2*d.a)/us+d.b)*u) + d.c)
		if x < 0 || x > float64(d.n) {
			continue
		}
		k := int64(x)
		if us >= 0.07 && v <= d.vr {
			return k
		}
		v = kernel.Log(v * d.alpha / (d.a/float64(us*us) + d.b))
		if v <= d.logMode-logFactorial(k)-logFactorial(d.n-k)+float64(float64(k-d.mode)*d.logOdds) {
			return k
		}
	}
}

// logFactorial returns log(k!), by Stirling's series for k >= 10.
func logFactorial(k int64) float64 {
	small := [...]float64{
		0, 0, 0.6931471805599453, 1.791759469228055, 3.1780538303479458,
		4.787491742782046, 6.579251212010101, 8.525161361065415,
		10.60460290274525, 12.801827480081469,
	}
	if k < int64(len(small)) {
		return small[k]
	}
	x := float64(k)
	r := 1 / x
	r2 := float64(r * r)
	const halfLog2Pi = 0.9189385332046728
	series := float64(r * (1.0/12 - float64(r2*(1.0/360-float64(r2*(1.0/1260-float64(r2*(1.0/1680))))))))
	return float64((x+0.5)*kernel.Log(x)) - x + halfLog2Pi + series
}
