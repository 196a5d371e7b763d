package equation_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/quantity"
)

func TestParse(t *testing.T) {
	e, err := equation.Parse(`
	# a comment
	dv/dt = (ge*(Ee - v) +   # comments and line ends are free inside brackets
	         I)/Cm : volt (unless refractory)
	I = -gl*v : amp  # unit as the expression has it

	ge : siemens/(metre**2) (constant)
	n : integer (constant, shared)
	on = v > -50*mV : boolean (shared)`)
	require.NoError(t, err)
	v := e.Variables()
	require.Len(t, v, 5)

	assert.Equal(t, "v", v[0].Name)
	assert.Equal(t, equation.Differential, v[0].Kind)
	assert.Equal(t, quantity.DimVoltage, v[0].Dim)
	assert.True(t, v[0].UnlessRefractory)
	assert.Equal(t, []int{3, 3}, []int{v[0].Line, v[0].Col})
	assert.Equal(t, "(ge * (Ee - v) + I) / Cm", v[0].Expr.String())

	assert.Equal(t, equation.Subexpression, v[1].Kind)
	assert.Equal(t, quantity.DimCurrent, v[1].Dim)
	assert.Equal(t, []int{5, 2}, []int{v[1].Line, v[1].Col})

	assert.Equal(t, equation.Parameter, v[2].Kind)
	assert.Equal(t, "siemens/(metre**2)", v[2].Unit)
	assert.Nil(t, v[2].Expr)
	assert.True(t, v[2].Constant && !v[2].Shared)

	assert.Equal(t, equation.Integer, v[3].Type)
	assert.True(t, v[3].Constant && v[3].Shared)
	assert.Equal(t, equation.Boolean, v[4].Type)

	found, ok := e.Lookup("I")
	assert.True(t, ok)
	assert.Equal(t, v[1].String(), found.String())
	_, ok = e.Lookup("v/dt")
	assert.False(t, ok)

	assert.Equal(t, strings.Join([]string{
		"dv/dt = (ge * (Ee - v) + I) / Cm : V (unless refractory)",
		"I = -gl * v : A",
		"ge : S/m^2 (constant)",
		"n : integer (constant, shared)",
		"on = v > -50 * mV : boolean (shared)",
	}, "\n"), e.String())
}

func TestEquationsEqual(t *testing.T) {
	a, err := equation.Parse("dx/dt = (-x)/(5*ms) : 1 # decay")
	require.NoError(t, err)
	b, err := equation.Parse("\n\ndx/dt = -x/(5*ms):1")
	require.NoError(t, err)
	c, err := equation.Parse("dx/dt = -x/(5.0*ms) : 1")
	require.NoError(t, err)
	assert.True(t, a.Equal(b))
	assert.Equal(t, a.Digest(), b.Digest())
	assert.False(t, a.Equal(c))
	assert.NotEqual(t, a.Digest(), c.Digest())
	assert.Len(t, a.Digest(), 64)
}

