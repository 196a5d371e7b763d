package neuron_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/internal/sim"
	"galvani/neuron"
	"galvani/quantity"
)

const dt = 1e-4

func group(t testing.TB, n int, spec neuron.Spec) *neuron.Group {
	t.Helper()
	g, err := neuron.NewGroup("g", n, spec)
	require.NoError(t, err)
	require.NoError(t, g.Prepare(dt))
	return g
}

// single steps one group alone, as a network does.
type single struct {
	sim.Instance
	tasks   []sim.Task
	entries []sim.Entry
	step    int64
}

func instance(t testing.TB, g *neuron.Group, link sim.Link) *single {
	t.Helper()
	in, err := g.NewInstance(&sim.Setup{DT: dt, Seed: 1, Kernel: kernel.Best()})
	require.NoError(t, err)
	return &single{Instance: in, tasks: in.Tasks(link), entries: g.Entries()}
}

func (s *single) advance(t testing.TB, link sim.Link, steps int) {
	t.Helper()
	for range steps {
		for _, task := range s.tasks {
			if task.Wake != nil && len(task.Wake.At(s.step)) == 0 {
				continue
			}
			if task.Part != nil {
				for w := range link.Workers {
					task.Part(s.step, w)
				}
			}
			if task.Whole != nil {
				require.NoError(t, task.Whole(s.step))
			}
		}
		s.step++
	}
}

var plain = sim.Link{Workers: 1}

func ExampleGroup() {
	e, err := neuron.NewGroup("e", 6, neuron.Spec{Equations: "dV/dt = (mu - V)/(15*ms) : 1\nmu : 1"})
	if err != nil {
		fmt.Println(err)
	}
	e.Set("mu", "1.1 + 0.1*rand()")
	for _, part := range e.Chunks(2) {
		fmt.Println(part.Name(), "others:", e.Except(part).Name())
	}
	// Output:
	// e[0:2] others: e[2:6]
	// e[2:4] others: e[0:2,4:6]
	// e[4:6] others: e[0:4]
}

// numbers lists a view's neurons.
func numbers(v neuron.View) []int {
	list := []int{}
	for _, r := range v.Ranges() {
		for i := r.Lo; i < r.Hi; i++ {
			list = append(list, i)
		}
	}
	return list
}

// TestViewsAgainstSets cuts random views and compares them with lists of numbers.
func TestViewsAgainstSets(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	g := group(t, 60, neuron.Spec{Equations: "V : 1"})
	pick := func() (neuron.View, []int) {
		var v neuron.View = g
		all := numbers(g)
		for range r.IntN(5) {
			lo := r.IntN(len(all) + 1)
			hi := lo + r.IntN(len(all)-lo+1)
			if r.IntN(2) == 0 {
				v, all = v.Slice(lo, hi), all[lo:hi]
				continue
			}
			out := all[lo:hi]
			v = v.Except(v.Slice(lo, hi))
			all = slices.DeleteFunc(slices.Clone(all), func(i int) bool { return slices.Contains(out, i) })
		}
		return v, all
	}
	for range 500 {
		v, want := pick()
		require.Equal(t, want, numbers(v), v.Name())
		require.Equal(t, len(want), v.N())
		require.Same(t, g, v.Group())
		for k, r := range v.Ranges() {
			require.Less(t, r.Lo, r.Hi)
			require.True(t, k == 0 || v.Ranges()[k-1].Hi < r.Lo, "ranges rise and do not touch: %s", v.Name())
		}
		w, other := pick()
		rest := slices.DeleteFunc(slices.Clone(want), func(i int) bool { return slices.Contains(other, i) })
		require.Equal(t, rest, numbers(v.Except(w)), "%s except %s", v.Name(), w.Name())
		at := 0
		for _, part := range v.Chunks(7) {
			require.Equal(t, want[at:min(at+7, len(want))], numbers(part))
			at += part.N()
		}
		require.Equal(t, len(want), at)
	}
	require.NoError(t, g.Err())
	assert.Equal(t, "g", g.All().Name())
	assert.Equal(t, "g", g.Slice(0, 60).Name())
}

