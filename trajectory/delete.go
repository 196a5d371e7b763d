package trajectory

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// DeleteOptions of [Delete].
type DeleteOptions struct {
	// Recursive deletes groups with all that is in them.
	Recursive bool
	// Items deletes only these items of the leaves; the leaves stay.
	Items []string
}

// Delete deletes nodes from a file: leaves, links and groups by their full names. A
// trajectory in memory is not changed; see [Trajectory.Remove]. Explored
// parameters cannot be deleted, since the runs depend on them; groups that
// are not empty need Recursive. Either all of it is deleted or nothing, in one step.
//
// The store's writers must be [Remover]s unless it is about items; if they are not, the
// error wraps errors.ErrUnsupported.
func Delete(ctx context.Context, s Store, path, trajectory string, o DeleteOptions, names ...string) error {
	if s == nil {
		return missing("store")
	}
	if err := remove(ctx, s, path, trajectory, o, names); err != nil {
		return fmt.Errorf("trajectory: deleting from %s: %w", path, err)
	}
	return nil
}

func remove(ctx context.Context, s Store, path, trajectory string, o DeleteOptions, names []string) error {
	r, err := s.Open(ctx, path, trajectory)
	if err != nil {
		return err
	}
	defer r.Close()
	h := r.Header()
	var changed []Record
	for _, name := range names {
		rec, err := r.Node(name)
		if err != nil {
			return err
		}
		if len(o.Items) > 0 {
			if rec, err = withoutItems(rec, o.Items); err != nil {
				return err
			}
			changed = append(changed, rec)
			continue
		}
		if err := removable(r, h, rec, o.Recursive); err != nil {
			return err
		}
	}
	w, err := s.Create(ctx, path, h)
	if err != nil {
		return err
	}
	for _, rec := range changed {
		if err == nil {
			err = w.Node(rec)
		}
	}
	if len(changed) == 0 {
		remover, ok := w.(Remover)
		if !ok {
			return errors.Join(fmt.Errorf("files of the format %s: nodes can only be left out of a copy (merge.Copy): %w", s.Format(), errors.ErrUnsupported), w.Abort())
		}
		for i, name := range names {
			inAnother := slices.ContainsFunc(names[:i], func(other string) bool { return name == other || below(name, other) })
			if err == nil && !inAnother {
				err = remover.Remove(name)
			}
		}
	}
	if err == nil {
		err = w.Commit()
	}
	if err != nil {
		return errors.Join(err, w.Abort())
	}
	return nil
}

func withoutItems(rec Record, items []string) (Record, error) {
	if !rec.Leaf {
		return rec, fmt.Errorf("%s is no leaf and has no items: %w", orRoot(rec.Name), ErrType)
	}
	for _, name := range items {
		at := slices.IndexFunc(rec.Items, func(it Item) bool { return it.Name == name })
		if at < 0 {
			return rec, fmt.Errorf("%s has no item %q: %w", rec.Name, name, ErrNotFound)
		}
		rec.Items = slices.Delete(slices.Clone(rec.Items), at, at+1)
	}
	return rec, nil
}

// removable checks that a node may go.
func removable(r Reader, h Header, rec Record, recursive bool) error {
	if rec.Name == "" {
		return fmt.Errorf("the root cannot be deleted (merge.Delete deletes a trajectory): %w", ErrName)
	}
	for _, x := range h.Explored {
		if x == rec.Name || below(x, rec.Name) {
			return fmt.Errorf("%s is explored and cannot be deleted: %w", x, ErrType)
		}
	}
	if rec.Leaf || rec.Link != "" || recursive {
		return nil
	}
	for other, err := range r.Nodes(rec.Name, true) {
		if err != nil {
			return err
		}
		if other.Name != rec.Name {
			return fmt.Errorf("%s holds %s; ask for recursive deletion", rec.Name, other.Name)
		}
	}
	return nil
}
