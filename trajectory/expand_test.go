package trajectory_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
)

func values(t testing.TB, tr *trajectory.Trajectory, name string) []any {
	t.Helper()
	p, err := tr.Parameter(name)
	require.NoError(t, err)
	out := []any{}
	for i := range p.Range().Len() {
		out = append(out, p.Range().At(i))
	}
	return out
}

func TestExpand(t *testing.T) {
	tr := xy(t, trajectory.Grid{trajectory.Over("x", trajectory.Values(1, 2)), trajectory.Over("y", trajectory.Values(6, 7))})
	tr.Lock()
	seeds := map[int]uint64{}
	for i := range 4 {
		r, err := tr.Run(i)
		require.NoError(t, err)
		seeds[i] = r.Seed()
	}
	require.NoError(t, tr.Expand(trajectory.Zip{trajectory.Over("y", trajectory.Values(8, 9)), trajectory.Over("x", trajectory.Values(3, 3))}))
	require.NoError(t, tr.Expand(trajectory.Grid{trajectory.Over("x", trajectory.Values(4)), trajectory.Over("y", trajectory.Values(1, 2))}))
	assert.Equal(t, 8, tr.Len())
	assert.Equal(t, []int{6, 7, 12, 14, 24, 27, 4, 8}, products(t, tr), "post-processing expands 4 to 6 to 8 runs")
	for i, want := range seeds {
		r, err := tr.Run(i)
		require.NoError(t, err)
		assert.Equal(t, want, r.Seed(), "the first runs stay what they are")
	}
}

func TestExpandIsAllOrNothing(t *testing.T) {
	tr := xy(t, trajectory.Zip{trajectory.Over("x", trajectory.Values(1, 2)), trajectory.Over("y", trajectory.Values(6, 7))})
	require.NoError(t, tr.AddParameter("z", 1))
	before := dumpOf(t, tr)
	for want, d := range map[string]trajectory.Design{
		"parameters.y is explored too": trajectory.Over("x", trajectory.Values(3)),
		"z is not explored":            trajectory.Zip{trajectory.Over("x", trajectory.Values(3)), trajectory.Over("y", trajectory.Values(3)), trajectory.Over("z", trajectory.Values(3))},
		"equally many":                 trajectory.Zip{trajectory.Over("x", trajectory.Values(3)), trajectory.Over("y", trajectory.Values(3, 4))},
		"wrong type":                   trajectory.Zip{trajectory.Over("x", trajectory.Values(3)), trajectory.Over("y", trajectory.Values(3.0))},
		"did you mean":                 trajectory.Zip{trajectory.Over("x", trajectory.Values(3)), trajectory.Over("yy", trajectory.Values(3))},
		"twice":                        trajectory.Zip{trajectory.Over("x", trajectory.Values(3)), trajectory.Over("par.x", trajectory.Values(3))},
		"empty":                        trajectory.Zip{trajectory.Over("x", trajectory.Values[int]())},
	} {
		assert.ErrorContains(t, tr.Expand(d), want)
	}
	assert.Equal(t, before, dumpOf(t, tr))
	fresh := newTrajectory(t)
	add(t, fresh, "x")
	assert.ErrorContains(t, fresh.Expand(trajectory.Over("x", trajectory.Values(3))), "nothing is explored")
}

func TestArraysOfOtherShapesJoinARange(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("a", []float64{1, 2}))
	require.NoError(t, tr.Explore(trajectory.Over("a", trajectory.Values([]float64{1, 2}, []float64{3, 4}))))
	require.NoError(t, tr.Expand(trajectory.Over("a", trajectory.Values([]float64{5}, []float64{1, 2}))))
	want := []any{[]float64{1, 2}, []float64{3, 4}, []float64{5}, []float64{1, 2}}
	assert.Equal(t, want, values(t, tr, "a"))
	path := filepath.Join(t.TempDir(), "x.traj")
	require.NoError(t, trajectory.Save(background, tr, dirstore.New(), path))
	back, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	defer back.Close()
	assert.Equal(t, want, values(t, back, "a"))
	p, err := back.Parameter("a")
	require.NoError(t, err)
	assert.Equal(t, "ArrayParameter", p.Class())
}

