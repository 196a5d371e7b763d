package design_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/design"
	"galvani/trajectory/paramset"
)

// units is n factors from 0 to 1.
func units(n int) []design.Factor {
	out := make([]design.Factor, n)
	for i := range out {
		out[i] = design.Uniform(fmt.Sprintf("x%d", i), 0, 1)
	}
	return out
}

// matrix has a row per point.
func matrix(t testing.TB, d trajectory.Design) [][]float64 {
	t.Helper()
	list, err := d.Columns()
	require.NoError(t, err)
	out := make([][]float64, list[0].Range.Len())
	for i := range out {
		for _, c := range list {
			out[i] = append(out[i], c.Range.At(i).(float64))
		}
	}
	return out
}

func TestLatinHypercubeStratifiesExactly(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 10, 64, 1000, 4099} {
		for _, centred := range []bool{false, true} {
			d := design.LatinHypercube{N: n, Seed: uint64(n), Factors: units(3), Centred: centred}
			seen := [3]map[int]bool{{}, {}, {}}
			for _, p := range matrix(t, d) {
				for k, x := range p {
					part := int(math.Floor(x * float64(n)))
					assert.False(t, seen[k][part], "n=%d: part %d of factor %d has two points", n, part, k)
					seen[k][part] = true
					if centred {
						assert.InDelta(t, float64(part)+0.5, x*float64(n), 1e-9)
					}
				}
			}
			for k := range seen {
				assert.Len(t, seen[k], n)
			}
		}
	}
}

// TestLatinHypercubeStratifiesAtTheLargestSize looks at the parts' borders, where rounding is worst.
func TestLatinHypercubeStratifiesAtTheLargestSize(t *testing.T) {
	const n = 99_999_989
	list, err := design.LatinHypercube{N: n, Factors: units(1)}.Columns()
	require.NoError(t, err)
	centred, err := design.LatinHypercube{N: n, Factors: units(1), Centred: true}.Columns()
	require.NoError(t, err)
	for i := 0; i < n; i += 9973 {
		part := math.Floor(list[0].Range.At(i).(float64) * n)
		assert.Equal(t, math.Floor(centred[0].Range.At(i).(float64)*n), part, "point %d", i)
	}
}

// TestOrderIsAnyOrder counts the orders of four parts over many seeds: each of 24 must
// be as frequent as the others. The statistic has 23 degrees of freedom; 49.7 is passed
// once in a thousand.
func TestOrderIsAnyOrder(t *testing.T) {
	const seeds = 12_000
	count := map[string]int{}
	for seed := range uint64(seeds) {
		order := ""
		for _, x := range floats(t, design.LatinHypercube{N: 4, Seed: seed, Factors: units(1), Centred: true}) {
			order += fmt.Sprint(int(x * 4))
		}
		count[order]++
	}
	require.Len(t, count, 24)
	chi := 0.0
	for _, n := range count {
		chi += (float64(n) - seeds/24) * (float64(n) - seeds/24) / (seeds / 24)
	}
	assert.Less(t, chi, 49.7)
}

func TestSubsetTakesPointsOnce(t *testing.T) {
	grid := trajectory.Grid{design.Integers("a", 0, 36, 1), design.Integers("b", 0, 26, 1)}
	for _, n := range []int{1, 100, 999} {
		c := columns(t, design.Subset{Of: grid, N: n, Seed: 5})
		seen := map[[2]any]bool{}
		for i := range n {
			seen[[2]any{c["a"][i], c["b"][i]}] = true
		}
		assert.Len(t, seen, n)
	}
	few, many := columns(t, design.Subset{Of: grid, N: 10}), columns(t, design.Subset{Of: grid, N: 100})
	assert.Equal(t, few["a"], many["a"][:10])
	for _, n := range []int{0, -1, 1000} {
		_, err := design.Subset{Of: grid, N: n}.Columns()
		assert.Error(t, err)
	}
	_, err := design.Subset{N: 1}.Columns()
	assert.Error(t, err)
}

