package merge_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/hdf5"
	"galvani/trajectory/merge"
)

var made = time.Date(2026, 11, 20, 3, 4, 5, 0, time.UTC)

func background() context.Context { return context.Background() }

// stores are all that there are in this build.
func stores() map[string]trajectory.Store {
	all := map[string]trajectory.Store{"dir": dirstore.New()}
	if hdf5.Available() {
		all["hdf5"] = hdf5.New(hdf5.Options{})
	}
	return all
}

func allStores() []trajectory.Store { return slices.Collect(maps.Values(stores())) }

// eachStore runs a test with every store.
func eachStore(t *testing.T, test func(t *testing.T, s trajectory.Store)) {
	for name, s := range stores() {
		t.Run(name, func(t *testing.T) { test(t, s) })
	}
}

// experiment describes a small trajectory. Its runs have the result z = x*y.
type experiment struct {
	name   string
	seed   uint64
	x, y   trajectory.Range // nil: not explored
	zip    bool
	setup  func(t *testing.T, tr *trajectory.Trajectory)
	result func(t *testing.T, r *trajectory.Run)
	state  func(run int) trajectory.State // nil: all done
	packed bool
	wild   []trajectory.Wildcard
}

func ints(values ...int) trajectory.Range { return trajectory.Values(values...) }

// build writes an experiment to a new file.
func (e experiment) build(t testing.TB, s trajectory.Store, dir string) merge.Stored {
	t.Helper()
	tt, _ := t.(*testing.T)
	tr, err := trajectory.New(e.name, trajectory.Options{Seed: e.seed, Kinds: brianparam.Kinds(), Now: func() time.Time { return made }, Wildcards: e.wild})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("x", 1, trajectory.Comment("the first factor")))
	require.NoError(t, tr.AddParameter("y", 6))
	if e.setup != nil {
		e.setup(tt, tr)
	}
	var axes []trajectory.Design
	if e.x != nil {
		axes = append(axes, trajectory.Over("x", e.x))
	}
	if e.y != nil {
		axes = append(axes, trajectory.Over("y", e.y))
	}
	switch {
	case len(axes) > 0 && e.zip:
		require.NoError(t, tr.Explore(trajectory.Zip(axes)))
	case len(axes) > 0:
		require.NoError(t, tr.Explore(trajectory.Grid(axes)))
	}
	tr.Lock()
	path := filepath.Join(dir, e.name+s.Extensions()[0])
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(trajectory.RunsDir(path), plan))
	var runs []trajectory.RunRecord
	for i := range tr.Len() {
		r, err := tr.Run(i)
		require.NoError(t, err)
		info := trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: r.Seed(), Summary: r.Summary()}
		if e.state != nil {
			info.State = e.state(i)
		}
		if info.State == trajectory.Done {
			x, err := trajectory.Get[int](r, "parameters.x")
			require.NoError(t, err)
			y, err := trajectory.Get[int](r, "parameters.y")
			require.NoError(t, err)
			require.NoError(t, r.AddResult("z", x*y, trajectory.Comment("the product")))
			if e.result != nil {
				e.result(tt, r)
			}
		}
		runs = append(runs, trajectory.RunRecord{Info: info, Records: r.Records()})
	}
	_, err = trajectory.WriteShard(trajectory.RunsDir(path), plan, runs...)
	require.NoError(t, err)
	groups := 0
	if e.packed {
		groups = -1
	}
	_, err = trajectory.Merge(background(), trajectory.RunsDir(path), s, path, trajectory.MergeOptions{PerRunGroups: groups})
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(trajectory.RunsDir(path)))
	return merge.Stored{Store: s, Path: path}
}

// opened opens what is stored, until the test is over.
func opened(t testing.TB, at merge.Stored) *trajectory.Trajectory {
	t.Helper()
	tr, err := trajectory.Open(background(), at.Path, trajectory.OpenOptions{Stores: allStores(), Kinds: brianparam.Kinds(), Name: at.Name})
	require.NoError(t, err)
	t.Cleanup(func() { tr.Close() })
	return tr
}

// dump is everything that a trajectory is.
func dump(t testing.TB, at merge.Stored) string {
	t.Helper()
	tr, err := trajectory.Open(background(), at.Path, trajectory.OpenOptions{Stores: allStores(), Kinds: brianparam.Kinds(), Name: at.Name})
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, trajectory.Dump(&b, tr))
	require.NoError(t, tr.Close())
	return b.String()
}

