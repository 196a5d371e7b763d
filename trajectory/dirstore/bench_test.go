package dirstore_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
)

// BenchmarkNodes opens a trajectory and reads all of it; the time per node must not grow with their number.
func BenchmarkNodes(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ctx := context.Background()
			s, path := dirstore.New(), filepath.Join(b.TempDir(), "x.traj")
			w, err := s.Create(ctx, path, trajectory.Header{Name: "x", Length: 1})
			require.NoError(b, err)
			for i := range n {
				x := trajectory.Item{Name: "x", Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Int, Values: []int64{int64(i)}}}
				require.NoError(b, w.Node(trajectory.Record{Name: fmt.Sprintf("results.g%03d.x%05d", i/100, i), Leaf: true, Class: "Result", Items: []trajectory.Item{x}}))
			}
			require.NoError(b, w.Commit())
			for b.Loop() {
				r, err := s.Open(ctx, path, "")
				require.NoError(b, err)
				got := 0
				for rec, err := range r.Nodes("", false) {
					require.NoError(b, err)
					got += len(rec.Items)
				}
				require.Equal(b, n, got)
				require.NoError(b, r.Close())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/node")
		})
	}
}
