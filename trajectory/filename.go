package trajectory

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// FileFor decides where the trajectory called name lies, by pypet's rules, and
// with which store: no path is NAME.hdf5 in the folder hdf5 (with the first
// ending of the first store); a path that is a folder or ends like one is a folder for such a
// file; anything else is the file, whose ending says which store it is. An
// ending that none of them has is an error.
func FileFor(path, name string, stores ...Store) (string, Store, error) {
	if len(stores) == 0 {
		return "", nil, fmt.Errorf("trajectory: no stores to choose from")
	}
	ext := stores[0].Extensions()[0]
	if path == "" {
		return filepath.Join(strings.TrimPrefix(ext, "."), name+ext), stores[0], nil
	}
	if s := storeOf(path, stores); s != nil && !strings.HasSuffix(path, string(filepath.Separator)) {
		return path, s, nil
	}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() || strings.HasSuffix(path, "/") || strings.HasSuffix(path, string(filepath.Separator)) {
		return filepath.Join(path, name+ext), stores[0], nil
	}
	return "", nil, fmt.Errorf("trajectory: %s ends like none of the formats (%s); a folder ends with a %c: %w", path, strings.Join(endings(stores), ", "), filepath.Separator, ErrName)
}

// storeOf finds the store that a file's ending belongs to, nil if there is none.
func storeOf(path string, stores []Store) Store {
	for _, s := range stores {
		for _, ext := range s.Extensions() {
			if strings.HasSuffix(path, ext) {
				return s
			}
		}
	}
	return nil
}

func endings(stores []Store) []string {
	var all []string
	for _, s := range stores {
		for _, ext := range s.Extensions() {
			if !slices.Contains(all, ext) {
				all = append(all, ext)
			}
		}
	}
	return all
}

// Names lists the trajectories in a file, oldest first, whatever its format.
func Names(ctx context.Context, path string, stores ...Store) ([]string, error) {
	s := storeOf(path, stores)
	if s == nil {
		return nil, noStore(stores)
	}
	return s.Names(ctx, path)
}

func noStore(stores []Store) error {
	return fmt.Errorf("no store reads files of that ending (there are %s): %w", strings.Join(endings(stores), ", "), ErrNotFound)
}
