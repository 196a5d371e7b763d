package trajectory

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// However many shards are used at once, few stay open, and none is closed under its user.
func TestShelf(t *testing.T) {
	dir := t.TempDir()
	const n = 100
	for i := range n {
		f, err := os.Create(filepath.Join(dir, fmt.Sprint(i)))
		require.NoError(t, err)
		d, err := Encode(i)
		require.NoError(t, err)
		rec := Record{Name: "results.z", Leaf: true, Class: classResult, Items: []Item{{Name: "z", Data: d}}}
		require.NoError(t, EncodeShard(f, nil, []RunRecord{{Info: RunInfo{Index: i}, Records: []Record{rec}}}))
		require.NoError(t, f.Close())
	}
	var s shelf
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Go(func() {
			for k := range 2 * n {
				i := (k + 13*worker) % n
				err := s.use(filepath.Join(dir, fmt.Sprint(i)), func(shard *Shard) error {
					records, err := shard.Load(i, false)
					if err != nil {
						return err
					}
					v, _ := asInt(records[0].Items[0].Data)
					assert.Equal(t, i, v)
					return nil
				})
				assert.NoError(t, err)
			}
		})
	}
	wait.Wait()
	assert.LessOrEqual(t, len(s.open), shelfSize)
	assert.Error(t, s.use(filepath.Join(dir, "nothing"), func(*Shard) error { return nil }))
	require.NoError(t, s.use(filepath.Join(dir, "0"), func(shard *Shard) error {
		s.close()
		_, err := shard.Load(0, false)
		return err
	}), "what is in use stays open")
	assert.Error(t, s.use(filepath.Join(dir, "1"), func(*Shard) error { return nil }))
}
