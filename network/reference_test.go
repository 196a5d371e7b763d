package network_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/synapse"
)

// TestBrian2Reference runs networks that Brian 2 has run and compares every spike,
// every recorded value and the final state of all neurons. The data lie in
// testdata/brian2; GALVANI_REFERENCE names another folder of the same form, or a
// folder of such folders, that is tested as well.
func TestBrian2Reference(t *testing.T) {
	const own = "testdata/brian2"
	for _, name := range []string{"clusternet_ree1", "clusternet_ree25", "delta"} {
		f := folder(filepath.Join(own, name))
		t.Run(name, func(t *testing.T) {
			require.Truef(t, f.has("params.json"), "no reference data in %s", f)
			testReference(t, f, true)
		})
	}
	t.Run("cuba_euler", func(t *testing.T) { testCuba(t, folder(filepath.Join(own, "cuba"))) })
	t.Run("delay", func(t *testing.T) { testDelay(t, folder(filepath.Join(own, "delay"))) })
	other := os.Getenv("GALVANI_REFERENCE")
	if other == "" {
		return
	}
	found := 0
	for _, path := range append([]string{other}, subfolders(t, other)...) {
		f := folder(path)
		if !f.has("params.json") || f.form(t) == "" {
			continue
		}
		found++
		t.Run("GALVANI_REFERENCE/"+filepath.Base(path), func(t *testing.T) { testReference(t, f, false) })
	}
	assert.NotZerof(t, found, "GALVANI_REFERENCE=%s holds no folder with a params.json that names projections or cases", other)
}

func subfolders(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(path)
	require.NoError(t, err, "GALVANI_REFERENCE")
	var list []string
	for _, e := range entries {
		list = append(list, filepath.Join(path, e.Name()))
	}
	return list
}

// form tells networks by the keys of their parameters.
func (f folder) form(t *testing.T) string {
	t.Helper()
	keys := map[string]any{}
	f.json(t, "params.json", &keys)
	for _, k := range []string{"projections", "cases"} {
		if _, ok := keys[k]; ok {
			return k
		}
	}
	return ""
}

// testReference compares a folder of either form. complete says that traces and final
// states have to be there.
func testReference(t *testing.T, f folder, complete bool) {
	if f.form(t) == "projections" {
		testClusternet(t, f, complete)
		return
	}
	p := deltaParams{}
	f.json(t, "params.json", &p)
	require.NotEmpty(t, p.Cases)
	for name, c := range p.Cases {
		t.Run(name, func(t *testing.T) { testDelta(t, f, p, name, c) })
	}
}

// result is what is compared.
type result struct {
	spikes map[string][]spike     // by population
	traces map[string][][]float64 // by variable, [neuron][step]
	final  map[string][]float64   // by population and variable
}

