package dirstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"galvani/internal/durable"
	"galvani/trajectory"
)

// Store implements [trajectory.Store]. The zero value is ready.
type Store struct{}

// New returns a store.
func New() *Store { return &Store{} }

var _ trajectory.Store = (*Store)(nil)

// Format is "dir".
func (s *Store) Format() string { return "dir" }

// Extensions lists the endings of a folder's name.
func (s *Store) Extensions() []string { return []string{".traj"} }

const (
	manifestName   = "manifest.json"
	lockName       = "lock"
	manifestFormat = "galvani-dir"
	manifestNumber = 1
	maxManifest    = 64 << 20
)

// manifest is the content of manifest.json.
type manifest struct {
	Format       string  `json:"format"`
	Version      int     `json:"version"`
	Trajectories []entry `json:"trajectories"`
}

// entry is a trajectory: its header and its parts, oldest first.
type entry struct {
	Name     string    `json:"name"`
	Comment  string    `json:"comment,omitempty"`
	Time     time.Time `json:"time"`
	Seed     string    `json:"seed"` // decimal: JSON numbers end at 2^53
	Length   int       `json:"length"`
	Explored []string  `json:"explored,omitempty"`
	Program  string    `json:"program,omitempty"`
	Parts    []string  `json:"parts"`
	Removed  []removal `json:"removed,omitempty"`
}

// removal says that a node, and all below it, was removed from the first parts.
type removal struct {
	Name  string `json:"name"`
	Parts int    `json:"parts"`
}

// removes tells whether one of the removals takes a node out of a part.
func removes(all []removal, part int, name string) bool {
	return slices.ContainsFunc(all, func(r removal) bool {
		return part < r.Parts && (name == r.Name || strings.HasPrefix(name, r.Name+"."))
	})
}

func newEntry(h trajectory.Header) entry {
	return entry{
		Name: h.Name, Comment: h.Comment, Time: h.Time, Seed: strconv.FormatUint(h.Seed, 10), Length: h.Length,
		Explored: slices.Clone(h.Explored), Program: h.Version,
	}
}

func (e entry) header() trajectory.Header {
	seed, _ := strconv.ParseUint(e.Seed, 10, 64)
	return trajectory.Header{
		Name: e.Name, Comment: e.Comment, Time: e.Time, Seed: seed, Length: e.Length,
		Explored: slices.Clone(e.Explored), Version: e.Program,
	}
}

// partName is what a part may be called: nothing that leads out of the folder.
var partName = regexp.MustCompile(`^part_[0-9a-f]{16}(~[0-9]+)?\.npz$`)

func readManifest(path string) (*manifest, error) {
	f, err := os.Open(filepath.Join(path, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("dirstore: there is no trajectory folder %s: %w: %w", path, trajectory.ErrNotFound, err)
	}
	if err != nil {
		return nil, fmt.Errorf("dirstore: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return nil, fmt.Errorf("dirstore: %w", err)
	}
	bad := func(why string) error {
		return fmt.Errorf("dirstore: %s: %s: %w", f.Name(), why, trajectory.ErrCorrupt)
	}
	var m manifest
	if len(raw) > maxManifest {
		return nil, bad("it is too long")
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, bad(err.Error())
	}
	if m.Format != manifestFormat || m.Version != manifestNumber {
		return nil, bad(fmt.Sprintf("format %q version %d (this program reads %q version %d)", m.Format, m.Version, manifestFormat, manifestNumber))
	}
	seen := map[string]bool{}
	for _, e := range m.Trajectories {
		if _, err := strconv.ParseUint(e.Seed, 10, 64); err != nil || e.Name == "" || seen[e.Name] || e.Length < 0 {
			return nil, bad(fmt.Sprintf("bad entry %q", e.Name))
		}
		seen[e.Name] = true
		for _, r := range e.Removed {
			if r.Name == "" || r.Parts < 0 || r.Parts > len(e.Parts) {
				return nil, bad(fmt.Sprintf("bad removal of %q", r.Name))
			}
		}
		for _, p := range e.Parts {
			if !partName.MatchString(p) {
				return nil, bad(fmt.Sprintf("bad name %q of a part", p))
			}
		}
	}
	slices.SortStableFunc(m.Trajectories, func(a, b entry) int {
		if c := a.Time.Compare(b.Time); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return &m, nil
}

// Names implements [trajectory.Store].
func (s *Store) Names(ctx context.Context, path string) ([]string, error) {
	m, err := readManifest(path)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(m.Trajectories))
	for i, e := range m.Trajectories {
		names[i] = e.Name
	}
	return names, nil
}

// Open implements [trajectory.Store].
func (s *Store) Open(ctx context.Context, path, name string) (trajectory.Reader, error) {
	// A commit may remove a part between reading the manifest and opening the part.
	for try := 0; ; try++ {
		m, err := readManifest(path)
		if err != nil {
			return nil, err
		}
		at := len(m.Trajectories) - 1
		if name != "" {
			at = slices.IndexFunc(m.Trajectories, func(e entry) bool { return e.Name == name })
		}
		if at < 0 {
			return nil, fmt.Errorf("dirstore: %s holds no trajectory %q: %w", path, name, trajectory.ErrNotFound)
		}
		r, err := newReader(ctx, path, m.Trajectories[at])
		if errors.Is(err, fs.ErrNotExist) && try < 3 {
			continue
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("dirstore: %s: a part is missing: %w: %w", path, trajectory.ErrCorrupt, err)
		}
		return r, err
	}
}

// Create implements [trajectory.Store].
func (s *Store) Create(ctx context.Context, path string, h trajectory.Header) (trajectory.Writer, error) {
	if err := trajectory.ValidateName(h.Name); err != nil {
		return nil, err
	}
	if _, err := readManifest(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("dirstore: %s is there and no folder", path)
	}
	return &writer{ctx: ctx, path: path, header: h, nodes: map[int]map[string]trajectory.Record{}, runs: map[int]trajectory.RunInfo{}}, nil
}

// lock takes the folder for a commit.
func lock(path string) (func() error, error) {
	if err := durable.MakeDir(path); err != nil {
		return nil, fmt.Errorf("dirstore: %w", err)
	}
	unlock, err := durable.Lock(filepath.Join(path, lockName))
	if err != nil {
		return nil, fmt.Errorf("dirstore: %w", err)
	}
	return unlock, nil
}
