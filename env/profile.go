package env

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

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

// checkWritable makes the folder and finds out whether files can be made in it.
func checkWritable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("env: no output folder: %w; choose another with -out", err)
	}
	f, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return fmt.Errorf("env: cannot write in the output folder %s: %w; choose another with -out", dir, cause(err))
	}
	f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return fmt.Errorf("env: cannot remove files in the output folder %s: %w; choose another with -out", dir, cause(err))
	}
	return nil
}

// cause takes the path off an error of package os whose message names a path
// that means nothing to the reader, such as that of a temporary file.
func cause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) && strings.Contains(p.Path, string(filepath.Separator)+".") {
		return p.Err
	}
	return err
}
