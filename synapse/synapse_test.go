package synapse_test

import (
	"fmt"
	"math"
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
	"galvani/synapse"
)

const dt = 1e-4

func group(t testing.TB, name string, n int) *neuron.Group {
	t.Helper()
	g, err := neuron.NewGroup(name, n, neuron.Spec{
		Equations: "x : 1\nv : volt\ndr/dt = 0/second : 1 (unless refractory)\nlevel : 1 (shared)\nfixed : 1 (constant)\ntwice = 2*x : 1",
		Threshold: "x > 1e300", Refractory: "1 ms",
	})
	require.NoError(t, err)
	return g
}

func connect(t testing.TB, pre, post neuron.View, spec synapse.Spec, b synapse.Build) *synapse.Synapses {
	t.Helper()
	if spec.OnPre == "" {
		spec.OnPre = "x += 1"
	}
	s, err := synapse.NewSynapses("s", pre, post, spec, b)
	require.NoError(t, err)
	require.NoError(t, s.Prepare(dt))
	return s
}

// pairs lists a projection as (pre, post).
func pairs(s *synapse.Synapses) [][2]int32 {
	list := [][2]int32{}
	for syn := range s.All() {
		list = append(list, [2]int32{syn.Pre, syn.Post})
	}
	return list
}

func members(v neuron.View) []int32 {
	var list []int32
	for _, r := range v.Ranges() {
		for i := r.Lo; i < r.Hi; i++ {
			list = append(list, int32(i))
		}
	}
	return list
}

// brute lists the pairs of two views that keep accepts, given the numbers in the
// views and in the groups.
func brute(pre, post neuron.View, keep func(i, j int, from, to int32) bool) [][2]int32 {
	list := [][2]int32{}
	for i, from := range members(pre) {
		for j, to := range members(post) {
			if keep(i, j, from, to) {
				list = append(list, [2]int32{from, to})
			}
		}
	}
	return list
}

func ExampleNewSynapses() {
	e, _ := neuron.NewGroup("e", 3, neuron.Spec{Equations: "V : 1", Threshold: "V > 1"})
	s, err := synapse.NewSynapses("ee", e, e, synapse.Spec{OnPre: "V += w", AllToAll: true, NoAutapses: true, Weight: "0.1*(i + 1)"}, synapse.Build{})
	if err != nil {
		fmt.Println(err)
	}
	for syn := range s.All() {
		fmt.Printf("%d -> %d %.1f\n", syn.Pre, syn.Post, syn.Weight)
	}
	// Output:
	// 0 -> 1 0.1
	// 0 -> 2 0.1
	// 1 -> 0 0.2
	// 1 -> 2 0.2
	// 2 -> 0 0.3
	// 2 -> 1 0.3
}

func TestRulesAgainstBruteForce(t *testing.T) {
	a, b := group(t, "a", 30), group(t, "b", 50)
	views := []neuron.View{a, a.Slice(10, 20), a.Slice(0, 15), a.Except(a.Slice(5, 12)), b, b.Slice(7, 37), b.Except(b.Slice(0, 3)), b.Except(b.Slice(20, 40))}
	all := func(int, int, int32, int32) bool { return true }
	for _, pre := range views {
		for _, post := range views {
			same := pre.Group() == post.Group()
			for _, c := range []struct {
				spec synapse.Spec
				keep func(i, j int, from, to int32) bool
			}{
				{synapse.Spec{AllToAll: true}, all},
				{synapse.Spec{P: 1}, all},
				{synapse.Spec{AllToAll: true, Condition: "i != j"}, func(i, j int, _, _ int32) bool { return i != j }},
				{synapse.Spec{AllToAll: true, Condition: " j!=i "}, func(i, j int, _, _ int32) bool { return i != j }},
				{synapse.Spec{AllToAll: true, Condition: "i == j"}, func(i, j int, _, _ int32) bool { return i == j }},
				{synapse.Spec{AllToAll: true, Condition: "abs(i - j) <= width and j < N_post - 2", Constants: equation.Constants{"width": 2}}, func(i, j int, _, _ int32) bool {
					return max(i-j, j-i) <= 2 && j < post.N()-2
				}},
				{synapse.Spec{AllToAll: true, NoAutapses: true}, func(_, _ int, from, to int32) bool { return !same || from != to }},
				{synapse.Spec{P: 1, NoAutapses: true, Condition: "i % 2 == 0"}, func(i, _ int, from, to int32) bool { return i%2 == 0 && (!same || from != to) }},
			} {
				for _, workers := range []int{1, 3} {
					got := connect(t, pre, post, c.spec, synapse.Build{Workers: workers})
					require.Equal(t, brute(pre, post, c.keep), pairs(got), "%s to %s: %+v", pre.Name(), post.Name(), c.spec)
				}
			}
			if pre.N() == post.N() {
				got := connect(t, pre, post, synapse.Spec{OneToOne: true, Condition: "i > 0"}, synapse.Build{Workers: 2})
				require.Equal(t, brute(pre, post, func(i, j int, _, _ int32) bool { return i == j && i > 0 }), pairs(got))
			}
		}
	}
}

