package env

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"galvani/internal/durable"
	"galvani/trajectory"
)

// The file in the runs folder by which other processes repeat the set-up.
const launchFile = "launch.json"

// A launch is how the program was called.
type launch struct {
	Program string    `json:"program"`
	Args    []string  `json:"args"`
	Dir     string    `json:"dir"`   // the working directory
	Time    time.Time `json:"time"`  // of the trajectory
	Start   string    `json:"start"` // name of this start of the sweep
	Lease   string    `json:"lease"`
	Over    bool      `json:"over,omitempty"` // no runs are added any more
}

// writeLaunch notes how the program was called, if it can be called again.
func (s *sweep) writeLaunch() error {
	if s.env.command == nil {
		return nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("env: %w", err)
	}
	l := launch{Program: s.env.o.Name, Args: s.env.command, Dir: dir, Time: s.plan.Header.Time, Start: s.start, Lease: s.env.o.Lease.String(), Over: s.over}
	err = durable.Replace(filepath.Join(s.dir, launchFile), func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "\t")
		return enc.Encode(l)
	})
	if err != nil {
		return fmt.Errorf("env: noting how the program was called: %w", err)
	}
	return nil
}

// readLaunch reads how the program was called; [trajectory.ErrNotFound] if there
// is nothing, yet.
func readLaunch(dir string) (launch, error) {
	text, err := os.ReadFile(filepath.Join(dir, launchFile))
	if errors.Is(err, fs.ErrNotExist) {
		return launch{}, fmt.Errorf("env: no sweep has been started in %s: %w", dir, trajectory.ErrNotFound)
	}
	if err != nil {
		return launch{}, fmt.Errorf("env: %w", err)
	}
	var l launch
	if err := json.Unmarshal(text, &l); err != nil {
		return launch{}, fmt.Errorf("env: %s: %w", filepath.Join(dir, launchFile), err)
	}
	return l, nil
}
