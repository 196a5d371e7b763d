package trajectory_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

func TestTheConfigOfTheFirstPlanStays(t *testing.T) {
	dir := t.TempDir()
	names := func(p *trajectory.Plan) (all []string) {
		for r, err := range p.Records() {
			require.NoError(t, err)
			all = append(all, r.Name)
		}
		return all
	}
	var first *trajectory.Plan
	for k, key := range []string{"environment.first.ncores", "environment.second.ncores"} {
		tr := newTrajectory(t)
		add(t, tr, "x")
		require.NoError(t, tr.Explore(trajectory.Over("x", trajectory.Trials(4))))
		require.NoError(t, tr.AddConfig(key, 2))
		if k == 0 {
			var err error
			first, err = trajectory.NewPlan(tr, trajectory.Identity{})
			require.NoError(t, err)
			require.NoError(t, trajectory.WritePlan(dir, first))
			continue
		}
		require.NoError(t, tr.Expand(trajectory.Over("x", trajectory.Trials(2))))
		next, err := first.Next(tr, trajectory.Identity{})
		require.NoError(t, err)
		require.NoError(t, trajectory.WritePlan(dir, next))
	}
	plan, err := trajectory.ReadPlan(dir)
	require.NoError(t, err)
	assert.Equal(t, 1, plan.Generation)
	assert.Contains(t, names(first), "config.environment.first.ncores")
	assert.Equal(t, names(first), names(plan))
	_, err = plan.Trajectory(nil)
	assert.NoError(t, err)
}
