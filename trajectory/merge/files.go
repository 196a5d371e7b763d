package merge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"galvani/internal/durable"
	"galvani/trajectory"
)

func samePath(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return filepath.Clean(a) == filepath.Clean(b)
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// fingerprint changes when somebody writes a file, or in a folder.
func fingerprint(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return fmt.Sprint(info.Size(), info.ModTime().UnixNano()), nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || strings.HasPrefix(e.Name(), durable.TempPrefix) || info.Size() == 0 {
			continue // a lock, or what is being written
		}
		fmt.Fprintln(&b, e.Name(), info.Size(), info.ModTime().UnixNano())
	}
	return b.String(), nil
}

// backup copies the target's file, and that of the other if there is only one.
func (m *merger) backup() error {
	all := []*source{m.target}
	if len(m.others) == 1 && !samePath(m.others[0].Path, m.target.Path) {
		all = append(all, m.others[0])
	}
	for _, s := range all {
		path := backupPath(s.Path, s.Name)
		if err := CopyFile(s.Path, path); err != nil {
			if errors.Is(err, fs.ErrExist) {
				err = fmt.Errorf("%w; remove it, or merge without a backup", err)
			}
			return fmt.Errorf("backup: %w", err)
		}
		m.report.Backups = append(m.report.Backups, path)
	}
	return nil
}

// backupPath is where pypet puts backups: backup_NAME beside the file.
func backupPath(path, name string) string {
	return filepath.Join(filepath.Dir(path), "backup_"+name+filepath.Ext(path))
}

// CopyFile copies a file or folder as it is, durably; the copy appears under its
// name when it is whole. What is there already is an error that wraps fs.ErrExist.
func CopyFile(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return &fs.PathError{Op: "copy", Path: to, Err: fs.ErrExist}
	}
	temporary, err := temporaryBeside(to)
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	inside := filepath.Join(temporary, filepath.Base(to))
	if err := copyTree(from, inside); err != nil {
		return err
	}
	if err := os.Rename(inside, to); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(to))
}

// temporaryBeside makes a folder in that of path, so that what is made in it can be renamed.
func temporaryBeside(path string) (string, error) {
	dir := filepath.Dir(path)
	if err := durable.MakeDir(dir); err != nil {
		return "", err
	}
	return os.MkdirTemp(dir, durable.TempPrefix)
}

func copyTree(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return copyRegular(from, to, info.Mode().Perm())
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.Mkdir(to, 0o777); err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), durable.TempPrefix) {
			continue
		}
		if err := copyTree(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	return durable.SyncDir(to)
}

func copyRegular(from, to string, mode fs.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode|0o200)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

// afterwards takes away from the others what they are to lose.
func (m *merger) afterwards(ctx context.Context) error {
	if !m.o.MoveData && !m.o.DeleteOther {
		return nil
	}
	if m.foreign {
		return fmt.Errorf("merge: the runs are merged, but the others stay as they are, because not all of them could be taken over: %w", ErrForeign)
	}
	for k, s := range m.others {
		s.close()
		edit := func(name string) (func(string) bool, func(int) bool) {
			moved, index := m.moved[k], m.outcomes[k].index
			return func(node string) bool { return !moved[node] }, func(run int) bool { return run >= len(index) || index[run] < 0 }
		}
		var err error
		if m.o.DeleteOther {
			err = Delete(ctx, s.Stored)
		} else {
			err = rewrite(ctx, s.Store, s.Path, func(name string) (bool, CopyOptions) {
				if name != s.Name {
					return true, CopyOptions{}
				}
				node, run := edit(name)
				return true, CopyOptions{Keep: node, KeepRun: run}
			})
		}
		if err != nil {
			return fmt.Errorf("merge: the runs are merged, but %s is as it was: %w", s.Stored, err)
		}
	}
	return nil
}

