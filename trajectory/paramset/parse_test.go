package paramset_test

import (
	"math"
	"strings"
	"testing"

	"galvani/quantity"
	"galvani/trajectory/paramset"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func q(text string) quantity.Quantity { return quantity.MustParse(text) }

func TestValues(t *testing.T) {
	for _, c := range []struct {
		text string
		want any
	}{
		{`1`, 1}, {`-1`, -1}, {`+7`, 7}, {`1.`, 1.0}, {`.5`, 0.5}, {`1e3`, 1000.0}, {`1E-3`, 0.001}, {`-0.0`, math.Copysign(0, -1)},
		{`0x1f`, 31}, {`0X1F`, 31}, {`0b101`, 5}, {`0o17`, 15}, {`1_000`, 1000}, {`1_0.2_5`, 10.25}, {`0x1e5`, 0x1e5}, {`0xe+1`, 15}, {`00`, 0},
		{`9223372036854775807`, math.MaxInt64}, {`-9223372036854775808`, math.MinInt64},
		{`pi`, math.Pi}, {`inf`, math.Inf(1)}, {`-inf`, math.Inf(-1)}, {`Infinity`, math.Inf(1)},
		{`True`, true}, {`false`, false}, {`None`, nil}, {`null`, nil},
		{`"a"`, "a"}, {`'a"b'`, `a"b`}, {`u'a'`, "a"}, {`"\n\t\\\"\'\x41\u00e9\U0001F600\0"`, "\n\t\\\"'A\u00e9\U0001F600\x00"},
		{`"\ud83d\ude00"`, "\U0001F600"}, {"'''a\nb'c'''", "a\nb'c"}, {"'a\\\nb'", "ab"}, {`"é µ"`, "é µ"},
		{`[]`, []any{}}, {`[1, 2.5, "x", [None]]`, []any{1, 2.5, "x", []any{nil}}}, {`(1, 2)`, []any{1, 2}}, {`(1,)`, []any{1}}, {`()`, []any{}}, {`(1)`, 1},
		{`1 + 2 * 3`, 7}, {`(1 + 2) * 3`, 9}, {`7 / 2`, 3.5}, {`-2**2`, -4}, {`2**-1`, 0.5}, {`2**3**2`, 512}, {`10 - 3 - 2`, 5}, {`2 * -3`, -6}, {`1 + 1.5`, 2.5}, {`"a" + "b"`, "ab"}, {`2**0.5`, math.Sqrt2},
		{`"10 ms"`, q("10 ms")}, {`"-70.6 mV"`, q("-70.6 mV")}, {`"1.5e-3 uA/cm^2"`, q("1.5e-3 uA/cm^2")}, {`str("10 ms")`, "10 ms"},
		{`"10 apples"`, "10 apples"}, {`"10"`, "10"}, {`"ms"`, "ms"}, {`"10  ms"`, "10  ms"}, {`"0x10 m"`, "0x10 m"}, {`"1 1"`, "1 1"}, {`"nan s"`, "nan s"}, {`"1e999 s"`, "1e999 s"},
		{`"10 ms" + "1 s"`, q("1.01 s")}, {`2 * "10 ms"`, q("20 ms")}, {`"10 ms" / "5 ms"`, 2.0}, {`-"3 mV"`, q("-3 mV")}, {`"3 mV" * "2 nS"`, q("3 mV").Mul(q("2 nS"))}, {`"4 V" ** 0.5`, sqrt(t, q("4 V"))}, {`1 / "10 ms"`, q("1").Div(q("10 ms"))},
		{`Parameter(-65.3, "mV")`, q("-65.3 mV")}, {`Parameter(3)`, 3}, {`Parameter("hello", name="message")`, "hello"}, {`Parameter(5, units="1")`, 5.0},
		{`arange(3)`, []any{0, 1, 2}}, {`arange(1, 2, 0.5)`, []any{1.0, 1.5}}, {`arange(5, stop=1, step=-2)`, []any{5, 3}}, {`linspace(0, 1, 3)`, []any{0.0, 0.5, 1.0}},
	} {
		s, err := paramset.Parse("{'v': " + c.text + "}")
		if !assert.NoError(t, err, c.text) {
			continue
		}
		v, err := s.Value("v")
		require.NoError(t, err)
		assert.Equal(t, c.want, v, c.text)
		if x, ok := c.want.(float64); ok {
			assert.Equal(t, math.Float64bits(x), math.Float64bits(v.(float64)), c.text)
		}
	}
	nan := get[float64](t, parse(t, `{"v": nan}`), "v")
	assert.True(t, math.IsNaN(nan))
}

func sqrt(t *testing.T, x quantity.Quantity) quantity.Quantity {
	r, err := x.Pow(1, 2)
	require.NoError(t, err)
	return r
}

func TestConstructors(t *testing.T) {
	gamma, err := paramset.GammaOf(0.5, 1)
	require.NoError(t, err)
	inMS, err := paramset.NewRangeIn("ms", 10, 15)
	require.NoError(t, err)
	for _, c := range []struct {
		text string
		want any
	}{
		{`UniformDist()`, paramset.Uniform{Min: 0, Max: 1}},
		{`UniformDist(min=-1.0, max=1.0)`, paramset.Uniform{Min: -1, Max: 1}},
		{`UniformDist(-1, max=2, return_type=int)`, paramset.Uniform{Min: -1, Max: 2, Int: true}},
		{`UniformDist(0, 1, float, units="mV")`, paramset.Uniform{Min: 0, Max: 1, Unit: "mV"}},
		{`NormalDist(mean=-70, std=5.0)`, paramset.Normal{Mu: -70, Sigma: 5}},
		{`NormalDist()`, paramset.Normal{Mu: 0, Sigma: 1}},
		{`GammaDist()`, paramset.Gamma{A: 1, B: 1}},
		{`GammaDist(mean=0.5, std=1.0)`, gamma},
		{`GammaDist(m=0.5,s=1)`, gamma},
		{`GammaDist(a=0.25, b=2.0, repr_mode='ab')`, gamma},
		{`GammaDist(2.0)`, paramset.Gamma{A: 4, B: 0.5}},
		{`ParameterRange([10, 15], "ms", "tau_m")`, inMS},
		{`ParameterRange([10, 15], units="ms", name="tau_m", shuffle=False)`, inMS},
		{`ParameterRange(["10 ms", "15 ms"])`, paramset.MustRange(q("10 ms"), q("15 ms"))},
		{`ParameterRange(arange(2))`, paramset.MustRange(0, 1)},
		{`2 * ParameterRange([1, 2])`, paramset.MustRange(2, 4)},
		{`ref('a.b')`, paramset.Ref("a.b")},
		{`ParameterReference("a")`, paramset.Ref("a")},
	} {
		v, err := parse(t, "{'v': "+c.text+"}").Value("v")
		require.NoError(t, err, c.text)
		assert.Equal(t, c.want, v, c.text)
	}
	s := parse(t, `ParameterSet({"a": ParameterSpace({"b": 1}, label="x"), "c": {}}, label="root",)`)
	assert.Equal(t, "root", s.Label())
	assert.Equal(t, "x", get[*paramset.Set](t, s, "a").Label())
	assert.Equal(t, "c", get[*paramset.Set](t, s, "c").Label())
	assert.InDelta(t, 0.5, gamma.Mean(), 0)
	assert.InDelta(t, 1.0, gamma.Std(), 0)
}

func TestErrorsInTexts(t *testing.T) {
	for _, c := range []struct {
		text, want string
		is         error
	}{
		{"", "line 1, column 1: found the end of the text, want a value", paramset.ErrSyntax},
		{"[1]", "line 1, column 1: a list of 1 is no set of parameters", paramset.ErrSyntax},
		{`{"a": 1} 2`, "line 1, column 10: found the number 2, want the end of the text", paramset.ErrSyntax},
		{"{\n  \"a\": 1\n  \"b\": 2\n}", `line 3, column 3: found the text "b", want "," or "}" for the set that starts at line 1, column 1`, paramset.ErrSyntax},
		{"{\n  'é': os.system('x')}", `line 2, column 8: unknown name "os"`, paramset.ErrSyntax},
		{`{"a": __import__("os")}`, `line 1, column 7: unknown name "__import__"`, paramset.ErrSyntax},
		{`{"a": "abc`, "column 7: a text that starts with \" does not end", paramset.ErrSyntax},
		{"{'a': 'abc\n'}", "does not end in its line", paramset.ErrSyntax},
		{`{"a": "\q"}`, `column 8: unknown escape \q`, paramset.ErrSyntax},
		{`{"a": "\ud800"}`, `is no character`, paramset.ErrSyntax},
		{`{"a": "\U00110000"}`, `is no character`, paramset.ErrSyntax},
		{`{"a": "\x4"}`, `needs 2 hexadecimal digits`, paramset.ErrSyntax},
		{"{\"a\": \"\xff\"}", "a byte that is not UTF-8", paramset.ErrSyntax},
		{"{\"a\": \xff}", "a byte that is not UTF-8", paramset.ErrSyntax},
		{`{"a": 1, "a": 2}`, `column 10: "a" is there twice`, paramset.ErrSyntax},
		{`{"a.b": 1}`, "dots separate the levels", paramset.ErrName},
		{`{"": 1}`, "it is empty", paramset.ErrName},
		{`{"names": 1}`, "reserved", paramset.ErrName},
		{`{1: 2}`, "found the number 1, want a name in quotes", paramset.ErrSyntax},
		{`{"a" 1}`, `want ":" after a name`, paramset.ErrSyntax},
		{`{"a": 1, "b"`, `want ":" after a name`, paramset.ErrSyntax},
		{`{"a": 007}`, "007 is no number", paramset.ErrSyntax},
		{`{"a": 1__0}`, "1__0 is no number", paramset.ErrSyntax},
		{`{"a": 1j}`, "1j is no number", paramset.ErrSyntax},
		{`{"a": 0x}`, "0x is no number", paramset.ErrSyntax},
		{`{"a": 1e}`, "1e is no number", paramset.ErrSyntax},
		{`{"a": 1e999}`, "beyond the largest number", paramset.ErrSyntax},
		{`{"a": 99999999999999999999}`, "beyond 64 bits", paramset.ErrSyntax},
		{`{"a": 9**99}`, "column 8: 9 ** 99 is beyond 64 bits", paramset.ErrType},
		{`{"a": 9223372036854775807 + 1}`, "beyond 64 bits", paramset.ErrType},
		{`{"a": -9223372036854775807 - 2}`, "beyond 64 bits", paramset.ErrType},
		{`{"a": 1 / 0}`, "is no number", paramset.ErrType},
		{`{"a": 0.0 ** -1}`, "is no number", paramset.ErrType},
		{`{"a": (-1) ** 0.5}`, "is no number", paramset.ErrType},
		{`{"a": "5 mV" + "5 ms"}`, "dimensions differ: V and s", quantity.ErrMismatch},
		{`{"a": 2 ** "5 ms"}`, "the exponent has a unit", paramset.ErrType},
		{`{"a": "1 s" / "0 s"}`, "is no number", paramset.ErrType},
		{`{"a": "4 V" ** pi}`, "the exponent is no simple fraction", paramset.ErrType},
		{`{"a": "x" * 3}`, "cannot be computed", paramset.ErrType},
		{`{"a": [1] + [2]}`, "cannot be computed", paramset.ErrType},
		{`{"a": +"x"}`, "a sign before", paramset.ErrType},
		{`{"a": -None}`, "cannot be computed", paramset.ErrType},
		{`{"a": int}`, `"int" is a type and no value`, paramset.ErrSyntax},
		{`{"a": [float]}`, `"float" is a type and no value`, paramset.ErrSyntax},
		{`{"a": int + 1}`, "the type int + the number 1", paramset.ErrType},
		{`{"a": ParameterRange}`, `want "(" after ParameterRange`, paramset.ErrSyntax},
		{`{"a": ParameterRange(555)}`, "column 7: ParameterRange: value is the number 555 (want a list)", paramset.ErrType},
		{`{"a": ParameterRange()}`, "ParameterRange needs the argument value", paramset.ErrSyntax},
		{`{"a": true_}`, `unknown name "true_"`, paramset.ErrSyntax},
		{`{"a": ParameterRange([])}`, "a range without values", paramset.ErrType},
		{`{"a": ParameterRange([1], units="xyz")}`, "the unit of a range", quantity.ErrUnknownUnit},
		{`{"a": ParameterRange(["x"], units="mV")}`, "want a number", paramset.ErrType},
		{`{"a": ParameterRange([1], shuffle=True)}`, "with a seed", paramset.ErrType},
		{`{"a": ParameterRange([1], value=[2])}`, "two values for value", paramset.ErrSyntax},
		{`{"a": ParameterRange([1], x=[2])}`, "has no argument called x", paramset.ErrSyntax},
		{`{"a": ParameterRange([1], "ms", "n", False, 5)}`, "too many arguments", paramset.ErrSyntax},
		{`{"a": ParameterRange(name="n", [1])}`, "without a name after one with a name", paramset.ErrSyntax},
		{`{"a": ParameterRange([1], name="n", name="n")}`, "two arguments called name", paramset.ErrSyntax},
		{`{"a": [ParameterRange([1])]}`, "a range inside a list", paramset.ErrSyntax},
		{`{"a": (1, ParameterRange([1]))}`, "a range inside a list", paramset.ErrSyntax},
		{`{"a": ParameterRange([1]) + ParameterRange([1])}`, "two ranges", paramset.ErrType},
		{`{"a": ref()}`, "without a path", paramset.ErrType},
		{`{"a": ref("a") + {"b": 1}}`, "nothing can be computed with a set", paramset.ErrType},
		{`{"a": url("x.param")}`, "column 7: url(\"x.param\"): only a file can include files", paramset.ErrType},
		{`{"a": UniformDist(min=2, max=1)}`, "UniformDist from 2 to 1", paramset.ErrType},
		{`{"a": UniformDist(return_type=str("x"))}`, "want int or float", paramset.ErrType},
		{`{"a": NormalDist(std=-1)}`, "standard deviation -1", paramset.ErrType},
		{`{"a": NormalDist(units="furlong")}`, "the unit of a distribution", quantity.ErrUnknownUnit},
		{`{"a": GammaDist(mean=-1)}`, "greater than zero", paramset.ErrType},
		{`{"a": GammaDist(std=1)}`, "greater than zero", paramset.ErrType},
		{`{"a": GammaDist(mean=1, a=1)}`, "not both", paramset.ErrSyntax},
		{`{"a": GammaDist(a=0)}`, "greater than zero", paramset.ErrType},
		{`{"a": GammaDist(repr_mode="x")}`, "repr_mode", paramset.ErrType},
		{`{"a": ParameterSet("x.param")}`, "for one in a file write url", paramset.ErrType},
		{`{"a": ParameterTable("# a\nr x")}`, `"x" is no number`, paramset.ErrSyntax},
		{`{"a": ParameterTable(3)}`, "a table as text", paramset.ErrType},
		{`{"a": Parameter("x", "mV")}`, "a number, since it has a unit", paramset.ErrType},
		{`{"a": Parameter(1, "mVV")}`, "unknown unit", quantity.ErrUnknownUnit},
		{`{"a": str(5)}`, "want a text in quotes", paramset.ErrSyntax},
		{`{"a": arange(0, 1, 0)}`, "has no end", nil},
		{`{"a": arange(1e9)}`, "more than", nil},
		{`{"a": arange(3e6)}`, "more than 2000000 values", paramset.ErrTooLarge},
		{`{"a": linspace(0, 1, 0.5)}`, "linspace of 0.5 values", paramset.ErrType},
		{`{"a": @}`, `"@" is not expected here`, paramset.ErrSyntax},
		{`{"a": 1 // 2}`, `found "/", want a value`, paramset.ErrSyntax},
		{strings.Repeat("[", 1_000_000), "nested deeper than 64", paramset.ErrTooLarge},
		{strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65), "nested deeper than 64", paramset.ErrTooLarge},
		{`{"a": ` + strings.Repeat("-", 1_000_000) + "1}", "nested deeper than 64", paramset.ErrTooLarge},
		{`{"a": ` + strings.Repeat("(", 1_000_000), "nested deeper than 64", paramset.ErrTooLarge},
		{`{"a": ref("x")` + strings.Repeat(" + 1", 1000) + "}", "a formula nested deeper than 100", paramset.ErrTooLarge},
		{`{"a": ` + strings.Repeat(`str(`, 1_000_000), "want a text", paramset.ErrSyntax},
		{strings.Repeat(" ", 9<<20), "at most", paramset.ErrTooLarge},
	} {
		_, err := paramset.Parse(c.text)
		shown := c.text
		if len(shown) > 60 {
			shown = shown[:60]
		}
		if !assert.Error(t, err, shown) {
			continue
		}
		assert.ErrorContains(t, err, c.want, shown)
		if c.is != nil {
			assert.ErrorIs(t, err, c.is, shown)
		}
		var located *paramset.Error
		assert.ErrorAs(t, err, &located, shown)
		assert.NotContains(t, err.Error(), "\n", shown)
		assert.Equal(t, 1, strings.Count(err.Error(), "paramset:"), "%s: %v", shown, err)
	}
}