func TestViewsOutOfRangeTellIt(t *testing.T) {
	for want, f := range map[string]func(g *neuron.Group) neuron.View{
		"slice [-1:2] of g, which has 10":     func(g *neuron.Group) neuron.View { return g.Slice(-1, 2) },
		"slice [0:11] of g":                   func(g *neuron.Group) neuron.View { return g.Slice(0, 11) },
		"slice [3:2] of g":                    func(g *neuron.Group) neuron.View { return g.Slice(3, 2) },
		"slice [0:4] of g[2:5], which has 3":  func(g *neuron.Group) neuron.View { return g.Slice(2, 5).Slice(0, 4) },
		"slice [0:12] of g":                   func(g *neuron.Group) neuron.View { return g.Slice(0, 12).Slice(0, 1).Chunks(3)[0].Except(g) },
		"slice [0:13] of g":                   func(g *neuron.Group) neuron.View { return g.Except(g.Slice(0, 13)) },
		"chunks of 0 neurons of g":            func(g *neuron.Group) neuron.View { return g.Chunks(0)[0] },
		"g except nothing":                    func(g *neuron.Group) neuron.View { return g.Except(nil) },
		"g except g: want a part of the same": func(g *neuron.Group) neuron.View { return g.Except(group(t, 10, neuron.Spec{Equations: "V : 1"})) },
	} {
		g := group(t, 10, neuron.Spec{Equations: "V : 1"})
		v := f(g)
		assert.ErrorContains(t, v.Err(), "neuron: "+want)
		assert.Zero(t, v.N())
		assert.NoError(t, g.Err(), "others may share the group")
		v.Set("V", 1.0)
		assert.ErrorContains(t, g.Err(), want)
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		n    int
		spec neuron.Spec
		want string
	}{
		{"", 1, neuron.Spec{Equations: "V : 1"}, "name"},
		{"g", 0, neuron.Spec{Equations: "V : 1"}, "0 neurons"},
		{"g", -3, neuron.Spec{Equations: "V : 1"}, "-3 neurons"},
		{"g", 1, neuron.Spec{Equations: "dV/dt = "}, "equations"},
		{"g", 1, neuron.Spec{Equations: "dV/dt = 1*volt : 1"}, "g"},
		{"g", 1, neuron.Spec{Equations: "dV/dt = W/ms : 1"}, "W"},
		{"g", 1, neuron.Spec{Equations: "V : 1", Reset: "V = 0"}, "without a threshold"},
		{"g", 1, neuron.Spec{Equations: "V : 1", Refractory: "1 ms"}, "without a threshold"},
		{"g", 1, neuron.Spec{Equations: "V : 1", Threshold: "V"}, "threshold"},
		{"g", 1, neuron.Spec{Equations: "V : 1", Threshold: "V > 1*volt"}, "threshold"},
		{"g", 1, neuron.Spec{Equations: "V : 1", Threshold: "V > 1", Reset: "U = 1"}, "reset"},
		{"g", 1, neuron.Spec{Equations: "V : 1", Threshold: "V > 1", Refractory: "1 mV"}, "1 mV is in V, want a time"},
		{"g", 1, neuron.Spec{Equations: "V : 1", Threshold: "V > 1", Refractory: "W*ms"}, "refractory"},
		{"g", 1, neuron.Spec{Equations: "V : 1", Threshold: "V > 1", Refractory: "-1 ms"}, "refractory period is -1 ms"},
		{"g", 1, neuron.Spec{Equations: "V : 1", DT: quantity.MustParse("1 mV")}, "want a time"},
		{"g", 1, neuron.Spec{Equations: "V : 1", DT: quantity.MustParse("-1 ms")}, "positive time"},
		{"g", 1, neuron.Spec{Equations: "dV/dt = -V/ms : 1", Method: "guess"}, "guess"},
		{"g", 1, neuron.Spec{Equations: "V : 1", Update: neuron.Native{Name: "f"}}, "without a function"},
		{"g", 1, neuron.Spec{Equations: "V : 1", Update: neuron.Native{Func: func(*neuron.Step) {}}}, "without a name"},
		{"g", 1, neuron.Spec{Equations: "V : 1", Update: neuron.Native{Name: "f", Columns: []string{"W"}, Func: func(*neuron.Step) {}}}, "no variable W"},
	} {
		g, err := neuron.NewGroup(c.name, c.n, c.spec)
		if err == nil {
			err = g.Prepare(dt)
		}
		assert.ErrorContains(t, err, c.want)
		require.NotNil(t, g)
		g.Slice(0, 0)
		g.Set("V", 1.0)
		_, err = g.NewInstance(&sim.Setup{DT: dt, Kernel: kernel.Go()})
		assert.Error(t, err)
	}
}