// TestTheSameNetworkForEveryBuild makes random connections over blocks of targets with every
// kernel path and number of workers.
func TestTheSameNetworkForEveryBuild(t *testing.T) {
	a, b := group(t, "a", 57), group(t, "b", 5000)
	for _, p := range []float64{0.0004, 0.02, 0.3, 0.97} {
		for _, post := range []neuron.View{b, b.Slice(100, 4600), b.Except(b.Slice(1000, 2000))} {
			want := [][2]int32(nil)
			for _, set := range kernel.Available() {
				for _, workers := range []int{0, 1, 2, 3, 8, 100} {
					got := pairs(connect(t, a, post, synapse.Spec{P: p, Condition: "i != j"}, synapse.Build{Seed: 5, Workers: workers, Kernel: set.Name}))
					if want == nil {
						want = got
					}
					require.Truef(t, slices.Equal(want, got), "p %v, %s, %d workers", p, set.Name, workers)
				}
			}
			// Five standard deviations of a binomial distribution, plus rounding for the rare ones.
			n := float64(a.N() * post.N())
			assert.InDelta(t, n*p, float64(len(want)), 5*math.Sqrt(n*p*(1-p))+5)
			other := pairs(connect(t, a, post, synapse.Spec{P: p, Condition: "i != j"}, synapse.Build{Seed: 6}))
			assert.NotEqual(t, want, other, "another seed")
		}
	}
	filtered := pairs(connect(t, a, b, synapse.Spec{P: 0.1, Condition: "j % 3 == i % 3"}, synapse.Build{Seed: 5}))
	whole := pairs(connect(t, a, b, synapse.Spec{P: 0.1}, synapse.Build{Seed: 5}))
	whole = slices.DeleteFunc(whole, func(p [2]int32) bool { return p[0]%3 != p[1]%3 })
	assert.Equal(t, whole, filtered, "a condition leaves out, and changes nothing else")
}

func TestExplicitPairsKeepTheirOrder(t *testing.T) {
	a, b := group(t, "a", 10), group(t, "b", 10)
	given := [][2]int32{{3, 1}, {0, 5}, {3, 0}, {0, 5}, {3, 1}, {2, 2}}
	weights := []float64{1, 2, 3, 4, 5, 6}
	s := connect(t, a.Slice(2, 9), b.Except(b.Slice(1, 3)), synapse.Spec{OnPre: "x += w", Pairs: given, Weight: weights}, synapse.Build{})
	var got []synapse.Synapse
	for syn := range s.All() {
		got = append(got, syn)
	}
	assert.Equal(t, []synapse.Synapse{{2, 7, 2}, {2, 7, 4}, {4, 4, 6}, {5, 3, 1}, {5, 0, 3}, {5, 3, 5}}, got)
	assert.Equal(t, []int32{3, 0, 3}, s.Targets(5))
	assert.Empty(t, s.Targets(0))
	assert.Empty(t, s.Targets(9))
	assert.Empty(t, s.Targets(-1))
}

