package adaptive_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/optimize"

	"galvani/brianparam"
	"galvani/env"
	"galvani/env/adaptive"
	"galvani/quantity"
	"galvani/trajectory"
)

// A sweep executes an explorer over x and y.
type sweep struct {
	out      string
	workers  int
	f        func(x, y float64) (float64, error) // what a run computes
	limit    int64                               // runs after which the sweep is stopped; 0 is never
	executed atomic.Int64
}

// A tried point is what the sweep has of a run.
type tried struct{ x, y, f float64 }

func (s *sweep) run(t *testing.T, x env.Explorer) ([]tried, error) {
	t.Helper()
	e, err := env.New(env.Options{Out: s.out, Workers: max(1, s.workers)})
	require.NoError(t, err)
	tr, err := e.Trajectory("search", trajectory.Options{Seed: 5})
	require.NoError(t, err)
	require.NoError(t, errors.Join(tr.AddParameter("x", 0.0), tr.AddParameter("y", 0.0)))
	ctx, stop := context.WithCancelCause(t.Context())
	defer stop(nil)
	var all []tried
	err = e.Run(ctx, tr, env.Func(func(_ context.Context, r *trajectory.Run) error {
		if n := s.executed.Add(1); n == s.limit {
			stop(errors.New("stopped by the test"))
			return context.Canceled
		}
		x, y, err := xy(r)
		if err != nil {
			return err
		}
		v, err := s.f(x, y)
		if err != nil {
			return err
		}
		return r.AddResult("f", v)
	}), env.Explore(x), env.Finally(func(_ context.Context, tr *trajectory.Trajectory) error {
		done, err := env.Outcomes(tr)
		if err != nil {
			return err
		}
		for _, o := range done {
			x, y, err := xy(o)
			if err != nil {
				return err
			}
			v, err := trajectory.Get[float64](o, "f")
			if !o.Done() {
				v, err = math.Inf(1), nil
			}
			if err != nil {
				return err
			}
			all = append(all, tried{x, y, v})
		}
		return nil
	}))
	return all, err
}

func xy(g trajectory.Getter) (x, y float64, err error) {
	x, errX := trajectory.Get[float64](g, "x")
	y, errY := trajectory.Get[float64](g, "y")
	return x, y, errors.Join(errX, errY)
}

func least(all []tried) tried {
	best := all[0]
	for _, p := range all {
		if p.f < best.f {
			best = p
		}
	}
	return best
}

func bowl(x, y float64) (float64, error) { return (x-1.3)*(x-1.3) + 2*(y+0.4)*(y+0.4), nil }

func rosenbrock(x, y float64) (float64, error) {
	return (1-x)*(1-x) + 100*(y-x*x)*(y-x*x), nil
}

func plane() []adaptive.Dimension {
	return []adaptive.Dimension{{Name: "x", Low: -2, High: 2}, {Name: "y", Low: -1, High: 3}}
}

func explorers() map[string]env.Explorer {
	f := adaptive.Result("f")
	return map[string]env.Explorer{
		"refine":      adaptive.Refine{Over: plane(), Objective: f, Levels: 6},
		"CMA-ES":      adaptive.Minimize{Over: plane(), Objective: f, Runs: 150, Seed: 3},
		"Nelder-Mead": adaptive.Minimize{Over: plane(), Objective: f, Runs: 120, Method: adaptive.NelderMead(), Starts: 4},
		"genetic": adaptive.Genetic[float64]{
			Names: []string{"x", "y"}, Objective: f, Population: 12, Generations: 12, CrossRate: 0.5, MutateRate: 0.6, Elite: 1,
			Genome: func(rng *rand.Rand) []float64 { return []float64{3*rng.Float64() - 1, 3*rng.Float64() - 1} },
			Cross:  adaptive.TwoPoint[float64], Mutate: adaptive.Gaussian(0.7, 0.3, -1, 2),
		},
	}
}

