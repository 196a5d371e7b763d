package trajectory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// SaveMode says what becomes of nodes that the file has already.
type SaveMode int

// The ways of [SaveWith].
const (
	// SaveAll replaces nodes that are there.
	SaveAll SaveMode = iota
	// SaveNew leaves nodes that are there as they are.
	SaveNew
	// SaveMore adds to nodes that are there what they do not have: items,
	// annotations, a comment. Nothing that is there changes.
	SaveMore
	// SaveNothing writes no nodes, only what the trajectory is as a whole.
	SaveNothing
)

// SaveOptions of [SaveWith].
type SaveOptions struct {
	Mode SaveMode
	// Only are the paths of the nodes to save, with all below them; nil is everything.
	Only []string
	// MaxDepth is how many levels below these, or below the root, to save; 0 is all.
	MaxDepth int
	// Parts are the items that are replaced in leaves that are there, where Mode is
	// SaveAll; the rest of the leaf stays. "annotations" and "comment" stand for these. nil is all.
	Parts []string
	// Over allows to save over another trajectory of the same name, made at another time.
	Over bool
}

// SaveReport says what [SaveWith] did.
type SaveReport struct {
	Written int // nodes
	Kept    int // nodes that stayed as they were in the file
	// Unknown are the parts that no saved leaf has.
	Unknown []string
}

// Save writes a trajectory with its nodes and run rows to a file, apart from
// any sweep. What the file has besides stays. What runs have added in their views
// is not part of it.
func Save(ctx context.Context, t *Trajectory, s Store, path string) error {
	_, err := SaveWith(ctx, t, s, path, SaveOptions{Over: true})
	return err
}

// SaveWith writes a trajectory or parts of it to a file. The file changes in
// one step, when all is written: on an error it is what it was.
func SaveWith(ctx context.Context, t *Trajectory, s Store, path string, o SaveOptions) (SaveReport, error) {
	if t == nil {
		return SaveReport{}, missing("trajectory")
	}
	if s == nil {
		return SaveReport{}, missing("store")
	}
	v := saver{t: t, o: o, unknown: map[string]bool{}}
	report, err := v.save(ctx, s, path)
	if err != nil {
		return SaveReport{}, fmt.Errorf("trajectory: saving %s: %w", path, err)
	}
	return report, nil
}

type saver struct {
	t       *Trajectory
	o       SaveOptions
	only    []*node // nil is all
	old     Reader  // nil if there is nothing yet, or it does not matter
	there   bool    // the file holds the trajectory already
	w       Writer
	unknown map[string]bool // parts that nobody has had so far
	report  SaveReport
}

func (v *saver) save(ctx context.Context, s Store, path string) (SaveReport, error) {
	for _, p := range v.o.Only {
		n, err := v.t.scope().lookup(v.t.tree.root, p)
		if err != nil {
			return SaveReport{}, err
		}
		v.only = append(v.only, n)
	}
	for _, p := range v.o.Parts {
		v.unknown[p] = true
	}
	if err := v.t.noteWildcards(); err != nil {
		return SaveReport{}, err
	}
	old, err := s.Open(ctx, path, v.t.name)
	switch {
	case err == nil:
		defer old.Close()
		if h := old.Header(); !v.o.Over && sameTime(h.Time, v.t.made) != 0 {
			return SaveReport{}, fmt.Errorf("the file holds another trajectory %s, made at %s: %w", h.Name, h.Time.Format("2006-01-02 15:04:05"), ErrExists)
		}
		v.there = sameTime(old.Header().Time, v.t.made) == 0
		if v.o.Mode != SaveAll || v.o.Parts != nil {
			v.old = old
		}
	case !errors.Is(err, ErrNotFound):
		return SaveReport{}, err
	case v.only != nil:
		return SaveReport{}, fmt.Errorf("the file does not hold %s yet; save all of it first: %w", v.t.name, ErrNotFound)
	}
	if v.w, err = s.Create(ctx, path, v.t.Header()); err != nil {
		return SaveReport{}, err
	}
	if err = v.all(ctx); err == nil {
		err = v.w.Commit()
	}
	if err != nil {
		return SaveReport{}, errors.Join(err, v.w.Abort())
	}
	v.report.Unknown = sortedKeys(v.unknown)
	return v.report, nil
}

