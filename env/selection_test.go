package env

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

// cities explores a grid of numbers and names.
func cities(t testing.TB) *trajectory.Trajectory {
	t.Helper()
	tr, err := trajectory.New("cities", trajectory.Options{})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("model.R_ee", 0.0))
	require.NoError(t, tr.AddParameter("city", ""))
	require.NoError(t, tr.AddParameter("fixed", 3))
	require.NoError(t, tr.Explore(trajectory.Grid{
		trajectory.Over("R_ee", trajectory.Values(1.0, 2.0, 10.0)),
		trajectory.Over("city", trajectory.Values("Bologna", "Pavia")),
	}))
	tr.Lock()
	return tr
}

func TestSelectRuns(t *testing.T) {
	t.Parallel()
	tr := cities(t)
	for text, want := range map[string][]int{
		"0":                     {0},
		"3, 1":                  {1, 3},
		"1-3,2,5":               {1, 2, 3, 5},
		"R_ee=2":                {2, 3},
		"R_ee == 2.0":           {2, 3},
		"R_ee>=2":               {2, 3, 4, 5}, // as numbers: 10 > 2
		"R_ee<2":                {0, 1},
		"R_ee <= 2, city=Pavia": {1, 3},
		"city!=Pavia":           {0, 2, 4},
		"city>C":                {1, 3, 5},
		"fixed=3":               {0, 1, 2, 3, 4, 5},
		"fixed>3":               nil,
	} {
		got, err := selectRuns(tr, text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for text, want := range map[string]string{
		"":        `runs "": want indices such as 3,5-9 or conditions such as "R_ee>=2, trial=1"`,
		"2-1":     `runs "2-1": want indices`,
		"1,,2":    `runs "1,,2": want indices`,
		"-1":      `runs "-1": want indices`,
		"4-6":     "there is no run 6: cities has 6, counted from 0",
		"R_ee=":   `condition "R_ee=": want a parameter, one of < <= > >= = != and a value`,
		"=2":      `condition "=2": want a parameter`,
		"R_ei=2":  "R_ei",
		"R_ee=1,": `condition "": want a parameter`,
		"a<b<c":   "a",
	} {
		_, err := selectRuns(tr, text)
		assert.ErrorContains(t, err, want, text)
	}
}

func FuzzSelectRuns(f *testing.F) {
	for _, s := range []string{"1,2-3", "R_ee>=2, city=Pavia", "--", "9999999999999999999", "0-5", "=", "!=<>,,", "fixed=NaN"} {
		f.Add(s)
	}
	tr := cities(f)
	f.Fuzz(func(t *testing.T, text string) {
		runs, err := selectRuns(tr, text)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n", "one line")
			return
		}
		assert.True(t, slices.IsSorted(runs))
		assert.Equal(t, runs, slices.Compact(slices.Clone(runs)))
		for _, i := range runs {
			assert.True(t, i >= 0 && i < tr.Len())
		}
	})
}

func TestShellQuote(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"plain-1.5_x/y=z": "plain-1.5_x/y=z", "": "''", "two words": "'two words'", "it's": `'it'\''s'`, "$HOME": "'$HOME'", "a;b": "'a;b'",
	} {
		assert.Equal(t, want, shellQuote(word))
	}
	assert.Equal(t, []string{"./prog"}, programWords("./prog"))
}

func TestCommandWith(t *testing.T) {
	t.Parallel()
	e := &Environment{o: Options{Name: "prog"}}
	assert.Empty(t, e.commandWith("-only", "3"), "nobody knows how to call it")
	e.command = []string{"-force", "-ree", "1, 2", "--retry=3", "-retry", "file"}
	assert.Equal(t, "prog -only 3 -ree '1, 2' file", e.commandWith("-only", "3"))
	e.process = &process{}
	assert.True(t, strings.HasSuffix(e.commandWith("-only", "3"), " -only 3 -ree '1, 2' file"))
}