func TestWeights(t *testing.T) {
	a := group(t, "a", 40)
	mV := func(x float64) quantity.Quantity { return quantity.New(x*1e-3, quantity.DimVoltage) }
	weightsOf := func(s *synapse.Synapses) []float64 {
		var w []float64
		for syn := range s.All() {
			w = append(w, syn.Weight)
		}
		return w
	}
	one := [][2]int32{{0, 1}, {0, 2}}
	for _, c := range []struct {
		onPre  string
		weight any
		unit   string
		want   []float64
	}{
		{"x += w", 0.5, "", []float64{0.5, 0.5}},
		{"x += w", 2, "", []float64{2, 2}},
		{"x += w", []float64{1, 2}, "", []float64{1, 2}},
		{"v += w", mV(2), "", []float64{0.002, 0.002}},
		{"v += w", []quantity.Quantity{mV(2), mV(3)}, "", []float64{0.002, 0.003}},
		{"v += w", []float64{0.1, 0.2}, "volt", []float64{0.1, 0.2}},
		{"v += w", 0.1, "volt", []float64{0.1, 0.1}},
		{"v += w", "2*j*mV + i*volt", "", []float64{2e-3, 4e-3}},
		{"x += w", "w0*(j < 2)", "", []float64{3, 0}},
		{"x += w", "2*w0", "", []float64{6, 6}},
		{"x += 1", nil, "", []float64{0, 0}},
	} {
		s := connect(t, a, a, synapse.Spec{OnPre: c.onPre, Pairs: one, Weight: c.weight, WeightUnit: c.unit, Constants: equation.Constants{"w0": 3.0}}, synapse.Build{})
		assert.InDeltaSlice(t, c.want, weightsOf(s), 1e-18, "%v", c.weight)
	}

	random := func(seed uint64, kernel string) []float64 {
		return weightsOf(connect(t, a, a, synapse.Spec{OnPre: "x += w", AllToAll: true, Weight: "rand()*0.1"}, synapse.Build{Seed: seed, Kernel: kernel}))
	}
	w := random(1, "go")
	assert.Equal(t, w, random(1, ""))
	assert.NotEqual(t, w, random(2, ""))
	slices.Sort(w)
	assert.Len(t, slices.Compact(w), 1600)
	assert.True(t, w[0] > 0 && w[1599] < 0.1)

	big := group(t, "big", 200) // more than one batch
	for syn := range connect(t, big.Slice(10, 200), big, synapse.Spec{OnPre: "x += w", P: 0.5, Weight: "1000*i + j"}, synapse.Build{}).All() {
		require.Equal(t, 1000*float64(syn.Pre-10)+float64(syn.Post), syn.Weight)
	}
}

func TestEqualWeightsTakeFourBytesPerSynapse(t *testing.T) {
	a := group(t, "a", 1000)
	for _, spec := range []synapse.Spec{
		{P: 0.1}, {P: 0.5, Condition: "i != j"}, {AllToAll: true, Condition: "abs(i - j) < 5"}, {OneToOne: true},
		{P: 0.1, OnPre: "x += w", Weight: 0.1}, {P: 0.1, OnPre: "x += w", Weight: "0.1 + 0*i"},
	} {
		for _, workers := range []int{1, 4} {
			s := connect(t, a, a, spec, synapse.Build{Workers: workers})
			n := int64(s.N())
			assert.LessOrEqual(t, s.Bytes(), 4*n+n/8+8*1001+4200, "%+v", spec)
		}
	}
	each := connect(t, a, a, synapse.Spec{P: 0.1, OnPre: "x += w", Weight: "rand()"}, synapse.Build{})
	assert.GreaterOrEqual(t, each.Bytes(), 12*int64(each.N()))
}

