package paramset_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"galvani/trajectory/paramset"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fuzzed is what every reader owes: an error with one line, or a set that all
// forms keep.
func fuzzed(t *testing.T, s *paramset.Set, err error) {
	if err != nil {
		assert.True(t, strings.HasPrefix(err.Error(), "paramset: "), err)
		assert.Equal(t, 1, strings.Count(err.Error(), "paramset: "), err)
		return
	}
	roundTrip(t, s)
	if r, err := s.Resolve(); err == nil {
		roundTrip(t, r)
	}
	points := 0
	for p := range s.Inner() {
		require.Empty(t, p.RangePaths())
		if points++; points == 3 {
			break
		}
	}
	for p := range s.Realize(1, 2) {
		require.Empty(t, p.DistPaths())
	}
	here, there := s.Diff(s.Clone())
	assert.Zero(t, here.Len()+there.Len())
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		everything,
		`{"a": 1, 'b': [1, 2.5, None, (1, 2)], "c": {"d": "5 ms", "e": str("5 ms")}, }`,
		`ParameterSet({"t": ParameterTable("""# a b
r 1 2"""), "g": GammaDist(m=0.5, s=1), "p": Parameter(3, "mV")}, label="x")`,
		`{"a": ref("b") ** 2 - -1 / (3 * pi), "b": 0x1f + 1_000, "n": nan, "i": -inf, "r": 2 * ParameterRange(arange(3), units="mV")}`,
		`{"a": u'\u00e9\x41\n\ud83d\ude00' # comment
, "b": url("x")}`,
		`{"a": -9223372036854775808, "b": 9223372036854775807, "c": -0.0, "d": 1e-320}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := paramset.Parse(text)
		fuzzed(t, s, err)
	})
}

func FuzzParseJSON(f *testing.F) {
	for _, text := range []string{
		`{"a": 1, "b": [1, 2.5, null, true], "c": {"d": "5 ms", "e": "= str('5 ms')"}}`,
		`{"r": "= ParameterRange([1, 2])", "x": "=", "y": "\u00e9\ud83d\ude00\/\b", "z": -1.5e+3}`,
		`{"a": 01}`, `{"a": "` + "\t" + `"}`, `{"a": 1e}`, `{"a" : [ ] }`, `{"a":-0}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := paramset.ParseJSON(text)
		fuzzed(t, s, err)
		if err == nil {
			assert.True(t, json.Valid([]byte(strings.TrimPrefix(text, "\ufeff"))), "taken for JSON: %q", text)
			return
		}
		// What is JSON and not refused for what it says must be read.
		var m map[string]any
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if utf8.ValidString(text) && json.Valid([]byte(text)) && decoder.Decode(&m) == nil && m != nil && !strings.ContainsAny(text, `=.eE\`) && len(text) < 60 && simpleNames(m) {
			for _, refused := range []string{"is there twice", "bad name", "beyond 64 bits"} {
				if strings.Contains(err.Error(), refused) {
					return
				}
			}
			assert.NoError(t, err, text)
		}
	})
}

// simpleNames tells whether no name in a hierarchy is reserved or empty.
func simpleNames(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			if name == "" || name == "names" || name == "parameters" || !simpleNames(x) {
				return false
			}
		}
	case []any:
		for _, x := range v {
			if !simpleNames(x) {
				return false
			}
		}
	}
	return true
}

func FuzzParseTOML(f *testing.F) {
	for _, text := range []string{
		"a = 1\nb.c = \"5 ms\"\n[d]\ne = [1, 2.5, {f = true}]\n[[g]]\nh = inf\n",
		"r = \"= ParameterRange([1, 2])\"\nx = '= None'\ny = \"\"\"\n= 1 +\n 2\"\"\"\n",
		"\"a b\".\"c\" = 1979-05-27\n", "a = [[[[]]]]\n", "[a.b]\n[a]\nc = 0x1f\n", "a = \"= ref('b') * 2\"\nb = nan\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := paramset.ParseTOML(text)
		fuzzed(t, s, err)
	})
}

func FuzzParseTable(f *testing.F) {
	f.Add("# a b\nr 1 2\ns 3 4e5")
	f.Add("\n\n x y\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := paramset.ParseTable(text)
		if err != nil {
			return
		}
		back, err := paramset.ParseTable(table.String())
		require.NoError(t, err)
		assert.True(t, back.Set().Equal(table.Set()))
		assert.Equal(t, table.String(), table.Transpose().Transpose().String())
		roundTrip(t, table.Set())
	})
}
