//go:build cgo

package hdf5

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"galvani/trajectory"
)

// Create begins a new version of the trajectory h.Name in the file at path, in a copy of that
// file called path.tmp. Missing folders are made. If another process is writing the same
// file, Create fails.
func (s *Store) Create(ctx context.Context, path string, h trajectory.Header) (trajectory.Writer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if h.Name == "" || h.Name == "." || h.Name == ".." || strings.ContainsAny(h.Name, "/\x00") {
		return nil, fmt.Errorf("hdf5: bad trajectory name %q: %w", h.Name, trajectory.ErrName)
	}
	w := &writer{
		ctx: ctx, path: path, temporary: path + ".tmp", header: h, output: output{level: s.options.Level},
		runs: map[int]trajectory.RunInfo{}, summaries: map[string]summary{}, unlock: func() {},
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, fmt.Errorf("hdf5: %w", err)
	}
	// Once the file is open libhdf5's own lock on it tells others that it is in use.
	defer lockFolder(folder)()
	fresh, err := w.copy()
	if err != nil {
		return nil, err
	}
	err = within(func() error { return w.open(fresh) })
	if err == nil {
		w.identity, err = os.Stat(w.temporary)
	}
	if err != nil {
		w.unlock()
		_ = os.Remove(w.temporary)
		return nil, err
	}
	return w, nil
}

// writer writes one version of one trajectory.
type writer struct {
	output
	ctx       context.Context
	path      string
	temporary string
	identity  os.FileInfo // of the temporary file
	header    trajectory.Header
	file      file
	root      id
	over      id         // the overview group
	groups    []openNode // the groups from the root to the last parent
	runs      map[int]trajectory.RunInfo
	summaries map[string]summary
	// The root was written with a comment.
	rootComment bool
	done        bool
	unlock      func() // lets others write the file that is about to be replaced
}

// openNode is a group that is kept open.
type openNode struct {
	name string
	id   id
}

// copy makes the temporary file; fresh says that there was none to copy.
func (w *writer) copy() (fresh bool, err error) {
	if err := free(w.temporary); err != nil {
		return false, err
	}
	if err := os.Remove(w.temporary); err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, fmt.Errorf("hdf5: cannot remove an old temporary file: %w", err)
	}
	old, err := os.Open(w.path)
	if errors.Is(err, os.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("hdf5: %w", err)
	}
	if err := w.copyOf(old); err != nil {
		_ = old.Close() // it was only read
		return false, err
	}
	// What others write into it would be lost when it is replaced, so it stays locked.
	w.unlock = func() { _ = old.Close() }
	return false, nil
}

// copyOf copies the file that is there, and locks it.
func (w *writer) copyOf(old *os.File) error {
	info, err := old.Stat()
	if err != nil {
		return fmt.Errorf("hdf5: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("hdf5: %s is not a file", w.path)
	}
	if err := lockShared(old); err != nil {
		return err
	}
	if err := copyTo(w.temporary, old, info.Mode().Perm()); err != nil {
		_ = os.Remove(w.temporary)
		return fmt.Errorf("hdf5: cannot copy %s: %w", w.path, err)
	}
	return nil
}

func copyTo(path string, from io.Reader, mode os.FileMode) error {
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode|0o200)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}

// open opens the temporary file and the groups that every trajectory has.
func (w *writer) open(fresh bool) (err error) {
	if fresh {
		if err := createFile(w.temporary); err != nil {
			return err
		}
	}
	if w.file, err = openFile(w.temporary, true); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = w.file.close()
		}
	}()
	if err := newFormat(id(w.file.ID())); err != nil {
		return err
	}
	if w.root, err = w.enter(id(w.file.ID()), w.header.Name); err != nil {
		return err
	}
	w.over, err = w.enter(w.root, overview)
	return err
}

// enter opens the group called name, made if it is not there.
func (w *writer) enter(parent id, name string) (id, error) {
	kind, err := linkKind(parent, name)
	if err != nil {
		return 0, err
	}
	if kind == 0 {
		return createGroup(parent, name, false)
	}
	o, err := w.existing(parent, name, kind)
	return o.id, err
}

