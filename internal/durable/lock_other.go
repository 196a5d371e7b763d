//go:build !unix || aix || solaris

package durable

// Lock has no lock to take on this system: two writers at the same time are
// not noticed, and the later one wins.
func Lock(path string) (unlock func() error, err error) {
	return func() error { return nil }, nil
}
