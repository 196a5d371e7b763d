package storetest

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

// A sweep that was merged, expanded and merged again reads the same from file and shards.
func testGrowingSweep(t *testing.T, s *suite) {
	tr := sweep(t)
	dir := trajectory.RunsDir(s.path)
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(dir, plan))
	n := tr.Len()
	publish := func(p *trajectory.Plan, runs ...int) {
		t.Helper()
		for _, i := range runs {
			_, err := trajectory.WriteShard(dir, p, finish(t, tr, i))
			require.NoError(t, err)
		}
	}
	publish(plan, 0, 1)
	_, err = trajectory.Merge(background, dir, s, s.path, trajectory.MergeOptions{})
	require.NoError(t, err)

	var more trajectory.Zip
	for _, name := range tr.Explored() {
		p, err := tr.Parameter(name)
		require.NoError(t, err)
		more = append(more, trajectory.Over(name, trajectory.Values(p.Range().At(n-1), p.Range().At(0))))
	}
	require.NoError(t, tr.Expand(more))
	next, err := plan.Next(tr, plan.Identity)
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(dir, next))
	publish(next, n, n+1)
	open := func() *trajectory.Trajectory {
		back, err := trajectory.Open(background, s.path, trajectory.OpenOptions{Stores: []trajectory.Store{s}})
		require.NoError(t, err)
		t.Cleanup(func() { back.Close() })
		return back
	}
	before := open()
	require.Equal(t, n+2, before.Len())
	want := dump(t, before)
	_, err = trajectory.Merge(background, dir, s, s.path, trajectory.MergeOptions{})
	require.NoError(t, err)
	assert.Equal(t, want, dump(t, open()))
	h := s.open(t, "").Header()
	assert.Equal(t, n+2, h.Length)
}

// What a store with a Remover leaves out is gone, alone.
func testRemoval(t *testing.T, s *suite) {
	s.write(t, header("x"), tree(), rows())
	w, err := s.Create(background, s.path, header("x"))
	require.NoError(t, err)
	remover, ok := w.(trajectory.Remover)
	require.NoError(t, w.Abort())
	err = trajectory.Delete(background, s, s.path, "x", trajectory.DeleteOptions{Recursive: true}, "results.runs")
	if !ok {
		assert.ErrorIs(t, err, errors.ErrUnsupported)
		equalAll(t, tree(), all(t, s.open(t, "x"), "", false))
		return
	}
	require.NoError(t, err)
	assert.Error(t, remover.Remove("results"), "the writer was given up")
	left := func(gone ...string) []trajectory.Record {
		var out []trajectory.Record
		for _, r := range tree() {
			kept := true
			for _, g := range gone {
				if r.Name == g || len(r.Name) > len(g) && r.Name[:len(g)+1] == g+"." {
					kept = false
				}
			}
			if kept {
				out = append(out, r)
			}
		}
		return out
	}
	equalAll(t, left("results.runs"), all(t, s.open(t, "x"), "", false))
	equalRuns(t, rows(), s.open(t, "x"))

	// Removed and written again, in one version and in the next.
	w, err = s.Create(background, s.path, header("x"))
	require.NoError(t, err)
	require.NoError(t, w.(trajectory.Remover).Remove("parameters.model"))
	require.NoError(t, w.Node(parameter("parameters.model.fresh", 1)))
	require.NoError(t, w.Node(result("results.brief", 1)))
	require.NoError(t, w.(trajectory.Remover).Remove("results.brief"))
	assert.ErrorIs(t, w.(trajectory.Remover).Remove("results.brief"), trajectory.ErrNotFound)
	assert.ErrorIs(t, w.(trajectory.Remover).Remove("results.nothing"), trajectory.ErrNotFound)
	require.NoError(t, w.Commit())
	got := all(t, s.open(t, "x"), "parameters.model", false)
	require.Len(t, got, 2)
	equal(t, parameter("parameters.model.fresh", 1), got[1])
	s.write(t, header("x"), tree(), nil)
	got = all(t, s.open(t, "x"), "", false)
	want := tree()
	for i, r := range want {
		if r.Name == "parameters.model" { // what was removed stays removed, what was written since stays
			want = append(want[:i+1:i+1], append([]trajectory.Record{parameter("parameters.model.fresh", 1)}, want[i+1:]...)...)
			break
		}
	}
	assert.ElementsMatch(t, names(want), names(got))
	_, err = s.open(t, "x").Node("results.brief")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}