// existing opens a group that may have children.
func (w *writer) existing(parent id, name string, kind byte) (object, error) {
	if kind != 'h' {
		return object{}, fmt.Errorf("hdf5: %q is a link, nothing can be below it: %w", name, trajectory.ErrThroughLink)
	}
	o, err := open(parent, name)
	if err != nil {
		return o, err
	}
	leaf := o.kind != groupObject
	if !leaf {
		a, err := attributesOf(o.id, w.file.size)
		if err != nil {
			closeID(o.id)
			return o, err
		}
		leaf = a.flag(attrLeaf)
	}
	if leaf {
		closeID(o.id)
		return o, fmt.Errorf("hdf5: %q is a leaf, nothing can be below it: %w", name, trajectory.ErrExists)
	}
	return o, nil
}

// parent opens the group that holds a node, keeping open what the next node will most likely need too.
func (w *writer) parent(parts []string) (id, error) {
	same := 0
	for same < len(w.groups) && same < len(parts) && w.groups[same].name == parts[same] {
		same++
	}
	w.leave(same)
	at := w.root
	if same > 0 {
		at = w.groups[same-1].id
	}
	for _, p := range parts[same:] {
		next, err := w.enter(at, p)
		if err != nil {
			return 0, err
		}
		w.groups = append(w.groups, openNode{p, next})
		at = next
	}
	return at, nil
}

// leave closes all but the first n groups.
func (w *writer) leave(n int) {
	for len(w.groups) > n {
		closeID(w.groups[len(w.groups)-1].id)
		w.groups = w.groups[:len(w.groups)-1]
	}
}

var errDone = errors.New("hdf5: the writer was committed or aborted")

