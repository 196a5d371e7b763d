package equation_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/quantity"
)

const hodgkinHuxley = `
dv/dt = (gl*(El - v) + ge*(Ee - v) + gi*(Ei - v) + I -
         g_na*(m*m*m)*h*(v - ENa) -
         g_kd*(n*n*n*n)*(v - EK))/Cm : volt
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dge/dt = -ge*(1./taue) : siemens
dgi/dt = -gi*(1./taui) : siemens
alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV - v + VT)/(4*mV))/ms : Hz
beta_m = 0.28*(mV**-1)*5*mV/exprel((v - VT - 40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV - v + VT)/(18*mV))/ms : Hz
beta_h = 4./(1 + exp((40*mV - v + VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV - v + VT)/(5*mV))/ms : Hz
beta_n = .5*exp((10*mV - v + VT)/(40*mV))/ms : Hz`

func hodgkinHuxleyConstants() equation.Constants {
	return equation.Constants{
		"area": "20000*umetre**2", "Cm": "(1*ufarad*cm**-2)*area", "gl": "(5e-5*siemens*cm**-2)*area", "El": "-60*mV", "EK": "-90*mV", "ENa": "50*mV",
		"g_na": "(100*msiemens*cm**-2)*area", "g_kd": "(30*msiemens*cm**-2)*area", "VT": "-63*mV", "taue": "5*ms", "taui": "10*ms",
		"Ee": "0*mV", "Ei": "-80*mV", "I": "0.2*nA",
	}
}

// TestBrian compares single neurons under Euler with what Brian 2.5.1 computes for
// them. Rounding differs, and spiking amplifies it (Brian's own two code generators
// differ by 6e-11 V in the last model): each value may differ by the given part of
// the largest one of its variable.
func TestBrian(t *testing.T) {
	type row struct {
		step int
		want []float64
	}
	for _, c := range []struct {
		name, text string
		constants  equation.Constants
		initial    []float64
		dt, within float64
		rows       []row
	}{
		{
			"Izhikevich", "dv/dt = (0.04*v**2 + 5*v + 140 - u + I)/ms : 1\ndu/dt = a*(b*v - u)/ms : 1",
			equation.Constants{"a": .02, "b": .2, "I": 10}, []float64{-65, -13}, 1e-4, 1e-14,
			[]row{
				{1, []float64{-64.3, -13.0}},
				{10, []float64{-58.085198228180815, -12.987721973917395}},
				{20, []float64{-48.32935082116365, -12.945131378466886}},
				{32, []float64{7.420370287034231, -12.797195546829231}},
			},
		},
		{
			"adaptive exponential", "dvm/dt = (gL*(EL - vm) + gL*DeltaT*exp((vm - VT)/DeltaT) + I - w)/C : volt\ndw/dt = (a*(vm - EL) - w)/tauw : amp",
			equation.Constants{
				"C": "281 pF", "gL": "30 nS", "EL": "-70.6 mV", "VT": "-50.4 mV", "DeltaT": "2 mV", "tauw": "144 ms", "a": "4 nS", "I": "1 nA",
			}, []float64{-0.0706, 0}, 1e-4, 1e-14,
			[]row{
				{1, []float64{-0.07024412723673547, 0.0}},
				{20, []float64{-0.06416046938731566, 1.7556899255693987e-13}},
				{60, []float64{-0.054761369796168156, 1.4175157574727119e-12}},
				{117, []float64{-0.042166154380091594, 4.598447413268836e-12}},
			},
		},
		{
			"Hodgkin and Huxley", hodgkinHuxley,
			hodgkinHuxleyConstants(), []float64{-0.065, 0, 0, 1, 20e-9, 30e-9}, 1e-5, 1e-11,
			[]row{
				{10, []float64{-0.06446194898466699, 0.007419411453913164, 0.001889288151742713, 0.9999070198247434, 1.960358086703899e-08, 2.9701346406292453e-08}},
				{100, []float64{-0.06060360398100593, 0.02240204647275501, 0.02039393822725669, 0.9986946263306808, 1.6371336093768562e-08, 2.7143764413411277e-08}},
				{500, []float64{-0.08111284973653647, 0.014240619525941581, 0.6001364675329661, 0.20943080949542667, 7.35022509714318e-09, 1.8191368345835534e-08}},
				{1000, []float64{-0.07005780037050235, 0.0031439822420280946, 0.013396644397435683, 0.9797674304647198, 2.701290448933672e-09, 1.103086274312891e-08}},
				{2000, []float64{-0.059016530439039816, 0.03188219425353414, 0.0575727235698197, 0.993172201606971, 3.648485044750143e-10, 4.055997761924981e-09}},
				{4000, []float64{-0.062158585449438475, 0.017166572937689157, 0.033689131815777415, 0.9972278520520818, 6.655721560882761e-12, 5.483705948246822e-10}},
				{9000, []float64{0.02555410278909997, 0.771368228775814, 0.22804919971351284, 0.759785651578164, 2.9915866189598573e-16, 3.685660163314801e-12}},
			},
		},
	} {
		e, err := equation.Parse(c.text)
		require.NoError(t, err, c.name)
		p, err := equation.CompileUpdate(e, "euler", equation.Scope{Symbols: columnsOf(e), Constants: c.constants, DT: c.dt})
		require.NoError(t, err, c.name)
		f := &equation.Frame{}
		largest := make([]float64, len(c.initial))
		for v, x := range c.initial {
			f.Columns = append(f.Columns, []float64{x})
			for _, r := range c.rows {
				largest[v] = max(largest[v], math.Abs(r.want[v]))
			}
		}
		m := p.NewMachine(kernel.Best())
		step := 0
		for _, r := range c.rows {
			for ; step < r.step; step++ {
				m.Run(f, 0, 1)
			}
			for v, want := range r.want {
				assert.InDelta(t, want, f.Columns[v][0], c.within*largest[v], "%s: variable %d after step %d", c.name, v, step)
			}
		}
	}
}

// TestClusternetStep holds one step of the clustered network against the
// arithmetic of Brian 2, which is left to right with the step outside.
func TestClusternetStep(t *testing.T) {
	p := clusternetUpdate(t)
	f := lanesOf(6, 999)
	before := copyFrame(f)
	p.NewMachine(kernel.Best()).Run(f, 0, 999)
	dt, ms := 1e-4, quantity.MustParse("1 ms").SI()
	for i := range 999 {
		b := func(c int) float64 { return before.Columns[c][i] }
		v, mu, xe, ye, xi, yi := b(0), b(1), b(2), b(3), b(4), b(5)
		want := []float64{
			v + dt*(0.5*xe/ms-1.0*xi/ms+(-v/15+mu/15)/ms), mu,
			dt/ms*(-xe+ye*2/3) + xe, -ye/3*dt/ms + ye,
			dt/ms*(-xi+yi*0.5) + xi, -0.5*dt/ms*yi + yi,
		}
		for c, w := range want {
			assert.InDelta(t, w, f.Columns[c][i], 4e-16, "column %d in lane %d", c, i)
		}
	}
}
