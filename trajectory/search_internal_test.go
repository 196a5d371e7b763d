package trajectory

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// levelByLevel is the search as it is defined: from level to level, through links,
// each group once.
func levelByLevel(s *scope, top *node, name string) []string {
	seen := map[*node]bool{top: true}
	level := []*node{top}
	for len(level) > 0 {
		var next []*node
		var found []string
		for _, g := range level {
			for _, c := range s.childrenLocked(g.full) {
				target := s.resolve(c)
				if target == nil || !s.visible(c, nil) {
					continue
				}
				if c.name == name && !slices.Contains(found, target.full) {
					found = append(found, target.full)
				}
				if !target.leaf && !seen[target] {
					seen[target] = true
					next = append(next, target)
				}
			}
		}
		if len(found) > 0 {
			slices.Sort(found)
			return found[:min(len(found), maxPlaces)]
		}
		level = next
	}
	return nil
}

// Searching by the index of last names, also through links, finds what going
// through the tree level by level does.
func TestSearchThroughLinksAgreesWithWalking(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 1))
		tr, err := New("x", Options{})
		require.NoError(t, err)
		require.NoError(t, tr.AddParameter("n", 0))
		require.NoError(t, tr.Explore(Over("n", Trials(3))))
		letter := func() string { return string(rune('a' + rng.IntN(5))) }
		var groups []string
		for i := range 60 {
			var parts []string
			for range 1 + rng.IntN(4) {
				parts = append(parts, letter())
			}
			if rng.IntN(3) == 0 {
				parts = slices.Insert(parts, rng.IntN(len(parts)), RunName(rng.IntN(3)))
			}
			path := "results." + strings.Join(parts, ".")
			switch {
			case i%3 > 0 || len(groups) == 0:
				if tr.AddGroup(path) == nil {
					groups = append(groups, path)
				}
			case rng.IntN(2) == 0:
				_ = tr.AddResult(path, i)
			default:
				_ = tr.AddLink(path, groups[rng.IntN(len(groups))])
			}
		}
		scopes := []*scope{tr.scope()}
		for i := range 3 {
			r, err := tr.Run(i)
			require.NoError(t, err)
			_ = r.AddLink("own."+letter(), groups[rng.IntN(len(groups))])
			_ = r.AddResult(letter()+".own", 1)
			scopes = append(scopes, r.scope)
		}
		links := 0
		for _, s := range scopes {
			for _, n := range tr.tree.nodes {
				if n.leaf || n.link != "" || !s.visible(n, nil) {
					continue
				}
				for _, name := range []string{"a", "b", "c", "d", "e", "own", "results", RunName(1)} {
					found, _ := s.shallowest(n, name, nil, 1<<30)
					var got []string
					for _, f := range found {
						got = append(got, f.full)
					}
					want := levelByLevel(s, n, name)
					require.Equal(t, want, got, fmt.Sprintf("seed %d, run %d, %q below %q", seed, s.run, name, n.full))
				}
			}
			if s.t.tree.hasLinks() {
				links++
			}
		}
		require.NotZero(t, links)
	}
}
