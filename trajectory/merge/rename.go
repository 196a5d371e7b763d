package merge

import (
	"strconv"
	"strings"

	"galvani/trajectory"
)

// partKind says what a part of a full name stands for.
type partKind int

const (
	partPlain   partKind = iota
	partRun              // run_00000003
	partSet              // run_set_00000
	partAll              // run_ALL
	partAllSets          // run_set_ALL
)

const (
	setPrefix = "run_set_"
	runsInSet = 1000
)

// partOf tells what a part of a name stands for in a source; the number is
// that of the run or of the first run of the set.
func (s *source) partOf(part string) (partKind, int) {
	switch part {
	case trajectory.RunName(-1):
		return partAll, 0
	case trajectory.RunSetName(-1):
		return partAllSets, 0
	}
	if i, ok := trajectory.ParseRunName(part); ok && i < s.header.Length {
		return partRun, i
	}
	if digits, ok := strings.CutPrefix(part, setPrefix); ok {
		n, err := strconv.Atoi(digits)
		if err == nil && n >= 0 && n*runsInSet < s.header.Length && trajectory.RunSetName(n*runsInSet) == part {
			return partSet, n * runsInSet
		}
	}
	return partPlain, 0
}

// place says to what of a source a node belongs: to a run, to a set of runs, to all
// runs, or to none of them (partPlain).
func (s *source) place(name string) (partKind, int) {
	found, number := partPlain, 0
	for part := range strings.SplitSeq(name, ".") {
		switch kind, n := s.partOf(part); kind {
		case partRun:
			return kind, n
		case partAll, partAllSets:
			found, number = partAll, 0
		case partSet:
			if found == partPlain {
				found, number = kind, n
			}
		}
	}
	return found, number
}

// renamed is a full name with the parts that stand for runs and sets replaced by
// those of a run of the target.
func (s *source) renamed(name string, run int) string {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		switch kind, _ := s.partOf(p); kind {
		case partRun, partAll:
			parts[i] = trajectory.RunName(run)
		case partSet, partAllSets:
			parts[i] = trajectory.RunSetName(run)
		}
	}
	return strings.Join(parts, ".")
}
