//go:build !amd64 || purego

package kernel

// accelerated returns the paths beside the reference: none here.
func accelerated() []*Set { return nil }
