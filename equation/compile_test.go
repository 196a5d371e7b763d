package equation_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/internal/rng"
	"galvani/quantity"
)

func statements(t *testing.T, text string, s equation.Scope) *equation.Program {
	t.Helper()
	p, err := equation.CompileStatements(text, s)
	require.NoError(t, err, text)
	return p
}

func TestUnitErrors(t *testing.T) {
	scope := equation.Scope{
		Symbols: []equation.Symbol{
			{Name: "v", Dim: quantity.DimVoltage}, {Name: "n", Type: equation.Integer, Column: 1}, {Name: "on", Type: equation.Boolean, Column: 2},
			{Name: "x", Column: 3}, {Name: "fixed", Column: 4, ReadOnly: true}, {Name: "t", Dim: quantity.DimTime, Shared: true},
		},
		Constants: equation.Constants{"tau": quantity.MustParse("5 ms"), "gl": quantity.MustParse("1 nS"), "half": "1/2", "wrong": "tau + 1"},
		DT:        1e-4,
	}
	for _, c := range []struct {
		text string
		kind error
		col  int
		want string
	}{
		{"v = 0", equation.ErrUnit, 3, "v has unit volt, but the value assigned to it has unit 1 (no unit)"},
		{"v += t", equation.ErrUnit, 3, "found volt on the left (v) and second on the right (t)"},
		{"v *= tau", equation.ErrUnit, 3, "v has unit volt"},
		{"x = exp(v)", equation.ErrUnit, 9, "the argument of exp has no unit: found volt (v)"},
		{"x = v**x", equation.ErrUnit, 8, "has to be a constant"},
		{"x = 2**v", equation.ErrUnit, 8, "an exponent has no unit"},
		{"x = v**0.123456", equation.ErrUnit, 8, "cannot be expressed"},
		{"x = clip(v, 0*mV, 1)", equation.ErrUnit, 19, "found 1 (no unit) (1), expected volt as of v"},
		{"v = where(on, v, x)", equation.ErrUnit, 18, "different units"},
		{"x = v // tau", equation.ErrUnit, 7, "different units"},
		{"x = int(v)", equation.ErrUnit, 9, "int has no unit"},
		{"x = wrong", equation.ErrUnit, 5, "found second on the left (tau)"},
		{"on = x", equation.ErrType, 4, "on is boolean, found a number"},
		{"x = on", equation.ErrType, 3, "int(…)"},
		{"n = x", equation.ErrType, 3, "use int(…)"},
		{"n = n/2", equation.ErrType, 3, "use int(…)"},
		{"on = on and n", equation.ErrType, 13, "and wants a condition"},
		{"on = not x", equation.ErrType, 10, "not wants a condition"},
		{"x = where(x, 1, 2)", equation.ErrType, 11, "where wants a condition"},
		{"y = 3", equation.ErrName, 1, "unknown name y"},
		{"x = tua/tau", equation.ErrName, 5, "did you mean tau?"},
		{"x = Tau/tau", equation.ErrName, 5, "did you mean tau?"},
		{"x = v/volts", equation.ErrName, 7, "did you mean volt?"},
		{"x = t/s", equation.ErrName, 7, "units of one letter"},
		{"x = rand", equation.ErrName, 5, "write rand()"},
		{"x = epx(1)", equation.ErrName, 5, "did you mean exp?"},
		{"x = x(3)", equation.ErrName, 5, "not a function; a product is written x*(…)"},
		{"x = exp(1, 2)", equation.ErrSyntax, 5, "found 2 arguments of exp, expected exp(x)"},
		{"x = xi*second**0.5", equation.ErrUnsupported, 5, "noise"},
		{"x = arctan(1)", equation.ErrUnsupported, 5, "not supported yet"},
		{"fixed = 1", equation.ErrName, 1, "cannot be changed here"},
		{"tau = 1*ms", equation.ErrName, 1, "is a constant"},
		{"t = 1*ms", equation.ErrName, 1, "is (shared)"},
		{"x = 1/(half - 0.5)", equation.ErrValue, 6, "division by zero: half - 0.5 is 0"},
		{"x = log(-1)", equation.ErrValue, 5, "no finite value"},
		{"x = 1; y += 2", equation.ErrName, 8, "unknown name y"},
		{"x 3", equation.ErrSyntax, 3, "expected an assignment"},
		{"x == 3", equation.ErrSyntax, 3, "expected an assignment"},
		{"3 = x", equation.ErrSyntax, 1, "the name of a variable"},
		{"x = n x", equation.ErrSyntax, 7, "expected an operator, ';' or the end of the line"},
	} {
		_, err := equation.CompileStatements(c.text, scope)
		var e *equation.Error
		require.ErrorAsf(t, err, &e, "%s", c.text)
		assert.ErrorIsf(t, err, c.kind, "%s", c.text)
		assert.Containsf(t, err.Error(), c.want, "%s", c.text)
		assert.Equalf(t, c.col, e.Col, "%s: %v", c.text, err)
	}
}