// distance is the largest one between a distribution and that of a sample (Kolmogorov, Smirnov).
func distance(x []float64, cdf func(float64) float64) float64 {
	x = slices.Sorted(slices.Values(x))
	d := 0.0
	for i, v := range x {
		p := cdf(v)
		d = max(d, p-float64(i)/float64(len(x)), float64(i+1)/float64(len(x))-p)
	}
	return d
}

func TestDistributions(t *testing.T) {
	logUniform := func(x float64) float64 { return math.Log(x/5) / math.Log(4) }
	cut := distuv.Normal{Mu: 2, Sigma: 3}
	for name, c := range map[string]struct {
		f   design.Factor
		cdf func(float64) float64
	}{
		"uniform":     {design.Uniform("x", -1, 3), distuv.Uniform{Min: -1, Max: 3}.CDF},
		"log-uniform": {design.LogUniform("x", 5, 20), logUniform},
		"normal":      {design.Normal("x", 2, 3), cut.CDF},
		"cut normal": {design.Normal("x", 2, 3).Within(0, 4), func(x float64) float64 {
			return (cut.CDF(x) - cut.CDF(0)) / (cut.CDF(4) - cut.CDF(0))
		}},
		"gamma":          {design.Gamma("x", 2, 1), distuv.Gamma{Alpha: 4, Beta: 2}.CDF},
		"gamma, spread":  {design.Gamma("x", 0.5, 1), distuv.Gamma{Alpha: 0.25, Beta: 0.5}.CDF},
		"from uniform":   {design.From("x", paramset.Uniform{Min: 1, Max: 2}), distuv.Uniform{Min: 1, Max: 2}.CDF},
		"from normal":    {design.From("x", paramset.Normal{Mu: 1, Sigma: 2}), distuv.Normal{Mu: 1, Sigma: 2}.CDF},
		"from gamma":     {design.From("x", paramset.Gamma{A: 3, B: 2}), distuv.Gamma{Alpha: 3, Beta: 0.5}.CDF},
		"gonum's beta":   {design.Quantile("x", distuv.Beta{Alpha: 2, Beta: 3}, ""), distuv.Beta{Alpha: 2, Beta: 3}.CDF},
		"gonum's lognor": {design.Quantile("x", distuv.LogNormal{Mu: 0, Sigma: 1}, ""), distuv.LogNormal{Mu: 0, Sigma: 1}.CDF},
	} {
		// 1.95/sqrt(n) is passed once in a thousand.
		const n = 10_000
		x := floats(t, design.Random{N: n, Seed: 7, Factors: []design.Factor{c.f}})
		assert.Less(t, distance(x, c.cdf), 1.95/math.Sqrt(n), name)
		// One point in each of n parts is never farther off than one part.
		x = floats(t, design.LatinHypercube{N: 500, Seed: 7, Factors: []design.Factor{c.f}})
		assert.Less(t, distance(x, c.cdf), 1.0/500+1e-9, name)
		x = floats(t, c.f.Levels(500))
		assert.InDelta(t, 0.5/500, distance(x, c.cdf), 1e-8, name)
	}
}

// TestQuantiles compares with scipy 1.10.
func TestQuantiles(t *testing.T) {
	p := []float64{0.001, 0.025, 0.5, 0.9}
	for name, c := range map[string]struct {
		f    design.Factor
		want []float64
	}{
		"normal": {design.Normal("x", 0, 1), []float64{-3.090232306167813, -1.9599639845400545, 0, 1.2815515655446004}},
		"gamma":  {design.Gamma("x", 2, 1), []float64{0.2142762068142115, 0.5449326868131624, 1.8360303744254485, 3.3403915341279324}},
	} {
		for i, u := range p {
			assert.InDelta(t, c.want[i], c.f.At(u), 1e-12, name)
		}
	}
}

func TestRandomKeepsItsPoints(t *testing.T) {
	few := columns(t, design.Random{N: 5, Seed: 9, Factors: units(2)})
	many := columns(t, design.Random{N: 50, Seed: 9, Factors: units(4)})
	assert.Equal(t, few["x0"], many["x0"][:5])
	assert.Equal(t, few["x1"], many["x1"][:5])
	assert.NotEqual(t, few["x0"], few["x1"])
	rest := columns(t, design.Random{N: 45, Seed: 9, Skip: 5, Factors: units(1)})
	assert.Equal(t, many["x0"][5:], rest["x0"])
	other := columns(t, design.Random{N: 5, Seed: 10, Factors: units(1)})
	assert.NotEqual(t, few["x0"], other["x0"])
}