func TestErrors(t *testing.T) {
	a, b := group(t, "a", 10), group(t, "b", 20)
	silent, err := neuron.NewGroup("silent", 5, neuron.Spec{Equations: "x : 1"})
	require.NoError(t, err)
	ok := func(s synapse.Spec) synapse.Spec {
		if s.OnPre == "" {
			s.OnPre = "x += 1"
		}
		return s
	}
	for _, c := range []struct {
		pre, post neuron.View
		spec      synapse.Spec
		want      string
	}{
		{a, b, synapse.Spec{P: -0.1}, "probability P is -0.1"},
		{a, b, synapse.Spec{P: 1.1}, "probability P is 1.1"},
		{a, b, synapse.Spec{P: math.NaN()}, "probability P is NaN"},
		{a, b, synapse.Spec{}, "no rule"},
		{a, b, synapse.Spec{Condition: "i != j"}, "no rule"},
		{a, b, synapse.Spec{P: 0.1, AllToAll: true}, "more than one rule (P, AllToAll)"},
		{a, b, synapse.Spec{OneToOne: true}, "OneToOne between a with 10 and b with 20"},
		{a, b, synapse.Spec{Pairs: [][2]int32{{0, 20}}}, "pair 0 is (0, 20): b has neurons 0 to 19"},
		{a, b, synapse.Spec{Pairs: [][2]int32{{0, 0}, {-1, 0}}}, "pair 1"},
		{a, b.Slice(0, 5), synapse.Spec{Pairs: [][2]int32{{0, 5}}}, "b[0:5] has neurons 0 to 4"},
		{a, b, synapse.Spec{Pairs: [][2]int32{}}, "no synapses"},
		{a, b, synapse.Spec{Pairs: [][2]int32{{0, 0}}, Condition: "i != j"}, "leave the pairs out"},
		{a, b.Slice(3, 3), synapse.Spec{P: 0.5}, "no synapses"},
		{a, b, synapse.Spec{AllToAll: true, Condition: "i > 100"}, "no synapses between a with 10 and b with 20"},
		{a, b, synapse.Spec{AllToAll: true, Condition: "k > 1"}, "k"},
		{a, b, synapse.Spec{AllToAll: true, Condition: "i + j"}, "condition"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: " "}, "OnPre is empty"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: "z += 1"}, "z"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: "x += 1*volt"}, "on_pre"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: "fixed += 1"}, "fixed"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: "level = 1"}, "shared"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: "x += w"}, "w"},
		{a, b, synapse.Spec{AllToAll: true, Weight: 1.0}, "does not use w"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: "x += w", Weight: quantity.MustParse("1 mV")}, "on_pre"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: "x += w", Weight: []float64{1}}, "1 weights for 200 synapses"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: "x += w", Weight: math.Inf(1)}, "weight is +Inf"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: "x += w", Weight: "log(i - 3.0)"}, "weight of synapse 0 is NaN"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: "x += w", Weight: "q"}, "q"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: "x += w", Weight: true}, "cannot be a bool"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: "x += w", Weight: 1.0, WeightUnit: "mV"}, "base unit"},
		{a, b, synapse.Spec{AllToAll: true, OnPre: "x += w", Weight: 1.0, WeightUnit: "parsec"}, "parsec"},
		{a, b, synapse.Spec{AllToAll: true, Delay: quantity.MustParse("1 mV")}, "want a time"},
		{a, b, synapse.Spec{AllToAll: true, Delay: quantity.MustParse("-1 ms")}, "0 or more"},
		{silent, b, synapse.Spec{AllToAll: true}, "silent has no threshold"},
		{a.Slice(5, 15), b, synapse.Spec{AllToAll: true}, "slice [5:15]"},
		{a, b, synapse.Spec{AllToAll: true, Delay: quantity.MustParse("200 s")}, "delay of 200 s is more than"},
		{nil, b, synapse.Spec{AllToAll: true}, "missing"},
		{a, (*neuron.Group)(nil), synapse.Spec{AllToAll: true}, "missing"},
	} {
		s, err := synapse.NewSynapses("s", c.pre, c.post, ok(c.spec), synapse.Build{})
		if err == nil {
			err = s.Prepare(dt)
		}
		assert.ErrorContains(t, err, c.want, "%+v", c.spec)
		assert.Error(t, err, "%+v", c.spec)
		require.NotNil(t, s)
		_, err = s.NewInstance(&sim.Setup{DT: dt, Kernel: kernel.Go(), Instance: func(sim.Object) sim.Instance { return nil }})
		assert.Error(t, err)
	}
	huge := group(t, "huge", 1<<30)
	_, err = synapse.NewSynapses("s", huge, huge, synapse.Spec{OnPre: "x += 1", P: 0.9}, synapse.Build{})
	assert.ErrorContains(t, err, "too many")
	_, err = synapse.NewSynapses("a b", a, b, synapse.Spec{OnPre: "x += 1", P: 0.9}, synapse.Build{Kernel: "abacus"})
	assert.ErrorContains(t, err, "space")
	assert.ErrorContains(t, err, "abacus")

	empty := connect(t, a, b, synapse.Spec{AllowEmpty: true}, synapse.Build{})
	assert.Zero(t, empty.N())
	empty = connect(t, a, b.Slice(0, 0), synapse.Spec{P: 0.1, AllowEmpty: true}, synapse.Build{})
	assert.Zero(t, empty.N())
	empty = connect(t, a.Slice(0, 0), b, synapse.Spec{P: 0.1, OnPre: "x += w", Weight: "rand()", AllowEmpty: true}, synapse.Build{})
	assert.Empty(t, pairs(empty))
}

