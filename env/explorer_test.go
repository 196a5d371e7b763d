package env_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

// doubler is an explorer: 1, then 2 and 3, then 4, 5, 6 and 7 and so on, up to 15.
type doubler struct{ none bool }

func (d doubler) Next(done []env.Outcome) (trajectory.Design, error) {
	n := len(done)
	if n == 15 || d.none {
		return nil, nil
	}
	var next []int
	for i := range n + 1 {
		next = append(next, n+1+i)
	}
	return trajectory.Over("x", trajectory.Values(next...)), nil
}

func (d doubler) program(explore trajectory.Design, executed *int) *env.Program {
	return &env.Program{Name: "prog", Run: func(ctx context.Context, e *env.Environment) error {
		t, err := e.Trajectory("sweep", trajectory.Options{})
		if err != nil {
			return err
		}
		if err := t.AddParameter("x", 0); err != nil {
			return err
		}
		if explore != nil {
			if err := t.Explore(explore); err != nil {
				return err
			}
		}
		return e.Run(ctx, t, env.Func(func(_ context.Context, r *trajectory.Run) error {
			*executed++
			x, err := trajectory.Get[int](r, "x")
			return errors.Join(err, r.AddResult("y", 2*x))
		}), env.Explore(d))
	}}
}

func TestExplorer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	executed := 0
	p := doubler{}.program(nil, &executed)
	exec := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		status := p.Exec(t.Context(), append([]string{"-out", dir, "-progress", "none", "-workers", "1"}, args...), &out, &errs)
		return status, out.String() + errs.String()
	}
	status, said := exec("-dry-run")
	require.Equal(t, 0, status, said)
	assert.Contains(t, said, "sweep: 1 runs")
	status, said = exec()
	require.Equal(t, 0, status, said)
	assert.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, explored(t, dir))
	assert.Equal(t, 15, executed)
	status, said = exec()
	require.Equal(t, 0, status, said)
	assert.Equal(t, 15, executed)
	status, said = exec("-only", "x=13")
	require.Equal(t, 0, status, said)
	assert.Contains(t, said, "these are the results that are saved")
}

func TestExplorerGoesOnFromPointsOfTheProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	executed := 0
	p := doubler{}.program(trajectory.Over("x", trajectory.Values(9, 8, 7)), &executed)
	var errs bytes.Buffer
	require.Equal(t, 0, p.Exec(t.Context(), []string{"-out", dir, "-workers", "1"}, &errs, &errs), errs.String())
	assert.Equal(t, []int{9, 8, 7, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, explored(t, dir))
}

func TestExplorerWithoutPoints(t *testing.T) {
	t.Parallel()
	executed := 0
	p := doubler{none: true}.program(nil, &executed)
	var errs bytes.Buffer
	assert.Equal(t, 1, p.Exec(t.Context(), []string{"-out", t.TempDir()}, &errs, &errs))
	assert.Equal(t, "prog: the explorer's first points: there are none\n", errs.String())
}
