package design

import (
	"fmt"
	"math"

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

// Point is a point of an exploration with all runs that were made there.
type Point struct {
	Values []any // of the explored parameters but the trial, in the order of exploring
	Runs   []int // by trial as explored
}

// Points gathers the runs that differ in nothing but the parameter trial, which
// must be explored, in the order of their first runs.
func Points(t *trajectory.Trajectory, trial string) ([]Point, error) {
	p, err := t.Parameter(trial)
	if err != nil {
		return nil, fmt.Errorf("design: %w", err)
	}
	if !p.Explored() {
		return nil, fmt.Errorf("design: %s is not explored, so there are no trials", p.FullName())
	}
	// The number of a run's point so far, refined by every parameter.
	at := make([]int, t.Len())
	points := 1
	var ranges []trajectory.Range
	for _, name := range t.Explored() {
		if name == p.FullName() {
			continue
		}
		q, err := t.Parameter(name)
		if err != nil {
			return nil, fmt.Errorf("design: %w", err)
		}
		ranges = append(ranges, q.Range())
		_, value := Distinct(q.Range())
		known := map[[2]int]int{}
		for run := range at {
			key := [2]int{at[run], value[run]}
			n, ok := known[key]
			if !ok {
				n = len(known)
				known[key] = n
			}
			at[run] = n
		}
		points = len(known)
	}
	out := make([]Point, points)
	for run, n := range at {
		if len(out[n].Runs) == 0 {
			for _, r := range ranges {
				out[n].Values = append(out[n].Values, r.At(run))
			}
		}
		out[n].Runs = append(out[n].Runs, run)
	}
	return out, nil
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
func Aggregate(points []Point, value func(run int) (x float64, ok bool)) []Summary {
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
