package kernel_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/internal/kernel"
)

// precision in bits of the functions that the kernels are measured against.
const precision = 320

func bigOf(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

func bigInt(n int64) *big.Float { return new(big.Float).SetPrec(precision).SetInt64(n) }

func newBig() *big.Float { return new(big.Float).SetPrec(precision) }

// bigExp returns e^x by its series, after halving x until it is small.
func bigExp(x *big.Float) *big.Float {
	halvings := max(x.MantExp(nil)+12, 0)
	r := newBig().SetMantExp(x, -halvings)
	sum, term := bigInt(1), bigInt(1)
	for i := int64(1); i < 40; i++ {
		term.Mul(term, r)
		term.Quo(term, bigInt(i))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

// bigLog returns log(x) by Newton's method on e^y = x.
func bigLog(x *big.Float) *big.Float {
	m := newBig()
	e := x.MantExp(m)
	f, _ := m.Float64()
	y := bigOf(math.Log(f) + float64(e)*math.Ln2)
	for range 4 {
		// y += 2*(x - e^y)/(x + e^y), of third order.
		v := bigExp(y)
		d := newBig().Quo(newBig().Sub(x, v), newBig().Add(x, v))
		y.Add(y, d.Add(d, d))
	}
	return y
}

// bigSin returns sin(x) by its series at three times the precision, which is
// enough for |x| below 1000.
func bigSin(x *big.Float) *big.Float {
	const prec = 5000
	z := new(big.Float).SetPrec(prec).Mul(x, x)
	term := new(big.Float).SetPrec(prec).Set(x)
	sum := new(big.Float).SetPrec(prec).Set(x)
	limit, _ := new(big.Float).Abs(x).Int64()
	for i := int64(1); i < 60+3*limit; i++ {
		term.Mul(term, z)
		term.Quo(term, bigInt(-2*i*(2*i+1)))
		sum.Add(sum, term)
	}
	return sum
}

// bigPi returns π to the given precision by Machin's formula.
func bigPi(prec uint) *big.Float {
	arctan := func(n int64) *big.Float { // of 1/n
		f := func(v int64) *big.Float { return new(big.Float).SetPrec(prec).SetInt64(v) }
		term := new(big.Float).SetPrec(prec).Quo(f(1), f(n))
		sum := new(big.Float).SetPrec(prec).Set(term)
		for i := int64(1); i < int64(prec); i++ {
			term.Quo(term, f(-n*n))
			sum.Add(sum, new(big.Float).SetPrec(prec).Quo(term, f(2*i+1)))
		}
		return sum
	}
	a := arctan(5)
	a.Mul(a, big.NewFloat(16))
	b := arctan(239)
	b.Mul(b, big.NewFloat(4))
	return a.Sub(a, b)
}

// ulps returns how far got is from want in units of the last place of want.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	next := math.Nextafter(math.Abs(w), math.Inf(1)) - math.Abs(w)
	d := newBig().Sub(bigOf(got), want)
	d.Quo(d, bigOf(next))
	f, _ := d.Float64()
	return math.Abs(f)
}

// TestAccuracy holds the errors of the transcendental kernels, against series
// in multiple precision, to what their comments promise.
func TestAccuracy(t *testing.T) {
	one := bigInt(1)
	pi := bigPi(3000)
	reduced := func(x *big.Float) *big.Float { // modulo 2π
		turns := new(big.Float).SetPrec(3000).Quo(x, new(big.Float).SetPrec(3000).Mul(pi, bigInt(2)))
		n, _ := turns.Int(nil)
		whole := new(big.Float).SetPrec(3000).SetInt(n)
		whole.Mul(whole, pi)
		whole.Mul(whole, bigInt(2))
		return new(big.Float).SetPrec(3000).Sub(x, whole)
	}
	halfPi := new(big.Float).SetPrec(3000).Quo(pi, bigInt(2))
	uniform := func(lo, hi float64) func(*rand.Rand) float64 {
		return func(r *rand.Rand) float64 { return lo + (hi-lo)*r.Float64() }
	}
	logarithmic := func(lo, hi float64) func(*rand.Rand) float64 {
		return func(r *rand.Rand) float64 { return math.Exp2(lo + (hi-lo)*r.Float64()) }
	}
	either := func(f func(*rand.Rand) float64) func(*rand.Rand) float64 {
		return func(r *rand.Rand) float64 {
			if r.IntN(2) == 0 {
				return -f(r)
			}
			return f(r)
		}
	}
	sin := func(x *big.Float) *big.Float { return bigSin(reduced(x)) }
	cos := func(x *big.Float) *big.Float {
		return bigSin(reduced(new(big.Float).SetPrec(3000).Add(x, halfPi)))
	}
	expm1 := func(x *big.Float) *big.Float { return newBig().Sub(bigExp(x), one) }
	tanh := func(x *big.Float) *big.Float {
		e := bigExp(newBig().Add(x, x))
		return newBig().Quo(newBig().Sub(e, one), newBig().Add(e, one))
	}
	log1p := func(x *big.Float) *big.Float { return bigLog(newBig().Add(x, one)) }
	for _, c := range []struct {
		name  string
		f     func(float64) float64
		exact func(*big.Float) *big.Float
		draw  func(*rand.Rand) float64
		limit float64
		n     int
	}{
		{"exp/near", kernel.Exp, bigExp, uniform(-1, 1), 0.6, 3000},
		{"exp", kernel.Exp, bigExp, uniform(-708, 709), 0.6, 3000},
		{"exp/subnormal", kernel.Exp, bigExp, uniform(-745, -708), 1, 300},
		{"log/near", kernel.Log, bigLog, uniform(0.5, 2), 0.9, 2000},
		{"log", kernel.Log, bigLog, logarithmic(-1074, 1024), 0.9, 1000},
		{"log1p", kernel.Log1p, log1p, either(logarithmic(-60, -0.01)), 2, 1000},
		{"expm1/near", kernel.Expm1, expm1, uniform(-1.5, 1.5), 0.8, 3000},
		{"expm1", kernel.Expm1, expm1, uniform(-40, 709), 0.8, 1000},
		{"expm1/small", kernel.Expm1, expm1, either(logarithmic(-60, 1)), 0.8, 1000},
		{"tanh", kernel.Tanh, tanh, uniform(-3, 3), 2, 3000},
		{"tanh/small", kernel.Tanh, tanh, either(logarithmic(-30, 5)), 2, 1000},
		{"sin", kernel.Sin, sin, uniform(-10, 10), 0.8, 300},
		{"sin/far", kernel.Sin, sin, either(logarithmic(-20, 1024)), 0.8, 300},
		{"cos", kernel.Cos, cos, uniform(-10, 10), 0.8, 300},
		{"cos/far", kernel.Cos, cos, either(logarithmic(-20, 1024)), 0.8, 300},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			worst, at := 0.0, 0.0
			for range c.n {
				x := c.draw(r)
				if d := ulps(c.f(x), c.exact(bigOf(x))); !(d <= worst) {
					worst, at = d, x
				}
			}
			t.Logf("largest error %.3f ulp, at %v", worst, at)
			require.LessOrEqual(t, worst, c.limit)
		})
	}
	t.Run("sin of the multiples of π/2 nearest to floats", func(t *testing.T) {
		for _, x := range []float64{math.Pi, math.Pi / 2, 11, 22, 355, 710, 1048576, 5319372648326541 * 0x1p708, 6381956970095103 * 0x1p797} {
			require.LessOrEqual(t, ulps(kernel.Sin(x), sin(bigOf(x))), 0.8, x)
			require.LessOrEqual(t, ulps(kernel.Cos(x), cos(bigOf(x))), 0.8, x)
		}
	})
	t.Run("pow", func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		worst := 0.0
		for i := range 3000 {
			x := math.Exp2(20*r.Float64() - 10)
			if i%2 == 0 {
				x = 1 + (r.Float64()-0.5)*math.Exp2(-20*r.Float64())
			}
			y := (2*r.Float64() - 1) * min(700/math.Abs(math.Log(x)), 1e15)
			want := bigExp(newBig().Mul(bigOf(y), bigLog(bigOf(x))))
			worst = max(worst, ulps(kernel.Pow(x, y), want))
		}
		t.Logf("largest error %.3f ulp", worst)
		require.LessOrEqual(t, worst, 0.7)
	})
}
