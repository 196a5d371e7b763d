package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/table"
)

// sample is a table over parameters of several types.
func sample(t testing.TB) *table.Table {
	t.Helper()
	tr, err := trajectory.New("s", trajectory.Options{Kinds: brianparam.Kinds()})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("model.tau", quantity.MustParse("10 ms")))
	require.NoError(t, tr.AddParameter("n", 1))
	require.NoError(t, tr.AddParameter("label", "a"))
	require.NoError(t, tr.AddParameter("on", true))
	require.NoError(t, tr.AddParameter("big", uint64(0)))
	require.NoError(t, tr.AddParameter("with-dash", 0.5))
	require.NoError(t, tr.Explore(trajectory.Zip{
		trajectory.Over("tau", trajectory.Values(quantity.MustParse("10 ms"), quantity.MustParse("20 ms"), quantity.MustParse("30 ms"))),
		trajectory.Over("n", trajectory.Values(-1, 0, 7)),
		trajectory.Over("label", trajectory.Values("a", "it's", "ä b")),
		trajectory.Over("on", trajectory.Values(true, false, true)),
		trajectory.Over("big", trajectory.Values[uint64](1<<63, 1<<63+1, 5)),
	}))
	tr.Lock()
	path := filepath.Join(t.TempDir(), "s.traj")
	require.NoError(t, trajectory.Save(context.Background(), tr, dirstore.New(), path))
	all, err := table.Read(context.Background(), path, openOptions(""), table.Options{Parameters: []string{"with-dash"}})
	require.NoError(t, err)
	return all
}

func TestPredicates(t *testing.T) {
	all := sample(t)
	for text, want := range map[string]string{
		"":                                   "012",
		"n > 0":                              "2",
		"n >= 0 and tau < 25 ms":             "1",
		"tau == 0.02 s or n == -1":           "01",
		"not n == 0":                         "02",
		"not (n == 0 or on)":                 "",
		"10 ms < tau <= 30 ms":               "12",
		"model.tau*2 > 30 ms":                "12",
		"tau/1 s > 0.015":                    "12",
		"tau > 0":                            "012",
		"1/tau > 40 Hz":                      "01",
		"tau + 5 ms - 1 ms*2 < 13.5 ms":      "0",
		"n % 2 == 1":                         "02",
		"-n == 1":                            "0",
		"2 + 3*n == 23":                      "2",
		"(2 + 3)*n == 35":                    "2",
		"label == 'a'":                       "0",
		`label == "it's"`:                    "1",
		`label == 'it\'s'`:                   "1",
		"label >= 'b'":                       "12",
		"label in ['ä b', 'a']":              "02",
		"n not in [0, 7]":                    "0",
		"n in []":                            "",
		"on":                                 "02",
		"on == false":                        "1",
		"on != True and n < 5":               "1",
		"big == 9223372036854775808":         "0",
		"big > 9223372036854775808":          "1",
		"n < big":                            "01",
		"`with-dash` == .5":                  "012",
		"`with-dash` == 5e-1 and run == 2":   "2",
		"state == 'pending'":                 "012",
		"has(tau) and has(`with-dash`)":      "012",
		"run in [0, 1+1] and not run in [0]": "2",
		"n/0 > 1":                            "2",
		"n/0 == n/0":                         "02",
		"0*(n/0) != 0":                       "012",
		"true":                               "012",
		"not not false":                      "",
		"n == 0 and n == 1 or n == 7":        "2",
		"n == 7 or n == 0 and n == 1":        "2",
		"\tn ==\n7 ":                         "2",
		"1 < 2 < 3 < 2":                      "",
		strings.Repeat("(", 90) + "n == 7" + strings.Repeat(")", 90): "2",
	} {
		p, err := parsePredicate(text)
		if !assert.NoError(t, err, text) {
			continue
		}
		holds, err := p.bind(all)
		if !assert.NoError(t, err, text) {
			continue
		}
		got := ""
		for i := range all.Rows() {
			if holds(i) {
				got += string(rune('0' + i))
			}
		}
		assert.Equal(t, want, got, text)
	}
}

