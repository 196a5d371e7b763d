package trajectory_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

func TestNumberedItems(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddResult("r", trajectory.Numbered{1.5, "two", matrices(t)["csr"]}))
	for _, tr := range []*trajectory.Trajectory{tr, again(t, tr)} {
		r, err := tr.Result("r")
		require.NoError(t, err)
		names, err := r.ItemNames()
		require.NoError(t, err)
		assert.Equal(t, []string{"r", "r_1", "r_2"}, names)
		for i, want := range []any{1.5, "two", matrices(t)["csr"]} {
			v, err := r.ItemAt(i)
			require.NoError(t, err)
			assert.Equal(t, want, v)
		}
		_, err = r.ItemAt(3)
		assert.ErrorIs(t, err, trajectory.ErrNotFound)
		check(t, tr, "r", 1.5)
	}
}

func TestChangingResults(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "p")
	require.NoError(t, tr.AddResult("r", trajectory.Items{"a": 1, "b": "x"}, trajectory.Comment("kept")))
	tr.Lock()
	for _, tr := range []*trajectory.Trajectory{tr, again(t, tr)} {
		require.NoError(t, tr.SetItems("r", trajectory.Items{"b": 2.5, "c": []int{1}, "m": matrices(t)["dia"], "o": someOptions(1)}))
		require.NoError(t, tr.RemoveItems("r", "a", "c"))
		assert.ErrorIs(t, tr.RemoveItems("r", "b", "nothing"), trajectory.ErrNotFound)
		assert.ErrorIs(t, tr.SetItems("r", trajectory.Items{"bad": make(chan int)}), trajectory.ErrType)
		assert.ErrorIs(t, tr.SetItems("p", trajectory.Items{"a": 1}), trajectory.ErrType)
		assert.ErrorIs(t, tr.SetItems("nothing", nil), trajectory.ErrNotFound)
		r, err := tr.Result("r")
		require.NoError(t, err)
		assert.Equal(t, "SparseResult", r.Class())
		assert.Equal(t, "kept", r.Comment())
		for _, tr := range []*trajectory.Trajectory{tr, again(t, tr)} {
			r, err := tr.Result("r")
			require.NoError(t, err)
			items, err := r.Items()
			require.NoError(t, err)
			assert.Len(t, items, 3)
			assert.Equal(t, 2.5, items["b"])
		}
		require.NoError(t, tr.RemoveItems("r"))
		names, err := r.ItemNames()
		require.NoError(t, err)
		assert.Empty(t, names)
		assert.Equal(t, "Result", r.Class())
	}
}

func TestLockingOneParameter(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "x", "y")
	require.NoError(t, tr.LockParameter("x"))
	assert.ErrorIs(t, tr.Set("x", 2), trajectory.ErrLocked)
	assert.ErrorIs(t, tr.Explore(trajectory.Over("x", trajectory.Trials(3))), trajectory.ErrLocked)
	assert.ErrorIs(t, tr.Remove("x", false), trajectory.ErrLocked)
	require.NoError(t, tr.Set("y", 2))
	assert.ErrorIs(t, tr.LockParameter("z"), trajectory.ErrNotFound)
	require.NoError(t, tr.Explore(trajectory.Over("y", trajectory.Trials(3))))
}