func TestShrink(t *testing.T) {
	tr := xy(t, trajectory.Zip{trajectory.Over("x", trajectory.Values(1, 2)), trajectory.Over("y", trajectory.Values(6, 7))})
	require.NoError(t, tr.Shrink(false))
	assert.Equal(t, 1, tr.Len())
	assert.Empty(t, tr.Explored())
	require.NoError(t, tr.Explore(trajectory.Over("x", trajectory.Values(1, 2, 3))))
	tr.Lock()
	assert.ErrorIs(t, tr.Shrink(false), trajectory.ErrLocked)
	require.NoError(t, tr.Shrink(true))
	assert.Equal(t, 1, tr.Len())
	x, err := trajectory.Get[int](tr, "x")
	require.NoError(t, err)
	assert.Zero(t, x)
}

// grown is a folder with a sweep of 4 runs that are done, expanded to 6.
func grown(t *testing.T) (path string, tr *trajectory.Trajectory, first, next *trajectory.Plan) {
	t.Helper()
	path, tr, first = sweepFolder(t, 4, 3, 1)
	require.NoError(t, tr.Expand(trajectory.Over("x", trajectory.Values(14, 13))))
	next, err := first.Next(tr, first.Identity)
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(trajectory.RunsDir(path), next))
	return path, tr, first, next
}

func TestASweepGrows(t *testing.T) {
	path, tr, first, next := grown(t)
	dir := trajectory.RunsDir(path)
	assert.Equal(t, 1, next.Generation)
	assert.NotEqual(t, first.Digest, next.Digest)
	read, err := trajectory.ReadPlan(dir)
	require.NoError(t, err)
	assert.Equal(t, next.Digest, read.Digest)
	assert.Equal(t, 1, read.Generation)
	assert.Equal(t, 6, read.Header.Length)
	old, err := trajectory.ReadPlanAt(dir, 0)
	require.NoError(t, err)
	assert.Equal(t, first.Digest, old.Digest)
	for digest, want := range map[string]int{first.Digest: 4, next.Digest: 6} {
		runs, ok := next.Covers(digest)
		assert.True(t, ok)
		assert.Equal(t, want, runs)
	}
	_, ok := first.Covers(next.Digest)
	assert.False(t, ok)
	assert.ErrorIs(t, trajectory.WritePlan(dir, first), trajectory.ErrExists)

	// Shards of both generations, one by a worker that knows only the first.
	_, err = trajectory.WriteShard(dir, first, runOne(t, tr, 2))
	require.NoError(t, err)
	_, err = trajectory.WriteShard(dir, first, runOne(t, tr, 5))
	assert.Error(t, err, "the first generation has 4 runs")
	_, err = trajectory.WriteShard(dir, next, runOne(t, tr, 5))
	require.NoError(t, err)
	unmerged := openDump(t, path)
	report := merge(t, path, trajectory.MergeOptions{})
	assert.Equal(t, map[trajectory.State]int{trajectory.Done: 5, trajectory.Pending: 1}, report.Runs)
	sameDump(t, unmerged, openDump(t, path))
	back, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	defer back.Close()
	assert.Equal(t, []any{0, 1, 2, 3, 14, 13}, values(t, back, "x"))
	words, err := trajectory.FromRuns[float64](back, "rate")
	require.NoError(t, err)
	assert.Equal(t, []trajectory.RunValue[float64]{{Index: 0, Value: 0}, {Index: 1, Value: 1. / 7}, {Index: 2, Value: 2. / 7}, {Index: 3, Value: 3. / 7}, {Index: 5, Value: 13. / 7}}, words)
}

func TestAFileFromBeforeTheSweepGrew(t *testing.T) {
	path, tr, plan := sweepFolder(t, 4, 4)
	merge(t, path, trajectory.MergeOptions{})
	require.NoError(t, tr.Expand(trajectory.Over("x", trajectory.Values(14, 13))))
	next, err := plan.Next(tr, plan.Identity)
	require.NoError(t, err)
	dir := trajectory.RunsDir(path)
	require.NoError(t, trajectory.WritePlan(dir, next))
	_, err = trajectory.WriteShard(dir, next, runOne(t, tr, 4))
	require.NoError(t, err)
	before := openDump(t, path)
	assert.Contains(t, before, "run_00000004.rate")
	merge(t, path, trajectory.MergeOptions{})
	sameDump(t, before, openDump(t, path))
}

