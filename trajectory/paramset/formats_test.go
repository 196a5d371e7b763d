package paramset_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"galvani/quantity"
	"galvani/trajectory/paramset"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTOML(t *testing.T) {
	s, err := paramset.ParseTOML(`
tau_m = "10 ms"           # a quantity
label = "3 apples"
plain = '= str("3 A")'
N = 1_000
p = 0.2
on = true
R_ee = "= ParameterRange(arange(1, 2.6, 0.2))"
jitter = "= NormalDist(mean=0, std=1, units='mV')"
nothing = "= None"
far = inf
synE.E = 0.0
synE.tau = 1.5
lists = [[1, 2], ["x", {b = 1, a = 2}]]

[cells]
cm = 0.25
[cells.exc]
n = "= ref('N') * 4"

[[rows]]
z = 1
a = 2
`)
	require.NoError(t, err)
	r, err := paramset.RangeOf(arange{1, 0.2, 8})
	require.NoError(t, err)
	assert.Equal(t, map[string]any{
		"tau_m": q("10 ms"), "label": "3 apples", "plain": "3 A", "N": 1000, "p": 0.2, "on": true, "R_ee": r,
		"jitter": paramset.Normal{Mu: 0, Sigma: 1, Unit: "mV"}, "nothing": nil, "far": math.Inf(1),
		"synE.E": 0.0, "synE.tau": 1.5, "lists": []any{[]any{1, 2}, []any{"x", map[string]any{"b": 1, "a": 2}}},
		"cells.cm": 0.25, "cells.exc.n": paramset.Ref("N").Mul(4), "rows": []any{map[string]any{"z": 1, "a": 2}},
	}, flatMaps(s))
	assert.Equal(t, `tau_m = "10 ms"
label = "3 apples"
plain = "= str(\"3 A\")"
N = 1000
p = 0.2
on = true
R_ee = "= ParameterRange([1.0, 1.2, 1.4, 1.5999999999999999, 1.7999999999999998, 1.9999999999999998, 2.1999999999999997, 2.3999999999999995])"
jitter = "= NormalDist(mean=0.0,std=1.0,units=\"mV\")"
nothing = "= None"
far = inf
synE.E = 0.0
synE.tau = 1.5
lists = [[1, 2], ["x", {b = 1, a = 2}]]
cells.cm = 0.25
cells.exc.n = "= ref(\"N\") * 4"
rows = [{z = 1, a = 2}]
`, s.TOML())
	require.NoError(t, s.Delete("rows"))
	assert.True(t, strings.HasSuffix(s.TOML(), "\n[cells]\ncm = 0.25\n\n[cells.exc]\nn = \"= ref(\\\"N\\\") * 4\"\n"), s.TOML())
}

// arange counts as numpy's does.
type arange struct {
	start, step float64
	n           int
}

func (a arange) Len() int     { return a.n }
func (a arange) At(i int) any { return a.start + float64(float64(i)*((a.start+a.step)-a.start)) }

// flatMaps is Flatten with plain maps inside lists.
func flatMaps(s *paramset.Set) map[string]any {
	out := map[string]any{}
	for path := range s.Flat() {
		var v any = s.Map()
		for _, name := range strings.Split(path, ".") {
			v = v.(map[string]any)[name]
		}
		out[path] = v
	}
	return out
}

func TestJSON(t *testing.T) {
	s, err := paramset.ParseJSON(`{
		"tau_m": "10 ms", "eq": "= \"=x\"", "n": 1, "x": 1.0, "big": 1E2, "u": "\u00e9\ud83d\ude00\/",
		"r": "=ParameterRange([1, 2], units=\"mV\")", "l": [], "o": {"deeper": [null, true, -1.5, -3]}}`)
	require.NoError(t, err)
	r, err := paramset.NewRangeIn("mV", 1, 2)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{
		"tau_m": q("10 ms"), "eq": "=x", "n": 1, "x": 1.0, "big": 100.0, "u": "é\U0001F600/", "r": r, "l": []any{}, "o.deeper": []any{nil, true, -1.5, -3},
	}, s.Flatten("."))
	assert.Equal(t, `{
  "tau_m": "10 ms",
  "eq": "= \"=x\"",
  "n": 1,
  "x": 1.0,
  "big": 100.0,
  "u": "é😀/",
  "r": "= ParameterRange([1, 2], units=\"mV\")",
  "l": [],
  "o": {
    "deeper": [null, true, -1.5, -3]
  }
}`, s.JSON())
	// encoding/json reads what is written, and calls the methods.
	raw, err := json.Marshal(struct{ P *paramset.Set }{s})
	require.NoError(t, err)
	var back struct{ P paramset.Set }
	require.NoError(t, json.Unmarshal(raw, &back))
	assert.Equal(t, s.String(), back.P.String())
	require.Error(t, json.Unmarshal([]byte(`{"P": {"a.b": 1}}`), &back))
}