// digest lists everything in a result bit by bit.
func (r result) digest() string {
	var b strings.Builder
	for _, k := range sortedKeys(r.spikes) {
		fmt.Fprintln(&b, k, r.spikes[k])
	}
	for _, k := range sortedKeys(r.traces) {
		for _, row := range r.traces[k] {
			fmt.Fprintln(&b, k, bits(row))
		}
	}
	for _, k := range sortedKeys(r.final) {
		fmt.Fprintln(&b, k, bits(r.final[k]))
	}
	return b.String()
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func bits(x []float64) []uint64 {
	b := make([]uint64, len(x))
	for k, v := range x {
		b[k] = math.Float64bits(v)
	}
	return b
}

// sameEverywhere runs a network on every kernel path and for several numbers of workers
// and demands the same bits. It returns the result.
func sameEverywhere(t *testing.T, run func(t *testing.T, o network.Options) result) result {
	t.Helper()
	var first result
	var want string
	for _, set := range kernel.Available() {
		for _, workers := range []int{1, 2, 3, 8} {
			r := run(t, network.Options{Kernel: set.Name, Workers: workers})
			if want == "" {
				first, want = r, r.digest()
				continue
			}
			require.Truef(t, r.digest() == want, "the result on %s with %d workers differs from that on %s with 1", set.Name, workers, kernel.Available()[0].Name)
		}
	}
	return first
}

func spikesOf(net *network.Network, m *monitor.SpikeMonitor) []spike {
	rec := m.Recording(net)
	list := []spike{}
	for k, s := range rec.Steps {
		list = append(list, spike{s, int64(rec.Neurons[k])})
	}
	return list
}

// equalSpikes compares spikes and says where they part.
func equalSpikes(t *testing.T, want, got []spike, what string) {
	t.Helper()
	for k := range min(len(want), len(got)) {
		require.Equalf(t, want[k], got[k], "%s: spike %d of %d", what, k, len(want))
	}
	require.Lenf(t, got, len(want), "%s: number of spikes", what)
}

// closeTo demands that values agree to 1e-14 of the range of those wanted, which
// is some fifty roundings: the optimised program adds in another order than Brian.
func closeTo(t *testing.T, want, got []float64, what string) {
	t.Helper()
	require.Lenf(t, got, len(want), "%s", what)
	require.NotEmptyf(t, want, "%s", what)
	lo, hi := slices.Min(want), slices.Max(want)
	for k := range want {
		require.LessOrEqualf(t, math.Abs(got[k]-want[k]), 1e-14*(hi-lo), "%s: element %d is %v, want %v", what, k, got[k], want[k])
	}
}

// sameBits demands equality of every bit.
func sameBits(t *testing.T, want, got []float64, what string) {
	t.Helper()
	require.Lenf(t, got, len(want), "%s", what)
	for k := range want {
		require.Equalf(t, math.Float64bits(want[k]), math.Float64bits(got[k]), "%s: element %d is %v, want %v", what, k, got[k], want[k])
	}
}

// clusternetParams is params.json of a clustered network.
type clusternetParams struct {
	NE              int     `json:"N_e"`
	NI              int     `json:"N_i"`
	DT              float64 `json:"dt_ms"`
	T               float64 `json:"T_ms"`
	Tau1            float64 `json:"tau1_ms"`
	Tau2E           float64 `json:"tau2_e_ms"`
	Tau2I           float64 `json:"tau2_i_ms"`
	TauE            float64 `json:"tau_e_ms"`
	TauI            float64 `json:"tau_i_ms"`
	VTh             float64 `json:"V_th"`
	VReset          float64 `json:"V_reset"`
	Refractory      float64 `json:"refractory_ms"`
	RefractorySteps *int64  `json:"refractory_steps"`
	// Unless lists the variables that keep their value while refractory; none in the
	// data of Brian's own example.
	Unless      []string `json:"unless_refractory"`
	Recorded    []int    `json:"recorded"`
	Projections []struct {
		Name, Pre, Post, Var string
		Weight               float64
		N                    *int
	} `json:"projections"`
	Constants *printedConstants `json:"printed_constants"`
}

// printedConstants are the constants as they stood in Brian's generated code.
type printedConstants struct {
	InvTau1 float64 `json:"invtau1"`
	InvE    float64 `json:"invtau2_e_per_ms"`
	InvI    float64 `json:"invtau2_i_per_ms"`
	TauE    float64 `json:"invtau_e_per_ms"`
	TauI    float64 `json:"invtau_i_per_ms"`
	NormE   float64 `json:"normalization_e"`
	NormI   float64 `json:"normalization_i"`
	FactorE float64 `json:"I_e_factor_per_ms"`
	FactorI float64 `json:"I_i_factor_per_ms"`
}

func (p clusternetParams) constants() printedConstants {
	if p.Constants != nil {
		return *p.Constants
	}
	return printedConstants{
		InvTau1: 1 / p.Tau1, InvE: 1 / p.Tau2E, InvI: 1 / p.Tau2I, TauE: 1 / p.TauE, TauI: 1 / p.TauI,
		NormE: (p.Tau1 - p.Tau2E) / p.Tau2E, NormI: (p.Tau1 - p.Tau2I) / p.Tau2I,
		FactorE: 1 / (p.Tau2E - p.Tau1), FactorI: 1 / (p.Tau2I - p.Tau1),
	}
}

func (p clusternetParams) refractory() quantity.Quantity {
	if p.RefractorySteps != nil {
		return ms(float64(*p.RefractorySteps) * p.DT)
	}
	return ms(p.Refractory)
}

const referenceEquations = `
dV/dt = invtau*(mu - V) + I_syn : 1
mu : 1 (constant)
I_syn = - I_syn_i + I_syn_e : Hz
I_syn_e = factor_e*x_e : Hz
I_syn_i = factor_i*x_i : Hz
dx_e/dt = -(normalization_e*y_e + x_e)*invtau1 : 1
dx_i/dt = -(normalization_i*y_i + x_i)*invtau1 : 1
dy_e/dt = -y_e*invtau2_e : 1
dy_i/dt = -y_i*invtau2_i : 1`

var clusternetVariables = []string{"V", "x_e", "y_e", "x_i", "y_i"}

func (p clusternetParams) spec(invtau float64) neuron.Spec {
	c := p.constants()
	perMs := func(x float64) quantity.Quantity { return quantity.New(x/1e-3, quantity.DimFrequency) }
	equations := referenceEquations
	for _, v := range p.Unless {
		line := regexp.MustCompile(`(?m)^d` + regexp.QuoteMeta(v) + `/dt.*$`)
		equations = line.ReplaceAllString(equations, "$0 (unless refractory)")
	}
	return neuron.Spec{
		Equations: equations,
		Constants: equation.Constants{
			"invtau": perMs(invtau), "invtau1": perMs(c.InvTau1), "invtau2_e": perMs(c.InvE), "invtau2_i": perMs(c.InvI),
			"normalization_e": c.NormE, "normalization_i": c.NormI, "factor_e": perMs(c.FactorE), "factor_i": perMs(c.FactorI),
			"V_th": p.VTh, "V_reset": p.VReset, "refractory": p.refractory(),
		},
		Threshold: "V >= V_th", Reset: "V = V_reset", Refractory: "refractory",
	}
}

// native is the same update as a Go function, in the order of operations of the
// code that Brian generated: invariant factors first, then from left to right.
// Of the variables only V may be one that keeps its value while refractory.
func (p clusternetParams) native(invtau float64) neuron.Native {
	c := p.constants()
	dt := p.DT * 1e-3
	const msecond = 1e-3
	l2, l3, l4 := c.FactorE/msecond, c.FactorI/msecond, c.InvTau1*dt*1000
	l5, l6 := -c.InvE*dt*1000, -c.InvI*dt*1000
	return neuron.Native{
		Name: "clusternet in the order of Brian", Version: 1, Columns: append([]string{"mu"}, clusternetVariables...),
		Func: func(s *neuron.Step) {
			mu, V, xe, ye, xi, yi := s.Columns[0], s.Columns[1], s.Columns[2], s.Columns[3], s.Columns[4], s.Columns[5]
			for k := range V {
				leak := float64(-invtau*V[k]) + float64(invtau*mu[k])
				if s.NotRefractory == nil || s.NotRefractory[k] != 0 {
					V[k] += float64(dt * (float64(l2*xe[k]) + float64(l3*leak) - float64(l3*xi[k])))
				}
				xe[k] = float64(l4*(-xe[k]+float64(-c.NormE*ye[k]))) + xe[k]
				xi[k] = float64(l4*(-xi[k]+float64(-c.NormI*yi[k]))) + xi[k]
				ye[k] += float64(l5 * ye[k])
				yi[k] += float64(l6 * yi[k])
			}
		},
	}
}

// run simulates the network of a folder, from the text or with the native update.
func (p clusternetParams) run(t *testing.T, f folder, native bool, o network.Options) result {
	t.Helper()
	o.DT = ms(p.DT)
	net := network.New(o)
	groups := map[string]*neuron.Group{}
	spikes := map[string]*monitor.SpikeMonitor{}
	for _, g := range []struct {
		name   string
		n      int
		invtau float64
	}{{"e", p.NE, p.constants().TauE}, {"i", p.NI, p.constants().TauI}} {
		spec := p.spec(g.invtau)
		if native {
			spec.Update = p.native(g.invtau)
		}
		group := net.Group("neurons_"+g.name, g.n, spec)
		group.Set("mu", f.float64s(t, "mu_"+g.name+".f64"))
		group.Set("V", f.float64s(t, "V0_"+g.name+".f64"))
		groups[g.name] = group
		spikes[g.name] = monitor.Spikes(group, monitor.Options{Name: "spk_" + g.name})
		net.Record(spikes[g.name])
	}
	for _, q := range p.Projections {
		pairs := f.pairs(t, "conn_"+strings.TrimPrefix(q.Name, "S_")+".i32")
		if q.N != nil {
			require.Lenf(t, pairs, *q.N, "synapses of %s", q.Name)
		}
		require.Containsf(t, groups, q.Pre, "%s", q.Name)
		require.Containsf(t, groups, q.Post, "%s", q.Name)
		net.Connect(q.Name, groups[q.Pre], groups[q.Post], synapse.Spec{OnPre: q.Var + " += w", Weight: q.Weight, Pairs: pairs})
	}
	var trace *monitor.StateMonitor
	if len(p.Recorded) > 0 {
		trace = monitor.State(groups["e"], clusternetVariables, monitor.StateOptions{Name: "trace_e", Neurons: p.Recorded})
		net.Record(trace)
	}
	require.NoError(t, net.RunSteps(context.Background(), int64(math.Round(p.T/p.DT))))
	r := result{spikes: map[string][]spike{}, final: map[string][]float64{}}
	for name, g := range groups {
		r.spikes[name] = spikesOf(net, spikes[name])
		for _, v := range clusternetVariables {
			r.final[name+" "+v] = net.State(g).Float64(v)
		}
	}
	if trace != nil {
		r.traces = trace.Recording(net).Values
	}
	if f.has("schedule.txt") {
		assert.Equal(t, brianSchedule(string(f.read(t, "schedule.txt"))), net.Schedule().String())
	}
	return r
}

// brianSchedule leaves out of a schedule of Brian 2 its comments and the objects
// that stand at start although they do nothing.
func brianSchedule(text string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if strings.HasPrefix(line, "#") || len(fields) == 3 && fields[0] == "start" && !strings.HasPrefix(fields[2], "trace") {
			continue
		}
		kept.WriteString(line)
	}
	return kept.String()
}