// stage is two groups without a network, into which a test puts spikes.
type stage struct {
	pre, post sim.Instance
	path      sim.Instance
	tasks     []sim.Task
}

func newStage(t testing.TB, s *synapse.Synapses, kernel *kernel.Set, workers int) *stage {
	t.Helper()
	setup := &sim.Setup{DT: dt, Seed: 3, Kernel: kernel}
	st := &stage{}
	var err error
	st.pre, err = s.Pre().Group().NewInstance(setup)
	require.NoError(t, err)
	st.post = st.pre
	if s.Post().Group() != s.Pre().Group() {
		st.post, err = s.Post().Group().NewInstance(setup)
		require.NoError(t, err)
	}
	setup.Instance = func(o sim.Object) sim.Instance {
		if o == sim.Object(s.Pre().Group()) {
			return st.pre
		}
		return st.post
	}
	st.path, err = s.NewInstance(setup)
	require.NoError(t, err)
	st.tasks = st.path.Tasks(sim.Link{Workers: workers})
	return st
}

func (st *stage) step(t testing.TB, step int64, workers int) {
	t.Helper()
	for _, task := range st.tasks {
		if task.Part != nil {
			for w := range workers {
				task.Part(step, w)
			}
		}
		if task.Whole != nil {
			require.NoError(t, task.Whole(step))
		}
	}
}

