package trajectory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Wildcard is a part of a path that stands for a name that depends on the
// run. Names that it gives are kept with the plan and in the file, as config
// below config.wildcards, so that they mean the same when the trajectory is opened.
type Wildcard struct {
	// Names are the spellings, such as "$" and "crun".
	Names []string
	// Func gives the name for run i, and for -1 the name that stands for all runs.
	Func func(i int) string
}

func standardWildcards() []Wildcard {
	return []Wildcard{
		{Names: []string{"$", "crun"}, Func: RunName},
		{Names: []string{"$set", "crunset"}, Func: RunSetName},
	}
}

// wildcards are those of one trajectory. They are changed while it is set up only.
type wildcards struct {
	list   []Wildcard // those given, beside the standard ones
	byName map[string]func(int) string

	// What a $ that is not the standard one calls the runs; nil for the standard one.
	runs map[string]int
}

func newWildcards(more []Wildcard) (*wildcards, error) {
	w := &wildcards{byName: map[string]func(int) string{}}
	for _, c := range standardWildcards() {
		for _, n := range c.Names {
			w.byName[n] = c.Func
		}
	}
	return w, w.add(more)
}

// add puts further wildcards in the place of those that have the same spelling.
func (w *wildcards) add(more []Wildcard) error {
	seen := map[string]bool{}
	for _, c := range w.list {
		for _, n := range c.Names {
			seen[n] = true
		}
	}
	for _, c := range more {
		if c.Func == nil || len(c.Names) == 0 {
			return fmt.Errorf("trajectory: a wildcard needs names and a function, got names %q", c.Names)
		}
		for _, n := range c.Names {
			if seen[n] {
				return fmt.Errorf("trajectory: wildcard %q is given twice: %w", n, ErrExists)
			}
			if bad := badPart(strings.TrimPrefix(n, "$")); n != "$" && bad != "" {
				return fmt.Errorf("trajectory: wildcard %q: %s: %w", n, bad, ErrName)
			}
			seen[n] = true
		}
		for _, i := range []int{noRun, 0, 1} {
			if bad := badPart(c.Func(i)); bad != "" {
				return fmt.Errorf("trajectory: wildcard %q gives the name %q for run %d: %s: %w", c.Names[0], c.Func(i), i, bad, ErrName)
			}
		}
		if c.Func(0) == c.Func(noRun) {
			return fmt.Errorf("trajectory: wildcard %q gives run 0 the name %q, which is that for all runs: %w", c.Names[0], c.Func(0), ErrName)
		}
	}
	for _, c := range more {
		c.Names = slices.Clone(c.Names)
		w.list = append(w.list, c)
		for _, n := range c.Names {
			w.byName[n] = c.Func
			if n == "$" || n == "crun" {
				w.byName["$"], w.byName["crun"] = c.Func, c.Func
				w.runs = map[string]int{}
			}
		}
	}
	if w.runs != nil {
		return w.cover(2)
	}
	return nil
}

// cover checks the names of the first n runs, which must differ, and learns
// which run each belongs to.
func (w *wildcards) cover(n int) error {
	if w.runs == nil {
		return nil
	}
	name := w.byName["$"]
	for i := len(w.runs); i < n; i++ {
		s := name(i)
		if bad := badPart(s); bad != "" {
			return fmt.Errorf("trajectory: wildcard \"$\" gives the name %q for run %d: %s: %w", s, i, bad, ErrName)
		}
		if other, ok := w.runs[s]; ok || s == name(noRun) {
			if !ok {
				other = noRun
			}
			return fmt.Errorf("trajectory: wildcard \"$\" gives the same name %q to runs %d and %d: %w", s, other, i, ErrName)
		}
		w.runs[s] = i
	}
	return nil
}

// runOf tells which run a part of a full name stands for.
func (w *wildcards) runOf(part string) (int, bool) {
	if w.runs == nil {
		return ParseRunName(part)
	}
	i, ok := w.runs[part]
	return i, ok
}

// run is the name of run i.
func (w *wildcards) run(i int) string {
	if w.runs == nil {
		return RunName(i)
	}
	return w.byName["$"](i)
}

