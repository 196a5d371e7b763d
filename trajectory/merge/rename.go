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
	allRuns   = "run_ALL"
	allSets   = "run_set_ALL"
	setPrefix = "run_set_"
	runsInSet = 1000
)

// partOf tells what a part of a name stands for in a source; the number is
// that of the run or of the first run of the set.
func (s *source) partOf(part string) (partKind, int) {
	usual := true // runs have the usual names
	for _, w := range s.wild {
		usual = usual && !w.isRun()
		run, ok := w.runs[part]
		switch {
		case w.isRun() && ok:
			return partRun, run
		case w.isRun() && part == w.all:
			return partAll, 0
		case ok:
			return partSet, run
		case part == w.all:
			return partAllSets, 0
		}
	}
	switch part {
	case allRuns:
		if usual {
			return partAll, 0
		}
	case allSets:
		return partAllSets, 0
	}
	if i, ok := trajectory.ParseRunName(part); ok && usual && i < s.header.Length {
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

// inSet tells whether a run belongs to the set of runs that a name is about.
func (s *source) inSet(name string, run int) bool {
	for part := range strings.SplitSeq(name, ".") {
		if kind, first := s.partOf(part); kind == partSet {
			for _, w := range s.wild {
				if _, ok := w.runs[part]; ok {
					return w.value(run) == part
				}
			}
			return run >= first && run < first+runsInSet
		}
	}
	return false
}

// renamed is a full name of a source with the parts that stand for runs and sets replaced by
// those of a run of the target.
func (n *namings) renamed(s *source, name string, run int) string {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		if to, ok := n.part(s, p, run); ok {
			parts[i] = to
		}
	}
	return strings.Join(parts, ".")
}

// part is what a part of a name becomes; false if it stays.
func (n *namings) part(s *source, part string, run int) (string, bool) {
	for _, w := range s.wild {
		if _, ok := w.runs[part]; ok || part == w.all {
			return n.name(w.names, run), true
		}
	}
	switch kind, _ := s.partOf(part); kind {
	case partRun, partAll:
		return trajectory.RunName(run), true
	case partSet, partAllSets:
		return trajectory.RunSetName(run), true
	}
	return part, false
}