func TestSearchesFindTheBottomOfABowl(t *testing.T) {
	t.Parallel()
	for name, tolerance := range map[string]float64{"refine": 1. / 32, "CMA-ES": 0.02, "Nelder-Mead": 0.02, "genetic": 0.25} {
		s := sweep{out: t.TempDir(), workers: 2, f: bowl}
		all, err := s.run(t, explorers()[name])
		require.NoError(t, err, name)
		best := least(all)
		t.Logf("%s: %d runs, best %+v", name, len(all), best)
		assert.InDelta(t, 1.3, best.x, tolerance, name)
		assert.InDelta(t, -0.4, best.y, tolerance, name)
		assert.Less(t, len(all), 170, name)
		seen := map[tried]bool{}
		for _, p := range all {
			assert.False(t, seen[p], "%s: %v is run twice", name, p)
			seen[p] = true
			assert.True(t, p.x >= -2 && p.x <= 2 && p.y >= -1 && p.y <= 3, "%s: %v is outside", name, p)
		}
	}
}

// However often it is stopped and by whatever number of workers it is executed, a search
// is the same.
func TestSearchesGoOn(t *testing.T) {
	t.Parallel()
	for name, x := range explorers() {
		if m, ok := x.(adaptive.Minimize); ok {
			m.Runs = 40
			x = m
		}
		var want []tried
		for _, c := range []*sweep{{workers: 1}, {workers: 8}, {workers: 2, limit: 5}, {workers: 3, limit: 23}} {
			s := &sweep{out: t.TempDir(), workers: c.workers, limit: c.limit, f: bowl}
			var all []tried
			var err error
			starts := 0
			for all == nil {
				s.executed.Store(0)
				all, err = s.run(t, x)
				if starts++; starts == 1 && c.limit > 0 {
					assert.ErrorContains(t, err, "stopped by the test")
				}
			}
			require.NoError(t, err)
			if want == nil {
				want = all
			}
			assert.Equal(t, want, all, "%s: %d workers, stopped after %d runs", name, c.workers, c.limit)
			if c.limit > 0 {
				assert.Greater(t, starts, len(all)/int(c.limit)/2, name)
			}
		}
	}
}

func TestCurvedValley(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]float64{"CMA-ES": 0.1, "Nelder-Mead": 0.05} {
		s := sweep{out: t.TempDir(), workers: 2, f: rosenbrock}
		x := explorers()[name].(adaptive.Minimize)
		x.Runs *= 2
		all, err := s.run(t, x)
		require.NoError(t, err)
		t.Logf("%s: %d runs, best %+v", name, len(all), least(all))
		assert.Less(t, least(all).f, want, name)
	}
}

func TestASearchEndsByItself(t *testing.T) {
	t.Parallel()
	s := sweep{out: t.TempDir(), f: bowl}
	x := explorers()["Nelder-Mead"].(adaptive.Minimize)
	x.Runs, x.Starts = 0, 3
	x.Converger = func() optimize.Converger { return &optimize.FunctionConverge{Absolute: 1e-3, Iterations: 6} }
	all, err := s.run(t, x)
	require.NoError(t, err)
	assert.Less(t, least(all).f, 1e-3)
	assert.Less(t, len(all), 150)
}

func TestFailedRunsAreBadPoints(t *testing.T) {
	t.Parallel()
	half := func(x, y float64) (float64, error) {
		if x > 1.5 {
			return 0, errors.New("it diverges")
		}
		return bowl(x, y)
	}
	for name, x := range explorers() {
		s := sweep{out: t.TempDir(), workers: 2, f: half}
		all, err := s.run(t, x)
		var failed *env.SweepError
		require.ErrorAs(t, err, &failed, name)
		assert.InDelta(t, 1.3, least(all).x, 0.25, name)
	}
	s := sweep{out: t.TempDir(), f: func(float64, float64) (float64, error) { return 0, errors.New("it diverges") }}
	_, err := s.run(t, explorers()["refine"])
	assert.ErrorContains(t, err, "adaptive: all 25 runs have failed")
}

func TestNotANumberIsABadPoint(t *testing.T) {
	t.Parallel()
	s := sweep{out: t.TempDir(), f: func(x, y float64) (float64, error) {
		if x > 1.5 {
			return math.NaN(), nil
		}
		return bowl(x, y)
	}}
	all, err := s.run(t, explorers()["CMA-ES"])
	require.NoError(t, err)
	assert.InDelta(t, 1.3, best(all).x, 0.05)
}