// TestGoldenNumbers pins the random numbers: sweeps are repeated by them.
func TestGoldenNumbers(t *testing.T) {
	x := []design.Factor{design.Uniform("x", 0, 1)}
	for name, c := range map[string]struct {
		d    trajectory.Design
		want []float64
	}{
		"random": {design.Random{N: 3, Seed: 42, Factors: x}, goldenRandom},
		"latin":  {design.LatinHypercube{N: 3, Seed: 42, Factors: x}, goldenLatin},
		"shift":  {design.Sobol{N: 3, Seed: 42, Factors: x, Scramble: design.DigitalShift}, goldenShift},
		"owen":   {design.Sobol{N: 3, Seed: 42, Factors: x, Scramble: design.Owen}, goldenOwen},
	} {
		assert.Equal(t, c.want, floats(t, c.d), name)
	}
}

func TestFactors(t *testing.T) {
	ms := func(x float64) quantity.Quantity { q, _ := quantity.Of(x, "ms"); return q }
	for name, c := range map[string]struct {
		f        design.Factor
		low, mid any
		high     any
	}{
		"uniform":         {design.Uniform("x", -1, 3), -1.0, 1.0, 3.0},
		"uniform, unit":   {design.Uniform("x", "5 ms", "20 ms"), ms(5), ms(12.5), ms(20)},
		"log, unit":       {design.LogUniform("x", "5 ms", "20 ms"), ms(5), ms(10), ms(20)},
		"cut":             {design.Normal("x", "10 ms", "2 ms").Within("8 ms", "12 ms"), ms(8), ms(10), ms(12)},
		"cut, other unit": {design.Normal("x", "10 ms", "2 ms").Within("0.008 s", "0.012 s"), ms(8), ms(10), ms(12)},
		"whole":           {design.Whole("x", 1, 3), 1, 2, 3},
		"whole negative":  {design.Whole("x", -3, -1), -3, -2, -1},
		"whole, paramset": {design.From("x", paramset.Uniform{Min: 0, Max: 9, Int: true}), 0, 4, 9},
		"choice":          {design.Choice("x", "a", "b", "c"), "a", "b", "c"},
		"one of":          {design.OneOf("x", trajectory.Arange(0, 3, 1)), 0.0, 1.0, 2.0},
		"paramset, unit":  {design.From("x", paramset.Uniform{Min: 5, Max: 20, Unit: "ms"}), ms(5), ms(12.5), ms(20)},
	} {
		require.NoError(t, c.f.Err(), name)
		for u, want := range map[float64]any{0: c.low, 0.5: c.mid, 1: c.high, -1: c.low, 2: c.high} {
			got := c.f.At(u)
			if q, ok := want.(quantity.Quantity); ok {
				require.IsType(t, want, got, name)
				assert.Equal(t, q.Dimension(), got.(quantity.Quantity).Dimension(), name)
				assert.InEpsilon(t, q.SI(), got.(quantity.Quantity).SI(), 1e-14, name)
				continue
			}
			assert.Equal(t, want, got, "%s at %g", name, u)
		}
	}
	assert.Equal(t, []string{"x"}, design.Uniform("x", 0, 1).Names())
	assert.False(t, math.IsInf(design.Normal("x", 0, 1).At(0).(float64), 0))
	assert.False(t, math.IsInf(design.Normal("x", 0, 1).At(1).(float64), 0))
	assert.Positive(t, design.Gamma("x", 1e-5, 1).At(0))
}

func TestLinkedFactors(t *testing.T) {
	traj := tree(t, map[string]any{"e.tau": 1.0, "i.tau": 1.0, "g": 1.0})
	c := columns(t, design.Random{N: 4, Factors: []design.Factor{
		design.Match(traj, "*tau").Drawn(design.Uniform("", 0, 1)), design.Uniform("g", 0, 1),
	}})
	assert.Equal(t, c["parameters.e.tau"], c["parameters.i.tau"])
	assert.NotEqual(t, c["parameters.e.tau"], c["g"])
}

