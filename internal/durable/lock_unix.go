//go:build unix && !aix && !solaris

package durable

import (
	"os"

	"golang.org/x/sys/unix"
)

// Lock waits for the lock of the file at path, which is made if need be, and
// returns how to give it back. The system drops it when the process ends.
func Lock(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if err != unix.EINTR {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f.Close, nil
}
