package trajectory_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
)

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		value any
		limit trajectory.AddOption
		want  string // "" if it is kept
	}{
		{0.5, trajectory.AtLeast(0.5), ""}, {0.4, trajectory.AtLeast(0.5), "parameters.p is 0.4, want at least 0.5"},
		{3, trajectory.AtLeast(3.0), ""}, {3, trajectory.AtMost(2), "want at most 2"}, {int8(-3), trajectory.AtLeast(-3), ""},
		{uint64(math.MaxUint64), trajectory.AtMost(uint64(math.MaxUint64)), ""}, {uint64(math.MaxUint64), trajectory.Below(uint64(math.MaxUint64)), "below"},
		{uint64(math.MaxUint64), trajectory.Above(-1), ""}, {-1, trajectory.Above(uint64(5)), "above 5"},
		{1<<53 + 1, trajectory.AtMost(1 << 53), "at most"}, {1.0, trajectory.Below(1), "below 1"}, {1.0, trajectory.Above(0), ""},
		{math.NaN(), trajectory.AtMost(5), "is nan"}, {math.Inf(1), trajectory.AtLeast(5), ""},
		{"b", trajectory.AtLeast("a"), ""}, {"b", trajectory.Below("a"), "want below 'a'"},
		{"x", trajectory.AtLeast(1), "cannot be compared"}, {true, trajectory.AtLeast(1), ""},
		{[]float64{1, 2, 3}, trajectory.AtLeast(1), ""}, {[]float64{1, 2, 3}, trajectory.AtMost(2.5), "at most 2.5"}, {[]float64{}, trajectory.AtMost(2.5), ""},
		{"ring", trajectory.OneOf("ring", "random"), ""}, {"grid", trajectory.OneOf("ring", "random"), "want one of 'ring', 'random'"},
		{2, trajectory.OneOf(1, 2.0), ""}, {"2", trajectory.OneOf(1, 2), "cannot be compared"},
		{0, trajectory.Required(), "it is required"}, {1, trajectory.Required(), ""}, {"", trajectory.Required(), "required"}, {math.NaN(), trajectory.Required(), "required"},
		{[]int{}, trajectory.Required(), "required"}, {[]int{0}, trajectory.Required(), ""}, {false, trajectory.Required(), "required"},
		{4, trajectory.Where("an even number", func(v any) bool { return v.(int)%2 == 0 }), ""},
		{5, trajectory.Where("an even number", func(v any) bool { return v.(int)%2 == 0 }), "parameters.p is 5, want an even number"},
	} {
		tr := newTrajectory(t)
		require.NoError(t, tr.AddParameter("p", c.value, c.limit))
		err := tr.Check()
		if c.want == "" {
			assert.NoError(t, err, "%v", c.value)
			continue
		}
		assert.ErrorIs(t, err, trajectory.ErrRule)
		assert.ErrorContains(t, err, c.want)
	}
	tr := newTrajectory(t)
	assert.ErrorIs(t, tr.AddResult("r", 1, trajectory.AtLeast(0)), trajectory.ErrType)
	assert.ErrorIs(t, tr.AddGroup("par.g", trajectory.Required()), trajectory.ErrType)
	require.NoError(t, tr.AddConfig("workers", 0, trajectory.AtLeast(1)))
	assert.ErrorContains(t, tr.Check(), "config.workers is 0, want at least 1")
	require.NoError(t, tr.Set("workers", 2))
	assert.NoError(t, tr.Check())
}

func TestLimitsOfExploredValues(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("p", -1.0, trajectory.AtLeast(0), trajectory.AtMost(1)))
	require.NoError(t, tr.AddParameter("trial", 0))
	require.NoError(t, tr.Explore(trajectory.Grid{trajectory.Over("p", trajectory.Values(0.5, 1.5, 0.1)), trajectory.Over("trial", trajectory.Trials(10))}))
	assert.EqualError(t, tr.Check(), "trajectory: parameters.p is 1.5 in run 10, want at most 1: breaks a rule", "the default is not run")
	require.NoError(t, tr.Shrink(false))
	assert.ErrorContains(t, tr.Check(), "is -1.0, want at least 0")
	require.NoError(t, tr.Explore(trajectory.Over("p", trajectory.Arange(2, 20, 1))))
	assert.ErrorContains(t, tr.Check(), "13 more values")
}