func TestSet(t *testing.T) {
	g := group(t, 5, neuron.Spec{
		Equations: "v : volt\nx : 1\nflag : boolean\nlevel : Hz (shared)\nfixed : 1 (constant)\ny = 2*x : 1",
		Constants: equation.Constants{"v0": quantity.MustParse("3 mV"), "step": 0.5},
	})
	g.Set("v", quantity.MustParse("2 mV"))
	g.Slice(1, 3).Set("v", "v0*(1 + i)")
	g.Set("x", []float64{1, 2, 3, 4, 5})
	g.Except(g.Slice(1, 4)).Set("x", []float64{-1, -5})
	g.Slice(2, 3).Set("v", []quantity.Quantity{quantity.MustParse("7 V")})
	g.Set("flag", true)
	g.Set("level", quantity.MustParse("3 kHz"))
	g.Set("fixed", "step*i + N")
	require.NoError(t, g.Err())
	s := instance(t, g, plain).State()
	assert.Equal(t, []float64{0.002, 0.003, 7, 0.002, 0.002}, s.Float64("v"))
	assert.Equal(t, []float64{-1, 2, 3, 4, -5}, s.Float64("x"))
	assert.Equal(t, []float64{1, 1, 1, 1, 1}, s.Float64("flag"))
	assert.Equal(t, []float64{3000}, s.Float64("level"))
	assert.Equal(t, []float64{5, 5.5, 6, 6.5, 7}, s.Float64("fixed"))

	for _, c := range []struct {
		variable string
		value    any
		want     string
	}{
		{"w", 1.0, "no such variable; there are v, x, flag, level, fixed"},
		{"y", 1.0, "subexpression"},
		{"v", 1.0, "plain number"},
		{"v", quantity.MustParse("1 nA"), "dimensions differ"},
		{"v", []quantity.Quantity{quantity.MustParse("1 V")}, "1 values for 5"},
		{"x", []float64{1}, "1 values for 5"},
		{"x", true, "not boolean"},
		{"x", []int{1}, "cannot take a []int"},
		{"x", nil, "cannot take"},
		{"level", []float64{1, 2, 3, 4, 5}, "values"},
	} {
		g := group(t, 5, g.Spec())
		g.Set(c.variable, c.value)
		assert.ErrorContains(t, g.Err(), c.want, c.variable)
	}
	g = group(t, 5, g.Spec())
	g.Set("x", "rand(")
	g.Set("v", "x")
	g.Set("level", "x*volt")
	err := g.Prepare(dt)
	for _, want := range []string{"set x", "set v", "set level"} {
		assert.ErrorContains(t, err, want)
	}
	sealed := group(t, 5, g.Spec())
	sealed.Seal()
	sealed.Set("x", 1.0)
	assert.ErrorContains(t, sealed.Err(), "shared by now")
	zero := group(t, 5, g.Spec())
	zero.Set("v", 0.0)
	assert.NoError(t, zero.Err(), "zero has every unit")
}

