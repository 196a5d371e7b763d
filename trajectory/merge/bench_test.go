package merge_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/merge"
)

// sweepOf writes a sweep of so many runs with ten scalars each, over x from first on.
func sweepOf(b *testing.B, s trajectory.Store, path string, runs, first int) merge.Stored {
	b.Helper()
	tr, err := trajectory.New("sweep", trajectory.Options{Now: func() time.Time { return made }})
	require.NoError(b, err)
	require.NoError(b, tr.AddParameter("x", 0))
	require.NoError(b, tr.AddParameter("tau", 0.5))
	x := make([]int, runs)
	for i := range x {
		x[i] = first + i
	}
	require.NoError(b, tr.Explore(trajectory.Over("x", trajectory.Values(x...))))
	tr.Lock()
	dir := trajectory.RunsDir(path)
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(b, err)
	require.NoError(b, trajectory.WritePlan(dir, plan))
	var records []trajectory.RunRecord
	for i := range runs {
		r, err := tr.Run(i)
		require.NoError(b, err)
		for k := range 10 {
			require.NoError(b, r.AddResult(fmt.Sprintf("stats.v%d", k), float64(first+i)/float64(k+1)))
		}
		records = append(records, trajectory.RunRecord{Info: trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: r.Seed(), Summary: r.Summary()}, Records: r.Records()})
		if len(records) == 10_000 || i == runs-1 {
			_, err := trajectory.WriteShard(dir, plan, records...)
			require.NoError(b, err)
			records = nil
		}
	}
	_, err = trajectory.Merge(background(), dir, s, path, trajectory.MergeOptions{})
	require.NoError(b, err)
	require.NoError(b, os.RemoveAll(dir))
	return merge.Stored{Store: s, Path: path}
}

// 10^5 runs of ten scalars into another 10^5, of which they have half.
func BenchmarkMerge(b *testing.B) {
	const runs = 100_000
	for name, s := range stores() {
		b.Run(name, func(b *testing.B) {
			ext := s.Extensions()[0]
			from := sweepOf(b, s, filepath.Join(b.TempDir(), "a"+ext), runs, 0)
			other := sweepOf(b, s, filepath.Join(b.TempDir(), "b"+ext), runs, runs/2)
			for b.Loop() {
				b.StopTimer()
				into := merge.Stored{Store: s, Path: filepath.Join(b.TempDir(), "a"+ext)}
				require.NoError(b, merge.CopyFile(from.Path, into.Path))
				b.StartTimer()
				report := merged(b, into, merge.Options{RemoveDuplicates: true}, other)
				require.Equal(b, runs+runs/2, report.Length)
			}
		})
	}
}

// 41 merges of 100 runs each, one after the other; the time of the last ten over that
// of the first ten tells how it grows.
func BenchmarkConsecutive(b *testing.B) {
	for name, s := range stores() {
		for _, many := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/many=%t", name, many), func(b *testing.B) {
				ext := s.Extensions()[0]
				dir := b.TempDir()
				var parts []merge.Stored
				for k := range 42 {
					parts = append(parts, sweepOf(b, s, filepath.Join(dir, fmt.Sprintf("part%d%s", k, ext)), 100, 100*k))
				}
				var first, last time.Duration
				for b.Loop() {
					b.StopTimer()
					into := merge.Stored{Store: s, Path: filepath.Join(b.TempDir(), "whole"+ext)}
					require.NoError(b, merge.CopyFile(parts[0].Path, into.Path))
					b.StartTimer()
					if many {
						merged(b, into, merge.Options{RemoveDuplicates: true}, parts[1:]...)
						continue
					}
					for k, other := range parts[1:] {
						began := time.Now()
						merged(b, into, merge.Options{RemoveDuplicates: true}, other)
						switch took := time.Since(began); {
						case k < 10:
							first += took
						case k >= 31:
							last += took
						}
					}
				}
				if !many {
					b.ReportMetric(float64(last)/float64(first), "last/first")
				}
			})
		}
	}
}