// values lists a parameter's or result's value in every run.
func values[T any](t testing.TB, tr *trajectory.Trajectory, path string) []T {
	t.Helper()
	var out []T
	for i := range tr.Len() {
		r, err := tr.Run(i)
		require.NoError(t, err)
		v, err := trajectory.Get[T](r, path)
		require.NoError(t, err, "run %d", i)
		out = append(out, v)
	}
	return out
}

func merged(t testing.TB, target merge.Stored, o merge.Options, others ...merge.Stored) *merge.Report {
	t.Helper()
	o.NoBackup = true
	if o.Now == nil {
		o.Now = func() time.Time { return made.Add(time.Hour) }
	}
	report, err := merge.Merge(background(), target, o, others...)
	require.NoError(t, err)
	return report
}

// example03 is pypet's example 03.
func example03() (a, b experiment) {
	return experiment{name: "first", x: ints(1, 2, 3, 4), y: ints(6, 7, 8)}, experiment{name: "second", seed: 5, x: ints(3, 4, 5, 6), y: ints(7, 8, 9)}
}

func TestExample03GivesTwentyRuns(t *testing.T) {
	a, b := example03()
	for name, packed := range map[string][2]bool{"groups": {}, "packed target": {true, false}, "packed other": {false, true}, "packed": {true, true}} {
		t.Run(name, func(t *testing.T) {
			for _, target := range allStores() {
				for _, other := range allStores() {
					a.packed, b.packed = packed[0], packed[1]
					into := a.build(t, target, t.TempDir())
					from := b.build(t, other, t.TempDir())
					report := merged(t, into, merge.Options{RemoveDuplicates: true}, from)
					assert.Equal(t, 12, report.Before)
					assert.Equal(t, 20, report.Length)
					assert.Empty(t, report.Skipped)
					assert.Empty(t, report.Warnings)
					assert.Equal(t, []merge.OtherReport{{Path: from.Path, Name: "second", Length: 12, Merged: 8, Duplicates: 4, OtherSeeds: 4}}, report.Others)
					tr := opened(t, into)
					require.Equal(t, 20, tr.Len())
					x, y, z := values[int](t, tr, "x"), values[int](t, tr, "y"), values[int](t, tr, "$.z")
					assert.Equal(t, []int{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 3, 4, 5, 5, 5, 6, 6, 6}, x)
					assert.Equal(t, []int{6, 7, 8, 6, 7, 8, 6, 7, 8, 6, 7, 8, 9, 9, 7, 8, 9, 7, 8, 9}, y)
					for i := range x {
						assert.Equal(t, x[i]*y[i], z[i])
					}
					info, err := tr.RunInfo(12)
					require.NoError(t, err)
					was, err := opened(t, from).RunInfo(2)
					require.NoError(t, err)
					assert.Equal(t, was.Seed, info.Seed, "a run keeps the seed that it ran with")
					assert.Equal(t, "x: 3,   y: 9", info.Summary)
					assert.Equal(t, trajectory.Done, info.State)
				}
			}
		})
	}
}

func TestNormalMerge(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		dir := t.TempDir()
		a := experiment{name: "a", x: ints(1, 2, 3, 4, 5), y: ints(1, 2, 3, 4, 5), zip: true}.build(t, s, dir)
		b := experiment{name: "b", x: ints(2, 3, 4, 5, 6), y: ints(2, 3, 4, 5, 6), zip: true}.build(t, s, dir)
		all := experiment{name: "c", x: ints(2, 3, 4, 5, 6), y: ints(2, 3, 4, 5, 6), zip: true}.build(t, s, dir)
		report := merged(t, a, merge.Options{RemoveDuplicates: true}, b)
		assert.Equal(t, 6, report.Length, "5 and 5 without duplicates are 6")
		assert.Equal(t, []int{1, 4, 9, 16, 25, 36}, values[int](t, opened(t, a), "$.z"))
		report = merged(t, a, merge.Options{}, all)
		assert.Equal(t, 11, report.Length)
		_, err := merge.Merge(background(), a, merge.Options{RemoveDuplicates: true, NoBackup: true}, b)
		assert.ErrorIs(t, err, merge.ErrNothingToMerge)
		_, err = merge.Merge(background(), a, merge.Options{NoBackup: true}, a)
		assert.ErrorContains(t, err, "with itself")
		assert.Equal(t, 11, opened(t, a).Len())
	})
}

