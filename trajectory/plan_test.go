package trajectory_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

func setup(t testing.TB, change func(tr *trajectory.Trajectory)) *trajectory.Trajectory {
	t.Helper()
	tr, err := trajectory.New("exp", trajectory.Options{Seed: 42, Comment: "a test", Now: func() time.Time { return epoch }})
	require.NoError(t, err)
	if change != nil {
		change(tr)
	}
	for path, v := range map[string]any{"model.x": 0, "model.tau": 10.5, "model.list": []int{1, 2}, "model.y": 0} {
		if !tr.Contains("parameters." + path) {
			require.NoError(t, tr.AddParameter(path, v, trajectory.Comment("comment of "+path)))
		}
	}
	require.NoError(t, tr.AddConfig("workers", 3))
	if len(tr.Explored()) == 0 {
		require.NoError(t, tr.Explore(trajectory.Grid{trajectory.Over("x", trajectory.Values(1, 2)), trajectory.Over("y", trajectory.Values(3, 4, 5))}))
	}
	return tr
}

func TestPlanComesBack(t *testing.T) {
	tr := setup(t, func(tr *trajectory.Trajectory) {
		require.NoError(t, tr.AddGroup("parameters.empty", trajectory.Comment("no children"), trajectory.Annotate("a", 1)))
		require.NoError(t, tr.AddDerived("sum", 3.5))
		require.NoError(t, tr.AddResult("pre", trajectory.Items{"n": 1, "m": map[string]any{}}))
		require.NoError(t, tr.AddLink("parameters.link", "sum"))
	})
	id := trajectory.Identity{Build: "b1", Args: []string{"-scale", "0.5"}}
	plan, err := trajectory.NewPlan(tr, id)
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "a", "b.runs")
	_, err = trajectory.ReadPlan(dir)
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	require.NoError(t, trajectory.WritePlan(dir, plan))
	assert.ErrorIs(t, trajectory.WritePlan(dir, plan), trajectory.ErrExists)
	got, err := trajectory.ReadPlan(dir)
	require.NoError(t, err)
	assert.Equal(t, plan.Header, got.Header)
	assert.Equal(t, id, got.Identity)
	assert.Equal(t, plan.Digest, got.Digest)
	assert.Empty(t, got.Compare(tr, id))
	again, err := got.Trajectory(nil)
	require.NoError(t, err)
	assert.True(t, again.Locked())
	sameDump(t, dumpOf(t, tr), dumpOf(t, again))
	for i := range tr.Len() {
		a, err := tr.Run(i)
		require.NoError(t, err)
		b, err := again.Run(i)
		require.NoError(t, err)
		assert.Equal(t, a.Summary(), b.Summary())
		assert.Equal(t, a.Seed(), b.Seed())
	}
}

