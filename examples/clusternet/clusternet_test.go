package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/analysis"
	"galvani/brianparam"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/synapse"
	"galvani/trajectory"
)

// newSweep makes the trajectory and the manager that the program makes of its flags.
func newSweep(t *testing.T, o options, analysers ...network.Analyser) (*trajectory.Trajectory, *network.Manager) {
	tr, err := trajectory.New("clusternet", trajectory.Options{Kinds: brianparam.Kinds(), Seed: 1})
	require.NoError(t, err)
	m, err := network.NewManager(CNNetworkRunner{}, network.Components{CNNeuronGroup{}, CNConnections{}}, analysers)
	require.NoError(t, err)
	require.NoError(t, o.parameters(tr, m))
	return tr, m
}

// run carries out all points and returns their views.
func run(t *testing.T, tr *trajectory.Trajectory, m *network.Manager) []*trajectory.Run {
	require.NoError(t, m.Prepare(t.Context(), tr))
	runs := make([]*trajectory.Run, tr.Len())
	var group sync.WaitGroup
	limit := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range runs {
		group.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			r, err := tr.Run(i)
			if assert.NoError(t, err) && assert.NoError(t, m.Run(context.Background(), r)) {
				runs[i] = r
			}
		})
	}
	group.Wait()
	require.False(t, t.Failed())
	return runs
}

// inspector looks at the network of a run.
type inspector struct {
	network.Base
	look func(s *network.Subrun)
}

func (i inspector) Analyse(s *network.Subrun) error {
	i.look(s)
	return s.Err()
}

func value[T any](t *testing.T, g trajectory.Getter, path string) T {
	v, err := trajectory.Get[T](g, path)
	require.NoError(t, err)
	return v
}

func TestParametersAreThoseOfTheExample(t *testing.T) {
	tr, _ := newSweep(t, options{scale: 0.5, trials: 1}, CNMonitorAnalysis{}, CNFanoFactorComputer{})
	for path, want := range map[string]any{
		"simulation.scale": 0.5, "simulation.trial": 0,
		"model.synaptic.tau1": quantity.MustParse("1 ms"), "model.synaptic.tau2_e": quantity.MustParse("3 ms"), "model.synaptic.tau2_i": quantity.MustParse("2 ms"),
		"model.V_th": 1.0, "model.reset_func": "V = 0.0", "model.refractory": quantity.MustParse("5 ms"),
		"model.N_e": 2000, "model.N_i": 500, "model.tau_e": quantity.MustParse("15 ms"), "model.tau_i": quantity.MustParse("10 ms"),
		"model.mu_e_min": 1.1, "model.mu_e_max": 1.2, "model.mu_i_min": 1.0, "model.mu_i_max": 1.05,
		"connections.R_ee": 1.0, "connections.clustersize_e": 80, "connections.strength_factor": 1.9,
		"connections.p_ii": 0.5, "connections.p_ei": 0.5, "connections.p_ie": 0.5, "connections.p_ee": 0.2,
		"simulation.durations.initial_run": quantity.MustParse("500 ms"), "simulation.durations.measurement_run": quantity.MustParse("2000 ms"),
		"analysis.statistics.time_window": 0.1, "analysis.neuron_records": trajectory.TupleOf[int]{0, 1, 100, 101},
		"analysis.plot_folder": "PLOTS", "analysis.show_plots": 0, "analysis.make_plots": 1,
	} {
		p, err := tr.Parameter("parameters." + path)
		require.NoError(t, err)
		assert.Equal(t, want, p.Default(), path)
		if !strings.HasPrefix(path, "analysis.plots") {
			assert.NotEmpty(t, p.Comment(), path)
		}
	}
	assert.Len(t, value[trajectory.TupleOf[int]](t, tr, "neuron_ids"), 500)
	for path, want := range map[string]float64{"J_ii": .0806102, "J_ei": .0636396, "J_ie": .0197990, "J_ee": .0339411} {
		assert.InDelta(t, want, value[float64](t, tr, path), 5e-8, path)
	}
	assert.Equal(t, []string{"parameters.connections.R_ee"}, tr.Explored())
	assert.Equal(t, 8, tr.Len())
	for i, want := range []float64{1, 1.2, 1.4, 1.5999999999999999, 1.7999999999999998, 1.9999999999999998, 2.1999999999999997, 2.3999999999999995} {
		r, err := tr.Run(i)
		require.NoError(t, err)
		assert.Equal(t, want, value[float64](t, r, "R_ee"), "as numpy's arange")
	}
	initial, err := tr.Parameter("initial_run")
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"order": 0}, initial.Annotations())
}

