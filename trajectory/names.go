package trajectory

import (
	"fmt"
	"strconv"
	"strings"
)

// The reserved branches directly below the root.
const (
	branchConfig     = "config"
	branchParameters = "parameters"
	branchDerived    = "derived_parameters"
	branchResults    = "results"
	reservedOverview = "overview"
)

// maxName is one more than the length of the longest last part of a name.
const maxName = 128

// runsPerSet is how many runs share one run_set group.
const runsPerSet = 1000

// noRun is the index outside of any run.
const noRun = -1

// RunName is the name of run i: run_00000003; -1 gives run_ALL, which stands
// for all runs.
func RunName(i int) string {
	if i < 0 {
		return "run_ALL"
	}
	return fmt.Sprintf("run_%08d", i)
}

// RunSetName is the name of the set of 1000 runs that run i belongs to:
// run_set_00002; -1 gives run_set_ALL.
func RunSetName(i int) string {
	if i < 0 {
		return "run_set_ALL"
	}
	return fmt.Sprintf("run_set_%05d", i/runsPerSet)
}

// ParseRunName is the reverse of [RunName]; ok is false for any other text,
// run_ALL included.
func ParseRunName(name string) (index int, ok bool) {
	digits, found := strings.CutPrefix(name, "run_")
	if !found || len(digits) < 8 || len(digits) > 9 || !allDigits(digits) {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil && RunName(n) == name
}

func allDigits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

// A Wildcard is a part of a path that stands for a name that depends on the run.
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

// wildcards maps each spelling to its function.
type wildcards map[string]func(int) string

func newWildcards(more []Wildcard) (wildcards, error) {
	w := wildcards{}
	for _, c := range standardWildcards() {
		for _, n := range c.Names {
			w[n] = c.Func
		}
	}
	own := map[string]bool{}
	for _, c := range more {
		if c.Func == nil || len(c.Names) == 0 {
			return nil, fmt.Errorf("trajectory: a wildcard needs names and a function, got names %q", c.Names)
		}
		for _, n := range c.Names {
			if own[n] {
				return nil, fmt.Errorf("trajectory: wildcard %q is given twice", n)
			}
			if bad := badPart(strings.TrimPrefix(n, "$")); n != "$" && bad != "" {
				return nil, fmt.Errorf("trajectory: wildcard %q: %s: %w", n, bad, ErrName)
			}
			own[n] = true
			w[n] = c.Func
		}
		for _, i := range []int{noRun, 0, 1} {
			if bad := badPart(c.Func(i)); bad != "" {
				return nil, fmt.Errorf("trajectory: wildcard %q gives the name %q for run %d: %s: %w", c.Names[0], c.Func(i), i, bad, ErrName)
			}
		}
	}
	if run := w["$"]; run(0) == run(1) || run(0) == run(noRun) || run(1) == run(noRun) {
		return nil, fmt.Errorf("trajectory: wildcard \"$\" gives the same name to different runs: %q, %q, %q", run(noRun), run(0), run(1))
	}
	return w, nil
}

// translate resolves one part of a path: abbreviations of branches, of run names
// and wildcards. wild tells that the result depends on the run.
func (w wildcards) translate(part string, run int) (name string, wild bool) {
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
	if f, ok := w[part]; ok {
		return f(run), true
	}
	rest, ok := strings.CutPrefix(part, "run_")
	if !ok {
		rest, ok = strings.CutPrefix(part, "r_")
	}
	if ok {
		if rest == "A" {
			return w["$"](noRun), false
		}
		if allDigits(rest) && len(rest) <= 8 {
			n, _ := strconv.Atoi(rest)
			return w["$"](n), false
		}
	}
	return part, false
}

// path splits a path and translates its parts.
func (w wildcards) path(path string, run int) (parts []string, wild bool) {
	parts = strings.Split(path, ".")
	for i, p := range parts {
		var isWild bool
		parts[i], isWild = w.translate(p, run)
		wild = wild || isWild
	}
	return parts, wild
}

// badPart says what is wrong with one part of a name, "" if nothing.
func badPart(part string) string {
	if part == "" {
		return "a part is empty"
	}
	var bad []string
	for _, r := range part {
		if (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-' {
			bad = append(bad, fmt.Sprintf("%q has the character %q (allowed are letters of the English alphabet, digits, _ and -)", clip(part), r))
			break
		}
	}
	if part[0] == '_' {
		bad = append(bad, fmt.Sprintf("%q starts with _", clip(part)))
	}
	return strings.Join(bad, "; ")
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:37] + "..."
	}
	return s
}

// ValidateName checks a full name, with wildcards already replaced. All that
// is wrong is in the one error, which wraps [ErrName].
func ValidateName(name string) error {
	var bad []string
	parts := strings.Split(name, ".")
	for _, p := range parts {
		if b := badPart(p); b != "" {
			bad = append(bad, b)
		}
	}
	if last := parts[len(parts)-1]; len(last) >= maxName {
		bad = append(bad, fmt.Sprintf("the last part %q has %d characters (at most %d)", clip(last), len(last), maxName-1))
	}
	if parts[0] == reservedOverview {
		bad = append(bad, "overview is reserved for the tables of the file")
	}
	if len(bad) > 0 {
		return fmt.Errorf("trajectory: name %q: %s: %w", clip(name), strings.Join(bad, "; "), ErrName)
	}
	return nil
}

// RunOf finds the run that a full name hangs under, -1 if none.
func RunOf(name string) int {
	for len(name) > 0 {
		part, rest, _ := strings.Cut(name, ".")
		if i, ok := ParseRunName(part); ok {
			return i
		}
		name = rest
	}
	return noRun
}