func TestPrecedence(t *testing.T) {
	for text, want := range map[string]string{
		"-x**2":                 "-x**2",
		"(-x)**2":               "(-x)**2",
		"2**-x":                 "2**-x",
		"2**-x**2":              "2**-x**2",
		"2**(3**x)":             "2**3**x",
		"(2**3)**x":             "(2**3)**x",
		"a-(b-c)":               "a - (b - c)",
		"(a-b)-c":               "a - b - c",
		"a-(b+c)*d":             "a - (b + c) * d",
		"a/(b*c)":               "a / (b * c)",
		"(a/b)*c":               "a / b * c",
		"a*(b/c)":               "a * (b / c)",
		"-a*b":                  "-a * b",
		"-(a*b)":                "-(a * b)",
		"a--b":                  "a - -b",
		"a*-b":                  "a * -b",
		"not a and b or c":      "not a and b or c",
		"not (a and (b or c))":  "not (a and (b or c))",
		"(a<b)==(c<d)":          "(a < b) == (c < d)",
		"not a<b":               "not a < b",
		"(not a)==b":            "(not a) == b",
		"a<b+c and d%2==e//3":   "a < b + c and d % 2 == e // 3",
		"clip(a,(b),c+1)":       "clip(a, b, c + 1)",
		"+a":                    "+a",
		".5e3*x":                ".5e3 * x",
		"((((x))))":             "x",
		"a and (b and c)":       "a and (b and c)",
		"where(a>1 or b, 1, 2)": "where(a > 1 or b, 1, 2)",
	} {
		e, err := equation.Parse("y = " + text + " : 1")
		require.NoErrorf(t, err, "%s", text)
		assert.Equal(t, want, e.Variables()[0].Expr.String())
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		text      string
		kind      error
		line, col int
		want      string
	}{
		{"dv/dt = (a + b : volt\nw : 1", equation.ErrSyntax, 1, 16, "expected an operator or ')'"},
		{"v = a b : 1", equation.ErrSyntax, 1, 7, `found "b"`},
		{"v = a^2 : 1", equation.ErrSyntax, 1, 6, "powers are written x**2"},
		{"v = a +\n", equation.ErrSyntax, 1, 8, "goes on in the next line only inside brackets"},
		{"dv/dx = 3 : 1", equation.ErrSyntax, 1, 1, "is written dx/dt"},
		{"v : mV", equation.ErrUnit, 1, 5, "found mV, expected volt"},
		{"v : foo", equation.ErrUnit, 1, 5, "foo is not a unit"},
		{"v : 1 (constnt)", equation.ErrName, 1, 8, "unknown flag (constnt)"},
		{"v : 1 (event-driven)", equation.ErrUnsupported, 1, 8, "(event-driven) is not supported yet"},
		{"v : 1 (constant over dt)", equation.ErrUnsupported, 1, 8, "(constant over dt)"},
		{"v : 1 (constant, constant)", equation.ErrSyntax, 1, 18, "twice"},
		{"v = 1 : 1 (unless refractory)", equation.ErrSyntax, 1, 12, "does not go with a subexpression"},
		{"dv/dt = 1*Hz : 1 (constant)", equation.ErrSyntax, 1, 19, "does not go with a differential equation"},
		{"v : 1\n  v : volt", equation.ErrName, 2, 3, "defined twice, first in line 1"},
		{"t : second", equation.ErrName, 1, 1, "stands for the time"},
		{"xi_1 : 1", equation.ErrName, 1, 1, "stands for noise"},
		{"exp : 1", equation.ErrName, 1, 1, "stands for a function"},
		{"v = a < b < c : boolean", equation.ErrSyntax, 1, 11, "comparisons do not chain"},
		{"v = a $ b : 1", equation.ErrSyntax, 1, 7, "unexpected character '$'"},
		{"v = 5 ms : 1", equation.ErrSyntax, 1, 7, "a product is written 5*ms"},
		{"v = 1e999 : 1", equation.ErrSyntax, 1, 5, "too large"},
		{"v = a = b : 1", equation.ErrSyntax, 1, 7, "equality is written =="},
		{"v = a && b : boolean", equation.ErrSyntax, 1, 7, "write and"},
		{"v = a | b : boolean", equation.ErrSyntax, 1, 7, "write or"},
		{"v = !a : boolean", equation.ErrSyntax, 1, 5, "write not"},
		{"v = [a] : 1", equation.ErrSyntax, 1, 5, "only round brackets group"},
		{"v = 2*not a : 1", equation.ErrSyntax, 1, 7, "put it in brackets"},
		{"dv/dt = -v : boolean", equation.ErrType, 1, 14, "cannot be boolean"},
		{"v = 1", equation.ErrSyntax, 1, 6, "':' and the unit of v"},
		{"v : ", equation.ErrSyntax, 1, 5, "the unit of v"},
		{"dv/dt : 1", equation.ErrSyntax, 1, 7, "expected '='"},
		{"3 : 1", equation.ErrSyntax, 1, 1, "expected an equation"},
		{"\xff : 1", equation.ErrSyntax, 1, 1, "not valid UTF-8"},
		{"µ = é + * 2 : 1", equation.ErrSyntax, 1, 9, `found "*"`},
		{"v = " + strings.Repeat("(", 600) + "a", equation.ErrSyntax, 1, 505, "nested more than"},
		{"v = a" + strings.Repeat("+a", 6000) + ": 1", equation.ErrSyntax, 1, 0, "more than 5000 parts"},
	} {
		_, err := equation.Parse(c.text)
		require.Errorf(t, err, "%.60q", c.text)
		var e *equation.Error
		require.ErrorAs(t, err, &e)
		assert.ErrorIsf(t, err, c.kind, "%.60q", c.text)
		assert.Containsf(t, e.Msg, c.want, "%.60q", c.text)
		if c.col > 0 {
			assert.Equalf(t, [2]int{c.line, c.col}, [2]int{e.Line, e.Col}, "%.60q: %v", c.text, err)
		}
	}
}

