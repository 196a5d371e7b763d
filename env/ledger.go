package env

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"galvani/internal/durable"
)

// A ledger is a list of small files that several processes append to: entry n is
// the file n, and who makes it first has it. So entries come one after the other,
// and whoever appends has read all those before. Entries are looked for by name,
// never by listing folders, which would take longer with every entry.
//
// Entries may be lost in a crash of the machine. What a ledger says must be of use,
// but nothing may become wrong without it.
type ledger struct {
	dir  string
	next int // the entry that has not been read yet
}

// entriesPerFolder keeps folders small.
const entriesPerFolder = 1000

func (l *ledger) path(n int) string {
	return filepath.Join(l.dir, fmt.Sprintf("%03d", n/entriesPerFolder), fmt.Sprintf("%06d", n))
}

// read reads the next entry; false if there is none yet.
func (l *ledger) read() ([]byte, bool, error) {
	b, err := os.ReadFile(l.path(l.next))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("env: %w", err)
	}
	l.next++
	return b, true, nil
}

// append writes the next entry; false if another process was faster, whose entry
// is to be read then.
func (l *ledger) append(content []byte) (bool, error) {
	path := l.path(l.next)
	err := create(path, content)
	for _, dir := range []string{l.dir, filepath.Dir(path)} {
		if !errors.Is(err, fs.ErrNotExist) { // it is the first entry of a folder
			break
		}
		if made := os.Mkdir(dir, 0o777); made != nil && !errors.Is(made, fs.ErrExist) {
			return false, fmt.Errorf("env: %w", made)
		}
		err = create(path, content)
	}
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("env: %w", err)
	}
	l.next++
	return true, nil
}

// create makes a file with a content, in one step: others see all of it or nothing.
// fs.ErrExist says that there is a file of that name.
func create(path string, content []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), durable.TempPrefix)
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	err = os.Link(tmp.Name(), path)
	if !errors.Is(err, syscall.EPERM) && !errors.Is(err, syscall.ENOSYS) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	// A file system without links: the name is taken first, then filled.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}