func TestConnectionObjects(t *testing.T) {
	for name, test := range map[string]struct {
		scale, ree float64
		objects    int
		in, out    float64
	}{
		"homogeneous":       {0.5, 1, 4, 0, 0},
		"clusters":          {0.5, 2, 76, .384615, .192308},
		"weak clusters":     {0.5, 1.2, 76, .238095, .198413},
		"size of the paper": {1, 2.4, 151, .466926, .194553},
	} {
		t.Run(name, func(t *testing.T) {
			var e *neuron.Group
			var made []*synapse.Synapses
			tr, m := newSweep(t, options{scale: test.scale, ree: list{test.ree}, trials: 1}, inspector{look: func(s *network.Subrun) {
				s.Remaining().Cancel()
				e = network.Get[*neuron.Group](s, "neurons_e")
				made = network.Get[[]*synapse.Synapses](s, "connections")
			}})
			require.NoError(t, tr.Set("initial_run", quantity.MustParse("1 ms")))
			r := run(t, tr, m)[0]
			require.Len(t, made, test.objects)
			weights := map[string]float64{}
			within, across := 0, 0
			for _, c := range made {
				assert.NoError(t, c.Err())
				weights[strings.TrimRight(c.Name(), "0123456789")] = c.Spec().Weight.(float64)
				if c.Pre().Group() != e || c.Post().Group() != e {
					continue
				}
				for s := range c.All() {
					if s.Pre/80 == s.Post/80 {
						within++
					} else {
						across++
					}
				}
			}
			n := float64(e.N())
			if test.objects == 4 {
				assert.InDelta(t, 0.2*n*n, within+across, 5*math.Sqrt(0.2*0.8)*n)
				return
			}
			assert.InDelta(t, test.in, value[float64](t, r, "p_ee_in"), 5e-7)
			assert.InDelta(t, test.out, value[float64](t, r, "p_ee_out"), 5e-7)
			assert.Equal(t, e.N()/80, value[int](t, r, "clusters"))
			// Binomial counts, within five standard deviations.
			assert.InDelta(t, test.in*n*80, within, 5*math.Sqrt(test.in*(1-test.in)*n*80))
			assert.InDelta(t, test.out*n*(n-80), across, 5*math.Sqrt(test.out*(1-test.out)*n*(n-80)))
			assert.InDelta(t, 1.9, weights["ee_in"]/weights["ee_low"], 1e-12)
			assert.Equal(t, weights["ee_low"], weights["ee_high"])
		})
	}
}

func TestClustersMustComeOutEven(t *testing.T) {
	tr, m := newSweep(t, options{scale: 0.5, ree: list{1, 2}, trials: 1})
	require.NoError(t, tr.Set("clustersize_e", 81))
	require.NoError(t, tr.Set("initial_run", quantity.MustParse("1 ms")))
	require.NoError(t, tr.Set("measurement_run", quantity.MustParse("1 ms")))
	require.NoError(t, m.Prepare(t.Context(), tr))
	for i, want := range []bool{false, true} { // without clusters their size does not matter
		r, err := tr.Run(i)
		require.NoError(t, err)
		if err = m.Run(t.Context(), r); want {
			assert.ErrorContains(t, err, "2000 excitatory neurons don't divide into clusters of 81")
		} else {
			assert.NoError(t, err)
		}
	}
}

func TestClusteringIsPositive(t *testing.T) {
	tr, m := newSweep(t, options{scale: 0.1, ree: list{-2, math.NaN()}, trials: 1})
	require.NoError(t, m.Prepare(t.Context(), tr))
	for i := range 2 {
		r, err := tr.Run(i)
		require.NoError(t, err)
		assert.ErrorContains(t, m.Run(t.Context(), r), "want a positive number")
	}
}

