package trajectory

import (
	"fmt"
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
	return numbered("run_", i, 8)
}

// RunSetName is the name of the set of 1000 runs that run i belongs to:
// run_set_00002; -1 gives run_set_ALL.
func RunSetName(i int) string {
	if i < 0 {
		return "run_set_ALL"
	}
	return numbered("run_set_", i/runsPerSet, 5)
}

// numbered is prefix with i in at least width digits; every node that a run
// adds has such a name, so it is made by hand.
func numbered(prefix string, i, width int) string {
	var b [32]byte
	at := len(b)
	for n := 0; n < width || i > 0; n++ {
		at--
		b[at] = byte('0' + i%10)
		i /= 10
	}
	at -= len(prefix)
	copy(b[at:], prefix)
	return string(b[at:])
}

// ParseRunName is the reverse of [RunName]; ok is false for any other text,
// run_ALL included.
func ParseRunName(name string) (index int, ok bool) {
	digits, found := strings.CutPrefix(name, "run_")
	if !found || len(digits) != 8 && (len(digits) != 9 || digits[0] == '0') || !allDigits(digits) {
		return 0, false
	}
	for _, c := range []byte(digits) {
		index = 10*index + int(c-'0')
	}
	return index, true
}

func allDigits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
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
	if name != reservedOverview && !strings.HasPrefix(name, reservedOverview+".") && isWell(name) {
		return nil
	}
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

// isWell tells whether all parts of a name are as they should be.
func isWell(name string) bool {
	start := 0
	for i := range len(name) {
		switch c := name[i]; {
		case c == '.':
			if i == start {
				return false
			}
			start = i + 1
		case c == '_':
			if i == start {
				return false
			}
		case (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-':
			return false
		}
	}
	return start < len(name) && len(name)-start < maxName
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