func best(all []tried) tried {
	var numbers []tried
	for _, p := range all {
		if !math.IsNaN(p.f) {
			numbers = append(numbers, p)
		}
	}
	return least(numbers)
}

func TestRefineByHand(t *testing.T) {
	t.Parallel()
	// One dimension from 0 to 8: 0 2 4 6 8, around the best one 4 ones beside it, then halves.
	e, err := env.New(env.Options{Out: t.TempDir(), Workers: 1})
	require.NoError(t, err)
	tr, err := e.Trajectory("search", trajectory.Options{})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("x", 0.0))
	var runs []float64
	err = e.Run(t.Context(), tr, env.Func(func(_ context.Context, r *trajectory.Run) error {
		x, err := trajectory.Get[float64](r, "x")
		runs = append(runs, x)
		return errors.Join(err, r.AddResult("f", math.Abs(x-7.8)))
	}), env.Explore(adaptive.Refine{Over: []adaptive.Dimension{{Name: "x", High: 8}}, Objective: adaptive.Result("f"), Levels: 3}))
	require.NoError(t, err)
	assert.Equal(t, []float64{0, 2, 4, 6, 8, 5, 7, 6.5, 7.5}, runs, "the box does not stick out: 4 5 6 7 8, then 6 6.5 7 7.5 8")
}

func TestTrialsAreAveraged(t *testing.T) {
	t.Parallel()
	e, err := env.New(env.Options{Out: t.TempDir()})
	require.NoError(t, err)
	tr, err := e.Trajectory("search", trajectory.Options{Seed: 1})
	require.NoError(t, err)
	require.NoError(t, errors.Join(tr.AddParameter("n", 0), tr.AddParameter("trial", 0)))
	x := adaptive.Refine{
		Over: []adaptive.Dimension{adaptive.Int("n", 0, 64)}, Objective: adaptive.Negative(adaptive.Result("f")),
		Trials: adaptive.Trials{Name: "trial", N: 3}, Levels: 6,
	}
	err = e.Run(t.Context(), tr, env.Func(func(_ context.Context, r *trajectory.Run) error {
		n, err := trajectory.Get[int](r, "n")
		trial, errT := trajectory.Get[int](r, "trial")
		noise := 20 * float64(trial-1) * math.Cos(float64(n)) // whose mean is 0
		return errors.Join(err, errT, r.AddResult("f", noise-math.Abs(float64(n-23))))
	}), env.Explore(x), env.Finally(func(_ context.Context, tr *trajectory.Trajectory) error {
		done, err := env.Outcomes(tr)
		require.NoError(t, err)
		assert.Zero(t, len(done)%3)
		assert.Less(t, len(done), 64)
		found := false
		for _, o := range done {
			n, err := trajectory.Get[int](o, "n")
			require.NoError(t, err)
			found = found || n == 23
		}
		assert.True(t, found)
		return nil
	}))
	require.NoError(t, err)
}

func TestQuantitiesCanBeSearchedFor(t *testing.T) {
	t.Parallel()
	e, err := env.New(env.Options{Out: t.TempDir()})
	require.NoError(t, err)
	tr, err := e.Trajectory("search", trajectory.Options{Kinds: brianparam.Kinds()})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("tau", quantity.MustParse("10 ms")))
	var runs atomic.Int64
	err = e.Run(t.Context(), tr, env.Func(func(_ context.Context, r *trajectory.Run) error {
		runs.Add(1)
		tau, err := trajectory.Get[quantity.Quantity](r, "tau")
		return errors.Join(err, r.AddResult("f", math.Abs(tau.SI()-0.0123)))
	}), env.Explore(adaptive.Refine{Objective: adaptive.Result("f"), Levels: 4, Over: []adaptive.Dimension{{
		Name: "tau", Low: 0.001, High: 0.1, Value: func(x float64) any { return quantity.New(x, quantity.DimTime) },
	}}}))
	require.NoError(t, err)
	assert.EqualValues(t, 5+2+2+2, runs.Load(), "points in common are recognised")
}