// translate resolves one part of a path: abbreviations of branches, of run names
// and wildcards. wild tells that the result depends on the run.
func (w *wildcards) translate(part string, run int) (name string, wild bool) {
	switch part {
	case "conf":
		return branchConfig, false
	case "par":
		return branchParameters, false
	case "dpar":
		return branchDerived, false
	case "res":
		return branchResults, false
	}
	if part != "" && (part[0] == '$' || part[0] == 'c' || len(w.list) > 0) {
		if f, ok := w.byName[part]; ok {
			return f(run), true
		}
	}
	if part == "" || part[0] != 'r' {
		return part, false
	}
	if short, index, ok := strings.Cut(part, "_"); ok {
		i := noRun
		if index != "A" {
			if !allDigits(index) || len(index) > 8 {
				return part, false
			}
			i, _ = strconv.Atoi(index)
		}
		switch short {
		case "r", "run":
			return w.run(i), false
		case "rts", "runtoset":
			return w.byName["$set"](i), false
		}
	}
	return part, false
}

// special tells whether a path has a part that may stand for another one, or
// says itself where it belongs.
func (w *wildcards) special(path string) bool {
	if len(w.list) > 0 {
		return true
	}
	for rest, more := path, true; more; {
		var part string
		part, rest, more = strings.Cut(rest, ".")
		if part == "" {
			continue
		}
		switch part[0] {
		case '$', 'c', 'd', 'p', 'r': // wildcards, branches and their abbreviations, runs
			switch part {
			case "conf", "par", "dpar", "res", "crun", "crunset", "runs", branchConfig, branchParameters, branchDerived, branchResults:
				return true
			}
			if short, _, _ := strings.Cut(part, "_"); part[0] == '$' || slices.Contains([]string{"r", "run", "rts", "runtoset"}, short) {
				return true
			}
		}
	}
	return false
}

// path splits a path and translates its parts.
func (w *wildcards) path(path string, run int) (parts []string, wild bool) {
	parts = strings.Split(path, ".")
	for i, p := range parts {
		var isWild bool
		parts[i], isWild = w.translate(p, run)
		wild = wild || isWild
	}
	return parts, wild
}

// Wildcards lists the spellings that stand for a name which depends on the run, sorted.
func (t *Trajectory) Wildcards() []string { return sortedKeys(t.wild.byName) }

// Wildcard is what a wildcard stands for in run i, -1 for all runs;
// [ErrNotFound] if there is no such wildcard.
func (t *Trajectory) Wildcard(name string, i int) (string, error) {
	f, ok := t.wild.byName[name]
	if !ok {
		return "", fmt.Errorf("trajectory: %q is no wildcard (there are %s): %w", name, strings.Join(t.Wildcards(), ", "), ErrNotFound)
	}
	return f(max(i, noRun)), nil
}

// AddWildcards adds wildcards or replaces standard ones. It is for the time before
// anything is explored and before results are added.
func (t *Trajectory) AddWildcards(more ...Wildcard) error {
	if t.locked || len(t.explored) > 0 {
		return fmt.Errorf("trajectory: wildcards cannot be added: runs have been planned: %w", ErrLocked)
	}
	if t.tree.nodes[branchResults] != nil {
		return fmt.Errorf("trajectory: wildcards cannot be added: there are results already: %w", ErrLocked)
	}
	wild, err := newWildcards(append(slices.Clone(t.wild.list), more...))
	if err != nil {
		return err
	}
	t.wild = wild
	t.tree.runOf = wild.runOf
	return nil
}

// RunOf finds the run that a full name hangs under, -1 if none, as [RunOf] does,
// also where a wildcard of the program's gives runs other names.
func (t *Trajectory) RunOf(name string) int { return t.wild.runOfPath(name) }

func (w *wildcards) runOfPath(name string) int {
	for len(name) > 0 {
		part, rest, _ := strings.Cut(name, ".")
		if i, ok := w.runOf(part); ok {
			return i
		}
		name = rest
	}
	return noRun
}
