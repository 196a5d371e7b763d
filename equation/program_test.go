package equation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/quantity"
)

const clusternet = `
dV/dt = 1.0/tau_POST*(mu - V) + I_syn : 1
mu : 1
I_syn = - I_syn_i + I_syn_e : Hz
I_syn_e = x_e/(tau2_e - tau1) : Hz
dx_e/dt = -(normalization_e*y_e + x_e)*invtau1_e : 1
dy_e/dt = -y_e*invtau2_e : 1
I_syn_i = x_i/(tau2_i - tau1) : Hz
dx_i/dt = -(normalization_i*y_i + x_i)*invtau1_i : 1
dy_i/dt = -y_i*invtau2_i : 1
`

func clusternetConstants() equation.Constants {
	return equation.Constants{
		"tau_e": quantity.MustParse("15 ms"), "tau_i": quantity.MustParse("10 ms"),
		"tau1": quantity.MustParse("1 ms"), "tau2_e": quantity.MustParse("3 ms"), "tau2_i": quantity.MustParse("2 ms"),
		"normalization_e": "(tau1 - tau2_e)/tau2_e", "normalization_i": "(tau1 - tau2_i)/tau2_i",
		"invtau1_e": "1/tau1", "invtau1_i": "1/tau1", "invtau2_e": "1/tau2_e", "invtau2_i": "1/tau2_i",
	}
}

// columnsOf gives the variables of equations that are not subexpressions columns in text order.
func columnsOf(e *equation.Equations) []equation.Symbol {
	var s []equation.Symbol
	for _, v := range e.Variables() {
		if v.Kind != equation.Subexpression {
			s = append(s, equation.Symbol{Name: v.Name, Dim: v.Dim, Type: v.Type, Column: len(s)})
		}
	}
	return s
}

func TestClusternetListing(t *testing.T) {
	e, err := equation.Parse(equation.Template(clusternet, map[string]string{"POST": "e"}))
	require.NoError(t, err)
	p, err := equation.CompileUpdate(e, "euler", equation.Scope{Symbols: columnsOf(e), Constants: clusternetConstants(), DT: 1e-4})
	require.NoError(t, err)
	require.Equal(t, `
V: column 0, read and written
x_e: column 2, read and written
y_e: column 3, read and written
x_i: column 4, read and written
y_i: column 5, read and written
mu: column 1
V = flush(V + (0.006666666666666667*mu - 0.1*x_i + 0.05*x_e - 0.006666666666666667*V))
x_e = flush(0.06666666666666667*y_e + 0.9*x_e)
y_e = flush(0.9666666666666667*y_e)
x_i = flush(0.05*y_i + 0.9*x_i)
y_i = flush(0.95*y_i)
`, "\n"+p.String())
}