func TestBadFlags(t *testing.T) {
	tr, err := trajectory.New("x", trajectory.Options{Kinds: brianparam.Kinds()})
	require.NoError(t, err)
	m, err := network.NewManager(CNNetworkRunner{}, nil, nil)
	require.NoError(t, err)
	for _, o := range []options{{scale: 0, trials: 1}, {scale: -1, trials: 1}, {scale: math.NaN(), trials: 1}, {scale: 1, trials: 0}} {
		assert.ErrorContains(t, o.parameters(tr, m), "have to be positive")
	}
	var l list
	assert.Error(t, l.Set("1,x"))
	assert.Error(t, l.Set(""))
	require.NoError(t, l.Set("1, 2.5"))
	assert.Equal(t, list{1, 2.5}, l)
	assert.Equal(t, "1,2.5", l.String())
}

// Means over ten networks lie where 40 simulations with BRIAN's semantics have
// them: within four standard errors of the difference of the means.
func TestRatesAndFanoFactors(t *testing.T) {
	tr, m := newSweep(t, options{scale: 0.5, ree: list{1, 1.6, 2, 2.4}, trials: 10}, CNMonitorAnalysis{}, CNFanoFactorComputer{})
	runs := run(t, tr, m)
	mean := func(i int, name string) float64 {
		var x []float64
		for _, r := range runs[10*i : 10*i+10] {
			v := value[any](t, r, name)
			if q, ok := v.(quantity.Quantity); ok {
				v = q.SI()
			}
			x = append(x, v.(float64))
		}
		return analysis.Mean(x)
	}
	for i, want := range []map[string][2]float64{ // mean and standard deviation of single networks
		{"rate_e": {3.60, .12}, "rate_i": {4.92, .11}, "mean_fano_factor": {.676, .017}, "mean_fano_factor_all": {.676, .009}},
		{"rate_e": {5.58, .26}, "rate_i": {6.91, .24}, "mean_fano_factor": {.631, .018}, "mean_fano_factor_all": {.628, .012}},
		{"rate_e": {7.44, .35}, "rate_i": {8.74, .32}, "mean_fano_factor": {.83, .21}, "mean_fano_factor_all": {.82, .15}},
		{"rate_e": {11.36, .59}, "rate_i": {12.51, .54}, "mean_fano_factor": {.37, .23}, "mean_fano_factor_all": {.38, .20}},
	} {
		for name, band := range want {
			got := mean(i, name)
			t.Logf("R_ee %v %s: %.3f, band %.3f ± %.3f", value[float64](t, runs[10*i], "R_ee"), name, got, band[0], 4*band[1]*math.Sqrt(1./10+1./40))
			assert.InDelta(t, band[0], got, 4*band[1]*math.Sqrt(1./10+1./40), "%s of point %d", name, i)
		}
	}
	s := m.SharingStats()
	assert.EqualValues(t, 1+40+2+1, s.Built, "neurons once, connections for every network, analysers and runner once")
}

func TestExport(t *testing.T) {
	for _, ree := range []float64{1, 2} {
		dir := t.TempDir()
		tr, m := newSweep(t, options{scale: 0.1, ree: list{ree}, trials: 1}, CNMonitorAnalysis{}, exporter{dir: dir})
		require.NoError(t, exportFirst(t.Context(), tr, m, quantity.MustParse("50 ms")))
		var p struct {
			NE          int `json:"N_e"`
			Projections []struct {
				Name, Pre, Post, Var  string
				Weight, P             float64
				N                     int
				PreOffset, PostOffset int
			}
			SpikesE   int            `json:"n_spikes_e"`
			T         float64        `json:"T_ms"`
			Steps     int            `json:"refractory_steps"`
			Clamped   []string       `json:"unless_refractory"`
			Constants map[string]any `json:"printed_constants"`
		}
		text, err := os.ReadFile(filepath.Join(dir, "params.json"))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &p))
		var have, want map[string]any
		require.NoError(t, json.Unmarshal(text, &have))
		require.NoError(t, json.Unmarshal([]byte(referenceKeys), &want))
		for key := range want {
			assert.Contains(t, have, key)
		}
		assert.Len(t, p.Constants, 10)
		assert.Equal(t, []any{400, 50.0, 50, []string{"V"}}, []any{p.NE, p.T, p.Steps, p.Clamped})
		assert.Len(t, p.Projections, map[float64]int{1: 4, 2: 16}[ree])
		for _, q := range p.Projections {
			pairs := make([][2]int32, q.N)
			data, err := os.ReadFile(filepath.Join(dir, "conn_"+strings.TrimPrefix(q.Name, "S_")+".i32"))
			require.NoError(t, err)
			n, err := binary.Decode(data, binary.LittleEndian, pairs)
			require.NoError(t, err)
			assert.Equal(t, len(data), n)
			for k := 1; k < len(pairs); k++ {
				a, b := pairs[k-1], pairs[k]
				require.True(t, a[0] < b[0] || a[0] == b[0] && a[1] < b[1], "%s: %v before %v", q.Name, a, b)
			}
		}
		mu, err := os.ReadFile(filepath.Join(dir, "mu_e.f64"))
		require.NoError(t, err)
		assert.Len(t, mu, 8*400)
		first := math.Float64frombits(binary.LittleEndian.Uint64(mu))
		assert.True(t, 1.1 <= first && first < 1.2)
		spikes, err := os.ReadFile(filepath.Join(dir, "spikes_e.csv"))
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(string(spikes)), "\n")
		assert.Equal(t, "step,neuron", lines[0])
		assert.Equal(t, p.SpikesE, len(lines)-1)
		assert.Greater(t, p.SpikesE, 0)
	}
}