// Delete deletes a trajectory, and with it the runs folder that belongs to it. Of a
// file that holds others these stay.
func Delete(ctx context.Context, at Stored) error {
	r, err := at.Store.Open(ctx, at.Path, at.Name)
	if err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	h := r.Header()
	if err := r.Close(); err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	err = rewrite(ctx, at.Store, at.Path, func(name string) (bool, CopyOptions) { return name != h.Name, CopyOptions{} })
	if err != nil {
		return fmt.Errorf("merge: deleting %s: %w", at, err)
	}
	dir := trajectory.RunsDir(at.Path)
	plan, err := trajectory.ReadPlan(dir)
	if err == nil && plan.Header.Name == h.Name && plan.Header.Time.Sub(h.Time).Abs() <= time.Millisecond {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("merge: deleting %s: %w", at, err)
		}
	}
	return nil
}

// Compact writes a file anew, so that it has no space that nothing uses, compares the
// new file with the old one, and puts it in the place of that in one step. What a store does not
// list as nodes of trajectories (groups that somebody put beside them) is lost. Leaves with what only
// other programs can decode, such as frames of pandas, are copied as they are; what cannot be
// copied is an error that wraps [ErrForeign], and the file stays.
func Compact(ctx context.Context, store trajectory.Store, path string) error {
	if err := rewrite(ctx, store, path, func(string) (bool, CopyOptions) { return true, CopyOptions{} }); err != nil {
		return fmt.Errorf("merge: compacting %s: %w", path, err)
	}
	return nil
}

// rewrite writes a file anew with the trajectories and nodes that edit keeps. A
// file without any is removed.
func rewrite(ctx context.Context, store trajectory.Store, path string, edit func(name string) (bool, CopyOptions)) error {
	names, err := store.Names(ctx, path)
	if err != nil {
		return err
	}
	temporary, err := temporaryBeside(path)
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	fresh := filepath.Join(temporary, filepath.Base(path))
	kept := 0
	for _, name := range names {
		keep, o := edit(name)
		if !keep {
			continue
		}
		kept++
		from, to := Stored{Store: store, Path: path, Name: name}, Stored{Store: store, Path: fresh, Name: name}
		if _, err := Copy(ctx, from, to, o); err != nil {
			return err
		}
		if err := sameContent(ctx, from, to, o); err != nil {
			return err
		}
	}
	if kept == 0 {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
		return durable.SyncDir(filepath.Dir(path))
	}
	return exchange(fresh, path)
}

// sameContent compares a copy with what it was made of.
func sameContent(ctx context.Context, from, to Stored, o CopyOptions) error {
	a, err := openAny(ctx, from)
	if err != nil {
		return err
	}
	defer a.close()
	b, err := openAny(ctx, to)
	if err != nil {
		return err
	}
	defer b.close()
	differs := func(what string) error {
		return fmt.Errorf("the new file has another %s than the old one: %w", what, trajectory.ErrCorrupt)
	}
	x, y := a.header, b.header
	if x.Name != y.Name || x.Comment != y.Comment || !x.Time.Equal(y.Time) || x.Seed != y.Seed || len(x.Explored) != len(y.Explored) {
		return differs("header")
	}
	if len(a.rows) != len(b.rows) {
		return differs("run table")
	}
	for i, row := range a.rows {
		if !row.Start.Equal(b.rows[i].Start) || !row.Finish.Equal(b.rows[i].Finish) {
			return differs("run table")
		}
		row.Start, row.Finish = b.rows[i].Start, b.rows[i].Finish
		if row != b.rows[i] {
			return differs("run table")
		}
	}
	if a.packs != nil && o.KeepRun == nil {
		for i := range a.packs.first {
			x, err := a.reader.Overview(packedName(i))
			if err != nil {
				return err
			}
			if y, err := b.reader.Overview(packedName(i)); err != nil || !x.Equal(y) {
				return errors.Join(differs("archive of runs"), err)
			}
		}
	}
	for r, err := range a.reader.Nodes("", false) {
		if r.Name != "" && o.Keep != nil && !o.Keep(r.Name) {
			continue
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		there, err := b.reader.Node(r.Name)
		if errors.Is(err, trajectory.ErrNotFound) && !r.Leaf && r.Link == "" {
			continue // a group without anything in it
		}
		if err != nil {
			return err
		}
		if !r.Equal(there) {
			return differs(fmt.Sprintf("node %s", r.Name))
		}
	}
	return nil
}