func testClusternet(t *testing.T, f folder, complete bool) {
	p := clusternetParams{}
	f.json(t, "params.json", &p)
	require.Positive(t, p.NE)
	require.NotEmpty(t, p.Projections)
	require.Subset(t, []string{"V"}, p.Unless, "unless_refractory")
	require.False(t, complete && (p.Constants == nil || !f.has("trace_e.f64") || !f.has("final_e.f64") || !f.has("final_i.f64")), "reference data are incomplete")
	check := func(t *testing.T, r result, same func(t *testing.T, want, got []float64, what string)) {
		for _, pop := range []string{"e", "i"} {
			equalSpikes(t, f.spikes(t, "spikes_"+pop+".csv"), r.spikes[pop], pop)
			if !f.has("final_" + pop + ".f64") {
				continue
			}
			final := f.float64s(t, "final_"+pop+".f64")
			for k, v := range clusternetVariables {
				same(t, column(final, k, len(clusternetVariables)), r.final[pop+" "+v], "final "+v+" of "+pop)
			}
		}
		if !f.has("trace_e.f64") || len(p.Recorded) == 0 {
			return
		}
		trace := f.float64s(t, "trace_e.f64")
		width := len(p.Recorded) * len(clusternetVariables)
		for j, neuron := range p.Recorded {
			for k, v := range clusternetVariables {
				same(t, column(trace, j*len(clusternetVariables)+k, width), r.traces[v][j], fmt.Sprintf("%s of neuron %d", v, neuron))
			}
		}
	}
	t.Run("text", func(t *testing.T) {
		check(t, sameEverywhere(t, func(t *testing.T, o network.Options) result { return p.run(t, f, false, o) }), closeTo)
	})
	t.Run("native", func(t *testing.T) {
		check(t, sameEverywhere(t, func(t *testing.T, o network.Options) result { return p.run(t, f, true, o) }), sameBits)
	})
}