func TestPlanSaysWhatDiffers(t *testing.T) {
	id := trajectory.Identity{Build: "b1", Args: []string{"-scale=0.5"}}
	plan, err := trajectory.NewPlan(setup(t, nil), id)
	require.NoError(t, err)
	param := func(path string, v any, opts ...trajectory.AddOption) func(*trajectory.Trajectory) {
		return func(tr *trajectory.Trajectory) { require.NoError(t, tr.AddParameter(path, v, opts...)) }
	}
	explore := func(d trajectory.Design) func(*trajectory.Trajectory) {
		return func(tr *trajectory.Trajectory) {
			require.NoError(t, tr.AddParameter("model.x", 0, trajectory.Comment("comment of model.x")))
			require.NoError(t, tr.AddParameter("model.y", 0, trajectory.Comment("comment of model.y")))
			require.NoError(t, tr.Explore(d))
		}
	}
	for name, c := range map[string]struct {
		change func(*trajectory.Trajectory)
		id     trajectory.Identity
		want   []string
	}{
		"nothing":                   {nil, id, nil},
		"the same points otherwise": {explore(trajectory.Zip{trajectory.Over("x", trajectory.Values(1, 1, 1, 2, 2, 2)), trajectory.Over("y", trajectory.Values(3, 4, 5, 3, 4, 5))}), id, nil},
		"value":                     {param("model.tau", 11.0, trajectory.Comment("comment of model.tau")), id, []string{"parameter parameters.model.tau is 11.0, in the plan 10.5"}},
		"array":                     {param("model.list", []int{1, 3}, trajectory.Comment("comment of model.list")), id, []string{"parameter parameters.model.list is array([1, 3]), in the plan array([1, 2])"}},
		"type":                      {param("model.list", []int32{1, 2}, trajectory.Comment("comment of model.list")), id, []string{"parameter parameters.model.list is array([1, 2]) (now stored otherwise), in the plan array([1, 2]) (Parameter)"}},
		"comment":                   {param("model.tau", 10.5, trajectory.Comment("another")), id, []string{"comment parameters.model.tau is another, in the plan comment of model.tau"}},
		"annotation": {param("model.tau", 10.5, trajectory.Comment("comment of model.tau"), trajectory.Annotate("order", 1)), id,
			[]string{"annotations parameters.model.tau is order=1, in the plan none"}},
		"new":    {param("model.z", 1), id, []string{"parameter parameters.model.z is new (1)"}},
		"result": {func(tr *trajectory.Trajectory) { require.NoError(t, tr.AddResult("pre", 1)) }, id, []string{"result results.pre is new (Result pre=1)"}},
		"range": {explore(trajectory.Grid{trajectory.Over("x", trajectory.Values(1, 3)), trajectory.Over("y", trajectory.Values(3, 4, 5))}), id,
			[]string{"range parameters.model.x is 1, 3 (2 values, each 3 times in a row), in the plan 1, 2 (2 values, each 3 times in a row)"}},
		"order": {explore(trajectory.Grid{trajectory.Over("y", trajectory.Values(3, 4, 5)), trajectory.Over("x", trajectory.Values(1, 2))}), id,
			[]string{"range parameters.model.x is 1, 2 (2 values, each 1 times in a row), in the plan 1, 2 (2 values, each 3 times in a row)",
				"range parameters.model.y is 3, 4, 5 (3 values, each 2 times in a row), in the plan 3, 4, 5 (3 values, each 1 times in a row)"}},
		"fewer": {explore(trajectory.Over("x", trajectory.Values(1, 2))), id, []string{"length is 2 runs, in the plan 6 runs",
			"range parameters.model.x is 1, 2 (2 values, each 1 times in a row), in the plan 1, 2 (2 values, each 3 times in a row)",
			"range parameters.model.y is not explored, in the plan 3, 4, 5 (3 values, each 1 times in a row)"}},
		"config": {param("config_like", 1), id, []string{"parameter parameters.config_like is new (1)"}},
		"build":  {nil, trajectory.Identity{Build: "b2", Args: id.Args}, []string{"build is b2, in the plan b1"}},
		"args":   {nil, trajectory.Identity{Build: "b1"}, []string{"arguments is none, in the plan -scale=0.5"}},
	} {
		var got []string
		for _, d := range plan.Compare(setup(t, c.change), c.id) {
			got = append(got, d.String())
		}
		assert.Equal(t, c.want, got, name)
	}
	gone := setup(t, nil)
	require.NoError(t, gone.Remove("model.tau", false))
	differences := plan.Compare(gone, id)
	require.Len(t, differences, 1)
	assert.Equal(t, "parameter parameters.model.tau is gone (it was 10.5)", differences[0].String())
	assert.Equal(t, trajectory.Difference{What: "parameter", Name: "parameters.model.tau", Plan: "10.5"}, differences[0])

	other := experiment(t, 6)
	assert.NotEmpty(t, plan.Compare(other, id))
}

