//go:build !linux

package env

import "os"

// bootID is the same for all processes of a machine, as far as this system tells.
func bootID() string {
	host, _ := os.Hostname()
	return host
}