func TestSteps(t *testing.T) {
	t.Parallel()
	s := sweep{out: t.TempDir(), f: bowl}
	x := explorers()["CMA-ES"].(adaptive.Minimize)
	x.Over = []adaptive.Dimension{{Name: "x", Low: -2, High: 1.9, Step: 0.5}, {Name: "y", Low: -1, High: 3, Step: 0.1}}
	all, err := s.run(t, x)
	require.NoError(t, err)
	for _, p := range all {
		assert.Zero(t, math.Mod(p.x, 0.5))
		assert.LessOrEqual(t, p.x, 1.5)
		assert.InDelta(t, math.Round(p.y*10), p.y*10, 1e-9)
	}
	assert.Equal(t, 1.5, least(all).x)
	assert.InDelta(t, -0.4, least(all).y, 1e-9)
}

func TestWhatCannotBeSearched(t *testing.T) {
	t.Parallel()
	f := adaptive.Result("f")
	one := plane()
	genetic := func(change func(g *adaptive.Genetic[float64])) env.Explorer {
		g := explorers()["genetic"].(adaptive.Genetic[float64])
		change(&g)
		return g
	}
	for want, x := range map[string]env.Explorer{
		"needs a parameter to vary":              adaptive.Refine{Objective: f},
		"needs an objective":                     adaptive.Refine{Over: one},
		"needs the name of a parameter":          adaptive.Minimize{Over: []adaptive.Dimension{{High: 1}}, Objective: f},
		"x goes from 1 to 1 (want finite bounds": adaptive.Minimize{Over: []adaptive.Dimension{{Name: "x", Low: 1, High: 1}}, Objective: f},
		"x goes from 0 to +Inf":                  adaptive.Refine{Over: []adaptive.Dimension{{Name: "x", High: math.Inf(1)}}, Objective: f},
		"in steps of 2":                          adaptive.Refine{Over: []adaptive.Dimension{{Name: "x", High: 1, Step: 2}}, Objective: f},
		"4 points along a dimension":             adaptive.Refine{Over: one, Objective: f, Points: 4},
		"-1 levels":                              adaptive.Refine{Over: one, Objective: f, Levels: -1},
		"grids of 4097 points in each of 2":      adaptive.Refine{Over: one, Objective: f, Points: 4097},
		"trials need a parameter and how many":   adaptive.Refine{Over: one, Objective: f, Trials: adaptive.Trials{N: 3}},
		"-1 starts and 0 runs":                   adaptive.Minimize{Over: one, Objective: f, Starts: -1},
		"the method needs more than values":      adaptive.Minimize{Over: one, Objective: f, Method: func(uint64) optimize.Method { return &optimize.BFGS{} }},
		"there is no method":                     adaptive.Minimize{Over: one, Objective: f, Method: func(uint64) optimize.Method { return nil }},
		"needs parameters for its genomes":       genetic(func(g *adaptive.Genetic[float64]) { g.Names = nil }),
		"needs Genome, Cross and Mutate":         genetic(func(g *adaptive.Genetic[float64]) { g.Cross = nil }),
		"12 generations of 1 genomes":            genetic(func(g *adaptive.Genetic[float64]) { g.Population = 1 }),
		"rates of 2 and 0.6":                     genetic(func(g *adaptive.Genetic[float64]) { g.CrossRate = 2 }),
		"an elite of 13 and tournaments":         genetic(func(g *adaptive.Genetic[float64]) { g.Elite = 13 }),
		"a genome has 2 genes for 3 parameters":  genetic(func(g *adaptive.Genetic[float64]) { g.Names = append(g.Names, "z") }),
		"did you mean":                           adaptive.Refine{Over: []adaptive.Dimension{{Name: "xx", High: 1}}, Objective: f},
		"the objective of run 0: trajectory: ":   adaptive.Refine{Over: one, Objective: adaptive.Result("g")},
	} {
		s := sweep{out: t.TempDir(), f: bowl}
		_, err := s.run(t, x)
		assert.ErrorContains(t, err, want)
	}
}

