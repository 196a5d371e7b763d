//go:build cgo && unix

package hdf5

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// free fails if another writer has the temporary file open. libhdf5 locks the files it
// writes; one that nobody has locked was left behind by a process that died.
func free(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("hdf5: %w", err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("hdf5: %s is being written by another writer; wait for it to end", path)
	}
	return nil
}
