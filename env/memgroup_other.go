//go:build !linux

package env

// memoryGroups has none to tell of on this system.
func memoryGroups() []memoryGroup { return nil }
