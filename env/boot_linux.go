package env

import (
	"os"
	"strings"
)

// bootID is the same for all processes of a machine until it is started anew.
func bootID() string {
	b, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(b))
}