func (v *saver) all(ctx context.Context) error {
	for r, err := range v.t.Records() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if v.o.Mode == SaveNothing || !v.wanted(r.Name) {
			continue
		}
		if err := v.node(r); err != nil {
			return err
		}
	}
	for i := range v.t.length {
		info, err := v.t.RunInfo(i)
		if v.there && (err != nil || info.State == Pending) {
			continue // the file may know more
		}
		if err != nil {
			info = RunInfo{Index: i, State: Pending}
		}
		if err := v.w.Run(info); err != nil {
			return err
		}
	}
	return nil
}

// wanted tells whether a node is among those to be saved.
func (v *saver) wanted(name string) bool {
	if v.only == nil {
		return v.o.MaxDepth <= 0 || Depth(name) <= v.o.MaxDepth
	}
	return slices.ContainsFunc(v.only, func(top *node) bool {
		return (name == top.full || below(name, top.full)) && (v.o.MaxDepth <= 0 || Depth(name)-top.depth <= v.o.MaxDepth)
	})
}

func (v *saver) node(r Record) error {
	if r.Name == "" {
		if r.Comment = ""; len(r.Annotations) == 0 { // the comment stands in the header
			return nil
		}
	}
	for _, it := range r.Items {
		delete(v.unknown, it.Name)
	}
	if r.Leaf {
		delete(v.unknown, partAnnotations)
		delete(v.unknown, partComment)
	}
	if v.old != nil {
		old, err := v.old.Node(r.Name)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err == nil {
			merged, changed, err := v.merge(old, r)
			if err != nil {
				return err
			}
			if !changed {
				v.report.Kept++
				return nil
			}
			r = merged
		}
	}
	v.report.Written++
	if c, ok := v.w.(LeafCopier); ok && v.t.files != nil && v.t.files.reader != nil && slices.ContainsFunc(r.Items, func(it Item) bool { return it.Data.Foreign() }) {
		if done, err := c.CopyLeaf(v.t.files.reader, r.Name, r); done || err != nil {
			return err
		}
	}
	return v.w.Node(r)
}

// Parts of a leaf beside its items.
const (
	partAnnotations = "annotations"
	partComment     = "comment"
)

// merge puts the node that the file has together with the one to be saved.
func (v *saver) merge(old, r Record) (merged Record, changed bool, err error) {
	if v.o.Mode == SaveNew {
		return old, false, nil
	}
	if old.Leaf != r.Leaf || old.Link != r.Link {
		return old, false, fmt.Errorf("%s is another sort of node in the file: %w", r.Name, ErrExists)
	}
	if v.o.Mode == SaveAll && !r.Leaf {
		return r, true, nil
	}
	replace := func(part string) bool { return v.o.Mode == SaveAll && slices.Contains(v.o.Parts, part) }
	merged = old
	merged.Items, changed = joinItems(old.Items, r.Items, v.o.Mode == SaveMore, replace)
	notes, notesChanged := joinItems(old.Annotations, r.Annotations, v.o.Mode == SaveMore, func(string) bool { return replace(partAnnotations) })
	if notesChanged {
		slices.SortFunc(notes, func(a, b Item) int { return strings.Compare(a.Name, b.Name) })
		merged.Annotations, changed = notes, true
	}
	if r.Comment != old.Comment && (replace(partComment) || v.o.Mode == SaveMore && old.Comment == "") {
		merged.Comment, changed = r.Comment, true
	}
	return merged, changed, nil
}

// joinItems takes items of the file, in the place of some those to be saved, and
// what the file does not have if add says so.
func joinItems(old, now []Item, add bool, replace func(name string) bool) (out []Item, changed bool) {
	out = slices.Clone(old)
	for _, it := range now {
		at := slices.IndexFunc(out, func(o Item) bool { return o.Name == it.Name })
		switch {
		case at < 0 && (add || replace(it.Name)):
			out, changed = append(out, it), true
		case at >= 0 && replace(it.Name) && !out[at].Data.Equal(it.Data):
			out[at], changed = it, true
		}
	}
	return out, changed
}