func TestErrorsInFormats(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"a": 1,}`, `line 1, column 9: found "}", want a name in quotes`},
		{`{'a': 1}`, `column 2: "'" is not expected here`},
		{`{"a": True}`, `column 7: unknown name "True"`},
		{`{"a": nan}`, `unknown name "nan"`},
		{`{"a": ref("x")}`, `unknown name "ref"`},
		{`{"a": 1 + 1}`, `"+" is not expected here`},
		{`{"a": 01}`, `01 is no number of JSON`},
		{`{"a": 1e+-5}`, `is no number of JSON`},
		{`{"a": 1e}`, `is no number of JSON`},
		{`{"a": 1.}`, `is no number of JSON`},
		{`{"a": 0x1}`, `is no number of JSON`},
		{`{"a": - 1}`, `want a number`},
		{`{"a": -}`, `want a number`},
		{`{"a": [1,]}`, `want a value`},
		{`{"a": "\x41"}`, `unknown escape \x`},
		{"{\"a\": \"\t\"}", `a control character (0x9) in a text`},
		{`[]`, `is no set`},
		{`{"a": "= ParameterRange(3)"}`, `line 1, column 10: ParameterRange: value is the number 3 (want a list)`},
		{`{"a": "="}`, `line 1, column 9: found the end of the text, want a value`},
		{`{"a": ["= ParameterRange([3])"]}`, `a range inside a list`},
		{`{"a": "= url('x')"}`, `only a file can include files`},
	} {
		_, err := paramset.ParseJSON(c.text)
		assert.ErrorContains(t, err, c.want, c.text)
	}
	for _, c := range []struct{ text, want string }{
		{"a = 1\nb = = 2", "paramset: line 2, column 5: expected value but found '=' instead"},
		{"a = 1\n[sub]\nx = 2\nb = \"= ParameterRange(3)\"", "line 4, column 8: ParameterRange: value is the number 3 (want a list)"},
		{"a = 1\n[sub]\n\"x.y\" = 2", "line 3, column 9: name \"x.y\": dots separate"},
		{"a = 1979-05-27", "line 1, column 5: a value of TOML that no parameter can have"},
		{"x = 1\na = [\"= ParameterRange([1])\"]", "line 2, column 6: a range inside a list"},
		{"[sub]\nnames = 1", "reserved"},
		{"a = 1\na = 2", "line 2"},
		{"a = " + strings.Repeat("[", 100), "line 1, column 69: nested deeper than 64"},
		{"\n" + strings.Repeat("a.", 100) + "a = 1", "line 2, column 130: nested deeper than 64"},
		{"# [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\na = \"\"\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n\"\"\"\nb = '''\n[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[['''\nc = = 1", "line 6, column 5"},
		{strings.Repeat(" ", 9<<20), "at most"},
	} {
		_, err := paramset.ParseTOML(c.text)
		assert.ErrorContains(t, err, c.want, c.text[:min(len(c.text), 60)])
		var located *paramset.Error
		assert.ErrorAs(t, err, &located)
	}
}

// randomSet makes a set with values of all kinds.
func randomSet(rnd *rand.Rand, depth int) *paramset.Set {
	s := &paramset.Set{}
	for range rnd.IntN(6) {
		name := randomText(rnd)
		name = strings.ReplaceAll(name, ".", "")
		if name == "" || s.Has(name) {
			continue
		}
		if err := s.Set(name, randomValue(rnd, depth)); err != nil {
			panic(fmt.Sprintf("%q: %v", name, err))
		}
	}
	return s
}

func randomText(rnd *rand.Rand) string {
	alphabet := []rune("abcxyz019_- \"'\\\n\t#=[]{}\x00\x7fé\u2028\U0001F600\U000E0001")
	out := make([]rune, rnd.IntN(6))
	for i := range out {
		out[i] = alphabet[rnd.IntN(len(alphabet))]
	}
	if rnd.IntN(10) == 0 {
		return [...]string{"5 ms", "=x", "= 1", "1e5 V", "true", "nan", "-3 mV"}[rnd.IntN(7)] + string(out)
	}
	return string(out)
}

func randomFloat(rnd *rand.Rand) float64 {
	switch rnd.IntN(8) {
	case 0:
		return math.Inf(1 - 2*rnd.IntN(2))
	case 1:
		return math.NaN()
	case 2:
		return math.Copysign(0, -1)
	case 3:
		return float64(rnd.IntN(1000))
	case 4:
		return math.Float64frombits(rnd.Uint64())
	}
	return rnd.NormFloat64()
}

func finiteFloat(rnd *rand.Rand) float64 {
	return rnd.NormFloat64() * math.Pow(10, float64(rnd.IntN(40)-20))
}

func randomValue(rnd *rand.Rand, depth int) any {
	switch rnd.IntN(14) {
	case 0:
		return nil
	case 1:
		return rnd.IntN(2) == 0
	case 2:
		return int(rnd.Uint64()) >> rnd.IntN(64)
	case 3:
		return randomFloat(rnd)
	case 4, 5:
		return randomText(rnd)
	case 6:
		dims := []quantity.Dimension{quantity.DimTime, quantity.DimVoltage, quantity.DimConductance, quantity.DimFrequency, quantity.DimCapacitance.Div(quantity.DimArea), quantity.DimVoltage.Mul(quantity.DimTime)}
		return quantity.New(randomFloat(rnd), dims[rnd.IntN(len(dims))])
	case 7:
		return paramset.Uniform{Min: -math.Abs(finiteFloat(rnd)), Max: math.Abs(finiteFloat(rnd)), Unit: []string{"", "mV"}[rnd.IntN(2)]}
	case 8:
		return paramset.Normal{Mu: finiteFloat(rnd), Sigma: math.Abs(finiteFloat(rnd))}
	case 9:
		return paramset.Gamma{A: math.Abs(finiteFloat(rnd)), B: math.Abs(finiteFloat(rnd)), Unit: []string{"", "ms"}[rnd.IntN(2)]}
	case 10:
		if rnd.IntN(2) == 0 {
			r, err := paramset.NewRangeIn("ms", rnd.IntN(5), rnd.IntN(5))
			if err != nil {
				panic(err)
			}
			return r
		}
		values := []any{nil}
		for range rnd.IntN(4) {
			if v := randomValue(rnd, depth+1); fmt.Sprintf("%T", v) != "paramset.Range" {
				values = append(values, v)
			}
		}
		return paramset.MustRange(values...)
	case 11:
		r := paramset.Ref(randomText(rnd) + "x").Mul(rnd.IntN(9) - 4).Add(paramset.Ref("a.b"))
		return r.Pow(finiteFloat(rnd)).SubFrom(quantity.New(3e-3, quantity.DimTime))
	case 12:
		var values []any
		for range rnd.IntN(4) {
			if v := randomValue(rnd, depth+1); fmt.Sprintf("%T", v) != "paramset.Range" {
				values = append(values, v)
			}
		}
		return values
	}
	if depth > 3 {
		return &paramset.Set{}
	}
	return randomSet(rnd, depth+1)
}

// Every set survives every form, with types and order.
func TestRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		s := randomSet(rnd, 0)
		roundTrip(t, s)
		if t.Failed() {
			break
		}
	}
}

func roundTrip(t *testing.T, s *paramset.Set) {
	t.Helper()
	want := s.String()
	for form, text := range map[string]string{"text": want, "toml": s.TOML(), "json": s.JSON()} {
		read := paramset.Parse
		switch form {
		case "toml":
			read = paramset.ParseTOML
		case "json":
			read = paramset.ParseJSON
			assert.True(t, json.Valid([]byte(text)), text)
		}
		back, err := read(text)
		if assert.NoError(t, err, "%s: %s", form, text) {
			assert.Equal(t, want, back.String(), form)
			assert.True(t, s.Equal(back), "%s: %s", form, want)
		}
	}
	assert.True(t, s.Equal(s.Clone()))
	flat, err := paramset.FromFlat(s.Flat())
	require.NoError(t, err)
	assert.Equal(t, want, flat.String())
}

func TestLaTeX(t *testing.T) {
	s := parse(t, `{"tau_m": "10 ms", "synE": {"E": 0.0, "s": "50% & ~x^2\\{"}, "r": ParameterRange([1, 2], units="mV")}`)
	assert.Equal(t, `\begin{tabular}{ll}
\texttt{tau\_m} & 10 ms \\
\texttt{synE} & \\
\quad\texttt{E} & 0.0 \\
\quad\texttt{s} & 50\% \& \textasciitilde{}x\textasciicircum{}2\textbackslash{}\{ \\
\texttt{r} & 1 mV, 2 mV \\
\end{tabular}
`, s.LaTeX())
}