func (w *writer) within(f func() error) error {
	if w.done {
		return errDone
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	return within(f)
}

// Node writes a node; one of the same name is replaced. A group keeps what is below it.
func (w *writer) Node(r trajectory.Record) error {
	parts, err := split(r.Name)
	if err != nil {
		return err
	}
	if parts == nil && (r.Leaf || r.Link != "") {
		return fmt.Errorf("hdf5: the root can only be a group: %w", trajectory.ErrName)
	}
	err = w.within(func() error {
		switch {
		case parts == nil:
			w.rootComment = r.Comment != ""
			return w.describe(w.root, r)
		case r.Link != "":
			return w.link(parts, r)
		case r.Leaf:
			return w.leaf(parts, r)
		}
		return w.group(parts, r)
	})
	if err != nil {
		return fmt.Errorf("node %q: %w", r.Name, err)
	}
	if r.Leaf {
		w.summarise(parts[0], r)
	}
	return nil
}

// summarise remembers what the small overview tables say of a parameter.
func (w *writer) summarise(branch string, r trajectory.Record) {
	switch branch {
	case "parameters", "config":
		w.summaries[r.Name] = summarise(r)
	case "derived_parameters":
		if !strings.Contains(r.Name, ".run_") {
			w.summaries[r.Name] = summarise(r)
		}
	}
}

// clear removes what has the node's name, unless keep says to keep it.
func (w *writer) clear(parent id, name string, keep func(object) bool) (kept object, err error) {
	kind, err := linkKind(parent, name)
	if err != nil || kind == 0 {
		return object{}, err
	}
	if kind == 'h' && keep != nil {
		o, err := open(parent, name)
		if err != nil {
			return o, err
		}
		if keep(o) {
			return o, nil
		}
		closeID(o.id)
	}
	return object{}, unlink(parent, name)
}

// forget closes the groups kept open if one of them is about to be replaced.
func (w *writer) forget(parts []string) {
	for i, g := range w.groups {
		if i >= len(parts) || g.name != parts[i] {
			return
		}
		if i == len(parts)-1 {
			w.leave(i)
			return
		}
	}
}

// free makes room for a node: it removes what has the name, and returns where the node goes
// and what it is called there.
func (w *writer) free(parts []string) (parent id, name string, err error) {
	w.forget(parts)
	last := len(parts) - 1
	if parent, err = w.parent(parts[:last]); err != nil {
		return 0, "", err
	}
	_, err = w.clear(parent, parts[last], nil)
	return parent, parts[last], err
}

func (w *writer) link(parts []string, r trajectory.Record) error {
	parent, name, err := w.free(parts)
	if err != nil {
		return err
	}
	return linkSoft(parent, linkPath(w.header.Name, r.Link), name)
}

func (w *writer) group(parts []string, r trajectory.Record) error {
	last := len(parts) - 1
	parent, err := w.parent(parts[:last])
	if err != nil {
		return err
	}
	o, err := w.clear(parent, parts[last], func(o object) bool {
		if o.kind != groupObject {
			return false
		}
		a, err := attributesOf(o.id, w.file.size)
		return err == nil && !a.flag(attrLeaf)
	})
	if err != nil {
		return err
	}
	x := o.id
	if x == 0 {
		w.forget(parts)
		if x, err = createGroup(parent, parts[last], false); err != nil {
			return err
		}
	}
	defer closeID(x)
	return w.describe(x, r)
}

// describe writes what a group has beside its children, in place of what it had.
func (w *writer) describe(x id, r trajectory.Record) error {
	names, err := attributeNames(x)
	if err != nil {
		return err
	}
	for _, n := range names {
		if n == attrComment || n == attrClass || n == attrAnnotated || strings.HasPrefix(n, attrAnnotation) || strings.HasPrefix(n, attrNote) || strings.HasPrefix(n, attrSum) {
			if err := removeAttribute(x, n); err != nil {
				return err
			}
		}
	}
	return w.label(x, r)
}

// label writes class, comment and annotations.
func (w *writer) label(x id, r trajectory.Record) error {
	if r.Class != "" {
		if err := setText(x, attrClass, r.Class); err != nil {
			return err
		}
	}
	if r.Comment != "" {
		if err := setText(x, attrComment, r.Comment); err != nil {
			return err
		}
	}
	for _, a := range r.Annotations {
		if err := w.note(x, a); err != nil {
			return fmt.Errorf("annotation %q: %w", a.Name, err)
		}
	}
	if len(r.Annotations) > 0 {
		return setFlag(x, attrAnnotated)
	}
	return nil
}

func (w *writer) leaf(parts []string, r trajectory.Record) error {
	parent, name, err := w.free(parts)
	if err != nil {
		return err
	}
	x, err := createGroup(parent, name, true)
	if err != nil {
		return err
	}
	err = w.fill(x, r)
	closeID(x)
	if err != nil {
		// Half a leaf would look like a whole one.
		return errors.Join(err, unlink(parent, name))
	}
	return nil
}

// CopyLeaf writes a leaf that from, a reader of this package, has under the name old and r describes: byte by
// byte, with what no record can hold, such as frames of pandas. It is false if from is another's.
func (w *writer) CopyLeaf(from trajectory.Reader, old string, r trajectory.Record) (bool, error) {
	reader, ok := from.(*reader)
	if !ok {
		return false, nil
	}
	parts, err := split(r.Name)
	if err == nil && parts == nil {
		err = fmt.Errorf("hdf5: the root is no leaf: %w", trajectory.ErrName)
	}
	if err != nil {
		return false, err
	}
	err = w.within(func() error {
		if reader.closed {
			return errors.New("hdf5: the reader is closed")
		}
		o, link, err := reader.locate(old)
		if err != nil {
			return err
		}
		if link != "" {
			return reader.notFound(old)
		}
		defer reader.release(o)
		parent, name, err := w.free(parts)
		if err != nil {
			return err
		}
		return copyObject(o.id, parent, name)
	})
	if err != nil {
		return false, fmt.Errorf("node %q: %w", r.Name, err)
	}
	w.summarise(parts[0], r)
	return true, nil
}

func (w *writer) fill(x id, r trajectory.Record) error {
	if err := setFlag(x, attrLeaf); err != nil {
		return err
	}
	if err := w.label(x, r); err != nil {
		return err
	}
	for _, item := range r.Items {
		for part := range strings.SplitSeq(item.Name, ".") {
			if part == "" || strings.ContainsAny(part, "/\x00") {
				return fmt.Errorf("hdf5: bad item name %q: %w", item.Name, trajectory.ErrName)
			}
		}
		if err := w.item(x, item.Name, item.Data, false); err != nil {
			return fmt.Errorf("item %q: %w", item.Name, err)
		}
	}
	if order := outOfOrder(r.Items); order != nil {
		return setText(x, attrOrder, strings.Join(order, "/"))
	}
	return nil
}

// outOfOrder is the names of the items if reading group by group would give them
// in another order: x.a, y, x.b.
func outOfOrder(items []trajectory.Item) []string {
	seen := map[string]bool{}
	var names []string
	before, scattered := "", false
	for _, item := range items {
		names = append(names, item.Name)
		group := ""
		if i := strings.LastIndexByte(item.Name, '.'); i >= 0 {
			group = item.Name[:i]
		}
		if group != before {
			scattered = scattered || group != "" && seen[group] || before != "" && strings.HasPrefix(before, group+".") && group != ""
		}
		seen[group] = true
		before = group
	}
	if !scattered {
		return nil
	}
	return names
}

// sortItems puts items into the order of names; those not named stay behind.
func sortItems(items []trajectory.Item, names []string) {
	at := make(map[string]int, len(names))
	for i, n := range names {
		at[n] = i
	}
	rank := func(i trajectory.Item) int {
		if n, ok := at[i.Name]; ok {
			return n
		}
		return len(names)
	}
	slices.SortStableFunc(items, func(a, b trajectory.Item) int { return rank(a) - rank(b) })
}

// Run remembers the row of a run; Commit writes all rows.
func (w *writer) Run(info trajectory.RunInfo) error {
	if w.done {
		return errDone
	}
	if info.Index < 0 || info.Index > maxRun {
		return fmt.Errorf("hdf5: a run has index %d, want 0 to %d", info.Index, maxRun)
	}
	w.runs[info.Index] = info
	return nil
}

// maxRun is what the eight digits of pypet's run names can count.
const maxRun = 99999999

// Overview writes a table beside the tree.
func (w *writer) Overview(name string, table trajectory.Data) error {
	switch name {
	case tableInfo, tableRuns, tableExplorations, tableSettings, tableGalvani, tableGalvaniRuns, tableErrors:
		return fmt.Errorf("hdf5: overview table %q is written by the store itself: %w", name, trajectory.ErrName)
	}
	if name == "" || name == "." || strings.ContainsAny(name, "/\x00") {
		return fmt.Errorf("hdf5: bad table name %q: %w", name, trajectory.ErrName)
	}
	if table.Coll != trajectory.Table {
		return fmt.Errorf("hdf5: overview %q is no table but %q: %w", name, table.Coll, trajectory.ErrType)
	}
	err := w.within(func() error {
		if _, err := w.clear(w.over, name, nil); err != nil {
			return err
		}
		return w.value(w.over, name, table, false)
	})
	if err != nil {
		return fmt.Errorf("overview table %q: %w", name, err)
	}
	return nil
}

// Commit writes the overview tables and puts the new file into the place of the old one.
func (w *writer) Commit() error {
	if err := w.within(w.finish); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", w.path, err), w.Abort())
	}
	w.done = true
	defer w.unlock()
	defer lockFolder(filepath.Dir(w.path))()
	err := within(func() error {
		w.types.close()
		// Closing tells nothing of a full disk, flushing does.
		err := flush(id(w.file.ID()))
		if e := w.file.close(); err == nil {
			err = e
		}
		return err
	})
	if err == nil {
		err = w.stillOurs()
	}
	if err == nil {
		err = publish(w.temporary, w.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("hdf5: cannot write %s: %w", w.path, err), w.remove())
	}
	return nil
}