func TestBest(t *testing.T) {
	t.Parallel()
	_, _, err := adaptive.Best(nil, adaptive.Result("f"))
	assert.ErrorContains(t, err, "no run is done")
	e, err := env.New(env.Options{Out: t.TempDir()})
	require.NoError(t, err)
	tr, err := e.Trajectory("search", trajectory.Options{})
	require.NoError(t, err)
	require.NoError(t, errors.Join(tr.AddParameter("x", 0.0), tr.Explore(trajectory.Over("x", trajectory.Values(4.0, 2, 9, 2)))))
	err = e.Run(t.Context(), tr, env.Func(func(_ context.Context, r *trajectory.Run) error {
		x, err := trajectory.Get[float64](r, "x")
		if x == 9 {
			return errors.New("it diverges")
		}
		return errors.Join(err, r.AddResult("f", x))
	}), env.PostProcess(func(_ context.Context, _ *trajectory.Trajectory, done []env.Outcome) (trajectory.Design, error) {
		o, v, err := adaptive.Best(done, adaptive.Result("f"))
		assert.Equal(t, 1, o.Index, "the first one")
		assert.Equal(t, 2.0, v)
		return nil, err
	}))
	var failed *env.SweepError
	require.ErrorAs(t, err, &failed)
}

func TestHistory(t *testing.T) {
	t.Parallel()
	g := explorers()["genetic"].(adaptive.Genetic[float64])
	history, err := g.History(nil)
	require.NoError(t, err)
	assert.Empty(t, history)
	s := sweep{out: t.TempDir(), workers: 2, f: bowl}
	all, err := s.run(t, g)
	require.NoError(t, err)
	tr, err := trajectory.Open(t.Context(), filepath.Join(s.out, "search"+env.Stores()[0].Extensions()[0]), trajectory.OpenOptions{Stores: env.Stores()})
	require.NoError(t, err)
	defer tr.Close()
	done, err := env.Outcomes(tr)
	require.NoError(t, err)
	history, err = g.History(done)
	require.NoError(t, err)
	require.Len(t, history, 13)
	total := 0
	last := math.Inf(1)
	for _, p := range history {
		total += p.New
		assert.Len(t, p.Genomes, 12)
		lowest := math.Inf(1)
		for _, v := range p.Values {
			lowest = math.Min(lowest, v)
		}
		assert.LessOrEqual(t, lowest, last, "the elite is not lost")
		last = lowest
	}
	assert.Equal(t, len(all), total)
	assert.Equal(t, least(all).f, last)
}

func TestOperators(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	whole := 0
	for range 200 {
		a, b := []int{0, 0, 0, 0, 0}, []int{1, 1, 1, 1, 1}
		adaptive.TwoPoint(rng, a, b)
		text := strings.Trim(fmt.Sprint(a), "[]")
		assert.Regexp(t, `^[0 ]*1[1 ]*[0 ]*$`, text, "one stretch is exchanged")
		for i := range a {
			assert.Equal(t, 1, a[i]+b[i])
		}
		if text == "1 1 1 1 1" {
			whole++
		}
	}
	assert.Less(t, whole, 40)
	adaptive.TwoPoint(rng, []int{1}, []int{2, 3})
	flips := 0
	genome := make([]int, 10_000)
	adaptive.Flip(0.1)(rng, genome)
	for _, g := range genome {
		flips += g
	}
	assert.InDelta(t, 1000, flips, 5*30) // five standard deviations
	values := make([]float64, 1000)
	adaptive.Gaussian(1, 10, -1, 2)(rng, values)
	for _, v := range values {
		assert.True(t, v >= -1 && v <= 2)
	}
}

// The evolution strategy is a method of gonum's like any other.
func TestCMAESWithoutRuns(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(x, y float64) (float64, error){"bowl": bowl, "valley": rosenbrock} {
		for seed := range uint64(5) {
			p := optimize.Problem{Func: func(u []float64) float64 {
				v, _ := f(-2+4*u[0], -1+4*u[1])
				return v
			}}
			settings := &optimize.Settings{Concurrent: 100, FuncEvaluations: 3000, Converger: optimize.NeverTerminate{}}
			r, err := optimize.Minimize(p, []float64{0.5, 0.5}, settings, adaptive.CMAES(0)(seed))
			require.NoError(t, err)
			assert.Equal(t, optimize.MethodConverge, r.Status, "%s, seed %d", name, seed)
			assert.Less(t, r.F, 1e-8, "%s, seed %d", name, seed)
		}
	}
}
