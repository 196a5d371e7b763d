package env

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// makeFolder makes a folder and those above it so that they survive a crash of
// the machine: what is durable in a folder is lost if the folder is not.
func makeFolder(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	above := filepath.Dir(dir)
	if above != dir {
		if err := makeFolder(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	d, err := os.Open(above)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) {
		err = nil // there are systems where folders cannot be synced
	}
	return errors.Join(err, d.Close())
}

// checkWritable makes the folder and finds out whether files can be made in it.
func checkWritable(dir string) error {
	if err := makeFolder(dir); err != nil {
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
