package trajectory_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

// What Python 3 prints of the same values.
func TestPythonText(t *testing.T) {
	for want, v := range map[string]any{
		"None": nil, "True": true, "False": false, "1": 1, "-3": int8(-3), "255": uint8(255), "18446744073709551615": uint64(math.MaxUint64),
		"1.0": 1.0, "-0.0": math.Copysign(0, -1), "1e-05": 1e-5, "0.0001": 1e-4, "1e+16": 1e16, "nan": math.NaN(), "-inf": math.Inf(-1), "0.1": float32(0.1),
		"2j": 2i, "(1-2j)": 1 - 2i, "(0.5+infj)": complex(0.5, math.Inf(1)),
		"'text'": "text", `"it's"`: "it's", `'it\'s "so"'`: `it's "so"`, `'a\\b\n\t\r'`: "a\\b\n\t\r", `'\x00\x1b\x7f'`: "\x00\x1b\x7f", "'ß∀😀'": "ß∀😀", `'\u200b\xa0'`: "\u200b\u00a0",
		"''": "", "b''": []byte{}, "b'abc'": []byte("abc"), `b'\xff\x00\n\'"\\~\x7f'`: []byte("\xff\x00\n'\"\\~\x7f"), `b"'"`: []byte("'"), `b'\xc3\x9f'`: []byte("ß"),
		"[1, 2]": trajectory.ListOf[int]{1, 2}, "('a', 'b')": trajectory.TupleOf[string]{"a", "b"}, "array([1.0, 2.5])": []float64{1, 2.5},
		"{'a': 1, 'b': 'x'}":                   map[string]any{"b": "x", "a": 1},
		"DataFrame(columns=array(['a', 'b']))": trajectory.DataFrame{Columns: []string{"a", "b"}},
	} {
		assert.Equal(t, want, trajectory.PythonText(v), "%#v", v)
	}
}

func TestSummaryOfBytes(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("key", []byte("a")))
	require.NoError(t, tr.Explore(trajectory.Over("key", trajectory.Values([]byte("\xff\x00"), []byte("b")))))
	r, err := tr.Run(0)
	require.NoError(t, err)
	assert.Equal(t, `key: b'\xff\x00'`, r.Summary())
}
