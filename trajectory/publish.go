package trajectory

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

// Names in a runs folder. What starts with tempPrefix is being written, or was
// when its writer died.
const (
	tempPrefix  = ".tmp-"
	shardPrefix = "shard_"
	planName    = "plan.npz"
	logPrefix   = "times_"
	npzSuffix   = ".npz"
)

// RunsDir is the folder that holds plan and shards of the trajectory file at path.
func RunsDir(path string) string { return path + ".runs" }

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
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

// makeDir makes a folder and those above it, durably.
func makeDir(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	above := filepath.Dir(dir)
	if above != dir {
		if err := makeDir(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(above)
}

// publish writes a file that appears under its name whole and durable, or
// not at all: under a temporary name first, then linked to a name that nobody
// has. name is told a hash of the content. A file of that name with the same
// content is success too; one with other content is tried with ~2, ~3, … instead,
// or is fs.ErrExist if once.
func publish(dir string, write func(io.Writer) error, name func(hash uint64) string, once bool) (path string, err error) {
	tmp, err := os.CreateTemp(dir, tempPrefix)
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
	return path, syncDir(dir)
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

// shardNote ties a shard to its plan.
type shardNote struct {
	Plan string `json:"plan"`
}

// WriteShard publishes finished runs of a plan durably in its folder and returns the
// file's path. When it returns, they survive a crash of program or machine;
// before, the file is not there. Start, Finish and Host of the rows do not get
// into it; see [LogRuns]. Publishing the same runs twice is harmless.
func WriteShard(dir string, p *Plan, runs ...RunRecord) (string, error) {
	if len(runs) == 0 {
		return "", fmt.Errorf("trajectory: a shard needs runs")
	}
	first := runs[0].Info.Index
	for _, r := range runs {
		i := r.Info.Index
		if i < 0 || i >= p.Header.Length {
			return "", fmt.Errorf("trajectory: run %d does not belong to a plan of %d runs", i, p.Header.Length)
		}
		first = min(first, i)
	}
	name := func(hash uint64) string {
		return fmt.Sprintf("%s%08d_%d_%016x%s", shardPrefix, first, len(runs), hash, npzSuffix)
	}
	path, err := publish(dir, func(w io.Writer) error {
		return EncodeShard(w, shardNote{Plan: p.Digest}, runs)
	}, name, false)
	if err != nil {
		return "", fmt.Errorf("trajectory: publishing runs in %s: %w", dir, err)
	}
	return path, nil
}

// listDir lists the files of a folder that have prefix and suffix, sorted.
func listDir(dir, prefix, suffix string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && strings.HasSuffix(e.Name(), suffix) {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out, nil
}

// Shards lists the published shards of a runs folder by name.
func Shards(dir string) ([]string, error) {
	paths, err := listDir(dir, shardPrefix, npzSuffix)
	if err != nil {
		return nil, fmt.Errorf("trajectory: %w", err)
	}
	return paths, nil
}
