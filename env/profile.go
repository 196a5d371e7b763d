package env

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pkg/profile"
)

// startProfile begins the profile that -profile asks for, in folder dir, and
// returns what ends it and where it will lie.
func startProfile(kind, dir string) (stop func(), file string, err error) {
	var mode func(*profile.Profile)
	switch kind {
	case "":
		return func() {}, "", nil
	case "cpu":
		mode, file = profile.CPUProfile, "cpu.pprof"
	case "mem":
		mode, file = profile.MemProfile, "mem.pprof"
	case "trace":
		mode, file = profile.TraceProfile, "trace.out"
	default:
		return nil, "", fmt.Errorf("env: -profile %s: there are cpu, mem and trace", kind)
	}
	// The package ends the process if it cannot write: find out before.
	if err := checkWritable(dir); err != nil {
		return nil, "", err
	}
	file = filepath.Join(dir, file)
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, "", fmt.Errorf("env: no profile can be written: %w", err)
	}
	f.Close()
	p := profile.Start(mode, profile.ProfilePath(dir), profile.NoShutdownHook, profile.Quiet)
	return p.Stop, file, nil
}
