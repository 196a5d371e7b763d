package merge_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/merge"
)

// named has runs called trial_3 in weeks of two.
func named() []trajectory.Wildcard {
	return []trajectory.Wildcard{
		{Names: []string{"$", "crun"}, Func: func(i int) string {
			if i < 0 {
				return "trial_ALL"
			}
			return fmt.Sprint("trial_", i)
		}},
		{Names: []string{"$week"}, Func: func(i int) string {
			if i < 0 {
				return "week_ALL"
			}
			return fmt.Sprint("week_", i/2)
		}},
	}
}

func TestWildcardsOfTheProgram(t *testing.T) {
	result := func(t *testing.T, r *trajectory.Run) {
		require.NoError(t, r.AddResult("$week.$set.crun.w", 2*r.Index()))
	}
	common := 5
	setup := func(t *testing.T, tr *trajectory.Trajectory) { require.NoError(t, tr.AddDerived("$.common", common)) }
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		for _, packed := range []bool{false, true} {
			build := func(name string, x trajectory.Range, wild []trajectory.Wildcard) merge.Stored {
				return experiment{name: name, x: x, wild: wild, result: result, setup: setup, packed: packed}.build(t, s, t.TempDir())
			}
			for with, own := range map[string][]trajectory.Wildcard{"functions": named(), "names of the file": nil} {
				a := build("a", ints(1, 2, 3), named())
				common = 6
				b, c := build("b", ints(3, 4, 5, 6), named()), build("c", ints(7), named())
				common = 5
				report := merged(t, a, merge.Options{RemoveDuplicates: true, Wildcards: own}, b)
				assert.Empty(t, report.Skipped)
				merged(t, a, merge.Options{RemoveDuplicates: true, Wildcards: own}, c)
				tr := opened(t, a)
				assert.Equal(t, []int{1, 2, 3, 4, 5, 6, 7}, values[int](t, tr, "x"), with)
				assert.Equal(t, []int{6, 12, 18, 24, 30, 36, 42}, values[int](t, tr, "results.runs.$.z"), with)
				assert.Equal(t, []int{0, 2, 4, 2, 4, 6, 0}, values[int](t, tr, "results.$week.$set.$.w"), with)
				assert.Equal(t, []int{5, 5, 5, 6, 6, 6, 6}, values[int](t, tr, "derived_parameters.$.common"), with)
				for i, want := range map[bool][]string{
					true:  {"trial_0 week_0", "trial_1 week_0", "trial_2 week_1", "trial_3 week_1", "trial_4 week_2", "trial_5 week_2", "trial_6 week_3"},
					false: {"trial_0 week_0", "trial_1 week_0", "trial_2 week_1", "run_00000003 week_0", "run_00000004 week_1", "run_00000005 week_1", "run_00000006 week_0"},
				}[own != nil] {
					run, err := tr.Wildcard("$", i)
					require.NoError(t, err)
					week, err := tr.Wildcard("$week", i)
					require.NoError(t, err)
					assert.Equal(t, want, run+" "+week)
				}
			}
			fewer := experiment{name: "b", x: ints(2), wild: named()[:1], setup: setup}.build(t, s, t.TempDir())
			_, err := merge.Merge(background(), build("a", ints(1), named()), merge.Options{}, fewer)
			require.ErrorIs(t, err, merge.ErrDifferentSpace)
			assert.ErrorContains(t, err, "wildcards is $ crun, $week in the target, $ crun in the other")
		}
	})
}
