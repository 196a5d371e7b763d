package merge

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"galvani/internal/durable"
)

// exchange puts a new file or folder into the place of an old one, which is
// removed. At every moment one of them is there.
func exchange(fresh, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		if err := unix.Renameat2(unix.AT_FDCWD, fresh, unix.AT_FDCWD, path, unix.RENAME_EXCHANGE); err != nil {
			return inTwoSteps(fresh, path)
		}
		err = os.RemoveAll(fresh)
	} else {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(path))
}