func TestSpaceErrorTellsTheDifference(t *testing.T) {
	with := func(setup func(t *testing.T, tr *trajectory.Trajectory)) experiment {
		return experiment{name: "other", x: ints(1), setup: setup}
	}
	for name, c := range map[string]struct {
		other experiment
		want  string
	}{
		"more": {with(func(t *testing.T, tr *trajectory.Trajectory) { require.NoError(t, tr.AddParameter("more", 1)) }),
			"parameters.more is in the other only"},
		"type": {with(func(t *testing.T, tr *trajectory.Trajectory) { require.NoError(t, tr.AddParameter("f", 1)) }),
			"parameters.f is float in the target, int in the other"},
		"less": {with(nil), "parameters.f is in the target only"},
		"list": {with(func(t *testing.T, tr *trajectory.Trajectory) { require.NoError(t, tr.AddParameter("f", []float64{1})) }),
			"parameters.f is float in the target, ndarray of float64 in the other"},
		"derived": {with(func(t *testing.T, tr *trajectory.Trajectory) {
			require.NoError(t, tr.AddParameter("f", 1.5))
			require.NoError(t, tr.AddDerived("d", 1))
		}), "derived_parameters.d is in the other only"},
	} {
		t.Run(name, func(t *testing.T) {
			eachStore(t, func(t *testing.T, s trajectory.Store) {
				a := experiment{name: "a", x: ints(1, 2), setup: func(t *testing.T, tr *trajectory.Trajectory) { require.NoError(t, tr.AddParameter("f", 1.5)) }}.build(t, s, t.TempDir())
				b := c.other.build(t, s, t.TempDir())
				before := dump(t, a)
				_, err := merge.Merge(background(), a, merge.Options{}, b)
				require.ErrorIs(t, err, merge.ErrDifferentSpace)
				var space *merge.SpaceError
				require.ErrorAs(t, err, &space)
				assert.ErrorContains(t, err, c.want)
				assert.Equal(t, before, dump(t, a))
				left, err := os.ReadDir(filepath.Dir(a.Path))
				require.NoError(t, err)
				assert.Len(t, left, 1, "nothing is left behind, not even a backup")
			})
		})
	}
}

func TestWhatRunsHaveOfTheirOwnIsNoDifference(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a := experiment{name: "a", x: ints(1, 2)}.build(t, s, t.TempDir())
		b := experiment{
			name: "b", x: ints(3, 4),
			setup: func(t *testing.T, tr *trajectory.Trajectory) { require.NoError(t, tr.AddDerived("$.dummy", 7)) },
			result: func(t *testing.T, r *trajectory.Run) {
				require.NoError(t, r.AddDerived("twice", 2*r.Index()))
			},
		}.build(t, s, t.TempDir())
		merged(t, a, merge.Options{}, b)
		tr := opened(t, a)
		v, err := trajectory.Get[int](tr, "derived_parameters.runs.run_00000003.twice")
		require.NoError(t, err)
		assert.Equal(t, 2, v)
	})
}