func TestInitialValuesDependOnSeedNameAndVariable(t *testing.T) {
	values := func(name string, seed uint64) []float64 {
		g, err := neuron.NewGroup(name, 64, neuron.Spec{Equations: "x : 1\ny : 1"})
		require.NoError(t, err)
		g.Set("x", "rand()")
		g.Set("y", "rand()")
		in, err := g.NewInstance(&sim.Setup{DT: dt, Seed: seed, Kernel: kernel.Best()})
		require.NoError(t, err)
		assert.NotEqual(t, in.State().Float64("x"), in.State().Float64("y"))
		return in.State().Float64("x")
	}
	a := values("a", 1)
	assert.Equal(t, a, values("a", 1))
	assert.NotEqual(t, a, values("b", 1))
	assert.NotEqual(t, a, values("a", 2))
	for _, x := range a {
		assert.True(t, x > 0 && x < 1)
	}
}

// spikeSteps runs one neuron that is always over the threshold.
func spikeSteps(t *testing.T, spec neuron.Spec, steps int, link sim.Link) []int64 {
	t.Helper()
	g := group(t, 3, spec)
	s := instance(t, g, link)
	var at []int64
	for range steps {
		s.advance(t, link, 1)
		if spikes := s.State().Spikes.At(s.step - 1); slices.Contains(spikes, 1) {
			at = append(at, s.step-1)
		}
	}
	return at
}

func TestRefractoriness(t *testing.T) {
	every := func(k int64, steps int64) []int64 {
		var list []int64
		for s := int64(0); s < steps; s += k {
			list = append(list, s)
		}
		return list
	}
	for _, c := range []struct {
		refractory string
		want       []int64
	}{
		{"", every(1, 100)},
		{"0 ms", every(1, 100)},
		{"0.1 ms", every(1, 100)},
		{"5 ms", every(50, 100)},
		{"1.27 ms", every(12, 100)},
		{"hold", every(50, 100)},
		{"2*hold - 9*ms", every(10, 100)},
		{"(1 + own)*ms", every(30, 100)},
		{"V < 0.5 and t < 3.95*ms", append([]int64{0}, every(1, 100)[40:]...)},
	} {
		for _, fuse := range []bool{false, true} {
			for _, workers := range []int{1, 2, 3} {
				spec := neuron.Spec{
					Equations: "dV/dt = 0/second : 1\nown = 2 : 1", Threshold: "V >= 0", Refractory: c.refractory,
					Constants: equation.Constants{"hold": quantity.MustParse("5 ms")},
				}
				assert.Equal(t, c.want, spikeSteps(t, spec, 100, sim.Link{Workers: workers, Fuse: fuse}), "%q fused %v", c.refractory, fuse)
			}
		}
	}
}

func TestUnlessRefractoryFreezes(t *testing.T) {
	g := group(t, 1, neuron.Spec{
		Equations: "dV/dt = 100/second : 1 (unless refractory)\ndU/dt = 100/second : 1\ndW/dt = not_refractory*100/second : 1\nsince = t - lastspike : second",
		Threshold: "V > 0.035", Reset: "V = 0", Refractory: "1 ms",
	})
	s := instance(t, g, plain)
	s.advance(t, plain, 4) // V is 0.01, …, 0.04: spikes in step 3
	assert.Equal(t, int64(3), s.State().Int64("lastspike")[0])
	assert.InDelta(t, 3*dt, s.State().Float64("lastspike")[0], 1e-18)
	assert.Zero(t, s.State().Float64("V")[0])
	s.advance(t, plain, 9)
	assert.Zero(t, s.State().Float64("V")[0], "frozen in steps 4 to 12")
	assert.InDelta(t, 0.13, s.State().Float64("U")[0], 1e-12)
	assert.InDelta(t, 0.04, s.State().Float64("W")[0], 1e-12)
	s.advance(t, plain, 1)
	assert.InDelta(t, 0.01, s.State().Float64("V")[0], 1e-12)
	since, err := neuron.Evaluate(s.Instance, g, "since", s.step)
	require.NoError(t, err)
	assert.InDelta(t, 11*dt, since[0], 1e-15)
}

