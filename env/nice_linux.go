package env

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// setNice changes the priority of this process. On this system each thread has one,
// and new threads take over that of the thread that makes them.
func setNice(n int) error {
	// A second time: for threads that one of the others has just made.
	for range 2 {
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return fmt.Errorf("env: niceness: %w", err)
		}
		for _, t := range tasks {
			tid, err := strconv.Atoi(t.Name())
			if err != nil {
				continue
			}
			if err := unix.Setpriority(unix.PRIO_PROCESS, tid, n); err != nil && !errors.Is(err, unix.ESRCH) {
				return fmt.Errorf("env: niceness %d: %w", n, err)
			}
		}
	}
	return nil
}