// TestSpikesAgainstALoop delivers random spikes and compares with a loop over spikes and
// synapses in their order.
func TestSpikesAgainstALoop(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	a, b := group(t, "a", 40), group(t, "b", 60)
	type cell = map[string]float64
	for _, c := range []struct {
		onPre    string
		weight   any
		accepted string // variable that accepts input only when not refractory
		effect   func(pre, post cell, w float64, i, j int, now float64)
	}{
		{"x += w", 0.3, "", func(_, post cell, w float64, _, _ int, _ float64) { post["x"] += w }},
		{"x -= w", "rand()", "", func(_, post cell, w float64, _, _ int, _ float64) { post["x"] -= w }},
		{"x += w", "rand()", "", func(_, post cell, w float64, _, _ int, _ float64) { post["x"] += w }},
		{"x_post += 0.25", nil, "", func(_, post cell, _ float64, _, _ int, _ float64) { post["x"] += 0.25 }},
		{"x += 3*w", "rand()", "", func(_, post cell, w float64, _, _ int, _ float64) { post["x"] += 3 * w }},
		{"r += w", 0.3, "r", func(_, post cell, w float64, _, _ int, _ float64) { post["r"] += w }},
		{"r += w", "rand()", "r", func(_, post cell, w float64, _, _ int, _ float64) { post["r"] += w }},
		{"r = 0.5*r + w; x += 1", "rand()", "r", func(_, post cell, w float64, _, _ int, _ float64) { post["r"] = 0.5*post["r"] + w; post["x"]++ }},
		{"x = 0.9*x + w*fixed_pre", 0.3, "", func(pre, post cell, w float64, _, _ int, _ float64) { post["x"] = 0.9*post["x"] + w*pre["fixed"] }},
		{"x_pre = 0.9*x_pre + w*fixed_post", 0.3, "", func(pre, post cell, w float64, _, _ int, _ float64) { pre["x"] = 0.9*pre["x"] + w*post["fixed"] }},
		{"x += twice_post*0.01 + twice_pre*0.01 + i + 2*j + t/second", nil, "", func(pre, post cell, _ float64, i, j int, now float64) {
			post["x"] += 2*post["x"]*0.01 + 2*pre["x"]*0.01 + float64(i) + 2*float64(j) + now
		}},
		{"x += level_pre + level", nil, "", func(_, post cell, _ float64, _, _ int, _ float64) { post["x"] += 3 }},
	} {
		for _, post := range []neuron.View{b.Slice(5, 55), a.Slice(20, 40)} {
			pre := a.Slice(10, 35)
			var given [][2]int32 // with repetitions, in any order
			for range 300 {
				given = append(given, [2]int32{int32(r.IntN(pre.N())), int32(r.IntN(post.N()))})
			}
			for _, rule := range []synapse.Spec{{P: 0.3}, {Pairs: given}} {
				rule.OnPre, rule.Weight = c.onPre, c.weight
				s := connect(t, pre, post, rule, synapse.Build{Seed: 8})
				for _, workers := range []int{1, 2, 3} {
					st := newStage(t, s, kernel.Best(), workers)
					stateOf := map[*neuron.Group]*sim.State{pre.Group(): st.pre.State(), post.Group(): st.post.State()}
					want := map[*neuron.Group][]cell{}
					for g, state := range stateOf {
						state.Float64("level")[0] = 1.5
						for i := range g.N() {
							for _, v := range []string{"x", "r", "fixed", "not_refractory"} {
								state.Float64(v)[i] = float64(int(r.Float64()*2)) + float64(i)/7*float64(len(v)%2)
							}
							state.Float64("not_refractory")[i] = float64(i % 2)
							want[g] = append(want[g], cell{"x": state.Float64("x")[i], "r": state.Float64("r")[i], "fixed": state.Float64("fixed")[i], "ok": float64(i % 2)})
						}
					}
					for step := int64(0); step < 20; step++ {
						var spikes []int32
						for i := range int32(a.N()) {
							if r.IntN(6) == 0 {
								spikes = append(spikes, i)
							}
						}
						st.pre.State().Spikes.Put(step, spikes)
						st.step(t, step, workers)
						for _, i := range spikes {
							for syn := range s.All() {
								if syn.Pre != i {
									continue
								}
								from, to := want[pre.Group()][i], want[post.Group()][syn.Post]
								kept := to["r"]
								c.effect(from, to, syn.Weight, int(i)-10, int(syn.Post)-post.Ranges()[0].Lo, float64(step)*dt)
								if c.accepted == "r" && to["ok"] == 0 {
									to["r"] = kept
								}
							}
						}
					}
					for g, cells := range want {
						for i, cell := range cells {
							for _, v := range []string{"x", "r"} {
								require.InDelta(t, cell[v], stateOf[g].Float64(v)[i], 1e-9*(1+math.Abs(cell[v])), "%q to %s, %d workers: %s of %d", c.onPre, post.Name(), workers, v, i)
							}
						}
					}
				}
			}
		}
	}
}