// column picks every width-th value from k on.
func column(x []float64, k, width int) []float64 {
	var c []float64
	for ; k < len(x); k += width {
		c = append(c, x[k])
	}
	return c
}

// deltaParams is params.json of the networks whose synapses write the membrane
// potential itself.
type deltaParams struct {
	N         int                  `json:"N"`
	NE        int                  `json:"N_e"`
	Tau       float64              `json:"tau_ms"`
	DT        float64              `json:"dt_ms"`
	T         float64              `json:"T_ms"`
	WE        float64              `json:"w_e"`
	WI        float64              `json:"w_i"`
	Threshold string               `json:"threshold"`
	Reset     string               `json:"reset"`
	Equation  string               `json:"equation"`
	Cases     map[string]deltaCase `json:"cases"`
}

type deltaCase struct {
	Unless     bool    `json:"unless_refractory"`
	Refractory float64 `json:"refractory_ms"`
	Delay      float64 `json:"delay_ms"`
}

func (p deltaParams) run(t *testing.T, f folder, c deltaCase, recorded int, native bool, o network.Options) result {
	t.Helper()
	o.DT = ms(p.DT)
	net := network.New(o)
	flag := ""
	if c.Unless {
		flag = " (unless refractory)"
	}
	spec := neuron.Spec{
		Equations: p.Equation + " : 1" + flag + "\nmu : 1 (constant)",
		Constants: equation.Constants{"tau": ms(p.Tau)},
		Threshold: p.Threshold, Reset: p.Reset,
	}
	if c.Refractory > 0 {
		spec.Refractory = fmt.Sprintf("%g ms", c.Refractory)
	}
	if native {
		spec.Update = p.native()
	}
	g := net.Group("neurons", p.N, spec)
	g.Set("mu", f.float64s(t, "mu.f64"))
	g.Set("v", f.float64s(t, "v0.f64"))
	pairs := f.pairs(t, "conn.i32")
	w := make([]float64, len(pairs))
	for k, pair := range pairs {
		if w[k] = p.WI; int(pair[0]) < p.NE {
			w[k] = p.WE
		}
	}
	net.Connect("S", g, g, synapse.Spec{OnPre: "v += w", Pairs: pairs, Weight: w, Delay: ms(c.Delay)})
	spikes := monitor.Spikes(g, monitor.Options{Name: "spk"})
	first := make([]int, recorded)
	for k := range first {
		first[k] = k
	}
	trace := monitor.State(g, []string{"v"}, monitor.StateOptions{Name: "trace", Neurons: first})
	net.Record(spikes, trace)
	require.NoError(t, net.RunSteps(context.Background(), int64(math.Round(p.T/p.DT))))
	return result{
		spikes: map[string][]spike{"": spikesOf(net, spikes)},
		traces: trace.Recording(net).Values,
		final:  map[string][]float64{"v": net.State(g).Float64("v")},
	}
}

