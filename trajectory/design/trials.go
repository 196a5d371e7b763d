package design

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"galvani/trajectory"
)

// WithTrials repeats every point of a design n times, one after the other, with
// 0, 1, … n-1 as the value of the parameter called name. If that is called
// trial or seed, the trials of a point have different random numbers, and equal
// trials of different points the same (see [trajectory.Run.Seed]).
func WithTrials(d trajectory.Design, name string, n int) trajectory.Design {
	return trajectory.Grid{d, trajectory.Over(name, trajectory.Trials(n))}
}

// Points gathers the runs that differ in nothing but the parameter trial, which
// must be explored: the points that the other explored parameters take, in the order of
// exploring, each with its runs.
func Points(t *trajectory.Trajectory, trial string) ([]trajectory.Point, error) {
	p, err := t.Parameter(trial)
	if err != nil {
		return nil, fmt.Errorf("design: %w", err)
	}
	if !p.Explored() {
		return nil, fmt.Errorf("design: %s is not explored, so there are no trials", p.FullName())
	}
	others := slices.DeleteFunc(t.Explored(), func(name string) bool { return name == p.FullName() })
	if len(others) == 0 {
		all := make([]int, t.Len())
		for i := range all {
			all[i] = i
		}
		return []trajectory.Point{{Runs: all}}, nil
	}
	points, err := t.UniquePoints(others...)
	if err != nil {
		return nil, fmt.Errorf("design: %w", err)
	}
	return points, nil
}

// Summary is what some numbers have in common.
type Summary struct {
	N    int     // how many there are
	Mean float64 // NaN if there is none
	Std  float64 // the sample standard deviation (divided by N-1); NaN if there are fewer than two
	// Low and High are the ends of the 95 % confidence interval of the mean by
	// Student's distribution; NaN if there are fewer than two numbers.
	Low, High float64
}

// Summarize computes mean, standard deviation and confidence interval.
func Summarize(x []float64) Summary {
	nan := math.NaN()
	s := Summary{N: len(x), Mean: nan, Std: nan, Low: nan, High: nan}
	if len(x) == 0 {
		return s
	}
	n := float64(len(x))
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	s.Mean = sum / n
	if len(x) < 2 {
		return s
	}
	squares := 0.0
	for _, v := range x {
		squares += float64((v - s.Mean) * (v - s.Mean))
	}
	s.Std = math.Sqrt(squares / (n - 1))
	half := float64(distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975)*s.Std) / math.Sqrt(n)
	s.Low, s.High = s.Mean-half, s.Mean+half
	return s
}

// Aggregate summarises a number of every run over the runs of each point. A run
// for which value returns false, such as one that failed, does not count.
func Aggregate(points []trajectory.Point, value func(run int) (x float64, ok bool)) []Summary {
	out := make([]Summary, len(points))
	var x []float64
	for i, p := range points {
		x = x[:0]
		for _, run := range p.Runs {
			if v, ok := value(run); ok {
				x = append(x, v)
			}
		}
		out[i] = Summarize(x)
	}
	return out
}

// String prints mean and half width of the confidence interval: 4.2 ± 0.3 (n=10).
func (s Summary) String() string {
	if s.N < 2 {
		return fmt.Sprintf("%.4g (n=%d)", s.Mean, s.N)
	}
	return fmt.Sprintf("%.4g ± %.2g (n=%d)", s.Mean, (s.High-s.Low)/2, s.N)
}
