//go:build !purego

package kernel

// accelerated returns the paths beside the reference that this processor can
// run, slowest first.
func accelerated() []*Set { return nil }
