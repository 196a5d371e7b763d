//go:build !unix || aix

package env

import "errors"

// setNice cannot be done on this system.
func setNice(int) error { return errors.New("env: this system has no niceness") }
