package dirstore_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) trajectory.Store { return dirstore.New() })
}

func Example() {
	dir, _ := os.MkdirTemp("", "dirstore")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "net.traj")
	t, _ := trajectory.New("net", trajectory.Options{})
	t.AddParameter("tau", 15.0)
	if err := trajectory.Save(context.Background(), t, dirstore.New(), path); err != nil {
		fmt.Println(err)
		return
	}
	again, err := trajectory.Open(context.Background(), path, trajectory.OpenOptions{Stores: []trajectory.Store{dirstore.New()}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer again.Close()
	fmt.Println(trajectory.Get[float64](again, "tau"))
	// Output: 15 <nil>
}

func saved(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.traj")
	tr, err := trajectory.New("x", trajectory.Options{})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("tau", 15.0))
	require.NoError(t, trajectory.Save(context.Background(), tr, dirstore.New(), path))
	return path
}

func TestDamagedFolders(t *testing.T) {
	ctx := context.Background()
	for name, text := range map[string]string{
		"no json": "{", "empty": "", "other format": `{"format":"tar","version":1}`, "other version": `{"format":"galvani-dir","version":2}`,
		"leads out": `{"format":"galvani-dir","version":1,"trajectories":[{"name":"x","seed":"1","length":1,"parts":["../part_0000000000000000.npz"]}]}`,
		"seed":      `{"format":"galvani-dir","version":1,"trajectories":[{"name":"x","seed":"-1","length":1}]}`,
		"twice":     `{"format":"galvani-dir","version":1,"trajectories":[{"name":"x","seed":"1"},{"name":"x","seed":"1"}]}`,
		"no part":   `{"format":"galvani-dir","version":1,"trajectories":[{"name":"x","seed":"1","length":1,"parts":["part_0000000000000000.npz"]}]}`,
	} {
		path := saved(t)
		require.NoError(t, os.WriteFile(filepath.Join(path, "manifest.json"), []byte(text), 0o644))
		_, err := dirstore.New().Open(ctx, path, "")
		assert.ErrorIs(t, err, trajectory.ErrCorrupt, name)
		assert.ErrorContains(t, err, path, name)
	}
	path := saved(t)
	parts, err := filepath.Glob(filepath.Join(path, "part_*.npz"))
	require.NoError(t, err)
	require.Len(t, parts, 1)
	raw, err := os.ReadFile(parts[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(parts[0], raw[:len(raw)/2], 0o644))
	_, err = dirstore.New().Open(ctx, path, "")
	assert.ErrorIs(t, err, trajectory.ErrCorrupt)
	assert.ErrorContains(t, err, parts[0])
	_, err = dirstore.New().Create(ctx, filepath.Join(path, "manifest.json"), trajectory.Header{Name: "x", Length: 1})
	assert.Error(t, err, "a file is no folder")
}

func FuzzManifest(f *testing.F) {
	path := saved(f)
	raw, err := os.ReadFile(filepath.Join(path, "manifest.json"))
	require.NoError(f, err)
	f.Add(raw)
	f.Add([]byte(`{"format":"galvani-dir","version":1,"trajectories":[{"name":"x","seed":"1","length":1,"parts":[]}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(path, "manifest.json"), raw, 0o644))
		r, err := dirstore.New().Open(context.Background(), path, "")
		if err != nil {
			return
		}
		for range r.Nodes("", false) {
		}
		r.Runs()
		require.NoError(t, r.Close())
	})
}
