package trajectory_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

// large has 10 000 parameters in 100 groups.
func large(b testing.TB) *trajectory.Trajectory {
	b.Helper()
	tr, err := trajectory.New("large", trajectory.Options{})
	require.NoError(b, err)
	for i := range 100 {
		for k := range 100 {
			require.NoError(b, tr.AddParameter(fmt.Sprintf("group%02d.sub.p%d", i, 100*i+k), k))
		}
	}
	tr.Lock()
	return tr
}

func BenchmarkFullName(b *testing.B) {
	tr := large(b)
	for b.Loop() {
		if _, err := tr.Node("parameters.group42.sub.p4242"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkShortcut(b *testing.B) {
	tr := large(b)
	for b.Loop() {
		if _, err := tr.Node("p4242"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkShortcutBesideLinks(b *testing.B) {
	tr := large(b)
	for i := range 10 {
		require.NoError(b, tr.AddLink(fmt.Sprintf("links.l%d", i), fmt.Sprintf("group%02d", i)))
	}
	for b.Loop() {
		if _, err := tr.Node("p4242"); err != nil {
			b.Fatal(err)
		}
	}
}

// A run with ten scalar results, without writing it.
func BenchmarkRun(b *testing.B) {
	tr := experiment(b, 1000)
	names := make([]string, 10)
	for i := range names {
		names[i] = fmt.Sprintf("stats.v%d", i)
	}
	i := 0
	for b.Loop() {
		r, err := tr.Run(i % 1000)
		if err != nil {
			b.Fatal(err)
		}
		i++
		for _, n := range names {
			if err := r.AddResult(n, 0.5); err != nil {
				b.Fatal(err)
			}
		}
		if len(r.Records()) != 10 {
			b.Fatal("results are missing")
		}
	}
}

// Bytes of a shard of 1000 runs with ten scalar results each; per run.
func BenchmarkEncodeShard(b *testing.B) {
	tr := experiment(b, 1000)
	var runs []trajectory.RunRecord
	for i := range 1000 {
		r, err := tr.Run(i)
		require.NoError(b, err)
		for k := range 10 {
			require.NoError(b, r.AddResult(fmt.Sprintf("stats.v%d", k), 0.5))
		}
		runs = append(runs, trajectory.RunRecord{Info: trajectory.RunInfo{Index: i, State: trajectory.Done}, Records: r.Records()})
	}
	b.ResetTimer()
	for b.Loop() {
		encode(b, nil, runs...)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/run")
}

// A plan of 100 000 runs at points of their own, made and written.
func BenchmarkPlan(b *testing.B) {
	values := make([]float64, 100_000)
	for i := range values {
		values[i] = float64(i) / 7
	}
	dir := b.TempDir()
	i := 0
	for b.Loop() {
		tr, err := trajectory.New("plan", trajectory.Options{})
		require.NoError(b, err)
		require.NoError(b, tr.AddParameter("x", 0.0))
		require.NoError(b, tr.AddParameter("trial", 0))
		require.NoError(b, tr.Explore(trajectory.Zip{trajectory.Over("x", trajectory.Values(values...)), trajectory.Over("trial", trajectory.Trials(len(values)))}))
		p, err := trajectory.NewPlan(tr, trajectory.Identity{})
		require.NoError(b, err)
		i++
		require.NoError(b, trajectory.WritePlan(fmt.Sprint(dir, "/", i), p))
	}
}

func BenchmarkContainsNot(b *testing.B) {
	tr := large(b)
	for b.Loop() {
		if tr.Contains("parameters.group42.sub.p4343") {
			b.Fatal("it is there")
		}
	}
}
