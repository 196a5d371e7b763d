package paramset

import (
	"fmt"
	"math"
	"math/rand/v2"

	"galvani/internal/rng"
	"galvani/quantity"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Dist is a distribution that a parameter is drawn from: [Uniform], [Normal]
// or [Gamma]. Set.Realize draws all distributions of a set.
type Dist interface {
	// Sample draws n numbers, which count Units if there are any. The first k
	// of n numbers are those that drawing k gives.
	Sample(src rand.Source, n int) []float64
	// Mean and Std are those of the distribution itself.
	Mean() float64
	Std() float64
	// Units is the unit of the numbers, "" for plain ones.
	Units() string
	// String writes the constructor that Parse reads.
	String() string
}

// NewSource returns the source of random numbers of a seed and a name, for
// [Dist.Sample] and [Range.Shuffled]. Other names give unrelated numbers.
func NewSource(seed uint64, name string) rand.Source {
	return rng.NewSequence(rng.NewKey(seed, "paramset", name), 0)
}

// Uniform is the uniform distribution from Min to Max.
type Uniform struct {
	Min, Max float64
	Int      bool   // samples are cut down to whole numbers, towards zero
	Unit     string // of Min, Max and the samples; "" for plain numbers
}

func (u Uniform) check() error {
	if !finite(u.Min, u.Max) || u.Min > u.Max || math.IsInf(u.Max-u.Min, 0) {
		return fmt.Errorf("UniformDist from %g to %g: %w", u.Min, u.Max, ErrType)
	}
	if u.Int && u.Unit != "" {
		return fmt.Errorf("UniformDist of whole numbers has a unit (%s): %w", u.Unit, ErrType)
	}
	if u.Int && max(math.Abs(u.Min), math.Abs(u.Max)) > 1<<53 {
		return fmt.Errorf("UniformDist of whole numbers from %g to %g: beyond 2^53: %w", u.Min, u.Max, ErrType)
	}
	return checkUnit(u.Unit)
}

// Sample draws n numbers.
func (u Uniform) Sample(src rand.Source, n int) []float64 {
	unit := distuv.Uniform{Min: 0, Max: 1, Src: src}
	return sample(n, func() float64 {
		x := u.Min + float64(unit.Rand()*(u.Max-u.Min))
		if u.Int {
			x = math.Trunc(x)
		}
		return x
	})
}

// Mean is the middle, of whole numbers too.
func (u Uniform) Mean() float64 { return u.Min + (u.Max-u.Min)/2 }

// Std is the width over the root of 12.
func (u Uniform) Std() float64 { return (u.Max - u.Min) / math.Sqrt(12) }

// Units is the unit of the samples.
func (u Uniform) Units() string { return u.Unit }

// String writes UniformDist(min=-1.0,max=1.0).
func (u Uniform) String() string {
	kind := ""
	if u.Int {
		kind = ",return_type=int"
	}
	return "UniformDist(min=" + text(u.Min) + ",max=" + text(u.Max) + kind + units(u.Unit) + ")"
}

// Normal is the normal distribution.
type Normal struct {
	Mu, Sigma float64 // mean and standard deviation
	Unit      string  // of both and of the samples; "" for plain numbers
}

func (d Normal) check() error {
	if !finite(d.Mu, d.Sigma) || d.Sigma < 0 {
		return fmt.Errorf("NormalDist of mean %g and standard deviation %g: %w", d.Mu, d.Sigma, ErrType)
	}
	return checkUnit(d.Unit)
}

// Sample draws n numbers.
func (d Normal) Sample(src rand.Source, n int) []float64 {
	unit := distuv.Normal{Mu: 0, Sigma: 1, Src: src}
	return sample(n, func() float64 { return d.Mu + float64(d.Sigma*unit.Rand()) })
}

// Mean is Mu.
func (d Normal) Mean() float64 { return d.Mu }

// Std is Sigma.
func (d Normal) Std() float64 { return d.Sigma }

// Units is the unit of the samples.
func (d Normal) Units() string { return d.Unit }

// String writes NormalDist(mean=-70.0,std=5.0).
func (d Normal) String() string {
	return "NormalDist(mean=" + text(d.Mu) + ",std=" + text(d.Sigma) + units(d.Unit) + ")"
}

// Gamma is the gamma distribution of density x^(A-1) exp(-x/B) / (Γ(A) B^A). Its
// samples are greater than zero.
type Gamma struct {
	A, B float64 // shape and scale
	Unit string  // of B and of the samples; "" for plain numbers
}

// GammaOf is the gamma distribution of a mean and a standard deviation:
// A = mean²/std², B = mean/A.
func GammaOf(mean, std float64) (Gamma, error) {
	g, err := gammaOf(mean, std)
	if err != nil {
		return Gamma{}, fmt.Errorf("paramset: %w", err)
	}
	return g, nil
}

func gammaOf(mean, std float64) (Gamma, error) {
	if !(mean > 0) || !(std > 0) {
		return Gamma{}, fmt.Errorf("GammaDist of mean %g and standard deviation %g (both must be greater than zero): %w", mean, std, ErrType)
	}
	a := float64(mean*mean) / float64(std*std)
	g := Gamma{A: a, B: mean / a}
	return g, g.check()
}

func (g Gamma) check() error {
	if !finite(g.A, g.B) || g.A <= 0 || g.B <= 0 {
		return fmt.Errorf("GammaDist of shape %g and scale %g (both must be greater than zero): %w", g.A, g.B, ErrType)
	}
	return checkUnit(g.Unit)
}

// Sample draws n numbers. One that would be rounded to zero becomes the smallest
// number there is; parameters that are no distribution give NaN.
func (g Gamma) Sample(src rand.Source, n int) []float64 {
	if g.check() != nil {
		return sample(n, math.NaN)
	}
	unit := distuv.Gamma{Alpha: g.A, Beta: 1, Src: src}
	return sample(n, func() float64 { return max(unit.Rand()*g.B, math.SmallestNonzeroFloat64) })
}

// Mean is A B.
func (g Gamma) Mean() float64 { return g.A * g.B }

// Std is B times the root of A.
func (g Gamma) Std() float64 { return g.B * math.Sqrt(g.A) }

// Units is the unit of the samples.
func (g Gamma) Units() string { return g.Unit }

// String writes GammaDist(a=0.25,b=2.0).
func (g Gamma) String() string {
	return "GammaDist(a=" + text(g.A) + ",b=" + text(g.B) + units(g.Unit) + ")"
}

func sample(n int, draw func() float64) []float64 {
	out := make([]float64, max(n, 0))
	for i := range out {
		out[i] = draw()
	}
	return out
}

func units(unit string) string {
	if unit == "" {
		return ""
	}
	return ",units=" + quote(unit)
}

func checkUnit(unit string) error {
	if unit == "" {
		return nil
	}
	if _, err := quantity.ParseUnit(unit); err != nil {
		return fmt.Errorf("the unit of a distribution: %w", err)
	}
	return nil
}

func finite(xs ...float64) bool {
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// UniformFromStats is the uniform distribution around the middle between the
// least and the greatest sample, moved by bias, whose half width is theirs times
// expand. NeuroTools' defaults are 0 and 1.
func UniformFromStats(samples []float64, bias, expand float64) (Uniform, error) {
	if len(samples) == 0 {
		return Uniform{}, errNoSamples()
	}
	least, most := floats.Min(samples), floats.Max(samples)
	centre := float64(0.5*(most+least)) + bias
	half := float64(0.5*(most-least)) * expand
	u := Uniform{Min: centre - half, Max: centre + half}
	if err := u.check(); err != nil {
		return Uniform{}, fmt.Errorf("paramset: from samples: %w", err)
	}
	return u, nil
}

// NormalFromStats is the normal distribution with the samples' mean plus bias and
// their standard deviation (divided by n, as numpy's std) times expand.
func NormalFromStats(samples []float64, bias, expand float64) (Normal, error) {
	if len(samples) == 0 {
		return Normal{}, errNoSamples()
	}
	mean, std := stat.PopMeanStdDev(samples, nil)
	d := Normal{Mu: mean + bias, Sigma: std * expand}
	if err := d.check(); err != nil {
		return Normal{}, fmt.Errorf("paramset: from samples: %w", err)
	}
	return d, nil
}

// GammaFromStats is the gamma distribution with mean and standard deviation as
// [NormalFromStats] takes them.
func GammaFromStats(samples []float64, bias, expand float64) (Gamma, error) {
	d, err := NormalFromStats(samples, bias, expand)
	if err != nil {
		return Gamma{}, err
	}
	return GammaOf(d.Mu, d.Sigma)
}

func errNoSamples() error { return fmt.Errorf("paramset: a distribution from no samples: %w", ErrType) }
