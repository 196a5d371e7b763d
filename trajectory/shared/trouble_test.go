//go:build linux

package shared_test

import (
	"math/rand/v2"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory/shared"
)

// A full disk costs what does not fit. Making a small disk takes the rights of root; without
// them the folder is an ordinary one, where everything fits.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	small := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1048576") == nil
	if small {
		t.Cleanup(func() { assert.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	}
	type r struct{ V [1000]float64 }
	table, err := shared.CreateTable[r](dir, "full")
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	rows := func(n int) []r {
		out := make([]r, n)
		for i := range out {
			out[i].V[0] = random.Float64()
		}
		return out
	}
	first := rows(10)
	commit(t, table, 0, first...)
	a := table.Appender(1)
	require.NoError(t, a.Append(rows(200)...))
	err = a.Commit()
	if small {
		require.ErrorIs(t, err, syscall.ENOSPC)
		assert.Equal(t, first, read(t, table))
		_, err = table.Edit(func(_ int, x *r) (shared.Action, error) {
			x.V[1] = 1
			return shared.Change, nil
		})
		require.NoError(t, err, "there is room for this")
		require.NoError(t, table.Tidy())
		a.Discard()
		assert.Error(t, a.Commit())
	} else {
		require.NoError(t, err)
	}
	commit(t, table, 2, rows(5)...)
	assert.Equal(t, []int{0, 2}, without(view(t, table).Runs(), 1))
}

func without(list []int, x int) []int {
	out := []int{}
	for _, y := range list {
		if y != x {
			out = append(out, y)
		}
	}
	return out
}