func TestUpdateErrors(t *testing.T) {
	for text, want := range map[string]string{
		"dv/dt = v : volt":                           "has unit volt, expected",
		"dv/dt = -v/tau : 1":                         "the symbol v has unit volt",
		"x = 3*mV : 1":                               "x is declared with unit 1 (no unit), but its expression has unit volt",
		"x = y : 1\ny = x : 1":                       "defined by itself",
		"x = 1 : boolean":                            "x is declared boolean, but its expression is integer",
		"x = 0.5 : integer":                          "declared integer",
		"x = v/volt : 1 (shared)":                    "values that are not",
		"dw/dt = -w/tau : 1":                         "there is no symbol for the variable w",
		"ds/dt = v/volt*Hz : 1 (shared)":             "s is (shared), but its right side",
		"ds/dt = 1*Hz : 1":                           "differ in being shared",
		"dv/dt = (v > 0*volt)*volt : volt":           "expected",
		"ds/dt = Hz : 1 (shared, unless refractory)": "refractoriness of single elements",
	} {
		e, err := equation.Parse(text)
		require.NoError(t, err, text)
		_, err = equation.CompileUpdate(e, "euler", equation.Scope{
			Symbols:   []equation.Symbol{{Name: "v", Dim: quantity.DimVoltage}, {Name: "s", Shared: true}},
			Constants: equation.Constants{"tau": "5 ms"}, DT: 1e-4, Where: "cells",
		})
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), want, text)
		assert.Contains(t, err.Error(), "cells")
	}
	e, err := equation.Parse("v : volt")
	require.NoError(t, err)
	s := equation.Scope{Symbols: columnsOf(e)}
	for method, want := range map[string]string{"rk4": "not supported yet", "eurel": "unknown method"} {
		s.DT = 1e-4
		_, err = equation.CompileUpdate(e, method, s)
		require.ErrorContains(t, err, want)
	}
	s.DT = 0
	_, err = equation.CompileUpdate(e, "euler", s)
	require.ErrorContains(t, err, "time step is 0 s")
}

