package table_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/table"
)

// counted counts how often single nodes are read.
type counted struct {
	*dirstore.Store
	nodes map[string]int
}

type countedReader struct {
	trajectory.Reader
	c *counted
}

func (c *counted) Open(ctx context.Context, path, name string) (trajectory.Reader, error) {
	r, err := c.Store.Open(ctx, path, name)
	return countedReader{r, c}, err
}

func (r countedReader) Node(name string) (trajectory.Record, error) {
	if trajectory.RunOf(name) >= 0 {
		r.c.nodes[name]++
	}
	return r.Reader.Node(name)
}

// A table of all results goes through the runs once, whether they lie in groups or packed, and
// leaves their nodes where they are.
func TestRunsAreReadInOnePass(t *testing.T) {
	for _, groups := range []int{0, -1} {
		path := sweep(t, explore(t, trials()), groups, rate)
		c := &counted{Store: dirstore.New(), nodes: map[string]int{}}
		traj, err := trajectory.Open(background, path, trajectory.OpenOptions{Stores: []trajectory.Store{c}})
		require.NoError(t, err)
		defer traj.Close()
		tab, err := table.New(background, traj, table.Options{})
		require.NoError(t, err)
		assert.Equal(t, traj.Len(), tab.Rows())
		_, err = tab.Column("rate")
		require.NoError(t, err)
		assert.Empty(t, c.nodes)
	}
}
