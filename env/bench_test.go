package env_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

// BenchmarkTinyRuns measures what a run costs beside its own work: two workers,
// a result of one number, everything on disk at the end, the merge included.
func BenchmarkTinyRuns(b *testing.B) {
	p := newProbe(b.N)
	e, err := env.New(env.Options{Out: b.TempDir(), Workers: 2})
	require.NoError(b, err)
	t, err := p.trajectory(e)
	require.NoError(b, err)
	b.ResetTimer()
	require.NoError(b, e.Run(context.Background(), t, env.Func(func(_ context.Context, r *trajectory.Run) error {
		x, err := trajectory.Get[int](r, "x")
		if err != nil {
			return err
		}
		return r.AddResult("y", float64(x))
	})))
}
