package merge

import (
	"os"
	"path/filepath"

	"galvani/internal/durable"
)

// inTwoSteps is for file systems that cannot exchange two folders at once.
func inTwoSteps(fresh, path string) error {
	old, err := os.MkdirTemp(filepath.Dir(path), durable.TempPrefix+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	aside := filepath.Join(old, filepath.Base(path))
	if err := os.Rename(path, aside); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return os.Rename(aside, path)
	}
	if err := durable.SyncDir(filepath.Dir(path)); err != nil {
		return err
	}
	return os.RemoveAll(old)
}
