package design

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"galvani/internal/kernel"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/paramset"
)

func bad(name string, err error) Factor { return Factor{names: []string{name}, err: err} }

// Uniform is equally likely everywhere from low to high, which are numbers,
// quantities or texts such as "5 ms".
func Uniform(name string, low, high any) Factor {
	lo, hi, s, err := interval(low, high)
	if err != nil {
		return bad(name, err)
	}
	return uniform(name, lo, hi, s)
}

func uniform(name string, lo, hi float64, s scale) Factor {
	number := func(u float64) float64 { return min(lo+float64(u*(hi-lo)), hi) }
	return Factor{names: []string{name}, number: number, value: s.value, scale: s, bounded: true}
}

// LogUniform has a uniform logarithm: every factor of two between low and high
// is equally likely. Both are greater than zero and otherwise as for [Uniform].
func LogUniform(name string, low, high any) Factor {
	lo, hi, s, err := logInterval(low, high)
	if err != nil {
		return bad(name, err)
	}
	from, width := kernel.Log(lo), kernel.Log(hi)-kernel.Log(lo)
	number := func(u float64) float64 {
		switch u {
		case 0:
			return lo
		case 1:
			return hi
		}
		return min(max(kernel.Exp(from+float64(u*width)), lo), hi)
	}
	return Factor{names: []string{name}, number: number, value: s.value, scale: s, bounded: true}
}

// Normal is the normal distribution. Mean and standard deviation are numbers,
// quantities or texts such as "-70 mV". It has no bounds; [Factor.Within] sets some.
func Normal(name string, mean, std any) Factor {
	x, s, err := common(mean, std)
	if err == nil && x[1] <= 0 {
		err = fmt.Errorf("a normal distribution of standard deviation %v (want more than zero)", std)
	}
	if err != nil {
		return bad(name, err)
	}
	return normal(name, x[0], x[1], s)
}

func normal(name string, mean, std float64, s scale) Factor {
	return Factor{
		names: []string{name}, value: s.value, scale: s,
		number: func(u float64) float64 { return mean + float64(std*distuv.UnitNormal.Quantile(u)) },
		below:  func(x float64) float64 { return distuv.UnitNormal.CDF((x - mean) / std) },
	}
}

// Gamma is the gamma distribution of a mean and a standard deviation, which are
// numbers, quantities or texts. Its values are greater than zero.
func Gamma(name string, mean, std any) Factor {
	x, s, err := common(mean, std)
	if err != nil {
		return bad(name, err)
	}
	g, err := paramset.GammaOf(x[0], x[1])
	if err != nil {
		return bad(name, err)
	}
	return gamma(name, g.A, g.B, s)
}

func gamma(name string, a, b float64, s scale) Factor {
	d := distuv.Gamma{Alpha: a, Beta: 1}
	return Factor{
		names: []string{name}, value: s.value, scale: s,
		number: func(u float64) float64 { return max(d.Quantile(u)*b, math.SmallestNonzeroFloat64) },
		below:  func(x float64) float64 { return d.CDF(max(x, 0) / b) },
	}
}

// From is a distribution of package paramset, in its unit.
func From(name string, dist paramset.Dist) Factor {
	if dist == nil {
		return bad(name, fmt.Errorf("the distribution is nil"))
	}
	var s scale
	if dist.Units() != "" {
		u, err := quantity.ParseUnit(dist.Units())
		if err != nil {
			return bad(name, err)
		}
		s = scale{unit: u, quantity: true}
	}
	finite := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
	switch d := dist.(type) {
	case paramset.Uniform:
		if !finite(d.Max-d.Min) || !(d.Min < d.Max) || d.Int && (s.quantity || max(-d.Min, d.Max) > 1<<53) {
			break
		}
		f := uniform(name, d.Min, d.Max, s)
		if d.Int {
			f.value = func(x float64) any { return int(x) }
		}
		return f
	case paramset.Normal:
		if finite(d.Mu) && finite(d.Sigma) && d.Sigma > 0 {
			return normal(name, d.Mu, d.Sigma, s)
		}
	case paramset.Gamma:
		if finite(d.A) && finite(d.B) && d.A > 0 && d.B > 0 {
			return gamma(name, d.A, d.B, s)
		}
	default:
		return bad(name, fmt.Errorf("the quantiles of a %T are not known (use Quantile)", dist))
	}
	return bad(name, fmt.Errorf("%s is no distribution", dist))
}

// Quantile is any distribution that has a quantile function, such as those of
// gonum's package distuv, in a unit, "" for plain numbers. Quantiles beyond
// probability 2^-33 are not drawn.
func Quantile(name string, dist interface{ Quantile(p float64) float64 }, unit string) Factor {
	if dist == nil {
		return bad(name, fmt.Errorf("the distribution is nil"))
	}
	var s scale
	if unit != "" {
		u, err := quantity.ParseUnit(unit)
		if err != nil {
			return bad(name, err)
		}
		s = scale{unit: u, quantity: true}
	}
	for _, u := range []float64{edge, 0.5, 1 - edge} {
		if x := dist.Quantile(u); math.IsNaN(x) || math.IsInf(x, 0) {
			return bad(name, fmt.Errorf("the quantile of %g of the distribution is %g", u, x))
		}
	}
	return Factor{names: []string{name}, number: dist.Quantile, value: s.value, scale: s}
}

// Whole is a whole number from low to high, both included, of type int.
func Whole(name string, low, high int) Factor {
	if low > high || uint64(high-low) >= 1<<53 {
		return bad(name, fmt.Errorf("whole numbers from %d to %d: the lower bound must not be greater than the upper one, nor 2^53 less", low, high))
	}
	n := high - low + 1
	return Factor{
		names: []string{name}, bounded: true,
		number: func(u float64) float64 { return float64(level(u, n)) },
		value:  func(x float64) any { return low + int(x) },
	}
}

// Choice is one of the given values, all equally likely.
func Choice[T any](name string, values ...T) Factor { return OneOf(name, trajectory.Values(values...)) }

// OneOf is one of the values of a range, all equally likely.
func OneOf(name string, values trajectory.Range) Factor {
	if _, err := trajectory.Over(name, values).Columns(); err != nil {
		return bad(name, err)
	}
	n := values.Len()
	return Factor{
		names: []string{name}, bounded: true,
		number: func(u float64) float64 { return float64(level(u, n)) },
		value:  func(x float64) any { return values.At(int(x)) },
	}
}