func TestBadPredicates(t *testing.T) {
	all := sample(t)
	for text, want := range map[string]string{
		"n >":            "at character 4: want a value, found the end",
		"n = 1":          "at character 3: = makes no sense here, equality is ==",
		"n == 1 && on":   "the words are and, or, not",
		"n == 1 n":       `at character 8: there is no unit "n"`,
		"n == on on":     `at character 9: "on" makes no sense here`,
		"(n == 1":        `want ")", found the end`,
		"n in 5":         `want "[", found "5"`,
		"n not 5":        "want in behind not",
		"n == 5 parsecs": `there is no unit "parsecs"`,
		"label == 'a":    "does not end",
		"`n == 1":        "does not end",
		"n == 1e999":     "is no number",
		"and":            "makes no sense here",
		"n ? 1":          "makes no sense here",
		"has(1)":         "want a name",
		"n":              "the predicate is a number without unit, want something that is true or false",
		"n and on":       "has a number without unit where it wants something that is true or false",
		"label == 1":     "at character 7: a text cannot be compared with a number without unit",
		"tau > 10":       "a number in s cannot be compared with a number without unit",
		"tau > 10 mV":    "cannot be compared with a number in",
		"tau + 1 > 1 s":  "have no sum or remainder",
		"label + 1 == 2": "cannot be computed with",
		"-label == 'a'":  "a text has no negative",
		"on < true":      "what is true or false has no order",
		"nothing == 1":   `at character 1: table: there is no column "nothing"`,
		"not n":          "where it wants something that is true or false",
		"n in ['a']":     "cannot be compared",
		"\xff":           "is no text",
		"n == 99999999999999999999999 and nothing": "nothing",
		strings.Repeat("(", 300):                   "more than 200 things in each other",
		strings.Repeat("not ", 300) + "on":         "more than 200 things in each other",
		strings.Repeat("n", maxPredicate+1):        "want at most",
	} {
		p, err := parsePredicate(text)
		if err == nil {
			_, err = p.bind(all)
		}
		if assert.Error(t, err, text) {
			assert.Contains(t, err.Error(), want, text)
			assert.NotContains(t, err.Error(), "\n", text)
		}
	}
}

func FuzzPredicate(f *testing.F) {
	for _, s := range []string{"R_ee > 1.2 and trial == 0", "tau in [1 ms, 2*3 s] or not has(`a-b`)", "label == 'x\\'y' and -n % 3 < .5e3", "((n))", "1 < n <= 3"} {
		f.Add(s)
	}
	all := sample(f)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parsePredicate(text)
		if err != nil {
			return
		}
		p.names()
		holds, err := p.bind(all)
		if err != nil {
			return
		}
		for i := range all.Rows() {
			first := holds(i)
			if again := holds(i); again != first {
				t.Fatal("a predicate changes its mind")
			}
		}
	})
}

func TestFind(t *testing.T) {
	for name, path := range files(t) {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, "2\n3\n", good(t, "find", path, "tau > 15 ms"))
			assert.Equal(t, "run_00000003\n", good(t, "find", "-names", path, "model.n == 2 and state == 'failed'"))
			assert.Equal(t, "1\n", good(t, "find", "-count", path, "error == 'it broke'"))
			assert.Equal(t, "0\n1\n2\n3\n", good(t, "find", path, "eqs != ''"), "parameters that are not explored are asked, too")
			assert.Equal(t, "", good(t, "find", path, "rate > 5"))
			assert.Equal(t, "1\n2\n", good(t, "find", path, "rate + 0.1 > 0.15 and has(rate)"))
			assert.Equal(t, "2\n1\n0\n", good(t, "find", path, "-sort", "-rate", "has(rate)"))
			assert.Equal(t, "run,rate\n2,0.2\n", good(t, "find", "-format", "csv", "-columns", "run,rate", path, "rate == 0.2"))
		})
	}
}