func TestProgram(t *testing.T) {
	dir := t.TempDir()
	exec := func(args ...string) (stdout, stderr string, status int) {
		var out, err bytes.Buffer
		status = program().Exec(t.Context(), args, &out, &err)
		return out.String(), err.String(), status
	}
	sweep := []string{"-scale", "0.1", "-ree", "1,2", "-out", filepath.Join(dir, "a"), "-workers", "2"}
	table, _, status := exec(sweep...)
	require.Equal(t, 0, status)
	assert.Regexp(t, `(?m)^ +R_ee +trials +rate e \(Hz\).*\n +1 +1 .*\n +2 +1 .*\n$`, table)
	files, err := filepath.Glob(filepath.Join(dir, "a", "clusternet.*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	pictures := []string{"fano.png"}
	for _, run := range []string{"run_00000000", "run_00000001"} {
		for _, name := range []string{"spike.png", "V.png", "I_syn_e.png", "I_syn_i.png"} {
			pictures = append(pictures, filepath.Join("PLOTS", run, name))
		}
	}
	draw := func(folder string) map[string][]byte {
		drawn := map[string][]byte{}
		for _, p := range pictures {
			data, err := os.ReadFile(filepath.Join(dir, folder, p))
			require.NoError(t, err)
			drawn[p] = data
		}
		return drawn
	}
	first := draw("a")

	// Drawn again from the file alone.
	require.NoError(t, os.Mkdir(filepath.Join(dir, "b"), 0o777))
	moved := filepath.Join(dir, "b", filepath.Base(files[0]))
	require.NoError(t, os.Rename(files[0], moved))
	again, _, status := exec("-replot", moved)
	require.Equal(t, 0, status)
	assert.Equal(t, table, again)
	assert.Equal(t, first, draw("b"))

	for _, args := range [][]string{
		{"-scal", "1"}, {"-ree", "x"}, {"-scale", "0", "-out", dir}, {"-trials", "0", "-out", dir},
		{"-replot", filepath.Join(dir, "nothing.hdf5")}, {"-export", filepath.Join(moved, "x")}, {"stray"},
	} {
		_, message, status := exec(args...)
		assert.Equal(t, 1, status, args)
		assert.Equal(t, 1, strings.Count(message, "\n"), "one line: %s", message)
	}
}

// referenceKeys are the keys of reference data made with Brian 2.
const referenceKeys = `{"N_e":0,"N_i":0,"dt_ms":0,"T_ms":0,"R_ee":0,"clustersize_e":0,"tau1_ms":0,"tau2_e_ms":0,"tau2_i_ms":0,
"tau_e_ms":0,"tau_i_ms":0,"V_th":0,"V_reset":0,"refractory_ms":0,"recorded":0,"projections":0,"n_spikes_e":0,"n_spikes_i":0,
"rate_e":0,"rate_i":0,"printed_constants":0,"refractory_steps":0}`
