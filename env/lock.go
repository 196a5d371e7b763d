package env

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ErrInUse says that another process works on the same runs folder.
var ErrInUse = errors.New("in use by another process")

// A claim is the right to start runs of one runs folder. For now it is one lock
// on the whole folder; processes that share a sweep will claim ranges of runs.
type claim struct{ file *os.File }

// claimFolder takes the claim on a runs folder, which it makes if it is missing.
func claimFolder(dir string) (*claim, error) {
	if err := makeFolder(dir); err != nil {
		return nil, fmt.Errorf("env: no runs folder: %w", err)
	}
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("env: runs folder: %w", err)
	}
	ok, err := tryLock(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("env: locking %s: %w", path, err)
	}
	if !ok {
		defer f.Close()
		holder, _ := io.ReadAll(io.LimitReader(f, 200))
		return nil, fmt.Errorf("env: %s is %w: %s; wait for it or choose another -out",
			dir, ErrInUse, strings.TrimSpace(string(holder)))
	}
	// Who holds it is told only to be read by people: the lock is the system's.
	host, _ := os.Hostname()
	text := fmt.Sprintf("process %d on %s\n", os.Getpid(), host)
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(text), 0)
	}
	c := &claim{file: f}
	return c, c.tidy(dir)
}

// tidy removes what a process that was killed was just writing. With the claim
// no one else writes here, and what is finished has another name.
func (c *claim) tidy(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, d := range entries {
		if strings.HasPrefix(d.Name(), ".tmp-") {
			err = errors.Join(err, os.Remove(filepath.Join(dir, d.Name())))
		}
	}
	if err != nil {
		c.release()
		return fmt.Errorf("env: removing what was left unfinished: %w", err)
	}
	return nil
}

func (c *claim) release() {
	if c.file != nil {
		c.file.Close()
		c.file = nil
	}
}
