package shared

import (
	"errors"
	"fmt"

	"galvani/internal/npz"
	"galvani/trajectory"
)

// ErrConflict says that somebody else changed the table at the same time; nothing was
// changed, and the edit can be made again.
var ErrConflict = errors.New("changed by somebody else at the same time")

// corrupt is the error about a file that is not what was written.
func corrupt(path string, err error) error {
	return fmt.Errorf("shared: %s: %w: %w", path, trajectory.ErrCorrupt, err)
}

// reading is the error of reading an archive.
func reading(path string, err error) error {
	if errors.Is(err, npz.ErrFormat) {
		return corrupt(path, err)
	}
	return fmt.Errorf("shared: %s: %w", path, err)
}