type ring struct {
	N       int     `param:"N" min:"1" max:"1000"`
	Cluster int     `param:"clustersize" min:"1"`
	P       float64 `param:"p" above:"0" below:"1"`
	Kind    string  `param:"kind" oneof:"ring, random"`
	Seed    int     `param:"seedling" required:"true"`
	Weights []float64
	Inner   inner `param:"inner"`
}

type inner struct {
	Low  float64 `param:"low"`
	High float64 `param:"high"`
}

func (r ring) Check() error {
	if r.N%r.Cluster != 0 {
		return fmt.Errorf("clusters of %d do not divide %d neurons", r.Cluster, r.N)
	}
	return nil
}

func (i *inner) Check() error {
	if i.Low > i.High {
		return errors.New("low is above high")
	}
	return nil
}

func TestRulesOfStructs(t *testing.T) {
	good := ring{N: 100, Cluster: 10, P: 0.5, Kind: "ring", Seed: 3, Inner: inner{1, 2}}
	tr := newTrajectory(t)
	require.NoError(t, tr.AddStruct("model", good))
	assert.NoError(t, tr.Check())
	require.NoError(t, tr.AddParameter("model.extra", 1)) // another component's, in the same group
	require.NoError(t, tr.Explore(trajectory.Grid{trajectory.Over("clustersize", trajectory.Values(10, 7, 20, 3)), trajectory.Over("N", trajectory.Values(100, 140, 0))}))
	err := tr.Check()
	assert.ErrorIs(t, err, trajectory.ErrRule)
	assert.ErrorContains(t, err, "parameters.model.N is 0 in run 2, want at least 1")
	assert.ErrorContains(t, err, "parameters.model (run 3: N: 100,   clustersize: 7): breaks a rule: clusters of 7 do not divide 100 neurons")

	bad := newTrajectory(t)
	require.NoError(t, bad.AddStruct("model", ring{N: 100, Cluster: 10, P: 1, Kind: "grid", Inner: inner{3, 2}}))
	err = bad.Check()
	for _, want := range []string{"model.p is 1.0, want below 1", "model.kind is 'grid', want one of 'ring', 'random'", "model.seedling is 0", "parameters.model.inner: breaks a rule: low is above high"} {
		assert.ErrorContains(t, err, want)
	}
	type wrong struct {
		N int `min:"some"`
	}
	assert.ErrorContains(t, bad.AddStruct("other", wrong{}), `tag min:"some"`)
	type group struct {
		In inner `param:"in" required:"true"`
	}
	assert.ErrorIs(t, bad.AddStruct("other", group{}), trajectory.ErrType)
	fresh := newTrajectory(t)
	require.Error(t, fresh.AddStruct("model", struct {
		In  inner    `param:"in"`
		Bad chan int `param:"bad"`
	}{}))
	assert.NoError(t, fresh.Check(), "what was not added has no rules")
}

func TestLimitsOfQuantities(t *testing.T) {
	type neuron struct {
		Tau quantity.Quantity `param:"tau" unit:"ms" min:"1 ms" max:"0.1 s"`
		Vr  quantity.Quantity `param:"v_r" required:"true"`
	}
	for tau, want := range map[string]string{"1 ms": "", "100 ms": "", "0.1 ms": "at least 1 ms", "1 s": "at most 100 ms", "3 mV": "mismatch"} {
		tr, err := trajectory.New("x", trajectory.Options{Kinds: brianparam.Kinds()})
		require.NoError(t, err)
		n := neuron{Tau: quantity.MustParse(tau), Vr: quantity.MustParse("-70 mV")}
		if err := tr.AddStruct("neuron", n); want == "mismatch" {
			assert.ErrorIs(t, err, quantity.ErrMismatch)
			require.NoError(t, tr.AddParameter("tau", n.Tau, trajectory.AtLeast(quantity.MustParse("1 ms"))))
			assert.ErrorIs(t, tr.Check(), quantity.ErrMismatch)
			continue
		}
		if want == "" {
			assert.NoError(t, tr.Check(), tau)
			continue
		}
		assert.ErrorContains(t, tr.Check(), want, tau)
	}
	tr, err := trajectory.New("x", trajectory.Options{Kinds: brianparam.Kinds()})
	require.NoError(t, err)
	require.NoError(t, tr.AddStruct("neuron", neuron{Tau: quantity.MustParse("5 ms"), Vr: quantity.MustParse("0 mV")}))
	assert.ErrorContains(t, tr.Check(), "parameters.neuron.v_r is 0")
}