func TestDepthThatIsAllowed(t *testing.T) {
	text := strings.Repeat(`{"a":`, 63) + "[1]" + strings.Repeat("}", 63)
	s := parse(t, text)
	assert.True(t, s.Equal(parse(t, s.String())))
	_, err := paramset.ParseTOML(s.TOML())
	require.NoError(t, err)
	_, err = paramset.ParseJSON(s.JSON())
	require.NoError(t, err)
}

func TestGet(t *testing.T) {
	s := parse(t, `{"i": 3, "f": 2.5, "big": 9007199254740993, "neg": -1, "s": "text", "b": True, "n": None, "q": "10 ms",
		"l": [1, 2], "m": [1, "x"], "r": ParameterRange([1, 2]), "d": NormalDist(), "ref": ref("i"), "sub": {"x": 1}, "ls": [{"x": 1}], "lq": ["1 mV", "2 mV"]}`)
	assert.Equal(t, 3, get[int](t, s, "i"))
	assert.Equal(t, 3.0, get[float64](t, s, "i"))
	assert.Equal(t, uint8(3), get[uint8](t, s, "i"))
	assert.Equal(t, float32(2.5), get[float32](t, s, "f"))
	assert.Equal(t, int64(9007199254740993), get[int64](t, s, "big"))
	assert.Equal(t, "text", get[string](t, s, "s"))
	assert.True(t, get[bool](t, s, "b"))
	assert.Equal(t, q("10 ms"), get[quantity.Quantity](t, s, "q"))
	assert.Equal(t, q("2.5"), get[quantity.Quantity](t, s, "f"))
	assert.Equal(t, q("3"), get[quantity.Quantity](t, s, "i"))
	assert.Equal(t, []int{1, 2}, get[[]int](t, s, "l"))
	assert.Equal(t, []float64{1, 2}, get[[]float64](t, s, "l"))
	assert.Equal(t, []quantity.Quantity{q("1 mV"), q("2 mV")}, get[[]quantity.Quantity](t, s, "lq"))
	assert.Equal(t, paramset.Dist(paramset.Normal{Mu: 0, Sigma: 1}), get[paramset.Dist](t, s, "d"))
	assert.Equal(t, paramset.Normal{Mu: 0, Sigma: 1}, get[paramset.Normal](t, s, "d"))
	assert.Equal(t, paramset.Ref("i"), get[paramset.Reference](t, s, "ref"))
	assert.Equal(t, map[string]any{"x": 1}, get[map[string]any](t, s, "sub"))
	assert.Equal(t, 2, get[paramset.Range](t, s, "r").Len())
	assert.Nil(t, get[any](t, s, "n"))
	type mode string
	assert.Equal(t, mode("text"), get[mode](t, s, "s"))

	l := get[[]any](t, s, "l")
	l[0] = 99
	assert.Equal(t, []any{1, 2}, get[any](t, s, "l"), "lists are copied")

	for path, err := range map[string]error{
		`line 1, column 15: f: the number 2.5 is no int (a whole number is written without a point)`: second(paramset.Get[int](s, "f")),
		`big: the number 9007199254740993 has more digits than float64`:                              second(paramset.Get[float64](s, "big")),
		`neg: the number -1 does not fit uint`:                                                       second(paramset.Get[uint](s, "neg")),
		`i: the number 3 is no string`:                                                               second(paramset.Get[string](s, "i")),
		`q: the quantity 10 ms is no float64`:                                                        second(paramset.Get[float64](s, "q")),
		`s: the text "text" is no quantity`:                                                          second(paramset.Get[quantity.Quantity](s, "s")),
		`r: a range of 2 values is no int (iterate over the set first)`:                              second(paramset.Get[int](s, "r")),
		`is no float64 (realise the set first)`:                                                      second(paramset.Get[float64](s, "d")),
		`ref: the reference ref("i") is no int (resolve the set first)`:                              second(paramset.Get[int](s, "ref")),
		`m: element 1: the text "x" is no int`:                                                       second(paramset.Get[[]int](s, "m")),
		`n: None is no int`:                                                                          second(paramset.Get[int](s, "n")),
		`b: true is no int`:                                                                          second(paramset.Get[int](s, "b")),
		`sub: a set is no float64`:                                                                   second(paramset.Get[float64](s, "sub")),
	} {
		require.ErrorIs(t, err, paramset.ErrType)
		assert.ErrorContains(t, err, path)
	}
	_, err := paramset.Get[int](s, "sub.y")
	assert.EqualError(t, err, `paramset: sub.y: sub has no "y" (it has x): not found`)
	_, err = paramset.Get[int](s, "i.y")
	assert.EqualError(t, err, `paramset: i.y: i is the number 3 and no set: not found`)

	v, err := paramset.GetOr(s, "sub.y", 5)
	require.NoError(t, err)
	assert.Equal(t, 5, v)
	_, err = paramset.GetOr(s, "s", 5)
	require.ErrorIs(t, err, paramset.ErrType)
}

func second[T any](_ T, err error) error { return err }
