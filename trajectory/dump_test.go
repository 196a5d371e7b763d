package trajectory_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

// What a sweep was computed by is no part of what it is.
func TestDumpLeavesOutCircumstances(t *testing.T) {
	dump := func(config ...string) string {
		tr := newTrajectory(t)
		add(t, tr, "x")
		for _, path := range config {
			require.NoError(t, tr.AddConfig(path, 2))
		}
		var out strings.Builder
		require.NoError(t, trajectory.Dump(&out, tr))
		return out.String()
	}
	plain := dump("mine.git")
	assert.Contains(t, plain, "config.mine.git\t")
	assert.Equal(t, plain, dump("mine.git", "environment.here.ncores", "git.commit_1234567_now.hexsha"))
	assert.NotEqual(t, plain, dump("mine.git", "gitting.x"))
}