// What results do not depend on is not part of the digest that ties shards to a plan.
func TestDigest(t *testing.T) {
	digest := func(change func(*trajectory.Trajectory)) string {
		p, err := trajectory.NewPlan(setup(t, change), trajectory.Identity{})
		require.NoError(t, err)
		return p.Digest
	}
	want := digest(nil)
	assert.Len(t, want, 32)
	for name, same := range map[string]func(*trajectory.Trajectory){
		"comment": func(tr *trajectory.Trajectory) {
			require.NoError(t, tr.AddParameter("model.tau", 10.5, trajectory.Comment("x")))
		},
		"config": func(tr *trajectory.Trajectory) { require.NoError(t, tr.AddConfig("more", 1)) },
	} {
		assert.Equal(t, want, digest(same), name)
	}
	for name, differs := range map[string]func(*trajectory.Trajectory){
		"value": func(tr *trajectory.Trajectory) { require.NoError(t, tr.AddParameter("model.tau", 10.6)) },
		"annotation": func(tr *trajectory.Trajectory) {
			require.NoError(t, tr.AddParameter("model.tau", 10.5, trajectory.Annotate("o", 1)))
		},
		"result": func(tr *trajectory.Trajectory) { require.NoError(t, tr.AddResult("r", 1)) },
	} {
		assert.NotEqual(t, want, digest(differs), name)
	}
}

func TestDamagedPlan(t *testing.T) {
	dir := t.TempDir()
	plan, err := trajectory.NewPlan(setup(t, nil), trajectory.Identity{Build: "b1"})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(dir, plan))
	path := filepath.Join(dir, "plan.npz")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	for at := range raw {
		damaged := bytes.Clone(raw)
		damaged[at] ^= 0x10
		require.NoError(t, os.WriteFile(path, damaged, 0o644))
		got, err := trajectory.ReadPlan(dir)
		if err != nil {
			require.ErrorIs(t, err, trajectory.ErrCorrupt, "byte %d", at)
			require.ErrorContains(t, err, path)
			continue
		}
		require.Equal(t, plan.Header, got.Header, "byte %d", at)
		require.Equal(t, plan.Identity, got.Identity, "byte %d", at)
	}
}

func FuzzPlan(f *testing.F) {
	dir := f.TempDir()
	plan, err := trajectory.NewPlan(setup(f, nil), trajectory.Identity{Build: "b1"})
	require.NoError(f, err)
	require.NoError(f, trajectory.WritePlan(dir, plan))
	raw, err := os.ReadFile(filepath.Join(dir, "plan.npz"))
	require.NoError(f, err)
	f.Add(raw)
	f.Add(encode(f, map[string]any{"name": "x", "seed": "1", "length": 3, "explored": []any{map[string]any{"name": "parameters.x", "stride": 1, "values": 3}}},
		trajectory.RunRecord{Info: trajectory.RunInfo{Index: -1}}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "plan.npz"), raw, 0o644))
		p, err := trajectory.ReadPlan(dir)
		if err != nil {
			return
		}
		if p.Header.Length > 10_000 {
			return // it would be made, in time
		}
		if tr, err := p.Trajectory(nil); err == nil {
			trajectory.Dump(&bytes.Buffer{}, tr)
		}
	})
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"a.b", "", ".", "$.z", "run_3.x", "r_A", "par.$set.crun", "run_00000001", "a..b", "ü", "x\x00", "overview.x", "l.0", "l.b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		tr, err := trajectory.New("f", trajectory.Options{})
		require.NoError(t, err)
		require.NoError(t, tr.AddParameter("a.b", 1))
		require.NoError(t, tr.AddLink("l", "a"))
		if err := tr.AddResult(path, 1); err == nil {
			require.True(t, tr.Contains(fmt.Sprint("results.", path)) || tr.Contains(path), "%q", path)
			n, err := tr.Node(path)
			switch {
			case errors.Is(err, trajectory.ErrNotUnique):
				return
			case strings.HasPrefix(path, "l."):
				// The link is nearer to the root than results.l, so the search goes there.
				n, err = tr.Node("results." + path)
			}
			require.NoError(t, err, "%q", path)
			require.NoError(t, trajectory.ValidateName(n.FullName()))
		} else {
			require.ErrorIs(t, err, trajectory.ErrName)
			tr.Node(path)
			tr.FindAll(path)
		}
		if i, ok := trajectory.ParseRunName(path); ok {
			require.Equal(t, path, trajectory.RunName(i))
		}
	})
}
