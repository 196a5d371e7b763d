//go:build cgo

package hdf5

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"gonum.org/v1/hdf5"

	"galvani/trajectory"
)

// file is an open file.
type file struct {
	*hdf5.File
	size int64
	path string
}

// openFile opens path for reading or, if write is set, for changing. A process that is started
// meanwhile, from anywhere in the program, must not inherit the file: it would hold libhdf5's lock
// of it as long as it lives. So none is started while a file is opened or closed.
func openFile(path string, write bool) (file, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return file{}, fmt.Errorf("hdf5: no file %s: %w", path, trajectory.ErrNotFound)
	case err != nil:
		return file{}, fmt.Errorf("hdf5: %w", err)
	case !info.Mode().IsRegular():
		return file{}, fmt.Errorf("hdf5: %s is not a file", path)
	}
	mode := hdf5.F_ACC_RDONLY
	if write {
		mode = hdf5.F_ACC_RDWR
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	f, err := hdf5.OpenFile(path, mode)
	if err == nil {
		if err = closeOnExec(id(f.ID())); err != nil {
			_ = f.Close() // it has not been used
			return file{}, err
		}
	}
	if err != nil {
		err := failure("cannot open %s", path)
		if strings.Contains(err.Error(), "signature not found") {
			err = fmt.Errorf("hdf5: %s is not an HDF5 file: %w", path, trajectory.ErrCorrupt)
		}
		return file{}, err
	}
	return file{f, info.Size(), path}, nil
}

// close closes the file and whatever is still open in it; libhdf5 would silently
// keep the file open otherwise.
func (f file) close() error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	err := closeObjects(id(f.ID()))
	if e := f.File.Close(); e != nil && err == nil {
		err = failure("cannot close %s", f.path)
	}
	return err
}