func TestFactorsRefuse(t *testing.T) {
	u := design.Uniform("x", 0, 1)
	for name, f := range map[string]design.Factor{
		"the zero factor":        {},
		"no parameter":           u.For(),
		"backwards":              design.Uniform("x", 1, 0),
		"empty":                  design.Uniform("x", 1, 1),
		"nan":                    design.Uniform("x", math.NaN(), 1),
		"too wide":               design.Uniform("x", -math.MaxFloat64, math.MaxFloat64),
		"units":                  design.Uniform("x", "1 ms", "2 V"),
		"one unit":               design.Uniform("x", 1, "2 V"),
		"logarithm":              design.LogUniform("x", 0, 1),
		"negative logarithm":     design.LogUniform("x", "-1 V", "1 V"),
		"no deviation":           design.Normal("x", 1, 0),
		"negative deviation":     design.Normal("x", 1, -1),
		"deviation's unit":       design.Normal("x", "1 V", 1),
		"negative gamma":         design.Gamma("x", -1, 1),
		"gamma's units":          design.Gamma("x", "1 V", "1 s"),
		"whole backwards":        design.Whole("x", 2, 1),
		"too many":               design.Whole("x", math.MinInt, math.MaxInt),
		"no choice":              design.Choice[int]("x"),
		"nil range":              design.OneOf("x", nil),
		"nil distribution":       design.From("x", nil),
		"paramset backwards":     design.From("x", paramset.Uniform{Min: 2, Max: 1}),
		"paramset's unit":        design.From("x", paramset.Uniform{Min: 1, Max: 2, Unit: "parsec"}),
		"paramset, no deviation": design.From("x", paramset.Normal{}),
		"paramset, zero gamma":   design.From("x", paramset.Gamma{}),
		"paramset, infinite":     design.From("x", paramset.Gamma{A: math.Inf(1), B: 1}),
		"nil quantile":           design.Quantile("x", nil, ""),
		"quantile's unit":        design.Quantile("x", distuv.UnitNormal, "parsec"),
		"no quantiles":           design.Quantile("x", distuv.Normal{Mu: math.NaN()}, ""),
		"cut uniform":            u.Within(0, 1),
		"cut twice":              design.Normal("x", 0, 1).Within(-1, 1).Within(-1, 0),
		"cut backwards":          design.Normal("x", 0, 1).Within(1, -1),
		"cut with a unit":        design.Normal("x", 0, 1).Within("1 V", "2 V"),
		"cut far away":           design.Normal("x", 0, 1).Within(10, 11),
		"cut of nothing":         design.Factor{}.Within(1, 2),
	} {
		assert.Error(t, f.Err(), name)
		assert.Nil(t, f.At(0.5), name)
		_, err := f.Levels(3).Columns()
		assert.Error(t, err, name)
		for _, d := range []trajectory.Design{
			design.Random{N: 4, Factors: []design.Factor{f}}, design.LatinHypercube{N: 4, Factors: []design.Factor{f}}, design.Sobol{N: 4, Factors: []design.Factor{f}},
		} {
			_, err := d.Columns()
			assert.Error(t, err, name)
		}
	}
	for name, d := range map[string]trajectory.Design{
		"no points":        design.Random{Factors: units(1)},
		"too many points":  design.LatinHypercube{N: 1e9, Factors: units(1)},
		"no factors":       design.Random{N: 1},
		"twice":            design.Random{N: 1, Factors: []design.Factor{u, u}},
		"twice, linked":    design.Random{N: 1, Factors: []design.Factor{u.For("a", "a")}},
		"too many factors": design.Sobol{N: 1, Factors: units(54)},
		"negative skip":    design.Sobol{N: 1, Skip: -1, Factors: units(1)},
		"random skip":      design.Random{N: 1, Skip: -1, Factors: units(1)},
		"scramble":         design.Sobol{N: 1, Scramble: 9, Factors: units(1)},
		"no levels":        u.Levels(0),
	} {
		_, err := d.Columns()
		assert.Error(t, err, name)
	}
}
