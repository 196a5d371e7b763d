package trajectory

import (
	"fmt"
	"maps"
	"strconv"
)

// Numbered are the values of a result that have no names of their own: the first is
// called like the result, the others name_1, name_2 and so on; see [Result.ItemAt].
type Numbered []any

// named gives the values their names.
func (v Numbered) named(result string) Items {
	items := make(Items, len(v))
	for i, x := range v {
		items[numberedName(result, i)] = x
	}
	return items
}

func numberedName(result string, i int) string {
	if i == 0 {
		return result
	}
	return result + "_" + strconv.Itoa(i)
}

// ItemAt reads a value by its number: 0 is the one called like the result, 1 that
// called name_1.
func (r *Result) ItemAt(i int) (any, error) { return r.Item(numberedName(r.n.name, i)) }

// ItemNames lists the names of all values, sorted.
func (r *Result) ItemNames() ([]string, error) {
	items, err := r.Items()
	return sortedKeys(items), err
}

// SetItems changes values of a result in memory, or adds some. A file that holds the
// result stays what it is until the trajectory is saved; see [SaveOptions] for how.
func (t *Trajectory) SetItems(path string, items Items) error {
	return t.changeItems(path, func(all Items) error {
		maps.Copy(all, items)
		return nil
	})
}

// RemoveItems takes values out of a result in memory, all of them if none is named.
func (t *Trajectory) RemoveItems(path string, names ...string) error {
	return t.changeItems(path, func(all Items) error {
		if len(names) == 0 {
			clear(all)
		}
		for _, name := range names {
			if _, ok := all[name]; !ok {
				return fmt.Errorf("it has no item %q: %w", name, ErrNotFound)
			}
			delete(all, name)
		}
		return nil
	})
}

func (t *Trajectory) changeItems(path string, change func(all Items) error) error {
	r, err := t.Result(path)
	if err != nil {
		return err
	}
	if k := t.kind(r.n.class); k == nil {
		return fmt.Errorf("trajectory: %s is of class %s, for which no kind was passed: %w", r.n.full, r.n.class, ErrType)
	}
	items, err := r.Items()
	if err != nil {
		return err
	}
	all := maps.Clone(items)
	if err := change(all); err != nil {
		return fmt.Errorf("trajectory: %s: %w", r.n.full, err)
	}
	encoded, class, err := t.encodeResult(r.n.full, all)
	if err != nil {
		return fmt.Errorf("trajectory: %s: %w", r.n.full, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	r.n.kept, r.n.source, r.n.class = nil, held(encoded), class
	return nil
}

// LockParameter locks one parameter before the others, because something was computed from it:
// it can no longer be set, explored or removed.
func (t *Trajectory) LockParameter(path string) error {
	p, err := t.Parameter(path)
	if err == nil {
		p.n.locked = true
	}
	return err
}

func (n *node) lockedError(what string) error {
	return fmt.Errorf("trajectory: %s cannot be %s: it was locked: %w", n.full, what, ErrLocked)
}