func TestUnexploredParametersThatDifferBecomeExplored(t *testing.T) {
	setup := func(tau float64, name string, w []float64) func(t *testing.T, tr *trajectory.Trajectory) {
		return func(t *testing.T, tr *trajectory.Trajectory) {
			require.NoError(t, tr.AddParameter("tau", quantity.New(tau, quantity.DimTime)))
			require.NoError(t, tr.AddParameter("label", name))
			require.NoError(t, tr.AddParameter("w", w))
			require.NoError(t, tr.AddDerived("d", w[0]))
		}
	}
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a := experiment{name: "a", x: ints(1, 2), setup: setup(0.01, "one", []float64{1, 2})}.build(t, s, t.TempDir())
		b := experiment{name: "b", x: ints(1, 2), setup: setup(0.02, "two", []float64{3})}.build(t, s, t.TempDir())
		c := experiment{name: "c", y: ints(6, 7), setup: setup(0.02, "two", []float64{3})}.build(t, s, t.TempDir())
		report := merged(t, a, merge.Options{RemoveDuplicates: true}, b, c)
		// x=1 y=6 of c is run 2, which came from b.
		assert.Equal(t, 5, report.Length)
		assert.Equal(t, []string{"parameters.y", "derived_parameters.d", "parameters.label", "parameters.tau", "parameters.w"}, report.Explored)
		tr := opened(t, a)
		assert.Equal(t, append([]string{"parameters.x"}, report.Explored...), tr.Explored())
		assert.Equal(t, []int{1, 2, 1, 2, 1}, values[int](t, tr, "x"))
		assert.Equal(t, []int{6, 6, 6, 6, 7}, values[int](t, tr, "y"))
		assert.Equal(t, []string{"one", "one", "two", "two", "two"}, values[string](t, tr, "label"))
		assert.Equal(t, [][]float64{{1, 2}, {1, 2}, {3}, {3}, {3}}, values[[]float64](t, tr, "w"))
		assert.Equal(t, []float64{1, 1, 3, 3, 3}, values[float64](t, tr, "derived_parameters.d"))
		var tau []string
		for _, q := range values[quantity.Quantity](t, tr, "tau") {
			tau = append(tau, q.String())
		}
		assert.Equal(t, []string{"10 ms", "10 ms", "20 ms", "20 ms", "20 ms"}, tau)
		p, err := tr.Parameter("tau")
		require.NoError(t, err)
		assert.Equal(t, "10 ms", p.Text(), "the default stays")
		info, err := tr.RunInfo(0)
		require.NoError(t, err)
		r, err := tr.Run(0)
		require.NoError(t, err)
		assert.Equal(t, r.Summary(), info.Summary)
		info, err = tr.RunInfo(4)
		require.NoError(t, err)
		r, err = tr.Run(4)
		require.NoError(t, err)
		assert.Equal(t, r.Summary(), info.Summary)
	})
}

func TestTrialParameter(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a := experiment{name: "a", x: ints(0, 1), y: ints(0, 1, 2)}.build(t, s, t.TempDir())
		b := experiment{name: "b", x: ints(0, 1), y: ints(0, 1)}.build(t, s, t.TempDir())
		c := experiment{name: "c", x: ints(0, 1), setup: nil}.build(t, s, t.TempDir())
		for name, o := range map[string]merge.Options{
			"not from 0": {TrialParameter: "y"}, "unknown": {TrialParameter: "nothing"},
		} {
			_, err := merge.Merge(background(), a, o, c) // y is 6 there
			assert.Error(t, err, name)
		}
		report := merged(t, a, merge.Options{TrialParameter: "y", RemoveDuplicates: true}, b)
		assert.Equal(t, 10, report.Length)
		assert.Equal(t, []string{"there are no duplicates when trials are added; none were looked for"}, report.Warnings)
		tr := opened(t, a)
		assert.Equal(t, []int{0, 1, 2, 0, 1, 2, 3, 4, 3, 4}, values[int](t, tr, "y"))
		assert.Equal(t, []int{0, 0, 0, 1, 1, 1, 0, 0, 1, 1}, values[int](t, tr, "x"))
		again := experiment{name: "d", x: ints(0, 1), y: ints(0, 1)}.build(t, s, t.TempDir())
		merged(t, a, merge.Options{TrialParameter: "parameters.y"}, again)
		assert.Equal(t, []int{0, 1, 2, 0, 1, 2, 3, 4, 3, 4, 5, 6, 5, 6}, values[int](t, opened(t, a), "y"))
		assert.Contains(t, mergeInfo(t, a), "trial_parameter=parameters.y")
	})
}

// mergeInfo lists what is noted on merges, without their names.
func mergeInfo(t *testing.T, at merge.Stored) []string {
	t.Helper()
	g, err := opened(t, at).Group("config.merge")
	require.NoError(t, err)
	var out []string
	for full, p := range g.Parameters() {
		_, name, _ := strings.Cut(strings.TrimPrefix(full, "config.merge."), ".")
		out = append(out, fmt.Sprintf("%s=%v", name, p.Value()))
	}
	return out
}

