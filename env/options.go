package env

import (
	"context"

	"galvani/trajectory"
)

// An Option changes what [Environment.Run] does.
type Option func(*options)

type options struct {
	finally   []func(context.Context, *trajectory.Trajectory) error
	stopAfter int
	cosmetic  []string
	groups    int
	declared  []string
	optional  []string
	post      []PostProcessor
	explorer  Explorer
	summaries []func(context.Context, *trajectory.Run) error
	keepRaw   []string
}

// Finally adds a function that is called with the merged trajectory when every
// run has ended, failed ones included: for what is computed or drawn from all
// runs together. It is called again when the same command finds the sweep
// finished, so that a picture that is missing is made.
func Finally(f func(ctx context.Context, t *trajectory.Trajectory) error) Option {
	return func(o *options) { o.finally = append(o.finally, f) }
}

// StopAfter starts no run any more after n runs have failed in this process; those
// running are finished and kept, and the same command goes on with the rest. 0, which
// is the usual, runs all the others however many fail.
func StopAfter(n int) Option { return func(o *options) { o.stopAfter = n } }

// FailFast is StopAfter(1).
func FailFast() Option { return StopAfter(1) }

// Cosmetic names settings (flags of the program) that decide nothing about
// the results, such as whether pictures are drawn, or how many points there are: parameters and
// ranges are compared by themselves. A sweep goes on when they have changed.
func Cosmetic(settings ...string) Option {
	return func(o *options) { o.cosmetic = append(o.cosmetic, settings...) }
}

// RunGroups sets up to how many runs the trajectory file has a group per run
// beside the tables of all runs; less than 0 is none. See
// [trajectory.MergeOptions].
func RunGroups(n int) Option { return func(o *options) { o.groups = n } }

// Declare names results that every run that is done has to have, as the run names
// them. Without it, what any run has is expected of all. See [AuditError].
func Declare(results ...string) Option {
	return func(o *options) { o.declared = append(o.declared, results...) }
}

// Optional names results that not every run has to have; * stands for any letters.
func Optional(results ...string) Option {
	return func(o *options) { o.optional = append(o.optional, results...) }
}