func TestAllErrorsOfATextAreTold(t *testing.T) {
	_, err := equation.Parse("a = 1 +: 1\nb : volt\nc : mA\n d = (1 : 1\ne = 2 $ 3 : 1")
	require.Error(t, err)
	joined, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok)
	var lines []int
	for _, err := range joined.Unwrap() {
		var e *equation.Error
		require.True(t, errors.As(err, &e))
		lines = append(lines, e.Line)
	}
	assert.ElementsMatch(t, []int{1, 3, 4, 5}, lines)
}

func TestErrorsShowThePlace(t *testing.T) {
	_, err := equation.CompileCondition("V + t > 3", equation.Scope{
		Symbols: []equation.Symbol{{Name: "V", Dim: quantity.DimVoltage}, {Name: "t", Dim: quantity.DimTime, Shared: true}},
		Where:   "neurons_e: threshold",
	})
	require.EqualError(t, err, `equation: neurons_e: threshold: line 1, column 3: the sides of + have different units: found volt on the left (V) and second on the right (t), expected the same
    V + t > 3
      ^`)
	require.ErrorIs(t, err, quantity.ErrMismatch)
	require.ErrorIs(t, err, equation.ErrUnit)
}

func TestTemplate(t *testing.T) {
	replace := map[string]string{"PRE": "e", "POST": "i", "PREPOST": "both", "x": "y"}
	for text, want := range map[string]string{
		"tau_PRE":           "tau_e",
		"dx_PRE/dt = -PRE2": "dx_e/dt = -e2", // the letters of dx are joined
		"dPRE/dt":           "de/dt",
		"I_PRE_POST + x":    "I_e_i + y",
		"PREPOST":           "both",
		"EXPRESS xPRE":      "EXPRESS ye",
		"POSTPONE":          "POSTPONE",
		"5*PRE":             "5*e",
		"µ_PRE \xff":        "µ_e \xff",
	} {
		assert.Equal(t, want, equation.Template(text, replace), text)
	}
	assert.Equal(t, "a", equation.Template("a", map[string]string{"": "b"}))
}

func TestRenamed(t *testing.T) {
	e, err := equation.Parse("I = exp(g*(V - E)) : 1")
	require.NoError(t, err)
	v := e.Variables()[0].Renamed(func(s string) string { return s + "_post" })
	assert.Equal(t, "I_post = exp(g_post * (V_post - E_post)) : 1", v.String())
	assert.Equal(t, "I = exp(g * (V - E)) : 1", e.String())
}

func TestEvalConstant(t *testing.T) {
	constants := equation.Constants{
		"tau": quantity.MustParse("5 ms"), "n": 3, "x": "2*n + y", "y": 0.5, "rate": "10 Hz", "flag": true,
		"loop": "1 + pool", "pool": "loop", "mixed": "tau + n", "bad": struct{}{}, "inf": "1e300*1e300", "random": "rand()",
	}
	for text, want := range map[string]string{
		"5 ms":              "5 ms",
		"5*ms":              "5 ms",
		"tau":               "5 ms",
		"2*tau":             "10 ms",
		"x":                 "6.5",
		"rate*tau":          "0.05",
		"(tau + 1*ms)**2":   "36e-6 s^2",
		"1 uF/cm^2":         "1 uF/cm^2",
		"exp(0)":            "1",
		"sqrt(4*volt*volt)": "2 V",
		"int(flag)*3":       "3",
		"n % 2":             "1",
		"-7 // 2":           "-4",
		"2**-1":             "0.5",
	} {
		q, err := equation.EvalConstant(text, constants)
		require.NoErrorf(t, err, "%s", text)
		w := quantity.MustParse(want)
		assert.InEpsilonf(t, w.SI(), q.SI(), 1e-15, "%s", text)
		assert.Equalf(t, w.Dimension(), q.Dimension(), "%s", text)
	}
	for text, want := range map[string]error{
		"V":       equation.ErrName,
		"loop":    equation.ErrName,
		"mixed":   equation.ErrUnit,
		"bad":     equation.ErrType,
		"inf":     equation.ErrValue,
		"random":  equation.ErrValue,
		"1/(n-3)": equation.ErrValue,
		"2 +":     equation.ErrSyntax,
		"":        equation.ErrSyntax,
	} {
		_, err := equation.EvalConstant(text, constants)
		assert.ErrorIsf(t, err, want, "%s", text)
	}
}

// TestConstantsAreExact keeps "5*ms" and "5 ms" the number that Brian 2 computes.
func TestConstantsAreExact(t *testing.T) {
	five, milli := 5.0, 1e-3
	for _, text := range []string{"5 ms", "5*ms", "tau"} {
		q, err := equation.EvalConstant(text, equation.Constants{"tau": "5*ms"})
		require.NoError(t, err)
		assert.Equal(t, five*milli, q.SI())
	}
}
