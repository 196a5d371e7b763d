//go:build unix && !linux && !aix

package env

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// setNice changes the priority of this process.
func setNice(n int) error {
	if err := unix.Setpriority(unix.PRIO_PROCESS, 0, n); err != nil {
		return fmt.Errorf("env: niceness %d: %w", n, err)
	}
	return nil
}