func TestNextRefusesAnotherSweep(t *testing.T) {
	for want, change := range map[string]func(tr *trajectory.Trajectory){
		"it is called":                     nil,
		"parameters.model.tau is not what": func(tr *trajectory.Trajectory) { tr.Set("tau", 11.5) },
		"parameters.model.new is new":      func(tr *trajectory.Trajectory) { tr.AddParameter("model.new", 1) },
		"parameters.model.x is not what": func(tr *trajectory.Trajectory) {
			tr.Shrink(true)
			tr.Explore(trajectory.Over("x", trajectory.Values(0, 1, 3, 2)))
		},
		"the plan has 4 runs and the trajec": func(tr *trajectory.Trajectory) {},
	} {
		_, _, plan := sweepFolder(t, 4)
		seed := uint64(42)
		if change == nil {
			seed, change = 43, func(*trajectory.Trajectory) {}
		}
		other, err := trajectory.New("exp", trajectory.Options{Seed: seed})
		require.NoError(t, err)
		require.NoError(t, other.AddParameter("model.x", 0, trajectory.Comment("explored"), trajectory.Annotate("order", 0)))
		require.NoError(t, other.AddParameter("model.tau", 10.5))
		require.NoError(t, other.AddParameter("model.name", "exc"))
		require.NoError(t, other.Explore(trajectory.Over("x", trajectory.Trials(4))))
		change(other)
		if !strings.HasPrefix(want, "the plan") {
			require.NoError(t, other.Expand(trajectory.Over("x", trajectory.Values(8))))
		}
		_, err = plan.Next(other, plan.Identity)
		assert.ErrorIs(t, err, trajectory.ErrPlanDiffers)
		assert.ErrorContains(t, err, want)
	}
}

func TestFollowingAPlan(t *testing.T) {
	_, tr, first, next := grown(t)
	require.NoError(t, tr.Expand(trajectory.Over("x", trajectory.Trials(2))))
	last, err := next.Next(tr, next.Identity)
	require.NoError(t, err)
	want := []any{0, 1, 2, 3, 14, 13, 0, 1}
	for range 2 {
		again := experiment(t, 4)
		require.NoError(t, again.Follow(last))
		assert.Equal(t, want, values(t, again, "x"))
		require.NoError(t, again.Follow(last), "it is there already")
		plan, err := trajectory.NewPlan(again, trajectory.Identity{})
		require.NoError(t, err)
		assert.Equal(t, first.Header.Seed, plan.Header.Seed)
	}
	again := experiment(t, 4)
	require.NoError(t, again.Follow(next))
	require.NoError(t, again.Follow(last))
	assert.Equal(t, 8, again.Len())
	assert.ErrorIs(t, experiment(t, 5).Follow(last), trajectory.ErrPlanDiffers)
	assert.ErrorIs(t, again.Follow(first), trajectory.ErrPlanDiffers)
}

func TestOnlyOneNextGeneration(t *testing.T) {
	path, _, first := sweepFolder(t, 4)
	dir := trajectory.RunsDir(path)
	var plans []*trajectory.Plan
	for _, more := range []int{1, 2} {
		tr := experiment(t, 4)
		require.NoError(t, tr.Expand(trajectory.Over("x", trajectory.Trials(more))))
		next, err := first.Next(tr, first.Identity)
		require.NoError(t, err)
		plans = append(plans, next)
	}
	require.NoError(t, trajectory.WritePlan(dir, plans[0]))
	assert.ErrorIs(t, trajectory.WritePlan(dir, plans[1]), trajectory.ErrExists)
	tr := experiment(t, 4)
	require.NoError(t, tr.Expand(trajectory.Over("x", trajectory.Trials(2))))
	require.NoError(t, tr.Expand(trajectory.Over("x", trajectory.Trials(2))))
	third, err := plans[1].Next(tr, first.Identity)
	require.NoError(t, err)
	assert.ErrorIs(t, trajectory.WritePlan(dir, third), trajectory.ErrPlanDiffers)
	// A generation whose file is damaged is not passed over in silence.
	require.NoError(t, os.Truncate(filepath.Join(dir, "plan_00001.npz"), 100))
	_, err = trajectory.ReadPlan(dir)
	assert.ErrorIs(t, err, trajectory.ErrCorrupt)
}

func TestAGridOfAMillionPointsGrowsWithoutMemory(t *testing.T) {
	tr := xy(t, trajectory.Grid{trajectory.Over("x", trajectory.Trials(1000)), trajectory.Over("y", trajectory.Trials(1000))})
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, tr.Expand(trajectory.Grid{trajectory.Over("x", trajectory.Values(1000)), trajectory.Over("y", trajectory.Trials(1000))}))
	allocated := testing.AllocsPerRun(1, func() {
		next, err := plan.Next(tr, trajectory.Identity{})
		require.NoError(t, err)
		back, err := next.Trajectory(nil)
		require.NoError(t, err)
		r, err := back.Run(1_000_999)
		require.NoError(t, err)
		require.Equal(t, "x: 1000,   y: 999", r.Summary())
	})
	assert.Less(t, allocated, 1e5, "nothing is made per run")
}
