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

// stores are the formats that can be read and written.
func stores() []trajectory.Store {
	return []trajectory.Store{hdf5.New(hdf5.Options{}), dirstore.New()}
}

// readerCommand is what makes the program the reader of a file for another process of its own.
const readerCommand = "read-hdf5"

// readers are the stores for commands that only look: a damaged HDF5 file can make libhdf5
// crash, which then ends a process of its own and not the command. Commands that write copy
// what only other programs can decode, for which they need the file itself.
func readers() []trajectory.Store {
	self, err := os.Executable()
	if err != nil || !hdf5.Available() {
		return stores()
	}
	return []trajectory.Store{hdf5.Isolate(hdf5.IsolateOptions{Command: []string{self, readerCommand}}), dirstore.New()}
}

// openOptions say how the files of this command are read.
func openOptions(name string) trajectory.OpenOptions {
	return trajectory.OpenOptions{Stores: readers(), Kinds: brianparam.Kinds(), Name: name}
}

// open opens the file that a command is about.
func open(ctx context.Context, path, name string) (*trajectory.Trajectory, error) {
	return trajectory.Open(ctx, path, openOptions(name))
}

// storeFor finds the store for a file among some by its ending.
func storeFor(path string, among []trajectory.Store) (trajectory.Store, error) {
	var all []string
	for _, s := range among {
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
func stored(path, name string, among []trajectory.Store) (merge.Stored, error) {
	s, err := storeFor(path, among)
	return merge.Stored{Store: s, Path: filepath.Clean(path), Name: name}, err
}

// storedAs reads FILE or FILE#NAME.
func storedAs(arg string, among []trajectory.Store) (merge.Stored, error) {
	name := ""
	if i := strings.LastIndexByte(arg, '#'); i >= 0 && !exists(arg) {
		arg, name = arg[:i], arg[i+1:]
	}
	return stored(arg, name, among)
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
func whole(ctx context.Context, path, name string, among []trajectory.Store) (at merge.Stored, done func(), err error) {
	if at, err = stored(path, name, among); err != nil {
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