// trajectories lists the trajectories of a file, oldest first.
func (f file) trajectories() ([]string, error) {
	type found struct {
		name string
		time float64
	}
	var all []found
	links, err := list(id(f.ID()), false)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	for _, l := range links {
		if l.kind != 'h' {
			continue
		}
		info, err := f.overviewTable(l.name, "info")
		if errors.Is(err, trajectory.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: trajectory %q: %w", f.path, l.name, err)
		}
		t, _ := column[[]float64](info, "timestamp")
		all = append(all, found{l.name, append(t, math.Inf(1))[0]})
	}
	slices.SortStableFunc(all, func(a, b found) int {
		switch {
		case a.time < b.time:
			return -1
		case a.time > b.time:
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.name
	}
	return names, nil
}

// overviewTable reads a table of the trajectory called name; an error that wraps ErrNotFound if there is none.
func (f file) overviewTable(name, table string) (trajectory.Data, error) {
	o, err := f.find(name, overview, table)
	if err != nil {
		return trajectory.Data{}, err
	}
	defer closeID(o.id)
	d, err := readData(o, table, f.size)
	if err != nil {
		return d, fmt.Errorf("overview table %q: %w", table, err)
	}
	return d, nil
}

// find opens the object at the end of a path of ordinary links.
func (f file) find(parts ...string) (object, error) {
	at := object{id: id(f.ID())}
	for i, p := range parts {
		kind, err := linkKind(at.id, p)
		var next object
		switch {
		case err != nil:
		case kind != 'h':
			err = fmt.Errorf("hdf5: %w", trajectory.ErrNotFound)
		default:
			next, err = open(at.id, p)
		}
		if i > 0 {
			closeID(at.id)
		}
		if err != nil {
			return object{}, err
		}
		if next.kind != groupObject && i < len(parts)-1 {
			closeID(next.id)
			return object{}, fmt.Errorf("hdf5: %w", trajectory.ErrNotFound)
		}
		at = next
	}
	return at, nil
}

// Names lists the trajectories in the file at path, oldest first.
func (s *Store) Names(ctx context.Context, path string) (names []string, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	err = within(func() error {
		f, err := openFile(path, false)
		if err != nil {
			return err
		}
		names, err = f.trajectories()
		return errors.Join(err, f.close())
	})
	return names, err
}

// Open opens the trajectory called name in the file at path, the newest if name is
// empty. The error wraps trajectory.ErrNotFound if there is none.
func (s *Store) Open(ctx context.Context, path, name string) (trajectory.Reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := &reader{name: name}
	err := within(func() error {
		var err error
		if r.file, err = openFile(path, false); err != nil {
			return err
		}
		if err := r.start(); err != nil {
			return errors.Join(err, r.file.close())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// reader reads one trajectory.
type reader struct {
	file   file
	name   string
	root   object
	header trajectory.Header
	closed bool
}

func (r *reader) start() error {
	names, err := r.file.trajectories()
	if err != nil {
		return err
	}
	switch {
	case len(names) == 0:
		return fmt.Errorf("hdf5: %s holds no trajectory: %w", r.file.path, trajectory.ErrNotFound)
	case r.name == "":
		r.name = names[len(names)-1]
	case !slices.Contains(names, r.name):
		return fmt.Errorf("hdf5: %s holds no trajectory %q, only %s: %w", r.file.path, r.name, strings.Join(names, ", "), trajectory.ErrNotFound)
	}
	if r.root, err = r.file.find(r.name); err != nil {
		return err
	}
	r.header, err = r.file.header(r.name)
	if err != nil {
		return fmt.Errorf("%s: %w", r.file.path, err)
	}
	return nil
}

// Header is what the overview tables say of the whole.
func (r *reader) Header() trajectory.Header {
	h := r.header
	h.Explored = slices.Clone(h.Explored)
	return h
}

func (r *reader) within(f func() error) error {
	if r.closed {
		return errors.New("hdf5: the reader is closed")
	}
	return within(f)
}

// Close closes the file.
func (r *reader) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	return within(r.file.close)
}

// Overview reads a table beside the tree.
func (r *reader) Overview(name string) (d trajectory.Data, err error) {
	err = r.within(func() error {
		d, err = r.file.overviewTable(r.name, name)
		return err
	})
	if errors.Is(err, trajectory.ErrNotFound) {
		err = fmt.Errorf("hdf5: %s: no overview table %q: %w", r.file.path, name, trajectory.ErrNotFound)
	}
	return d, err
}

// Runs lists the rows of all runs.
func (r *reader) Runs() (runs []trajectory.RunInfo, err error) {
	err = r.within(func() error {
		rows, err := r.file.runs(r.name)
		runs = make([]trajectory.RunInfo, len(rows))
		for i := range rows {
			runs[i] = rows[i].RunInfo
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.file.path, err)
	}
	return runs, nil
}

// notFound is the error for a node that is not there.
func (r *reader) notFound(name string) error {
	return fmt.Errorf("hdf5: %s: no node %q in trajectory %q: %w", r.file.path, name, r.name, trajectory.ErrNotFound)
}

// Node reads one node with its items.
func (r *reader) Node(name string) (rec trajectory.Record, err error) {
	err = r.within(func() error {
		o, link, err := r.locate(name)
		if err != nil || link != "" {
			rec = trajectory.Record{Name: name, Link: link}
			return err
		}
		defer r.release(o)
		rec, _, err = r.record(o, name, false)
		return err
	})
	return rec, err
}

// locate opens a node, or gives the target if it is a link.
func (r *reader) locate(name string) (o object, link string, err error) {
	parts, err := split(name)
	if err != nil {
		return o, "", r.notFound(name)
	}
	at := r.root
	for i, p := range parts {
		kind, err := linkKind(at.id, p)
		if err == nil && kind == 's' && i == len(parts)-1 {
			target, err := linkTarget(at.id, p)
			r.release(at)
			return o, linkName(r.name, strings.Join(parts[:i], "."), target), err
		}
		if err == nil && kind != 'h' {
			err = r.notFound(name)
		}
		var next object
		if err == nil {
			next, err = open(at.id, p)
		}
		r.release(at)
		if err != nil {
			return o, "", err
		}
		at = next
		if at.kind != groupObject {
			r.release(at)
			return o, "", r.notFound(name)
		}
		if i < len(parts)-1 {
			a, err := attributesOf(at.id, r.file.size)
			if err == nil && a.flag(attrLeaf) {
				err = r.notFound(name) // items of a leaf are no nodes
			}
			if err != nil {
				r.release(at)
				return o, "", err
			}
		}
	}
	return at, "", nil
}

// release closes what locate opened; the root stays open as long as the reader.
func (r *reader) release(o object) {
	if o.id != r.root.id {
		closeID(o.id)
	}
}

// record reads a node.
func (r *reader) record(o object, name string, skeleton bool) (rec trajectory.Record, leaf bool, err error) {
	rec.Name = name
	a, err := attributesOf(o.id, r.file.size)
	if err != nil {
		return rec, false, r.at(name, err)
	}
	rec.Leaf = a.flag(attrLeaf)
	rec.Class = a.text(attrClass)
	rec.Comment = a.text(attrComment)
	if rec.Annotations, err = a.annotations(); err != nil {
		return rec, rec.Leaf, r.at(name, err)
	}
	if rec.Leaf && !skeleton {
		order := a.text(attrOrder)
		rec.Items, err = r.items(o.id, "", 0, nil)
		if order != "" {
			sortItems(rec.Items, strings.Split(order, "/"))
		}
	}
	return rec, rec.Leaf, r.at(name, err)
}

func (r *reader) at(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: node %q: %w", r.file.path, name, err)
}

// items reads the items of a leaf except some; dots in names are groups. What can be read is
// returned with the first error.
func (r *reader) items(group id, prefix string, depth int, except []string) (items []trajectory.Item, err error) {
	if depth > maxItemDepth {
		return nil, fmt.Errorf("hdf5: items are nested more than %d deep", maxItemDepth)
	}
	links, err := list(group, true)
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		if l.kind != 'h' || hidden(l.name) || slices.Contains(except, l.name) {
			continue
		}
		deeper, e := r.item(group, l.name, prefix, depth)
		items = append(items, deeper...)
		if e != nil && err == nil {
			err = fmt.Errorf("item %q: %w", prefix+l.name, e)
		}
	}
	return items, err
}

// maxItemDepth ends groups that contain themselves.
const maxItemDepth = 32

func (r *reader) item(group id, name, prefix string, depth int) ([]trajectory.Item, error) {
	o, err := open(group, name)
	if err != nil {
		return nil, err
	}
	defer closeID(o.id)
	gathered := o.kind == groupObject && hasAttribute(o.id, attrGathered)
	if store, _ := text(o.id, attrStore); o.kind == groupObject && store == nestedGroup && !gathered {
		return r.items(o.id, prefix+name+".", depth+1, nil)
	}
	d, err := readData(o, name, r.file.size)
	if err != nil {
		return nil, err
	}
	items := []trajectory.Item{{Name: prefix + name, Data: d}}
	if !gathered {
		return items, nil
	}
	// pypet takes the parts for items and may have put others beside them.
	others, err := r.items(o.id, prefix+name+".", depth+1, trajectory.PartNames(d.Columns))
	return append(items, others...), err
}

// Nodes yields the node called prefix and all below it. A node that cannot be read comes
// with an error and what could be read of it; the iteration may go on.
func (r *reader) Nodes(prefix string, skeleton bool) iter.Seq2[trajectory.Record, error] {
	return func(yield func(trajectory.Record, error) bool) {
		var o object
		var link string
		if err := r.within(func() (err error) {
			o, link, err = r.locate(prefix)
			return err
		}); err != nil {
			yield(trajectory.Record{Name: prefix}, err)
			return
		}
		if link != "" {
			yield(trajectory.Record{Name: prefix, Link: link}, nil)
			return
		}
		w := walk{r, skeleton, yield, map[uint64]bool{}}
		w.node(o, prefix)
	}
}

// walk is one pass over the tree.
type walk struct {
	*reader
	skeleton bool
	yield    func(trajectory.Record, error) bool
	seen     map[uint64]bool // groups that were read, so that hard links cannot lead in circles
}

// node yields o and what is below it, and closes it. It returns false when the consumer has enough.
func (w *walk) node(o object, name string) bool {
	defer func() {
		if !w.closed {
			_ = within(func() error { w.release(o); return nil })
		}
	}()
	var rec trajectory.Record
	var links []link
	err := w.within(func() error {
		var leaf bool
		var err error
		rec, leaf, err = w.record(o, name, w.skeleton)
		if err == nil && !leaf {
			links, err = list(o.id, false)
		}
		return err
	})
	w.seen[o.address] = true
	if !w.yield(rec, err) {
		return false
	}
	for _, l := range links {
		if name == "" && l.name == overview || hidden(l.name) {
			continue
		}
		if !w.child(o, name, l) {
			return false
		}
	}
	return true
}

func (w *walk) child(parent object, in string, l link) bool {
	name := l.name
	if in != "" {
		name = in + "." + l.name
	}
	var o object
	var target string
	err := w.within(func() (err error) {
		switch l.kind {
		case 's':
			target, err = linkTarget(parent.id, l.name)
		case 'h':
			o, err = open(parent.id, l.name)
		}
		return w.at(name, err)
	})
	switch {
	case err != nil:
		return w.yield(trajectory.Record{Name: name}, err)
	case l.kind == 's':
		return w.yield(trajectory.Record{Name: name, Link: linkName(w.name, in, target)}, nil)
	case l.kind != 'h':
		return true // external links lead out of the trajectory
	case o.kind != groupObject:
		_ = within(func() error { w.release(o); return nil })
		return true // a dataset that somebody put into a group is no node
	case w.seen[o.address]:
		_ = within(func() error { w.release(o); return nil })
		return w.yield(trajectory.Record{Name: name}, w.at(name, errors.New("hdf5: a second hard link to a group that was read already")))
	}
	return w.node(o, name)
}

// annotations reads the notes on a node, by name.
func (a attributes) annotations() ([]trajectory.Item, error) {
	var notes []trajectory.Item
	for _, n := range a.names {
		key, ok := strings.CutPrefix(n, attrAnnotation)
		if !ok {
			continue
		}
		d, err := a.note(n, key)
		if err != nil {
			return notes, fmt.Errorf("annotation %q: %w", key, err)
		}
		notes = append(notes, trajectory.Item{Name: key, Data: d})
	}
	return notes, nil
}

// note reads one annotation.
func (a attributes) note(attribute, key string) (trajectory.Data, error) {
	c, err := a.content(attribute)
	var unsupported *unsupportedError
	if errors.As(err, &unsupported) {
		return opaque(Unknown, unsupported.what), nil
	}
	if err != nil {
		return trajectory.Data{}, err
	}
	if err := a.verify(attrSum+"_"+attribute, c.raw); err != nil {
		return trajectory.Data{}, err
	}
	if c.class == classCompound && !c.complex() {
		return opaque(Unknown, "a compound"), nil
	}
	d, err := c.value()
	if err != nil {
		return d, err
	}
	coll, declared, _ := strings.Cut(a.text(attrNote+key), " ")
	switch {
	case coll == string(Pickle), coll == "" && isPickle(&c, d):
		d.Coll = Pickle
		return d, nil
	case coll == string(trajectory.Scalar) && c.n == 1:
		d.Coll, d.Shape = trajectory.Scalar, nil
	case (coll == string(trajectory.List) || coll == string(trajectory.Tuple)) && len(d.Shape) == 1:
		d.Coll = trajectory.Coll(coll)
	case coll == string(trajectory.NDArray), coll == string(trajectory.Matrix):
		d.Coll = trajectory.Coll(coll)
		if d.Shape == nil {
			d.Shape = []int{}
		}
	case coll == "" && d.Coll == trajectory.Scalar:
		// pypet writes Python's own numbers in these types.
		switch d.Type {
		case trajectory.Int64:
			d.Type = trajectory.Int
		case trajectory.Float64:
			d.Type = trajectory.Float
		case trajectory.Complex128:
			d.Type = trajectory.Complex
		case trajectory.Bytes:
			d.Type = trajectory.Str
		}
	}
	d.Values, d.Type = convert(d.Values, d.Type, typeOf(declared))
	a.lengths(attrNote+key+"_LENGTHS", d.Values)
	return d, nil
}

// isPickle tells what PyTables writes for an attribute that HDF5 has no type for: a
// pickle of protocol 0 in an ASCII string.
func isPickle(c *content, d trajectory.Data) bool {
	if c.class != classString || c.utf8 || d.Coll != trajectory.Scalar {
		return false
	}
	s := d.Values.([]string)[0]
	return len(s) > 1 && s[len(s)-1] == '.' && strings.ContainsRune("(cINlSVFLdK]}\x80", rune(s[0]))
}

// timeOf converts a time stamp of pypet.
func timeOf(seconds float64) time.Time {
	if math.IsNaN(seconds) || math.Abs(seconds) > 1e12 {
		return time.Time{}
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.Round(part*1e6))*1000).UTC()
}
