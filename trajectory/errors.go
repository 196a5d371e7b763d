package trajectory

import (
	"errors"
	"fmt"
)

// The errors that programs test with errors.Is. What is returned wraps them
// and says where, what and what to do.
var (
	// ErrNotFound: there is no node, item, table or file of that name.
	ErrNotFound = errors.New("not found")
	// ErrNotUnique: a shortcut fits several nodes of the same depth.
	ErrNotUnique = errors.New("not unique")
	// ErrExists: there is a node of that name already.
	ErrExists = errors.New("exists already")
	// ErrName: a name breaks the rules for names.
	ErrName = errors.New("bad name")
	// ErrLocked: parameters do not change once the runs have started.
	ErrLocked = errors.New("locked")
	// ErrType: a value has a type that is not supported or not the one asked for.
	ErrType = errors.New("wrong type")
	// ErrThroughLink: nothing can be added below a link.
	ErrThroughLink = errors.New("path leads through a link")
	// ErrCorrupt: a file is not what was written.
	ErrCorrupt = errors.New("corrupt file")
	// ErrPlanDiffers: the program's parameters, ranges, seed or code are not
	// those of the plan that it should go on with.
	ErrPlanDiffers = errors.New("differs from the plan")
	// ErrPreset: a preset was not taken up by any parameter.
	ErrPreset = errors.New("preset without a parameter")
	// ErrRule: a value breaks the rules that were given for it.
	ErrRule = errors.New("breaks a rule")
	// ErrVersion: a file was written by a program that is newer than this one.
	ErrVersion = errors.New("unknown version")
	// ErrPayload: two finished attempts of one run have different results.
	ErrPayload = errors.New("attempts of a run differ")
)

// missing is the error about an argument that is nil.
func missing(what string) error { return fmt.Errorf("trajectory: no %s was given (nil)", what) }