func TestEulerIsSimultaneous(t *testing.T) {
	g := group(t, 1, neuron.Spec{Equations: "dx/dt = y/(0.1*ms) : 1\ndy/dt = -x/(0.1*ms) : 1"})
	g.Set("x", 1.0)
	s := instance(t, g, plain)
	s.advance(t, plain, 1)
	assert.Equal(t, []float64{1}, s.State().Float64("x"))
	assert.Equal(t, []float64{-1}, s.State().Float64("y"))
}

func TestNativeUpdateGetsItsRanges(t *testing.T) {
	seen := make([]int, 2500)
	var steps []int64
	g := group(t, 2500, neuron.Spec{
		Equations: "a : 1\ndb/dt = 1/second : 1 (unless refractory)", Threshold: "a > 0.5", Reset: "a = 0", Refractory: "1 ms",
		Update: neuron.Native{Name: "count", Version: 2, Columns: []string{"b", "a"}, Func: func(s *neuron.Step) {
			if s.First == 0 {
				steps = append(steps, s.Index)
			}
			for j := range s.Columns[0] {
				seen[s.First+j]++
				s.Columns[0][j] += float64(s.First + j)
				s.Columns[1][j] = float64(s.Index % 2)
			}
			if len(s.LastSpike) != len(s.Columns[0]) || len(s.NotRefractory) != len(s.Columns[0]) || s.DT != dt {
				panic("wrong step")
			}
		}},
	})
	for _, workers := range []int{1, 3} {
		clear(seen)
		steps = nil
		link := sim.Link{Workers: workers, Fuse: true}
		s := instance(t, g, link)
		assert.Equal(t, neuron.NeverSpiked, s.State().Int64("lastspike")[7])
		s.advance(t, link, 2)
		assert.Equal(t, slices.Repeat([]int{2}, 2500), seen)
		assert.Equal(t, []int64{0, 1}, steps)
		assert.Equal(t, 2*2499.0, s.State().Float64("b")[2499])
		assert.Len(t, s.State().Spikes.At(1), 2500)
		assert.Zero(t, s.State().Float64("a")[0], "reset")
	}
}

func TestSpecsCompare(t *testing.T) {
	base := neuron.Spec{
		Equations: "dV/dt = -V/tau : 1", Threshold: "V > 1", Reset: "V = 0", Refractory: "1 ms",
		Constants: equation.Constants{"tau": quantity.MustParse("10 ms"), "a": 1.0},
	}
	same := base
	same.Equations = "dV/dt  =  -V / tau : 1  # the same"
	same.Constants = equation.Constants{"a": 1.0, "tau": quantity.MustParse("10 ms")}
	assert.True(t, base.Equal(same))
	for name, change := range map[string]func(*neuron.Spec){
		"equations":  func(s *neuron.Spec) { s.Equations = "dV/dt = -2*V/tau : 1" },
		"threshold":  func(s *neuron.Spec) { s.Threshold = "V >= 1" },
		"reset":      func(s *neuron.Spec) { s.Reset = "V = 1" },
		"refractory": func(s *neuron.Spec) { s.Refractory = "2 ms" },
		"constants":  func(s *neuron.Spec) { s.Constants = equation.Constants{"tau": quantity.MustParse("11 ms"), "a": 1.0} },
		"type":       func(s *neuron.Spec) { s.Constants = equation.Constants{"tau": quantity.MustParse("10 ms"), "a": "1"} },
		"method":     func(s *neuron.Spec) { s.Method = "euler" },
		"dt":         func(s *neuron.Spec) { s.DT = quantity.MustParse("1 ms") },
		"order":      func(s *neuron.Spec) { s.Order = 1 },
		"update":     func(s *neuron.Spec) { s.Update = neuron.Native{Name: "f", Func: func(*neuron.Step) {}} },
	} {
		other := base
		change(&other)
		assert.False(t, base.Equal(other), name)
	}
}
