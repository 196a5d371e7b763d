package gridsearch_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/network"
	"galvani/network/gridsearch"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/trajectory"
)

// net3 is PyRates' example: the mean fields of two populations of quadratic
// integrate-and-fire neurons (Montbrió, Pazó and Roxin 2015), coupled by their rates.
func net3(b *network.Builder) error {
	g := b.Group("net3", 1, neuron.Spec{
		Equations: `
			dr_pc/dt = delta/(pi*tau**2) + 2*r_pc*v_pc/tau : Hz
			dv_pc/dt = (v_pc**2 + eta_pc + input)/tau + J_ee*r_pc - J_ei*w*r_iin - tau*(pi*r_pc)**2 : 1
			dr_iin/dt = delta/(pi*tau**2) + 2*r_iin*v_iin/tau : Hz
			dv_iin/dt = (v_iin**2 + eta_iin)/tau - J_ii*r_iin + J_ie*w*r_pc - tau*(pi*r_iin)**2 : 1
			eta_pc : 1
			eta_iin : 1
			input : 1`,
		Constants: equation.Constants{
			"tau": quantity.MustParse("1 s"), "delta": 1.0, "w": 5.0,
			"J_ee": 15.0, "J_ei": 2.0, "J_ie": 12.0, "J_ii": 2.0,
		},
	})
	g.Set("eta_pc", -5)
	g.Set("eta_iin", -1)
	return b.Err()
}

func ones(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = 1
	}
	return v
}

// montbrio is the search of PyRates' example over 25 points.
func montbrio() gridsearch.Spec {
	return gridsearch.Spec{
		Name: "Net3", Model: net3,
		Grid: trajectory.Grid{
			trajectory.Over("eta_iin", trajectory.Linspace(-5, 5, 5)),
			trajectory.Over("eta_op", trajectory.Linspace(-5, 5, 5)),
		},
		Map:      map[string][]string{"eta_op": {"net3/eta_pc"}, "eta_iin": {"net3/eta_iin"}},
		Inputs:   map[string]gridsearch.Input{"net3/input": {Values: ones(50000)}},
		Outputs:  map[string]string{"r_pc": "net3/r_pc", "v_iin": "net3/v_iin"},
		Duration: quantity.MustParse("5 s"), Sampling: quantity.MustParse("1 ms"),
	}
}

// reference is Net3 as a plain loop: r_pc and v_iin every ten steps.
func reference(etaPC, etaIIN float64) (r, v []float64, final [4]float64) {
	const dt = 1e-4
	var r1, v1, r2, v2 float64
	for step := range 50000 {
		if step%10 == 0 {
			r, v = append(r, r1), append(v, v2)
		}
		dr1 := 1/math.Pi + float64(2*r1*v1)
		dv1 := float64(v1*v1) + etaPC + 1 + float64(15*r1) - float64(10*r2) - float64(math.Pi*r1*math.Pi*r1)
		dr2 := 1/math.Pi + float64(2*r2*v2)
		dv2 := float64(v2*v2) + etaIIN - float64(2*r2) + float64(60*r1) - float64(math.Pi*r2*math.Pi*r2)
		r1, v1, r2, v2 = r1+float64(dt*dr1), v1+float64(dt*dv1), r2+float64(dt*dr2), v2+float64(dt*dv2)
	}
	return r, v, [4]float64{r1, v1, r2, v2}
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

type golden struct {
	Mean  []float64   `json:"mean_r"`
	Max   []float64   `json:"max_r"`
	Final [][]float64 `json:"final"`
}

func TestNet3(t *testing.T) {
	data, err := os.ReadFile("testdata/net3.json")
	require.NoError(t, err)
	var want golden
	require.NoError(t, json.Unmarshal(data, &want))
	spec := montbrio()
	spec.Clock = time.Now
	s, err := gridsearch.New(spec)
	require.NoError(t, err)
	require.Equal(t, 25, s.Points())
	require.EqualValues(t, 50000, s.Steps())
	res, err := s.Run(t.Context())
	require.NoError(t, err)
	assert.Positive(t, res.Elapsed)
	require.Len(t, res.Copies, 25)
	worst := 0.0
	for k, c := range res.Copies {
		assert.Equal(t, []any{want.Final[k][1], want.Final[k][0]}, c.Values)
		r, v := res.Series("r_pc", k), res.Series("v_iin", k)
		require.Len(t, r, 5000)
		assert.InEpsilon(t, want.Mean[k], mean(r), 1e-9, "%v", c.Values)
		wantR, wantV, final := reference(want.Final[k][0], want.Final[k][1])
		assert.InEpsilonSlice(t, want.Final[k][2:], final[:], 1e-9)
		for i := range r {
			worst = max(worst, math.Abs(r[i]-wantR[i])/(math.Abs(wantR[i])+0.01), math.Abs(v[i]-wantV[i])/(math.Abs(wantV[i])+0.01))
		}
	}
	t.Logf("largest relative distance from the plain loop: %.2g; %v", worst, res.Elapsed)
	// Both round differently, by 1e-16 a step; while v is positive a distance grows as
	// exp(2vt), by up to 1e7 in a burst.
	assert.Less(t, worst, 1e-8)
}