// stillOurs fails if somebody has put another file into the place of the temporary one.
func (w *writer) stillOurs() error {
	now, err := os.Stat(w.temporary)
	if err != nil {
		return err
	}
	if !os.SameFile(now, w.identity) {
		return fmt.Errorf("%s was replaced by another writer", w.temporary)
	}
	return nil
}

// remove removes the temporary file, unless it is another writer's by now.
func (w *writer) remove() error {
	if w.stillOurs() != nil {
		return nil
	}
	if err := os.Remove(w.temporary); err != nil {
		return fmt.Errorf("hdf5: %w", err)
	}
	return nil
}

// publish makes the temporary file durable and gives it its name.
func publish(temporary, path string) error {
	f, err := os.OpenFile(temporary, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	// Some file systems cannot sync a folder; the rename is then as durable as they make it.
	_ = folder.Sync()
	return folder.Close()
}

// Abort removes the temporary file.
func (w *writer) Abort() error {
	if w.done {
		return nil
	}
	w.done = true
	defer w.unlock()
	defer lockFolder(filepath.Dir(w.path))()
	_ = within(func() error {
		w.types.close()
		return w.file.close()
	})
	return w.remove()
}

// finish writes the tables that say something of the whole.
func (w *writer) finish() error {
	w.leave(0)
	name := w.header.Name
	old, err := w.file.runs(name)
	if err != nil {
		return err
	}
	rows, err := w.mergeRuns(old)
	if err != nil {
		return err
	}
	pypet, own, reasons := runTables(rows)
	if err := w.replace(tableRuns, pypet.Columns, map[string]int{
		"name": widthName, "time": widthTime, "runtime": widthRuntime, "parameter_summary": widthComment, "short_environment_hexsha": widthHexsha,
	}); err != nil {
		return err
	}
	if err := w.replace(tableGalvaniRuns, own.Columns, map[string]int{"state": 16}); err != nil {
		return err
	}
	if err := w.replace(tableErrors, reasons.Columns, nil); err != nil {
		return err
	}
	h := w.header
	if err := w.replace(tableInfo, []trajectory.Column{
		textColumn("name", []string{shorten(h.Name, widthLocation)}), textColumn("time", []string{h.Time.Format(pypetTime)}),
		numberColumn("length", trajectory.Int32, []int32{int32(len(rows))}), numberColumn("timestamp", trajectory.Float64, []float64{stamp(h)}),
		textColumn("comment", []string{shorten(h.Comment, widthComment)}), textColumn("python", []string{runtime.Version()}),
		textColumn("version", []string{shorten(h.Version, widthName)}),
	}, map[string]int{"name": widthLocation, "time": widthTime, "comment": widthComment, "python": widthName, "version": widthName}); err != nil {
		return err
	}
	if err := w.replace(tableGalvani, []trajectory.Column{
		numberColumn("seed", trajectory.Uint64, []uint64{h.Seed}), numberColumn("time_ns", trajectory.Int64, []int64{nanos(h.Time)}),
	}, nil); err != nil {
		return err
	}
	if err := w.replace(tableExplorations, []trajectory.Column{textColumn("explorations", h.Explored)}, nil); err != nil {
		return err
	}
	if err := w.comment(); err != nil {
		return err
	}
	if err := w.settings(); err != nil {
		return err
	}
	return w.smallTables()
}

func stamp(h trajectory.Header) float64 {
	if h.Time.IsZero() {
		return 0
	}
	return seconds(h.Time)
}

// mergeRuns joins the rows of this version with those the file had and those of runs nobody knows of yet.
func (w *writer) mergeRuns(old []runRow) ([]runRow, error) {
	length := max(w.header.Length, 1)
	known := make(map[int]*runRow, len(old))
	for i := range old {
		known[old[i].Index] = &old[i]
		length = max(length, old[i].Index+1)
	}
	for i := range w.runs {
		length = max(length, i+1)
	}
	if length > maxRun+1 {
		return nil, fmt.Errorf("hdf5: %d runs, want at most %d", length, maxRun+1)
	}
	rows := make([]runRow, length)
	for i := range rows {
		info, written := w.runs[i]
		switch {
		case written:
			rows[i] = row(info, known[i])
		case known[i] != nil:
			rows[i] = *known[i]
		default:
			rows[i] = row(trajectory.RunInfo{Index: i, State: trajectory.Pending}, nil)
		}
	}
	return rows, nil
}

// replace writes an overview table that has no types beside it, as pypet's have none.
func (w *writer) replace(name string, columns []trajectory.Column, widths map[string]int) error {
	if _, err := w.clear(w.over, name, nil); err != nil {
		return err
	}
	x, _, err := w.tableDataset(w.over, name, columns, false, widths)
	if err != nil {
		return fmt.Errorf("overview table %q: %w", name, err)
	}
	closeID(x)
	return nil
}

// comment puts the header's comment at the trajectory's node, where pypet looks for it. A
// comment that came with the root counts if the header has none.
func (w *writer) comment() error {
	if w.header.Comment == "" && w.rootComment {
		return nil
	}
	if hasAttribute(w.root, attrComment) {
		if err := removeAttribute(w.root, attrComment); err != nil {
			return err
		}
	}
	if w.header.Comment == "" {
		return nil
	}
	return setText(w.root, attrComment, w.header.Comment)
}

// settings writes what pypet goes on writing with, unless it has said so itself.
func (w *writer) settings() error {
	kind, err := linkKind(w.over, tableSettings)
	if err != nil || kind != 0 {
		return err
	}
	level := w.level
	switch {
	case level == 0:
		level = 1
	case level < 0:
		level = 0
	}
	yes, no := []bool{true}, []bool{false}
	flag := func(name string, v []bool) trajectory.Column { return numberColumn(name, trajectory.Bool, v) }
	return w.replace(tableSettings, []trajectory.Column{
		textColumn("complib", []string{"zlib"}), numberColumn("complevel", trajectory.Int32, []int32{int32(level)}),
		flag("shuffle", yes), flag("fletcher32", no),
		textColumn("pandas_format", []string{"fixed"}), textColumn("encoding", []string{"utf8"}),
		flag("config_overview", yes), flag("parameters_overview", yes), flag("derived_parameters_overview", no), flag("results_overview", no),
		flag("explored_parameters_overview", yes), flag("derived_parameters_summary", no), flag("results_summary", no),
		flag("purge_duplicate_comments", no),
		numberColumn("results_per_run", trajectory.Int32, []int32{0}), numberColumn("derived_parameters_per_run", trajectory.Int32, []int32{0}),
	}, map[string]int{"complib": 7, "pandas_format": 7, "encoding": 11})
}

// maxSummaries is the number of rows that pypet's overview tables have at most.
const maxSummaries = 1000

// smallTables writes the tables for the eye: parameters, config, explored parameters.
func (w *writer) smallTables() error {
	for _, t := range []struct {
		table, branch string
		explored      bool
	}{
		{"parameters_overview", "parameters", false},
		{"config_overview", "config", false},
		{"explored_parameters_overview", "", true},
	} {
		if err := w.smallTable(t.table, t.branch, t.explored); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) smallTable(table, branch string, explored bool) error {
	all := map[string]summary{}
	old, err := w.file.overviewTable(w.header.Name, table)
	if err != nil && !errors.Is(err, trajectory.ErrNotFound) {
		return err
	}
	locations, _ := column[[]string](old, "location")
	names, _ := column[[]string](old, "name")
	values, _ := column[[]string](old, "value")
	comments, _ := column[[]string](old, "comment")
	ranges, _ := column[[]string](old, "range")
	lengths := integersOf(old, "length")
	for i := range min(len(locations), len(names)) {
		all[locations[i]+"."+names[i]] = summary{locations[i], names[i], get(values, i), get(comments, i), int(get(lengths, i)), get(ranges, i)}
	}
	for name, s := range w.summaries {
		in, _, _ := strings.Cut(name, ".")
		if in == branch || explored && s.length > 0 {
			all[name] = s
		}
	}
	if len(all) == 0 {
		return nil
	}
	keys := make([]string, 0, len(all))
	for k := range all {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	keys = keys[:min(len(keys), maxSummaries)]
	var location, name, value, comment, rng []string
	var length []int32
	for _, k := range keys {
		s := all[k]
		location = append(location, shorten(s.location, widthLocation))
		name = append(name, shorten(s.name, widthName))
		value = append(value, shorten(s.value, widthValue))
		comment = append(comment, shorten(s.comment, widthComment))
		length = append(length, int32(s.length))
		rng = append(rng, shorten(s.rng, widthRange))
	}
	columns := []trajectory.Column{textColumn("location", location), textColumn("name", name)}
	if explored {
		columns = append(columns, numberColumn("length", trajectory.Int32, length), textColumn("range", rng))
	} else {
		columns = append(columns, textColumn("value", value), textColumn("comment", comment))
	}
	return w.replace(table, columns, map[string]int{
		"location": widthLocation, "name": widthName, "value": widthValue, "comment": widthComment, "range": widthRange,
	})
}
