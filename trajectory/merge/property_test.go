package merge_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/merge"
)

// point is a place in the space of the property test.
type point struct {
	n     int
	tau   quantity.Quantity
	label string
	w     []float64
}

func (p point) key() string { return fmt.Sprintf("%d %s %s %v", p.n, p.tau, p.label, p.w) }

func randomPoint(r *rand.Rand) point {
	p := point{n: r.IntN(4), tau: quantity.New(float64(1+r.IntN(3))/100, quantity.DimTime), label: []string{"", "ä", "two words"}[r.IntN(3)], w: []float64{0.5}}
	for range r.IntN(3) {
		p.w = append(p.w, float64(r.IntN(2)))
	}
	return p
}

// of makes a trajectory over points, whose runs leave what depends on their point alone.
func of(t *testing.T, s trajectory.Store, name string, points []point, groups int) merge.Stored {
	t.Helper()
	tr, err := trajectory.New("whole", trajectory.Options{Seed: 3, Comment: "all of it", Kinds: brianparam.Kinds(), Now: func() time.Time { return made }})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("n", 0))
	require.NoError(t, tr.AddParameter("m.tau", quantity.New(1, quantity.DimTime), trajectory.Annotate("order", 1)))
	require.NoError(t, tr.AddParameter("m.label", "none"))
	require.NoError(t, tr.AddParameter("w", []float64{1, 2}))
	require.NoError(t, tr.AddParameter("constant", 0.1))
	require.NoError(t, tr.AddDerived("from.constant", 0.2))
	require.NoError(t, tr.AddResult("summary", 1))
	var n []int
	var tau []quantity.Quantity
	var label []string
	var w [][]float64
	for _, p := range points {
		n, tau, label, w = append(n, p.n), append(tau, p.tau), append(label, p.label), append(w, p.w)
	}
	require.NoError(t, tr.Explore(trajectory.Zip{
		trajectory.Over("n", trajectory.Values(n...)), trajectory.Over("tau", trajectory.Values(tau...)),
		trajectory.Over("label", trajectory.Values(label...)), trajectory.Over("w", trajectory.Values(w...)),
	}))
	tr.Lock()
	path := filepath.Join(t.TempDir(), name+s.Extensions()[0])
	dir := trajectory.RunsDir(path)
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(dir, plan))
	var runs []trajectory.RunRecord
	for i, p := range points {
		r, err := tr.Run(i)
		require.NoError(t, err)
		info := trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: uint64(len(p.key()) + p.n), Summary: r.Summary(), Attempt: p.n}
		if p.n == 3 {
			info.State, info.Error = trajectory.Failed, "three is too much"
		} else {
			require.NoError(t, r.AddResult("v", float64(p.n)/3))
			require.NoError(t, r.AddResult("label", p.key(), trajectory.Annotate("n", p.n)))
			require.NoError(t, r.AddResult("deep.arrays", trajectory.Items{"w": p.w, "t": trajectory.Frame{{Name: "i", Values: []int32{int32(p.n), 7}}}}))
			require.NoError(t, r.AddDerived("half", p.w[0]))
			if p.n == 1 {
				require.NoError(t, r.AddResult("sometimes", 1))
			}
		}
		runs = append(runs, trajectory.RunRecord{Info: info, Records: r.Records()})
	}
	_, err = trajectory.WriteShard(dir, plan, runs...)
	require.NoError(t, err)
	_, err = trajectory.Merge(background(), dir, s, path, trajectory.MergeOptions{PerRunGroups: groups})
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(dir))
	return merge.Stored{Store: s, Path: path}
}

func overview(t *testing.T, at merge.Stored, name string) trajectory.Data {
	t.Helper()
	r, err := at.Store.Open(background(), at.Path, at.Name)
	require.NoError(t, err)
	defer r.Close()
	d, err := r.Overview(name)
	require.NoError(t, err)
	return d
}

// Merging the parts of a trajectory in any stores gives the whole, to the bit, with its
// table of scalars; and where parts overlap, what they have together.
func TestMergeOfASplitIsTheWhole(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	all := allStores()
	for round := range 24 {
		duplicates := round%2 == 1
		var parts, points = make([][]point, 1+random.IntN(4)), []point{}
		seen := map[string]bool{}
		for i := range parts {
			mine := map[string]bool{}
			for range 1 + random.IntN(8) {
				p := randomPoint(random)
				if duplicates && mine[p.key()] {
					continue // points of one part are no duplicates of each other
				}
				mine[p.key()] = true
				parts[i] = append(parts[i], p)
				if !duplicates || !seen[p.key()] {
					points = append(points, p)
				}
			}
			for k := range mine {
				seen[k] = true
			}
		}
		groups := func() int { return []int{0, -1, 5}[random.IntN(3)] }
		store := func() trajectory.Store { return all[random.IntN(len(all))] }
		whole := of(t, store(), "whole", points, groups())
		if len(parts) == 1 {
			continue
		}
		var stored []merge.Stored
		for _, p := range parts {
			stored = append(stored, of(t, store(), "part", p, groups()))
		}
		o := merge.Options{NoInfo: true, NoBackup: true, RemoveDuplicates: duplicates, PerRunGroups: groups(), Now: func() time.Time { return made.Add(time.Second) }}
		if round%3 == 0 { // one after the other
			for _, other := range stored[1:] {
				_, err := merge.Merge(background(), stored[0], o, other)
				if len(points) > len(parts[0]) || err == nil {
					if duplicates && err != nil {
						assert.ErrorIs(t, err, merge.ErrNothingToMerge)
						continue
					}
					require.NoError(t, err)
				}
			}
		} else if _, err := merge.Merge(background(), stored[0], o, stored[1:]...); err != nil {
			assert.ErrorIs(t, err, merge.ErrNothingToMerge)
			assert.Len(t, points, len(parts[0]))
		}
		require.Equal(t, dump(t, whole), dump(t, stored[0]), "round %d", round)
		want, got := overview(t, whole, "scalars"), overview(t, stored[0], "scalars")
		require.True(t, want.Equal(got), "round %d: want %v\ngot %v", round, want, got)
		a, b := opened(t, whole), opened(t, stored[0])
		for i := range a.Len() {
			x, err := a.RunInfo(i)
			require.NoError(t, err)
			y, err := b.RunInfo(i)
			require.NoError(t, err)
			require.Equal(t, x, y)
		}
	}
}