func TestMergeInfo(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a := experiment{name: "a", x: ints(1, 2)}.build(t, s, t.TempDir())
		b := experiment{name: "b", x: ints(3, 4, 5)}.build(t, s, t.TempDir())
		merged(t, a, merge.Options{IgnoreData: []string{"results.runs.$.z"}}, b)
		info := mergeInfo(t, a)
		for _, want := range []string{
			"merged_runs=3", "timestamp=1.795147445e+09", "remove_duplicates=false", "ignore_data=[results.runs.$.z]", "length_before_merge=2",
			"other_trajectory.name=b", "other_trajectory.length=3", "other_trajectory.timestamp=1.795143845e+09",
		} {
			assert.Contains(t, info, want)
		}
		assert.Len(t, info, 9)
		g, err := opened(t, a).Group("config.merge")
		require.NoError(t, err)
		require.Len(t, g.Children(), 1)
		name := g.Children()[0].Name()
		hash, err := trajectory.Get[string](opened(t, a), "config.merge."+name+".hexsha")
		require.NoError(t, err)
		assert.Len(t, hash, 40)
		assert.Equal(t, "merge_"+hash[:7]+"_2026_11_20_04h04m05s", name)

		// What was noted before comes along, unless it is not to.
		c := experiment{name: "c", x: ints(6)}.build(t, s, t.TempDir())
		merged(t, c, merge.Options{}, a)
		g, err = opened(t, c).Group("config.merge")
		require.NoError(t, err)
		assert.Len(t, g.Children(), 2)
		d := experiment{name: "d", x: ints(6)}.build(t, s, t.TempDir())
		merged(t, d, merge.Options{NoConfig: true, NoInfo: true}, a)
		_, err = opened(t, d).Node("config")
		assert.ErrorIs(t, err, trajectory.ErrNotFound)
		e := experiment{name: "e", x: ints(6)}.build(t, s, t.TempDir())
		merged(t, e, merge.Options{NoOtherInfo: true, NoConfig: true}, a)
		assert.Len(t, mergeInfo(t, e), 5)
	})
}

func TestIgnoreData(t *testing.T) {
	more := func(r *trajectory.Run) error { return errors.Join(r.AddResult("fits.a", 1), r.AddResult("fits.b", 2)) }
	for name, packed := range map[string]bool{"groups": false, "packed": true} {
		t.Run(name, func(t *testing.T) {
			eachStore(t, func(t *testing.T, s trajectory.Store) {
				result := func(t *testing.T, r *trajectory.Run) { require.NoError(t, more(r)) }
				a := experiment{name: "a", x: ints(1, 2), result: result, setup: func(t *testing.T, tr *trajectory.Trajectory) {
					require.NoError(t, tr.AddParameter("only_here", 1))
				}}.build(t, s, t.TempDir())
				b := experiment{name: "b", x: ints(3, 4), result: result, packed: packed, setup: func(t *testing.T, tr *trajectory.Trajectory) {
					require.NoError(t, tr.AddResult("summary.best", 3))
					require.NoError(t, tr.AddParameter("only_there", 1))
				}}.build(t, s, t.TempDir())
				report := merged(t, a, merge.Options{IgnoreData: []string{
					"results.runs.$.fits", "results.runs.run_00000001.z", "results.summary", "parameters.only_here", "parameters.only_there", "results.nothing",
				}}, b)
				assert.Equal(t, []string{"results.nothing was to be ignored, and nothing is called so"}, report.Warnings)
				tr := opened(t, a)
				for path, there := range map[string]bool{
					"results.runs.run_00000001.fits.a": true, "results.runs.run_00000002.z": true, "results.runs.run_00000002.fits.a": false,
					"results.runs.run_00000003.z": false, "results.summary": false, "parameters.only_here": true, "parameters.only_there": false,
				} {
					_, err := tr.Node(path)
					assert.Equal(t, there, err == nil, "%s: %v", path, err)
				}
			})
		})
	}
}

// An explored parameter that is ignored has its default in the new runs.
func TestIgnoredParameterThatIsExplored(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a := experiment{name: "a", x: ints(2, 3), y: ints(4, 5), zip: true}.build(t, s, t.TempDir())
		b := experiment{name: "b", x: ints(3, 8), y: ints(7, 8), zip: true}.build(t, s, t.TempDir())
		merged(t, a, merge.Options{IgnoreData: []string{"parameters.y"}}, b)
		assert.Equal(t, []int{4, 5, 6, 6}, values[int](t, opened(t, a), "y"))
		assert.Equal(t, []int{2, 3, 3, 8}, values[int](t, opened(t, a), "x"))
	})
}
