package env_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

// total is a summary: the sum of what was recorded.
func total(_ context.Context, r *trajectory.Run) error {
	v, err := trajectory.Get[[]float64](r, "raw.v")
	if err != nil {
		return err
	}
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return r.AddResult("total", sum)
}

// stored are the names of the results of run 0.
func stored(t *testing.T, dir string) []string {
	t.Helper()
	tr, err := trajectory.Open(t.Context(), file(dir), trajectory.OpenOptions{Stores: env.Stores()})
	require.NoError(t, err)
	defer tr.Close()
	var names []string
	for rec, err := range tr.Records() {
		require.NoError(t, err)
		if name, ok := cutPrefix(rec.Name); ok && rec.Leaf {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func cutPrefix(name string) (string, bool) {
	const prefix = "results.runs.run_00000000."
	if len(name) > len(prefix) && name[:len(prefix)] == prefix {
		return name[len(prefix):], true
	}
	return "", false
}

func TestSummary(t *testing.T) {
	t.Parallel()
	record := func(r *trajectory.Run) error {
		return errors.Join(r.AddResult("raw.v", []float64{1, 2, 3}), r.AddResult("raw.spikes", []int{4, 5}))
	}
	for name, c := range map[string]struct {
		options []env.Option
		want    []string
	}{
		"as it is":        {nil, []string{"group.ragged", "raw.spikes", "raw.v", "square", "text"}},
		"summary":         {[]env.Option{env.Summary(total)}, []string{"total"}},
		"some are kept":   {[]env.Option{env.Summary(total), env.KeepRaw("raw.s*", "text")}, []string{"raw.spikes", "text", "total"}},
		"all are kept":    {[]env.Option{env.Summary(total), env.KeepRaw()}, []string{"group.ragged", "raw.spikes", "raw.v", "square", "text", "total"}},
		"two of them":     {[]env.Option{env.Summary(total), env.Summary(twice)}, []string{"total", "twice"}},
		"without summary": {[]env.Option{env.KeepRaw("raw.v")}, []string{"group.ragged", "raw.spikes", "raw.v", "square", "text"}},
	} {
		dir, p := t.TempDir(), newProbe(3)
		p.more, p.options = record, c.options
		status, stderr := p.in(t, dir)
		require.Equal(t, 0, status, stderr)
		assert.Equal(t, c.want, stored(t, dir), name)
		status, stderr = p.in(t, dir, "-only", "2")
		assert.Equal(t, 0, status, stderr)
		assert.Contains(t, stderr, "these are the results that are saved", name)
	}
}

// twice is a summary of a summary.
func twice(_ context.Context, r *trajectory.Run) error {
	sum, err := trajectory.Get[float64](r, "total")
	return errors.Join(err, r.AddResult("twice", 2*sum))
}

func TestLinksToWhatIsDroppedGoToo(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(1)
	p.more = func(r *trajectory.Run) error {
		return errors.Join(
			r.AddResult("raw.v", []float64{1}), r.AddResult("kept", 3),
			r.AddLink("alias", "raw.v"), r.AddLink("second", "alias"), r.AddLink("good", "kept"),
		)
	}
	p.options = []env.Option{env.Summary(total), env.KeepRaw("kept")}
	status, stderr := p.in(t, dir)
	require.Equal(t, 0, status, stderr)
	text := dump(t, file(dir))
	assert.Contains(t, text, "run_00000000.good\t#link")
	assert.NotContains(t, text, "raw.v")
	assert.NotContains(t, text, "second")
}

func TestSummaryFails(t *testing.T) {
	t.Parallel()
	p := newProbe(3)
	p.options = []env.Option{env.Summary(total)}
	status, stderr := p.in(t, t.TempDir())
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "run 0 (x: 0) failed: ")
	assert.Contains(t, stderr, "raw.v")
}

func TestMemoryStaysFlatWithASummary(t *testing.T) {
	const runs, values = 240, 1 << 17 // 1 MB each
	var quiet sync.RWMutex            // nothing is made while it is measured what is alive
	var first, last uint64            // in the first and in the last third of the runs
	p := newProbe(runs)
	p.more = func(r *trajectory.Run) error {
		if r.Index()%8 == 7 {
			var m runtime.MemStats
			quiet.Lock()
			runtime.GC()
			runtime.ReadMemStats(&m)
			if r.Index() < runs/3 {
				first = max(first, m.HeapAlloc)
			} else if r.Index() >= 2*runs/3 {
				last = max(last, m.HeapAlloc)
			}
			quiet.Unlock()
		}
		quiet.RLock()
		defer quiet.RUnlock()
		return r.AddResult("raw.v", make([]float64, values))
	}
	p.options = []env.Option{env.Summary(total)}
	dir := t.TempDir()
	status, stderr := p.in(t, dir, "-workers", "2")
	require.Equal(t, 0, status, stderr)
	t.Logf("%.1f MB, then %.1f MB", float64(first)/(1<<20), float64(last)/(1<<20))
	// 80 MB of raw data come between; what may differ is what two runs hold at the moment.
	assert.Less(t, last, first+8<<20)
	size := 0
	for _, content := range shards(t, dir) {
		size += len(content)
	}
	assert.Less(t, size, runs*values, "raw data are on disk")
}
