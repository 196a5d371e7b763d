package paramset

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// origin is the file that a set was loaded from.
type origin struct {
	path     string // absolute, or in an embedded file system
	embedded bool   // the file is in an fs.FS
	held     *Set   // what the file held, never changed; nil for the set that Load returned
}

// unchanged tells whether the set is still what its file holds.
func (o *origin) unchanged(s *Set) bool { return o.held == nil || o.held.Equal(s) }

// Bounds for one Load with all that is included.
const (
	maxFiles    = 1000
	maxIncludes = 32 // one within the other
	maxTotal    = 8 * maxBytes
)

// loader reads files and what they include.
type loader struct {
	fsys   fs.FS // nil: the operating system's
	stack  []string
	files  int
	total  int
	values int
}

func newLoader(fsys fs.FS) *loader { return &loader{fsys: fsys} }

// charge counts values against the bound.
func (l *loader) charge(n int) error {
	if l.values += n; l.values > maxValues {
		return fmt.Errorf("more than %d values: %w", maxValues, ErrTooLarge)
	}
	return nil
}

// Load reads a set from a file: TOML if its name ends in .toml, JSON for .json,
// the text form of NeuroTools otherwise. The path may start with file://. url("…")
// in it includes other files of any form, relative to the folder of the file
// that names them; files that include each other are an error that wraps
// [ErrCycle]. Nothing is read from the network ([ErrNetwork]), nor are pipes and
// devices.
func Load(path string) (*Set, error) {
	return newLoader(nil).first(path)
}

// LoadFS is [Load] from a file system, such as files embedded in the program.
// What is included must be in it too.
func LoadFS(fsys fs.FS, path string) (*Set, error) {
	return newLoader(fsys).first(path)
}

func (l *loader) first(name string) (*Set, error) {
	s, err := l.load(name, "")
	if err != nil {
		if located := (*Error)(nil); errors.As(err, &located) {
			return nil, err
		}
		return nil, fmt.Errorf("paramset: %w", err)
	}
	s.origin.held = s.Clone()
	return s, nil
}

// include loads the file that a url names.
func (l *loader) include(name string, at Position) (*Set, error) {
	if len(l.stack) == 0 {
		return nil, &Error{Position: at, Msg: fmt.Sprintf("url(%q): only a file can include files (use Load)", clip(name)), Err: ErrType}
	}
	s, err := l.load(name, l.stack[len(l.stack)-1])
	if err != nil {
		if located := (*Error)(nil); errors.As(err, &located) {
			return nil, fmt.Errorf("%w (included at %s)", err, at)
		}
		return nil, &Error{Position: at, Msg: inner(err), Err: err}
	}
	if err := l.charge(size(s)); err != nil {
		return nil, &Error{Position: at, Msg: err.Error(), Err: err}
	}
	s.origin.held = s.Clone()
	return s, nil
}

// load reads one file; from is the one that includes it.
func (l *loader) load(name, from string) (*Set, error) {
	place, err := l.locate(name, from)
	if err != nil {
		return nil, err
	}
	for i, open := range l.stack {
		if open == place {
			return nil, fmt.Errorf("files include each other: %s: %w", strings.Join(append(l.stack[i:], place), " -> "), ErrCycle)
		}
	}
	if l.files++; l.files > maxFiles || len(l.stack) >= maxIncludes {
		return nil, fmt.Errorf("%s: more than %d files or %d within each other: %w", clip(name), maxFiles, maxIncludes, ErrTooLarge)
	}
	raw, err := l.read(place)
	if err != nil {
		return nil, err
	}
	if l.total += len(raw); l.total > maxTotal {
		return nil, fmt.Errorf("%s: more than %d bytes with what is included: %w", clip(name), maxTotal, ErrTooLarge)
	}
	l.stack = append(l.stack, place)
	defer func() { l.stack = l.stack[:len(l.stack)-1] }()
	shown := name
	if from != "" && l.fsys == nil && !filepath.IsAbs(name) {
		shown = place
	}
	var s *Set
	switch form(place) {
	case formTOML:
		s, err = l.toml(string(raw), shown)
	case formJSON:
		s, err = l.text(string(raw), shown, true)
	case formYAML:
		return nil, fmt.Errorf("%s: YAML is not read; write it as TOML or JSON: %w", clip(name), ErrType)
	default:
		s, err = l.text(string(raw), shown, false)
	}
	if err != nil {
		return nil, err
	}
	s.origin = &origin{path: place, embedded: l.fsys != nil}
	return s, nil
}

