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

// lockShared keeps others from opening a file for writing until it is closed; it fails if somebody
// has. libhdf5 locks the files it opens in the same way, and so do h5py, PyTables and pypet on top of it.
func lockShared(f *os.File) error {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("hdf5: %s is being written by another program; wait for it to close the file", f.Name())
	}
	return nil
}

// lockFolder keeps other writers in the folder from making, replacing or removing temporary
// files until the returned function is called. Where folders cannot be locked (some
// network file systems), writers notice afterwards that their file was replaced.
func lockFolder(path string) (unlock func()) {
	f, err := os.Open(path)
	if err != nil {
		return func() {}
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			return func() { _ = f.Close() }
		}
	}
}