// native is the update in the order of check_ref.py: (((1/tau*dt)/0.001)*(mu - v)) + v.
func (p deltaParams) native() neuron.Native {
	k := 1 / p.Tau * (p.DT * 1e-3) / 0.001
	return neuron.Native{
		Name: "delta in the order of Brian", Version: 1, Columns: []string{"v", "mu"},
		Func: func(s *neuron.Step) {
			v, mu := s.Columns[0], s.Columns[1]
			for j := range v {
				if s.NotRefractory == nil || s.NotRefractory[j] != 0 {
					v[j] = float64(k*(mu[j]-v[j])) + v[j]
				}
			}
		},
	}
}

func testDelta(t *testing.T, f folder, p deltaParams, name string, c deltaCase) {
	want := f.spikes(t, "spikes_"+name+".csv")
	trace := f.float64s(t, "trace_"+name+".f64")
	steps := int(math.Round(p.T / p.DT))
	require.Zero(t, len(trace)%steps, "values of the trace")
	recorded := len(trace) / steps
	for _, form := range []struct {
		name   string
		native bool
		same   func(t *testing.T, want, got []float64, what string)
	}{{"text", false, closeTo}, {"native", true, sameBits}} {
		t.Run(form.name, func(t *testing.T) {
			r := sameEverywhere(t, func(t *testing.T, o network.Options) result { return p.run(t, f, c, recorded, form.native, o) })
			equalSpikes(t, want, r.spikes[""], name)
			for j := range recorded {
				form.same(t, column(trace, j, recorded), r.traces["v"][j], fmt.Sprintf("v of neuron %d", j))
			}
		})
	}
}