// locate makes the path of a file from what the user or a file wrote.
func (l *loader) locate(name, from string) (string, error) {
	name, err := local(name)
	if err != nil {
		return "", err
	}
	if l.fsys != nil {
		if from != "" {
			name = path.Join(path.Dir(from), name)
		}
		if !fs.ValidPath(name) {
			return "", fmt.Errorf("%s: no path of this file system: %w", clip(name), ErrNotFound)
		}
		return name, nil
	}
	if from != "" && !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(from), filepath.FromSlash(name))
	}
	// Links would hide that files include each other.
	place, err := realPath(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s: %w", name, ErrNotFound)
	}
	return place, err
}

// local takes file:// off and refuses other schemes.
func local(name string) (string, error) {
	if name == "" {
		return "", fmt.Errorf("an empty path: %w", ErrNotFound)
	}
	if rest, ok := strings.CutPrefix(name, "file://"); ok {
		if rest = strings.TrimPrefix(rest, "localhost"); rest == "" {
			return "", fmt.Errorf("%s: an empty path: %w", name, ErrNotFound)
		}
		return rest, nil
	}
	if scheme, _, ok := strings.Cut(name, "://"); ok {
		return "", fmt.Errorf("%s: loading using the %s protocol is not implemented; fetch the file first: %w", clip(name), clip(scheme), ErrNetwork)
	}
	return name, nil
}

func (l *loader) read(place string) ([]byte, error) {
	stat, open := os.Stat, func(p string) (fs.File, error) { return os.Open(p) }
	if l.fsys != nil {
		stat, open = func(p string) (fs.FileInfo, error) { return fs.Stat(l.fsys, p) }, l.fsys.Open
	}
	info, err := stat(place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", place, ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	// Opening a pipe would wait for ever.
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file: %w", place, ErrType)
	}
	f, err := open(place)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxBytes {
		return nil, fmt.Errorf("%s: more than %d bytes: %w", place, maxBytes, ErrTooLarge)
	}
	return raw, nil
}

// The forms of files, by ending.
const (
	formText = iota
	formTOML
	formJSON
	formYAML
)

func form(name string) int {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".toml":
		return formTOML
	case ".json":
		return formJSON
	case ".yaml", ".yml":
		return formYAML
	}
	return formText
}

// Source is the path of the file that the set was loaded from or saved to, ""
// if there is none.
func (s *Set) Source() string {
	if s.origin == nil {
		return ""
	}
	return s.origin.path
}

// Save writes the set to a file, in the form that [Load] reads from one of that
// name, and with an empty path to the file that it came from. A set that was
// included from another file and has not been changed since is written as
// url("…"), unless expandURLs. The file is replaced as a whole or not at all.
func (s *Set) Save(path string, expandURLs bool) error {
	if path == "" {
		if s.origin == nil || s.origin.embedded {
			return fmt.Errorf("paramset: saving: the set comes from no file; give a path: %w", ErrNotFound)
		}
		path = s.origin.path
	}
	if scheme, _, ok := strings.Cut(path, "://"); ok && scheme != "file" {
		return fmt.Errorf("paramset: saving using the %s protocol is not implemented: %w", clip(scheme), ErrNetwork)
	}
	path, err := local(path)
	if err == nil {
		path, err = realPath(path)
	}
	if err != nil {
		return fmt.Errorf("paramset: saving: %w", err)
	}
	p := printer{indent: "  ", expand: expandURLs, folder: filepath.Dir(path), file: path}
	var out string
	switch form(path) {
	case formTOML:
		out = p.toml(s)
	case formJSON:
		out = p.json(s) + "\n"
	case formYAML:
		return fmt.Errorf("paramset: saving %s: YAML is not written; use .toml or .json: %w", path, ErrType)
	default:
		out = p.pretty(s) + "\n"
	}
	if err := replace(path, out); err != nil {
		return fmt.Errorf("paramset: saving: %w", err)
	}
	if s.origin == nil || s.origin.embedded {
		s.origin = &origin{path: path, held: s.Clone()}
	} else if s.origin.path == path {
		s.origin = &origin{path: path, held: s.Clone()}
	}
	return nil
}

// realPath is the absolute path without links, also if there is no file yet.
func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real, nil
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	return filepath.Join(folder, filepath.Base(path)), err
}

// replace writes a new file and puts it in the place of the old one.
func replace(path, content string) error {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".paramset-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already if all went well
	_, err = f.WriteString(content)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
