package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"galvani/brianparam"
	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/hdf5"
	"galvani/trajectory/merge"
)

// stores are the formats that can be read.
func stores() []trajectory.Store {
	return []trajectory.Store{hdf5.New(hdf5.Options{}), dirstore.New()}
}

// openOptions say how the files of this command are read.
func openOptions(name string) trajectory.OpenOptions {
	return trajectory.OpenOptions{Stores: stores(), Kinds: brianparam.Kinds(), Name: name}
}

// open opens the file that a command is about.
func open(ctx context.Context, path, name string) (*trajectory.Trajectory, error) {
	return trajectory.Open(ctx, path, openOptions(name))
}

// storeFor finds the store for a file by its ending.
func storeFor(path string) (trajectory.Store, error) {
	var all []string
	for _, s := range stores() {
		for _, ext := range s.Extensions() {
			if strings.HasSuffix(filepath.Clean(path), ext) {
				return s, nil
			}
			all = append(all, ext)
		}
	}
	return nil, &usageError{fmt.Sprintf("%s: the ending says what format a file has, and there are %s", path, strings.Join(all, ", "))}
}

// stored is a trajectory in a file.
func stored(path, name string) (merge.Stored, error) {
	s, err := storeFor(path)
	return merge.Stored{Store: s, Path: filepath.Clean(path), Name: name}, err
}

// storedAs reads FILE or FILE#NAME.
func storedAs(arg string) (merge.Stored, error) {
	name := ""
	if i := strings.LastIndexByte(arg, '#'); i >= 0 && !exists(arg) {
		arg, name = arg[:i], arg[i+1:]
	}
	return stored(arg, name)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// fresh checks that nothing is in the way of a new file.
func fresh(path string, force bool) error {
	if !force && exists(path) {
		return fmt.Errorf("%s is there already; give another name, or -force to write into it", path)
	}
	return nil
}

// whole is a stored trajectory with all its runs: if some lie only in shards beside the
// file, they are put together in a temporary folder, which done removes.
func whole(ctx context.Context, path, name string) (at merge.Stored, done func(), err error) {
	if at, err = stored(path, name); err != nil {
		return at, nil, err
	}
	err = merge.Finished(ctx, at)
	if !errors.Is(err, merge.ErrUnfinished) && !(errors.Is(err, trajectory.ErrNotFound) && exists(trajectory.RunsDir(path))) {
		return at, func() {}, err
	}
	dir, err := os.MkdirTemp("", "galvani-")
	if err != nil {
		return at, nil, err
	}
	done = func() { os.RemoveAll(dir) }
	temporary := merge.Stored{Store: dirstore.New(), Path: filepath.Join(dir, "all.traj")}
	if _, err := trajectory.Merge(ctx, trajectory.RunsDir(path), temporary.Store, temporary.Path, trajectory.MergeOptions{}); err != nil {
		done()
		return at, nil, err
	}
	return temporary, done, nil
}
