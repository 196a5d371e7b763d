package durable

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// TempPrefix is how the names of files begin that are being written, or were
// when their writer died.
const TempPrefix = ".tmp-"

// SyncDir makes the names in a folder durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil // some network file systems have no such thing
	}
	return errors.Join(err, d.Close())
}

// MakeDir makes a folder and those above it, durably.
func MakeDir(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	above := filepath.Dir(dir)
	if above != dir {
		if err := MakeDir(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return SyncDir(above)
}

// Publish writes a file that appears under its name whole and durable, or
// not at all: under a temporary name first, then linked to a name that nobody
// has. name is told a hash of the content. A file of that name with the same
// content is success too; one with other content is tried with ~2, ~3, … instead,
// or is fs.ErrExist if once.
func Publish(dir string, write func(io.Writer) error, name func(hash uint64) string, once bool) (path string, err error) {
	tmp, err := os.CreateTemp(dir, TempPrefix)
	if err != nil {
		return "", err
	}
	defer func() {
		tmp.Close()
		os.Remove(tmp.Name())
	}()
	sum := sha256.New()
	if err := write(io.MultiWriter(tmp, sum)); err != nil {
		return "", err
	}
	if err := tmp.Chmod(0o644); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return "", err
	}
	if err := tmp.Sync(); err != nil {
		return "", err
	}
	base := name(binary.BigEndian.Uint64(sum.Sum(nil)))
	stem, ext := strings.TrimSuffix(base, filepath.Ext(base)), filepath.Ext(base)
	for i := 1; ; i++ {
		if i > 1 {
			base = fmt.Sprintf("%s~%d%s", stem, i, ext)
		}
		path = filepath.Join(dir, base)
		err := linkFile(tmp.Name(), path)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		same, err := sameContent(tmp.Name(), path)
		if err != nil {
			return "", err
		}
		if same && !once {
			break
		}
		if once {
			return path, fs.ErrExist
		}
	}
	return path, SyncDir(dir)
}

// linkFile gives a file a second name, which must be free. Where the file
// system has no links it is renamed.
func linkFile(old, new string) error {
	err := os.Link(old, new)
	if !errors.Is(err, syscall.EPERM) && !errors.Is(err, syscall.ENOSYS) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	if _, err := os.Lstat(new); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fs.ErrExist, err)
	}
	return os.Rename(old, new)
}

func sameContent(a, b string) (bool, error) {
	f, err := os.Open(a)
	if err != nil {
		return false, err
	}
	defer f.Close()
	g, err := os.Open(b)
	if err != nil {
		return false, err
	}
	defer g.Close()
	x, y := make([]byte, 1<<16), make([]byte, 1<<16)
	for {
		n, errF := io.ReadFull(f, x)
		m, errG := io.ReadFull(g, y)
		if !bytes.Equal(x[:n], y[:m]) {
			return false, nil
		}
		if errF != nil || errG != nil {
			for _, err := range []error{errF, errG} {
				if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
					return false, err
				}
			}
			return true, nil
		}
	}
}

// Replace writes a file that takes the place of the one at path in one step,
// durably.
func Replace(path string, write func(io.Writer) error) error {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, TempPrefix)
	if err != nil {
		return err
	}
	defer func() {
		tmp.Close()
		os.Remove(tmp.Name())
	}()
	if err := write(tmp); err != nil {
		return err
	}
	if err := tmp.Chmod(0o644); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return SyncDir(dir)
}