// A reader that can read some items of a leaf reads those and no others.
func testSomeItems(t *testing.T, s *suite) {
	want := trajectory.Record{Name: "results.all", Leaf: true, Class: "Result", Items: values()}
	s.write(t, header("x"), []trajectory.Record{want}, nil)
	r, ok := s.open(t, "x").(trajectory.ItemReader)
	if !ok {
		return
	}
	first, last := want.Items[3], want.Items[len(want.Items)-1]
	got, err := r.Items("results.all", last.Name, "nothing", first.Name)
	require.NoError(t, err)
	equal(t, trajectory.Record{Items: []trajectory.Item{first, last}}, trajectory.Record{Items: got})
	got, err = r.Items("results.all", "nothing")
	require.NoError(t, err)
	assert.Empty(t, got)
	_, err = r.Items("results.none", "x")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}

// The ways to save over what is there.
func testSaveModes(t *testing.T, s *suite) {
	items := func(pairs ...any) trajectory.Items {
		m := trajectory.Items{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	}
	made := func(value int, pairs ...any) *trajectory.Trajectory {
		tr := sweep(t)
		require.NoError(t, tr.AddResult("fit", items(pairs...), trajectory.Comment("a fit"), trajectory.Annotate("order", value)))
		require.NoError(t, tr.AddResult("other", value))
		return tr
	}
	save := func(tr *trajectory.Trajectory, o trajectory.SaveOptions) trajectory.SaveReport {
		t.Helper()
		report, err := trajectory.SaveWith(background, tr, s, s.path, o)
		require.NoError(t, err)
		return report
	}
	read := func(name string) trajectory.Items {
		t.Helper()
		tr, err := trajectory.Open(background, s.path, trajectory.OpenOptions{Stores: []trajectory.Store{s}})
		require.NoError(t, err)
		defer tr.Close()
		r, err := tr.Result(name)
		require.NoError(t, err)
		got, err := r.Items()
		require.NoError(t, err)
		order, _ := r.Annotations()["order"].(int)
		got["order"] = order
		return got
	}
	_, err := trajectory.SaveWith(background, made(1), s, s.path, trajectory.SaveOptions{Only: []string{"results"}})
	assert.ErrorIs(t, err, trajectory.ErrNotFound, "all of it first")
	save(made(1, "a", 1, "b", 2), trajectory.SaveOptions{})
	report := save(made(2, "a", 10, "c", 30), trajectory.SaveOptions{Mode: trajectory.SaveNew})
	assert.Zero(t, report.Written)
	assert.Equal(t, items("a", 1, "b", 2, "order", 1), read("fit"))
	save(made(3, "a", 100, "c", 300), trajectory.SaveOptions{Mode: trajectory.SaveMore})
	assert.Equal(t, items("a", 1, "b", 2, "c", 300, "order", 1), read("fit"), "what is new is added")
	report = save(made(4, "a", 7, "b", 8, "d", 9), trajectory.SaveOptions{Only: []string{"fit"}, Parts: []string{"a", "d", "annotations", "zz"}})
	assert.Equal(t, []string{"zz"}, report.Unknown)
	assert.Equal(t, items("a", 7, "b", 2, "c", 300, "d", 9, "order", 4), read("fit"), "the parts are replaced")
	assert.Equal(t, items("other", 1, "order", 0), read("other"), "it was not asked for")
	save(made(5, "a", 0), trajectory.SaveOptions{Mode: trajectory.SaveNothing})
	assert.Equal(t, items("a", 7, "b", 2, "c", 300, "d", 9, "order", 4), read("fit"))
	save(made(6, "a", 0), trajectory.SaveOptions{MaxDepth: 1})
	assert.Equal(t, items("other", 1, "order", 0), read("other"), "leaves lie deeper")
	save(made(7, "a", 0), trajectory.SaveOptions{})
	assert.Equal(t, items("a", 0, "order", 7), read("fit"), "all is replaced")
	require.NoError(t, trajectory.Delete(background, s, s.path, "", trajectory.DeleteOptions{Items: []string{"a"}}, "results.fit"))
	assert.Equal(t, items("order", 7), read("fit"))
	for name, o := range map[string]trajectory.DeleteOptions{
		"results.fit": {Items: []string{"a"}}, "results": {Items: []string{"a"}}, "": {}, "results.nothing": {},
		sweep(t).Explored()[0]: {}, "parameters": {Recursive: true},
	} {
		assert.Error(t, trajectory.Delete(background, s, s.path, "", o, name), name)
	}
	assert.Error(t, trajectory.Delete(background, s, s.path, "", trajectory.DeleteOptions{}, "results"), "it is not empty")
}

// What a sweep looks like does not depend on whether it was merged, and how,
// whichever branches it has.
func testMergedOrNot(t *testing.T, s *suite) {
	parts := map[string]func(*trajectory.Trajectory) error{
		"derived": func(tr *trajectory.Trajectory) error { return tr.AddDerived("d", 1) },
		"results": func(tr *trajectory.Trajectory) error { return tr.AddResult("r", 1) },
		"config":  func(tr *trajectory.Trajectory) error { return tr.AddConfig("c", 1) },
		"empty":   func(tr *trajectory.Trajectory) error { return tr.AddGroup("derived_parameters") },
		"own":     func(tr *trajectory.Trajectory) error { return tr.AddGroup("mine.notes", trajectory.Comment("x")) },
		"link":    func(tr *trajectory.Trajectory) error { return tr.AddLink("links.x", "parameters.x") },
	}
	ofRun := map[string]func(*trajectory.Run) error{
		"nothing": func(*trajectory.Run) error { return nil },
		"derived": func(r *trajectory.Run) error { return r.AddDerived("h", 1) },
		"results": func(r *trajectory.Run) error { return r.AddResult("z", 1) },
		"group":   func(r *trajectory.Run) error { return r.AddGroup("dpar.g") },
		"link":    func(r *trajectory.Run) error { return r.AddLink("x", "parameters.x") },
	}
	base := s.path
	for part, add := range parts {
		for what, run := range ofRun {
			if part != "derived" && part != "empty" && what != "nothing" {
				continue // what runs add does not depend on these
			}
			for _, groups := range []int{0, -1} {
				s.path = strings.TrimSuffix(base, s.Extensions()[0]) + "_" + part + "_" + what + fmt.Sprint(groups) + s.Extensions()[0]
				tr, err := trajectory.New("sweep", trajectory.Options{Now: func() time.Time { return born }})
				require.NoError(t, err)
				require.NoError(t, tr.AddParameter("x", 0))
				require.NoError(t, tr.Explore(trajectory.Over("x", trajectory.Trials(3))))
				require.NoError(t, add(tr))
				tr.Lock()
				dir := trajectory.RunsDir(s.path)
				plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
				require.NoError(t, err)
				require.NoError(t, trajectory.WritePlan(dir, plan))
				for i, state := range []trajectory.State{trajectory.Done, trajectory.Failed} {
					r, err := tr.Run(i)
					require.NoError(t, err)
					require.NoError(t, run(r))
					_, err = trajectory.WriteShard(dir, plan, trajectory.RunRecord{Info: trajectory.RunInfo{Index: i, State: state}, Records: r.Records()})
					require.NoError(t, err)
				}
				read := func() string {
					back, err := trajectory.Open(background, s.path, trajectory.OpenOptions{Stores: []trajectory.Store{s}})
					require.NoError(t, err)
					defer back.Close()
					return dump(t, back)
				}
				before := read()
				for range 2 {
					_, err = trajectory.Merge(background, dir, s, s.path, trajectory.MergeOptions{PerRunGroups: groups})
					require.NoError(t, err)
					require.Equal(t, before, read(), "%s, %s in runs, %d", part, what, groups)
				}
				require.NoError(t, os.RemoveAll(dir))
				require.Equal(t, before, read(), "%s, %s in runs, %d", part, what, groups)
			}
		}
	}
}