func TestDelays(t *testing.T) {
	a := group(t, "a", 10)
	for delay, steps := range map[string]int64{"0 ms": 0, "0.04 ms": 0, "0.05 ms": 1, "0.1 ms": 1, "0.15 ms": 1, "0.25 ms": 3, "1.5 ms": 15, "10 ms": 100} {
		s := connect(t, a, a, synapse.Spec{OneToOne: true, Delay: quantity.MustParse(delay)}, synapse.Build{})
		for _, workers := range []int{1, 2} {
			st := newStage(t, s, kernel.Best(), workers)
			for step := range int64(130) {
				st.pre.State().Spikes.Put(step, nil)
				if step == 5 || step == 8 {
					st.pre.State().Spikes.Put(step, []int32{int32(step)})
				}
				st.step(t, step, workers)
				for _, i := range []int64{5, 8} {
					want := 0.0
					if step >= i+steps {
						want = 1
					}
					require.Equal(t, want, st.post.State().Float64("x")[i], "delay %s, step %d", delay, step)
				}
			}
		}
	}
}

func TestSpecsCompare(t *testing.T) {
	base := synapse.Spec{OnPre: "x += w", P: 0.1, Weight: []float64{1, 2}, Constants: equation.Constants{"a": 1.0}}
	same := base
	same.Weight = []float64{1, 2}
	assert.True(t, base.Equal(same))
	for name, change := range map[string]func(*synapse.Spec){
		"onpre":     func(s *synapse.Spec) { s.OnPre = "x -= w" },
		"p":         func(s *synapse.Spec) { s.P = math.Nextafter(s.P, 1) },
		"weight":    func(s *synapse.Spec) { s.Weight = []float64{1, 2.5} },
		"type":      func(s *synapse.Spec) { s.Weight = 1.0 },
		"quantity":  func(s *synapse.Spec) { s.Weight = quantity.MustParse("1 mV") },
		"constants": func(s *synapse.Spec) { s.Constants = equation.Constants{"a": 2.0} },
		"condition": func(s *synapse.Spec) { s.Condition = "i != j" },
		"autapses":  func(s *synapse.Spec) { s.NoAutapses = true },
		"pairs":     func(s *synapse.Spec) { s.Pairs = [][2]int32{{1, 2}} },
		"delay":     func(s *synapse.Spec) { s.Delay = quantity.MustParse("1 ms") },
		"order":     func(s *synapse.Spec) { s.Order = 1 },
	} {
		other := base
		change(&other)
		assert.False(t, base.Equal(other), name)
	}
}

func BenchmarkConnect(b *testing.B) {
	for _, p := range []float64{0.01, 0.1, 0.25} {
		for _, set := range kernel.Available() {
			b.Run(fmt.Sprintf("p=%v/impl=%s", p, set.Name), func(b *testing.B) {
				g := group(b, "g", 4000)
				n := 0
				for b.Loop() {
					s, err := synapse.NewSynapses("s", g, g, synapse.Spec{OnPre: "x += 1", P: p, Condition: "i != j"}, synapse.Build{Kernel: set.Name})
					require.NoError(b, err)
					n += s.N()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/synapse")
			})
		}
	}
}

// TestFarTargets delivers to so many targets that rows are added block by block, and
// compares with a loop over spikes and synapses in their order.
func TestFarTargets(t *testing.T) {
	const n = 600_001
	a, b := group(t, "a", 30), group(t, "b", n)
	for _, variable := range []string{"x", "r"} {
		for _, weight := range []any{0.1, "rand()"} {
			s := connect(t, a.Slice(2, 28), b, synapse.Spec{OnPre: variable + " += w", Weight: weight, P: 200. / n}, synapse.Build{Seed: 8})
			for _, workers := range []int{1, 2, 3} {
				st := newStage(t, s, kernel.Best(), workers)
				got, free := st.post.State().Float64(variable), st.post.State().Float64("not_refractory")
				for i := range free {
					free[i] = float64(i % 3)
				}
				want := slices.Clone(got)
				for step := range int64(3) {
					spikes := []int32{1, 2, 5, 6, 7, 20, 27, 28}[step:]
					st.pre.State().Spikes.Put(step, spikes)
					for syn := range s.All() {
						if slices.Contains(spikes, syn.Pre) && (variable == "x" || free[syn.Post] != 0) {
							want[syn.Post] += syn.Weight
						}
					}
					st.step(t, step, workers)
				}
				require.Equal(t, want, got)
			}
		}
	}
}