// testDelay sends the spikes of one source over different delays.
func testDelay(t *testing.T, f folder) {
	arrival := strings.Split(strings.TrimSpace(string(f.read(t, "arrival.csv"))), "\n")[1:]
	at := map[int64]bool{}
	for _, row := range f.csv(t, "src_spikes.csv") {
		at[row[0]] = true
	}
	trace := f.float64s(t, "trace.f64")
	n := len(arrival)
	steps := len(trace) / (2 * n)
	r := sameEverywhere(t, func(t *testing.T, o network.Options) result {
		net := network.New(o)
		source := net.Group("src", 1, neuron.Spec{
			Equations: "x : 1", Threshold: "x > 0",
			Update: neuron.Native{Name: "spikes of the file", Version: 1, Columns: []string{"x"}, Func: func(s *neuron.Step) {
				s.Columns[0][0] = 0
				if at[s.Index] {
					s.Columns[0][0] = 1
				}
			}},
		})
		g := net.Group("dst", n, neuron.Spec{
			Equations: "dv/dt = (g - v)/(10*ms) : 1\ndg/dt = -g/(5*ms) : 1",
			Threshold: "v > 0.4", Reset: "v = 0", Refractory: "2 ms",
		})
		for k, line := range arrival {
			var target int
			var delay float64
			var step int64
			_, err := fmt.Sscanf(strings.ReplaceAll(line, ",", " "), "%d %g %d", &target, &delay, &step)
			require.NoError(t, err)
			net.Connect(fmt.Sprintf("S%02d", k), source, g, synapse.Spec{OnPre: "g += w", Weight: 1.0, Pairs: [][2]int32{{0, int32(target)}}, Delay: ms(delay)})
		}
		spikes := monitor.Spikes(g, monitor.Options{})
		values := monitor.State(g, []string{"v", "g"}, monitor.StateOptions{})
		net.Record(spikes, values)
		require.NoError(t, net.RunSteps(context.Background(), int64(steps)))
		return result{spikes: map[string][]spike{"": spikesOf(net, spikes)}, traces: values.Recording(net).Values}
	})
	equalSpikes(t, f.spikes(t, "spikes.csv"), r.spikes[""], "delay")
	for k := range n {
		closeTo(t, column(trace, 2*k, 2*n), r.traces["v"][k], fmt.Sprintf("v of target %d", k))
		closeTo(t, column(trace, 2*k+1, 2*n), r.traces["g"][k], fmt.Sprintf("g of target %d", k))
	}
}

