package merge

import (
	"errors"
	"fmt"
	"strings"
)

// The errors that programs test with errors.Is.
var (
	// ErrDifferentSpace: the trajectories do not have the same parameters with
	// values of the same types. The error is a *SpaceError.
	ErrDifferentSpace = errors.New("trajectories of different spaces")
	// ErrNothingToMerge: the target has all runs of the others already.
	ErrNothingToMerge = errors.New("no run is left to merge")
	// ErrUnfinished: the runs folder beside a file holds runs that the file does not.
	ErrUnfinished = errors.New("sweep is not finished")
	// ErrChanged: somebody else has written the target since it was read.
	ErrChanged = errors.New("changed meanwhile")
	// ErrForeign: a node holds what the store cannot write.
	ErrForeign = errors.New("cannot be rewritten")
)

// Difference is one thing in which the spaces of two trajectories differ.
type Difference struct {
	Name  string // full name of the parameter
	Here  string // what it is in the target, "" if it is not there
	There string // what it is in the other, "" if it is not there
}

// String says it in a line.
func (d Difference) String() string {
	switch {
	case d.There == "":
		return fmt.Sprintf("%s is in the target only", d.Name)
	case d.Here == "":
		return fmt.Sprintf("%s is in the other only", d.Name)
	}
	return fmt.Sprintf("%s is %s in the target, %s in the other", d.Name, d.Here, d.There)
}

// SpaceError says why two trajectories cannot be merged.
type SpaceError struct {
	Target, Other string // their names
	Differences   []Difference
}

// Error lists the first differences.
func (e *SpaceError) Error() string {
	const shown = 10
	var parts []string
	for i, d := range e.Differences {
		if i == shown {
			parts = append(parts, fmt.Sprintf("and %d more", len(e.Differences)-shown))
			break
		}
		parts = append(parts, d.String())
	}
	return fmt.Sprintf("merge: %s cannot be merged into %s: %s: %s", e.Other, e.Target, ErrDifferentSpace, strings.Join(parts, "; "))
}

// Unwrap makes errors.Is(err, ErrDifferentSpace) true.
func (e *SpaceError) Unwrap() error { return ErrDifferentSpace }
