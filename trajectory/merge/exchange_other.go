//go:build !linux

package merge

import (
	"os"
	"path/filepath"

	"galvani/internal/durable"
)

// exchange puts a new file or folder into the place of an old one, which is
// removed. Of folders there is a moment without any: the old one then lies beside
// the place under a name that begins with durable.TempPrefix.
func exchange(fresh, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return inTwoSteps(fresh, path)
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(path))
}
