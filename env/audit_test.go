package env_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

func TestMissingResultsAreListed(t *testing.T) {
	t.Parallel()
	some := func(r *trajectory.Run) error {
		if r.Index()%5 == 2 {
			return nil
		}
		return errors.Join(r.AddResult("monitors.rate", 1.0), r.AddResult("monitors.extra", 1.0))
	}
	const missing = "is missing in 4 of 20 runs that are done: 2, 7, 12, 17"
	for name, c := range map[string]struct {
		options []env.Option
		says    []string
	}{
		"as they are": {nil, []string{"prog: the results are not complete: result monitors.extra " + missing + "; result monitors.rate " + missing + "\n"}},
		"optional":    {[]env.Option{env.Optional("monitors.e*")}, []string{"prog: the results are not complete: result monitors.rate " + missing + "\n"}},
		"all of them": {[]env.Option{env.Optional("monitors.*")}, nil},
		"declared": {[]env.Option{env.Optional("*"), env.Declare("square", "fano")}, []string{
			"prog: the results are not complete: result fano is missing in 20 of 20 runs that are done: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …\n",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for range 2 { // a finished sweep says it again
				p := newProbe(20)
				p.more, p.options = some, c.options
				status, stderr := p.in(t, dir)
				assert.Equal(t, len(c.says), status, stderr)
				for _, s := range c.says {
					assert.Contains(t, stderr, s)
				}
			}
		})
	}
	p := newProbe(3)
	e, err := env.New(env.Options{Out: t.TempDir()})
	require.NoError(t, err)
	tr, err := p.trajectory(e)
	require.NoError(t, err)
	var audit *env.AuditError
	require.ErrorAs(t, e.Run(t.Context(), tr, p.experiment, env.Declare("fano")), &audit)
	assert.Equal(t, map[string][]int{"fano": {0, 1, 2}}, audit.Missing)
}

func TestFailedRunsNeedNoResults(t *testing.T) {
	t.Parallel()
	p := newProbe(6)
	p.run = func(_ context.Context, i int) error {
		if i == 4 {
			return errors.New("no")
		}
		return nil
	}
	status, stderr := p.in(t, t.TempDir())
	assert.Equal(t, 1, status)
	assert.NotContains(t, stderr, "not complete")
}

func TestParametersThatChangeNothing(t *testing.T) {
	t.Parallel()
	over := func(name string, values ...float64) trajectory.Axis {
		return trajectory.Over(name, trajectory.Values(values...))
	}
	for name, c := range map[string]struct {
		design trajectory.Design
		uses   []string
		warns  string
	}{
		"all are used":        {trajectory.Grid{over("a", 1, 2, 3), over("b", 1, 2)}, []string{"a", "b"}, ""},
		"the last is not":     {trajectory.Grid{over("a", 1, 2, 3), over("b", 1, 2)}, []string{"a"}, "prog: warning: parameters.b changes no result: is it used?\n"},
		"the first is not":    {trajectory.Grid{over("a", 1, 2, 3), over("b", 1, 2)}, []string{"b"}, "prog: warning: parameters.a changes no result: is it used?\n"},
		"none is":             {trajectory.Grid{over("a", 1, 2), over("b", 1, 2)}, nil, "prog: warning: parameters.a changes no result: is it used?\nprog: warning: parameters.b changes no result: is it used?\n"},
		"zipped, one used":    {trajectory.Zip{over("a", 1, 2, 3), over("b", 4, 5, 6)}, []string{"b"}, ""},
		"zipped, none used":   {trajectory.Zip{over("a", 1, 2, 3), over("b", 4, 5, 6)}, nil, "prog: warning: parameters.a, parameters.b changes no result: is it used?\n"},
		"a point is repeated": {over("a", 1, 1), []string{"a"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			p := env.Program{Run: func(ctx context.Context, e *env.Environment) error {
				tr, err := e.Trajectory("sweep", trajectory.Options{})
				if err != nil {
					return err
				}
				if err := errors.Join(tr.AddParameter("a", 0.0), tr.AddParameter("b", 0.0), tr.Explore(c.design)); err != nil {
					return err
				}
				return e.Run(ctx, tr, env.Func(func(_ context.Context, r *trajectory.Run) error {
					sum := 0.0
					for _, u := range c.uses {
						v, err := trajectory.Get[float64](r, u)
						if err != nil {
							return err
						}
						sum += 10*sum + v
					}
					return r.AddResult("sum", sum)
				}))
			}}
			status, _, stderr := execute(p, "-out", dir, "-progress", "none")
			assert.Equal(t, 0, status, "it is a warning: %s", stderr)
			if c.warns == "" {
				assert.NotContains(t, stderr, "warning")
			} else {
				assert.Contains(t, stderr, c.warns)
			}
		})
	}
}