func TestRulesAcrossParameters(t *testing.T) {
	tr := xy(t, trajectory.Grid{trajectory.Over("x", trajectory.Trials(300)), trajectory.Over("y", trajectory.Trials(300))})
	require.NoError(t, tr.AddParameter("model.limit", 2))
	calls := 0
	tr.Rule("x stays below 150", func(g trajectory.Getter) error {
		calls++
		x, err := trajectory.Get[int](g, "x")
		if err != nil {
			return err
		}
		if x >= 150 {
			return fmt.Errorf("x is %d", x)
		}
		return nil
	})
	err := tr.Check()
	assert.ErrorIs(t, err, trajectory.ErrRule)
	assert.ErrorContains(t, err, "x stays below 150 (run 45000: x: 150,   y: 0): breaks a rule: x is 150")
	assert.ErrorContains(t, err, "145 more points")
	assert.Less(t, calls, 302, "a rule is asked once for each x")

	tr = xy(t, trajectory.Grid{trajectory.Over("x", trajectory.Values(1, 2)), trajectory.Over("y", trajectory.Values(1, 2))})
	require.NoError(t, tr.AddParameter("model.limit", 2))
	calls = 0
	tr.Rule("of the limit alone", func(g trajectory.Getter) error {
		calls++
		_, err := trajectory.Get[int](g, "limit")
		return err
	})
	tr.Rule("y where x is 2", func(g trajectory.Getter) error { // reads y in some runs only
		x, err := trajectory.Get[int](g, "x")
		if err != nil || x == 1 {
			return err
		}
		y, err := trajectory.Get[int](g, "y")
		if err == nil && y == 2 {
			err = errors.New("both are 2")
		}
		return err
	})
	tr.Rule("through a group", func(g trajectory.Getter) error {
		n, err := g.Node("parameters")
		if err != nil {
			return err
		}
		y, err := trajectory.Get[int](n.(*trajectory.Group), "y")
		if err == nil && y == 2 {
			err = errors.New("y is 2")
		}
		return err
	})
	tr.Rule("of nothing that is there", func(g trajectory.Getter) error {
		_, err := trajectory.Get[int](g, "limits")
		return err
	})
	err = tr.Check()
	assert.Equal(t, 1, calls)
	assert.ErrorContains(t, err, "both are 2")
	assert.ErrorContains(t, err, "through a group (run 1: x: 1,   y: 2)")
	assert.ErrorContains(t, err, "of nothing that is there: breaks a rule: trajectory: there is no \"limits\" below the root: not found; did you mean parameters.model.limit?")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}

func TestPresetsThatNobodyTakes(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.Preset("traffic.mobiles.add_cars", false))
	require.NoError(t, tr.Preset("config.workers", 3))
	require.NoError(t, tr.Preset("dpar.sum", 5))
	require.NoError(t, tr.AddParameter("traffic.mobiles.add_car", true))
	err := tr.Check()
	assert.ErrorIs(t, err, trajectory.ErrPreset)
	assert.ErrorContains(t, err, "parameters.traffic.mobiles.add_cars was preset and never added: preset without a parameter; did you mean parameters.traffic.mobiles.add_car?")
	require.NoError(t, tr.AddParameter("traffic.mobiles.add_cars", true))
	require.NoError(t, tr.AddConfig("workers", 1))
	require.NoError(t, tr.AddDerived("sum", 1))
	assert.NoError(t, tr.Check())
	check(t, tr, "add_cars", false)
	check(t, tr, "workers", 3)
	check(t, tr, "sum", 5)
	assert.ErrorIs(t, tr.Preset("config.workers", 3), trajectory.ErrExists)
}