func TestListings(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a circle of readers needs a temporary", "dx/dt = y*Hz : 1\ndy/dt = -x*Hz : 1", `
x: column 0, read and written
y: column 1, read and written
r0 = flush(0.125*y + 1*x)
y = flush(-0.125*x + 1*y)
x = r0
`},
		{"more than four terms are chained", "da/dt = (b + c + d + e + f)*Hz : 1\nb : 1\nc : 1\nd : 1\ne : 1\nf : 1", `
a: column 0, read and written
b: column 1
c: column 2
d: column 3
e: column 4
f: column 5
r0 = 0.125*b + 0.125*c + 0.125*d + 0.125*e
a = flush(1*r0 + 0.125*f + 1*a)
`},
		{"common subexpressions are computed once, powers are products", "da/dt = (exp(b)*c**3 + exp(b)*c**2)*Hz : 1\nb : 1\nc : 1", `
a: column 0, read and written
b: column 1
c: column 2
r0 = exp(b)
r1 = mul(c, c)
r2 = mul(c, r1)
r2 = mul(r0, r2)
r1 = mul(r0, r1)
a = flush(0.125*r2 + 0.125*r1 + 1*a)
`},
		{"a long subexpression that is used twice is computed once", "da/dt = s*Hz : 1\ndb/dt = 2*s*Hz : 1\ns = a + b + c : 1\nc : 1", `
a: column 0, read and written
b: column 1, read and written
c: column 2
r0 = 1*a + 1*b + 1*c
a = flush(0.125*r0 + 1*a)
b = flush(0.25*r0 + 1*b)
`},
		{"what is the same for all lanes is computed once per run", "da/dt = (b*sin(t*Hz)/Hz + t + k*u)*Hz*Hz : 1\nb : 1", `
a: column 0, read and written
b: column 1
s0: t, shared 0
s1: u, shared 1
once s2 = sin(s0)
once s3 = 0.125*s0 + 0.0625*s1
r0 = mul(b, s2)
a = flush(0.125*r0 + 1*a + 1*s3)
`},
		{"small steps keep their digits", "da/dt = (b - a + 1)*Hz/64 : 1\ndb/dt = (a + c + d + e + f - b)*0.01*Hz : 1\nc : 1\nd : 1\ne : 1\nf : 1", `
a: column 0, read and written
b: column 1, read and written
c: column 2
d: column 3
e: column 4
f: column 5
r0 = flush(a + (0.001953125*b - 0.001953125*a + 0.001953125))
r1 = 0.00125*a + 0.00125*c + 0.00125*d + 0.00125*e
b = flush(b + (1*r1 + 0.00125*f - 0.00125*b))
a = r0
`},
		{"frozen variables", "da/dt = -2*a*Hz : 1 (unless refractory)", `
a: column 0, read and written
not_refractory: column 9
r0 = flush(0.75*a)
a = select(not_refractory, r0, a)
`},
		{"shared variables have a program of their own", "da/dt = s*Hz : 1\nds/dt = -s*Hz + exp(s)*Hz : 1 (shared)", `
a: column 0, read and written
s0: s, shared 1
a = flush(0.125*s0 + 1*a)
shared:
s: shared 1, read and written
r0 = exp(s)
s = flush(0.125*r0 + 0.875*s)
`},
	} {
		shared := []equation.Symbol{
			{Name: "t", Dim: quantity.DimTime, Shared: true}, {Name: "u", Dim: quantity.DimTime, Shared: true, Column: 1},
			{Name: "not_refractory", Type: equation.Boolean, Column: 9, ReadOnly: true},
		}
		e, err := equation.Parse(c.text)
		require.NoError(t, err)
		symbols := columnsOf(e)
		for i := range symbols {
			if symbols[i].Name == "s" {
				symbols[i].Shared = true
			}
		}
		p, err := equation.CompileUpdate(e, "euler", equation.Scope{Symbols: append(symbols, shared...), Constants: equation.Constants{"k": 0.5}, DT: 0.125})
		require.NoError(t, err, c.name)
		assert.Equal(t, c.want, "\n"+p.String(), c.name)
	}
}

func TestProgramSaysWhatItUses(t *testing.T) {
	s := equation.Scope{Symbols: []equation.Symbol{
		{Name: "a", Column: 4}, {Name: "b", Column: 2, Via: 1}, {Name: "c", Column: 7}, {Name: "t", Dim: quantity.DimTime, Shared: true, Column: 1},
	}}
	p := statements(t, "a = 3; b += c*t*Hz", s)
	assert.Equal(t, []int{2, 7}, p.Reads())
	assert.Equal(t, []int{2, 4}, p.Writes())
	assert.True(t, p.UsesTime())
	assert.False(t, p.UsesRandom())
	assert.Equal(t, []string{"t"}, p.ReadsShared())
	p2 := statements(t, "a = rand()", s)
	assert.True(t, p2.UsesRandom())
	assert.False(t, p2.UsesTime())
	assert.NotEqual(t, p.Digest(), p2.Digest())
	assert.Equal(t, p.Digest(), statements(t, "a=1+2\nb = b + (c*t)*Hz # the same", s).Digest())
}

func TestIncrement(t *testing.T) {
	s := equation.Scope{
		Symbols: []equation.Symbol{
			{Name: "g", Dim: quantity.DimConductance, Column: 3, Via: 1, Guard: "ready"}, {Name: "ready", Type: equation.Boolean, Column: 4, Via: 1},
			{Name: "w", Dim: quantity.DimConductance, Column: 0}, {Name: "x", Column: 1}, {Name: "u", Column: 2},
			{Name: "k", Column: 0, Shared: true}, {Name: "n", Type: equation.Integer, Column: 9},
		},
		Constants: equation.Constants{"J": "0.5*nS"},
	}
	for text, want := range map[string]equation.Increment{
		"g += J":               {Target: s.Symbols[0], Factor: 0.5e-9},
		"g -= 2*J":             {Target: s.Symbols[0], Factor: -1e-9},
		"g = g + w":            {Target: s.Symbols[0], Factor: 1, Weight: s.Symbols[2], HasWeight: true},
		"g += 2*w":             {Target: s.Symbols[0], Factor: 2, Weight: s.Symbols[2], HasWeight: true},
		"g -= w/4 # a comment": {Target: s.Symbols[0], Factor: -0.25, Weight: s.Symbols[2], HasWeight: true},
		"x += k":               {Target: s.Symbols[3], Factor: 1, Weight: s.Symbols[5], HasWeight: true},
	} {
		inc, ok := statements(t, text, s).Increment()
		require.True(t, ok, text)
		assert.Equal(t, want, inc, text)
	}
	for _, text := range []string{"g = J", "g += w + J", "x += u*k", "x *= 2", "x += x", "x += u; u = 0", "x += rand()", "n += 1", "g = 2*g + w", ""} {
		_, ok := statements(t, text, s).Increment()
		assert.False(t, ok, text)
	}
}

func TestGuardKeepsTheOldValue(t *testing.T) {
	s := equation.Scope{Symbols: []equation.Symbol{
		{Name: "v", Column: 0, Via: 1, Guard: "ready"}, {Name: "ready", Type: equation.Boolean, Column: 1, Via: 1}, {Name: "w", Column: 2},
	}}
	p := statements(t, "v += w; w = v", s)
	f := &equation.Frame{
		Columns: [][]float64{{1, 2, 3}, {0, 1, 1}, {10, 20, 30}},
		Index:   [][]int32{{0, 1}, {0, 2}},
	}
	p.NewMachine(kernel.Best()).RunAt(f, 2)
	assert.Equal(t, [][]float64{{1, 2, 23}, {0, 1, 1}, {1, 23, 30}}, f.Columns)

	s.Symbols[0].Guard = "reddy"
	_, err := equation.CompileStatements("v += w", s)
	require.ErrorContains(t, err, "unknown guard reddy")
}

// TestSynapsesReachTheirNeurons runs a program over a contiguous row of synapses
// and over scattered ones, with variables on both sides.
func TestSynapsesReachTheirNeurons(t *testing.T) {
	s := equation.Scope{Symbols: []equation.Symbol{
		{Name: "w", Column: 0}, {Name: "g_post", Column: 1, Via: 1}, {Name: "r_pre", Column: 2, Via: 2, ReadOnly: true},
		{Name: "i", Type: equation.Integer, Via: 2, Column: equation.Lane}, {Name: "j", Type: equation.Integer, Via: 1, Column: equation.Lane},
	}}
	p := statements(t, "w = 10*i + j; g_post += r_pre", s)
	frame := func() *equation.Frame {
		return &equation.Frame{Columns: [][]float64{make([]float64, 4), {100, 200, 300}, {0.5, 0.25}}}
	}
	row := frame()
	row.Index = [][]int32{nil, {0, 2, 1, 2}, {0, 0, 1, 1}}
	m := p.NewMachine(kernel.Best())
	m.Run(row, 2, 4)
	assert.Equal(t, [][]float64{{0, 0, 11, 12}, {100, 200.25, 300.25}, {0.5, 0.25}}, row.Columns)

	at := frame()
	at.Index = [][]int32{{3, 2}, {2, 1}, {1}} // both from neuron 1
	m.RunAt(at, 2)
	assert.Equal(t, row.Columns, at.Columns)
}

func TestConstantAssignment(t *testing.T) {
	s := equation.Scope{Symbols: []equation.Symbol{{Name: "v", Dim: quantity.DimVoltage}, {Name: "x", Column: 1}}, Constants: equation.Constants{"vr": "-65 mV"}}
	p := statements(t, "v = vr; x = 1e-300", s)
	assert.Empty(t, p.Reads())
	f := &equation.Frame{Columns: [][]float64{{1, 2, 3}, {1, 2, 3}}, Index: [][]int32{{2, 0}}}
	m := p.NewMachine(kernel.Best())
	m.RunAt(f, 2)
	assert.Equal(t, [][]float64{{-0.065, 2, -0.065}, {0, 2, 0}}, f.Columns)
	m.Run(f, 1, 2)
	assert.Equal(t, [][]float64{{-0.065, -0.065, -0.065}, {0, 0, 0}}, f.Columns)
	m.Run(f, 2, 2)
	m.RunAt(f, 0)
}

func TestTinyNumbersAreFlushed(t *testing.T) {
	s := equation.Scope{Symbols: []equation.Symbol{{Name: "x"}, {Name: "y", Column: 1}, {Name: "z", Column: 2}}}
	f := &equation.Frame{Columns: [][]float64{{1e-289, -1e-290}, {1, 1}, {1e-200, 1}}}
	statements(t, "x *= 0.1; y = z*z; z = x", s).NewMachine(kernel.Best()).Run(f, 0, 2)
	assert.Equal(t, [][]float64{{1e-289 * 0.1, 0}, {0, 1}, {1e-289 * 0.1, 0}}, f.Columns)
}

func TestRandomNumbersBelongToElements(t *testing.T) {
	s := equation.Scope{Symbols: []equation.Symbol{{Name: "x"}, {Name: "y", Column: 1}, {Name: "z", Column: 2}}}
	p := statements(t, "x = rand(); y = randn(); z = rand()", s)
	const n = 1300
	frame := func() *equation.Frame {
		return &equation.Frame{Columns: [][]float64{make([]float64, n), make([]float64, n), make([]float64, n)}, Step: 77, Key: rng.NewKey(1, "cells", "reset"), First: 5}
	}
	whole := frame()
	p.NewMachine(kernel.Go()).Run(whole, 0, n)
	uniform, normal := make([]float64, n), make([]float64, n)
	stream := rng.Stream{Key: whole.Key, Kernel: kernel.Go()}
	stream.Uniform(uniform, 77, 0, 5)
	stream.Normal(normal, 77, 1, 5)
	sameBits(t, uniform, whole.Columns[0], "uniform")
	sameBits(t, normal, whole.Columns[1], "normal")
	assert.NotEqual(t, whole.Columns[0], whole.Columns[2], "two calls are two draws")
	for _, k := range kernel.Available() {
		split, at := frame(), frame()
		m := p.NewMachine(k)
		m.Run(split, 601, n)
		m.Run(split, 0, 601)
		idx := make([]int32, n)
		for i := range idx {
			idx[i] = int32((i * 7) % n)
		}
		at.Index = [][]int32{idx}
		m.RunAt(at, n)
		for c := range whole.Columns {
			sameBits(t, whole.Columns[c], split.Columns[c], "split, column %d on %s", c, k.Name)
			sameBits(t, whole.Columns[c], at.Columns[c], "scattered, column %d on %s", c, k.Name)
		}
	}
}

func TestInitialiser(t *testing.T) {
	s := equation.Scope{
		Symbols:   []equation.Symbol{{Name: "i", Type: equation.Integer, Column: equation.Lane}},
		Constants: equation.Constants{"mu_min": 1.1, "mu_max": 1.2, "N": 1000},
	}
	p, err := equation.CompileExpression("mu_min + (mu_max - mu_min)*rand() + 0*i", s)
	require.NoError(t, err)
	assert.Equal(t, quantity.DimNone, p.Dimension())
	x := make([]float64, 1000)
	f := &equation.Frame{Key: rng.NewKey(3, "e", "mu")}
	p.NewMachine(kernel.Best()).Eval(f, 0, 1000, x)
	lo, hi := x[0], x[0]
	for _, v := range x {
		lo, hi = min(lo, v), max(hi, v)
	}
	assert.True(t, lo > 1.1 && lo < 1.101 && hi < 1.2 && hi > 1.199, "%v … %v", lo, hi)

	p, err = equation.CompileExpression("(N - 1 - i) % 3", s)
	require.NoError(t, err)
	assert.Equal(t, equation.Integer, p.Type())
	p.NewMachine(kernel.Best()).Eval(f, 10, 14, x)
	assert.Equal(t, []float64{2, 1, 0, 2}, x[:4])
	f.Index = [][]int32{{999, 4}}
	p.NewMachine(kernel.Best()).EvalAt(f, 2, x)
	assert.Equal(t, []float64{0, 2}, x[:2])

	p, err = equation.CompileExpression("5*mV", s)
	require.NoError(t, err)
	assert.Equal(t, quantity.DimVoltage, p.Dimension())
	p.NewMachine(kernel.Best()).Eval(f, 0, 2, x)
	assert.Equal(t, []float64{5e-3, 5e-3}, x[:2])
}

func TestConditions(t *testing.T) {
	s := equation.Scope{
		Symbols: []equation.Symbol{
			{Name: "V"}, {Name: "theta", Column: 1}, {Name: "on", Type: equation.Boolean, Column: 2}, {Name: "k", Shared: true},
			{Name: "i", Type: equation.Integer, Column: equation.Lane},
		},
		Constants: equation.Constants{"V_th": "0.25*2"},
	}
	const n = 1111
	f := lanesOf(3, n)
	f.Shared = []float64{0.75}
	for i := range f.Columns[2] {
		f.Columns[2][i] = float64(i % 3 % 2)
	}
	holds := map[string]func(v, theta, on float64, i int) bool{
		"V > V_th":                  func(v, theta, on float64, i int) bool { return v > 0.5 },
		"V_th < V":                  func(v, theta, on float64, i int) bool { return v > 0.5 },
		"V >= 1 - 0.5":              func(v, theta, on float64, i int) bool { return v >= 0.5 },
		"0.5 >= V":                  func(v, theta, on float64, i int) bool { return v <= 0.5 },
		"V < V_th":                  func(v, theta, on float64, i int) bool { return v < 0.5 },
		"V > theta and on":          func(v, theta, on float64, i int) bool { return v > theta && on != 0 },
		"not (V > k or on)":         func(v, theta, on float64, i int) bool { return !(v > 0.75 || on != 0) },
		"True":                      func(v, theta, on float64, i int) bool { return true },
		"V > 2 or False":            func(v, theta, on float64, i int) bool { return false },
		"i % 2 == 0 and V > V_th":   func(v, theta, on float64, i int) bool { return i%2 == 0 && v > 0.5 },
		"on":                        func(v, theta, on float64, i int) bool { return on != 0 },
		"k > 0.5":                   func(v, theta, on float64, i int) bool { return true },
		"2*V - 1 > 0 and V != 0.75": func(v, theta, on float64, i int) bool { return 2*v-1 > 0 && v != 0.75 },
	}
	for text, want := range holds {
		c, err := equation.CompileCondition(text, s)
		require.NoError(t, err, text)
		var lanes []int32
		for i := 100; i < n; i++ {
			if want(f.Columns[0][i], f.Columns[1][i], f.Columns[2][i], i) {
				lanes = append(lanes, int32(i))
			}
		}
		for _, k := range kernel.Available() {
			m := c.NewMachine(k)
			idx := make([]int32, n-100)
			got := c.Find(m, f, 100, n, idx)
			assert.Equal(t, lanes, append([]int32(nil), idx[:got]...), "%s on %s", text, k.Name)
			assert.Zero(t, c.Find(m, f, 7, 7, nil))
			mask := make([]float64, n)
			m.Eval(f, 0, n, mask)
			for i := range mask {
				require.Equal(t, truth(want(f.Columns[0][i], f.Columns[1][i], f.Columns[2][i], i)), mask[i], "%s in %d", text, i)
			}
		}
	}
	_, err := equation.CompileCondition("V + 1", s)
	require.ErrorContains(t, err, "expected a condition")
	require.ErrorIs(t, err, equation.ErrType)
}

// TestConnectionConditions evaluates a condition over pairs, the source being the
// same for all.
func TestConnectionConditions(t *testing.T) {
	c, err := equation.CompileCondition("i != j and abs(i - j) <= 2 and rand() < 1", equation.Scope{Symbols: []equation.Symbol{
		{Name: "i", Type: equation.Integer, Via: 2, Column: equation.Lane}, {Name: "j", Type: equation.Integer, Column: equation.Lane},
	}})
	require.NoError(t, err)
	idx := make([]int32, 10)
	n := c.Find(c.NewMachine(kernel.Best()), &equation.Frame{Index: [][]int32{nil, nil, {4}}}, 0, 10, idx)
	assert.Equal(t, []int32{2, 3, 5, 6}, idx[:n])
}

func TestSharedVariables(t *testing.T) {
	e, err := equation.Parse("dx/dt = s*Hz : 1\nds/dt = -s*Hz + drive : 1 (shared)\ndrive = t*Hz*Hz : Hz (shared)")
	require.NoError(t, err)
	p, err := equation.CompileUpdate(e, "euler", equation.Scope{
		Symbols: []equation.Symbol{{Name: "x"}, {Name: "s", Shared: true}, {Name: "t", Shared: true, Column: 1, Dim: quantity.DimTime}}, DT: 0.5,
	})
	require.NoError(t, err)
	require.True(t, p.HasShared())
	assert.True(t, p.UsesTime())
	f := &equation.Frame{Columns: [][]float64{{1, 2}}, Shared: []float64{4, 10}}
	m := p.NewMachine(kernel.Best())
	m.Run(f, 0, 1)
	m.Run(f, 1, 2)
	m.RunShared(f)
	assert.Equal(t, []float64{3, 4}, f.Columns[0])
	assert.Equal(t, []float64{7, 10}, f.Shared)
}

func TestSubexpressionsOfOthers(t *testing.T) {
	e, err := equation.Parse("I = g*(V - E) : amp\ng : siemens\nV : volt")
	require.NoError(t, err)
	sub := e.Variables()[0].Renamed(func(s string) string { return s + "_post" })
	s := equation.Scope{
		Symbols:        []equation.Symbol{{Name: "g_post", Dim: quantity.DimConductance}, {Name: "V_post", Dim: quantity.DimVoltage, Column: 1}},
		Constants:      equation.Constants{"E_post": "-1*volt"},
		Subexpressions: []equation.Variable{sub},
	}
	p := statements(t, "V_post = 1*volt; g_post = I_post/volt", s)
	f := &equation.Frame{Columns: [][]float64{{3}, {7}}}
	p.NewMachine(kernel.Best()).Run(f, 0, 1)
	assert.Equal(t, [][]float64{{6}, {1}}, f.Columns, "a subexpression is that of the values at the moment")

	_, err = equation.CompileStatements("I_post = 3*amp", s)
	require.ErrorContains(t, err, "is a subexpression")
}

func TestCompileAssign(t *testing.T) {
	s := equation.Scope{Symbols: []equation.Symbol{{Name: "v", Dim: quantity.DimVoltage}}}
	p, err := equation.CompileAssign("v", "-60*mV + 10*mV", s)
	require.NoError(t, err)
	f := &equation.Frame{Columns: [][]float64{{0, 0}}}
	p.NewMachine(kernel.Best()).Run(f, 0, 2)
	assert.InDelta(t, -0.05, f.Columns[0][1], 1e-17)
	for _, c := range [][2]string{{"v", "3"}, {"v+1", "3*mV"}, {"w", "3"}, {"v", "3*"}, {"", "1"}} {
		_, err := equation.CompileAssign(c[0], c[1], s)
		assert.Error(t, err, c)
	}
}

// TestSlowVariablesKeepTheirDigits takes steps of the size that 1 + dt/tau would lose.
func TestSlowVariablesKeepTheirDigits(t *testing.T) {
	e, err := equation.Parse("dx/dt = (x0 - x)/tau : 1\nx0 : 1")
	require.NoError(t, err)
	for _, tau := range []string{"3 ms", "100 ms", "3 s", "10000 s", "1e12 s"} {
		p, err := equation.CompileUpdate(e, "euler", equation.Scope{Symbols: columnsOf(e), Constants: equation.Constants{"tau": tau}, DT: 1e-4})
		require.NoError(t, err)
		f := &equation.Frame{Columns: [][]float64{{0x1p-60, 1}, {1, 1}}}
		p.NewMachine(kernel.Best()).Run(f, 0, 2)
		step := 1e-4 / quantity.MustParse(tau).SI()
		assert.InEpsilon(t, step, f.Columns[0][0]-0x1p-60, 1e-15, tau)
		assert.InDelta(t, 1, f.Columns[0][1], 0x1p-53, tau)
	}
}

func TestTheFixedPointIsExact(t *testing.T) {
	e, err := equation.Parse("dx/dt = (x0 - x)/tau : 1\nx0 : 1")
	require.NoError(t, err)
	for _, tau := range []string{"15 ms", "20 ms", "7 ms", "93 ms"} {
		p, err := equation.CompileUpdate(e, "euler", equation.Scope{Symbols: columnsOf(e), Constants: equation.Constants{"tau": tau}, DT: 1e-4})
		require.NoError(t, err)
		f := &equation.Frame{Columns: [][]float64{{0.9}, {1}}}
		m := p.NewMachine(kernel.Best())
		for range 100000 {
			m.Run(f, 0, 1)
		}
		// What is left is the rounding of the last steps, at most half a unit in the
		// last place each, which the leak adds up over tau/dt of them.
		q := quantity.MustParse(tau)
		assert.InDelta(t, 1, f.Columns[0][0], 0x1p-53*q.SI()/1e-4, tau)
	}
}

func TestRunningAllocatesNothing(t *testing.T) {
	update := clusternetUpdate(t)
	s := equation.Scope{Symbols: []equation.Symbol{{Name: "V"}, {Name: "w", Column: 1}, {Name: "x", Column: 2, Via: 1}, {Name: "t", Shared: true, Dim: quantity.DimTime}}}
	reset := statements(t, "V = 0; w += 0.1*exp(V) + rand() + randn(); x += sin(t*Hz)", s)
	cond, err := equation.CompileCondition("V > 0.5 and w < 0.9", s)
	require.NoError(t, err)
	f := lanesOf(6, 2000)
	f.Shared = []float64{1}
	f.Index = [][]int32{{1, 5, 7}, {2, 9, 11}}
	idx := make([]int32, 2000)
	out := make([]float64, 2000)
	k := kernel.Best()
	um, rm, cm := update.NewMachine(k), reset.NewMachine(k), cond.NewMachine(k)
	assert.Zero(t, testing.AllocsPerRun(20, func() {
		um.Run(f, 0, 2000)
		cond.Find(cm, f, 0, 2000, idx)
		cm.Eval(f, 0, 2000, out)
		rm.RunAt(f, 3)
	}))
}

func TestFunctions(t *testing.T) {
	list := equation.Functions()
	assert.Contains(t, list, "exprel")
	assert.IsIncreasing(t, list)
	assert.False(t, strings.Contains(strings.Join(list, " "), "arctan"))
}