// testCuba runs a network whose variables have units, with synapses on variables that go on
// while the membrane potential keeps its value.
func testCuba(t *testing.T, f folder) {
	var p struct {
		N, Ne      int
		DT         float64 `json:"dt_ms"`
		T          float64 `json:"T_ms"`
		TauM       float64 `json:"taum_ms"`
		TauE       float64 `json:"taue_ms"`
		TauI       float64 `json:"taui_ms"`
		Vt         float64 `json:"Vt_mV"`
		Vr         float64 `json:"Vr_mV"`
		El         float64 `json:"El_mV"`
		We         float64 `json:"we_mV"`
		Wi         float64 `json:"wi_mV"`
		Refractory float64 `json:"refractory_ms"`
		Recorded   []int   `json:"recorded"`
	}
	f.json(t, "params.json", &p)
	mV := func(x float64) quantity.Quantity { return quantity.New(x*1e-3, quantity.DimVoltage) }
	variables := []string{"v", "ge", "gi"}
	var e, i [][2]int32
	for _, pair := range f.pairs(t, "conn.i32") {
		if int(pair[0]) < p.Ne {
			e = append(e, pair)
		} else {
			i = append(i, pair)
		}
	}
	r := sameEverywhere(t, func(t *testing.T, o network.Options) result {
		o.DT = ms(p.DT)
		net := network.New(o)
		g := net.Group("neurons", p.N, neuron.Spec{
			Equations: `dv/dt = (ge + gi - (v - El))/taum : volt (unless refractory)
				dge/dt = -ge/taue : volt
				dgi/dt = -gi/taui : volt`,
			Constants: equation.Constants{
				"taum": ms(p.TauM), "taue": ms(p.TauE), "taui": ms(p.TauI),
				"Vt": mV(p.Vt), "Vr": mV(p.Vr), "El": mV(p.El), "refractory": ms(p.Refractory),
			},
			Threshold: "v > Vt", Reset: "v = Vr", Refractory: "refractory",
		})
		g.Set("v", f.float64s(t, "v0.f64"))
		net.Connect("C_e", g, g, synapse.Spec{OnPre: "ge += w", Weight: mV(p.We), Pairs: e})
		net.Connect("C_i", g, g, synapse.Spec{OnPre: "gi += w", Weight: mV(p.Wi), Pairs: i})
		spikes := monitor.Spikes(g, monitor.Options{Name: "spk"})
		trace := monitor.State(g, variables, monitor.StateOptions{Name: "trace", Neurons: p.Recorded})
		net.Record(spikes, trace)
		require.NoError(t, net.RunSteps(context.Background(), int64(math.Round(p.T/p.DT))))
		assert.Equal(t, brianSchedule(string(f.read(t, "schedule.txt"))), net.Schedule().String())
		r := result{spikes: map[string][]spike{"": spikesOf(net, spikes)}, traces: trace.Recording(net).Values, final: map[string][]float64{}}
		for _, v := range variables {
			r.final[v] = net.State(g).Float64(v)
		}
		return r
	})
	equalSpikes(t, f.spikes(t, "spikes_euler.csv"), r.spikes[""], "cuba")
	trace, final := f.float64s(t, "trace_euler.f64"), f.float64s(t, "final_euler.f64")
	for k, v := range variables {
		closeTo(t, column(final, k, len(variables)), r.final[v], "final "+v)
		for j := range p.Recorded {
			want := column(trace, j*len(variables)+k, len(variables)*len(p.Recorded))
			closeTo(t, want, r.traces[v][j][:len(want)], fmt.Sprintf("%s of neuron %d", v, p.Recorded[j]))
		}
	}
}
