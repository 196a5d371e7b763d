//go:build !windows && (!unix || aix || solaris)

package env

import (
	"errors"
	"os"
)

// tryLock has no lock to take on this system: that a process is gone is noticed
// when it gives no sign of life any more.
func tryLock(*os.File, bool) (bool, error) { return false, errors.ErrUnsupported }
