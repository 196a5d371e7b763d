package shared

import (
	"fmt"
	"iter"
	"slices"
	"unsafe"

	"galvani/internal/npz"
	"galvani/trajectory"
)

// View is a table as it was at some time: rows that are committed later are not in it. It holds no
// file open and no rows.
type View[R any] struct {
	t        *Table[R]
	segments []segment
	rows     int
}

// View looks at the table as it is now.
func (t *Table[R]) View() (*View[R], error) {
	segments, rows, err := t.s.segments()
	if err != nil {
		return nil, err
	}
	return &View[R]{t, segments, rows}, nil
}

// Len is the number of rows.
func (v *View[R]) Len() int { return v.rows }

// Runs lists the runs that have rows, rising; [Before] is among them if there are rows of no run.
func (v *View[R]) Runs() []int { return runsOf(v.segments) }

func runsOf(segments []segment) []int {
	var runs []int
	for _, s := range segments {
		runs = append(runs, s.run)
	}
	return slices.Compact(runs)
}

// OfRun is which rows are of a run: from lo up to but not including hi.
func (v *View[R]) OfRun(run int) (lo, hi int) { return ofRun(v.segments, run) }

func ofRun(segments []segment, run int) (lo, hi int) {
	for _, s := range segments {
		if s.run == run {
			if hi == 0 {
				lo = s.first
			}
			hi = s.first + s.rows
		}
	}
	return lo, hi
}

// blockBytes is about how much is read at once.
const blockBytes = 1 << 20

// blocks calls f with the rows [lo, hi) in columns, a block at a time; base is the first row of a block.
func blocks(s *store, segments []segment, lo, hi int, fields []field, f func(base, n int, columns []column) error) error {
	columns, err := newColumns(fields)
	if err != nil {
		return err
	}
	first, _ := slices.BinarySearchFunc(segments, lo, func(s segment, lo int) int { return s.first + s.rows - 1 - lo })
	for _, seg := range segments[min(first, len(segments)):] {
		if seg.first >= hi {
			break
		}
		if err := eachBlock(seg, max(lo, seg.first), min(hi, seg.first+seg.rows), columns, f); err != nil {
			return err
		}
	}
	return nil
}

func eachBlock(seg segment, lo, hi int, columns []column, f func(base, n int, columns []column) error) error {
	file, err := npz.Open(seg.path)
	if err != nil {
		return reading(seg.path, err)
	}
	defer file.Close()
	step, err := blockRows(file, seg.rows, columns)
	if err != nil {
		return reading(seg.path, err)
	}
	for ; lo < hi; lo += step {
		n := min(step, hi-lo)
		for _, c := range columns {
			c.reset()
			if err := c.load(file, lo-seg.first, lo-seg.first+n, seg.rows); err != nil {
				return reading(seg.path, err)
			}
		}
		if err := f(lo, n, columns); err != nil {
			return err
		}
	}
	return nil
}

// blockRows is how many rows of a file fit into a block.
func blockRows(f *npz.File, rows int, columns []column) (int, error) {
	bytes := 0
	for _, c := range columns {
		h, err := f.Header(c.describe().Name)
		if err != nil {
			return 0, err
		}
		n, err := trajectory.Elements(h.Shape)
		if err != nil {
			return 0, err
		}
		bytes += 8 * n / max(rows, 1)
	}
	return max(1, min(rows, blockBytes/max(bytes, 1))), nil
}

func (v *View[R]) check(lo, hi int) error { return checkRange(v.t.s.name, lo, hi, v.rows) }

func checkRange(name string, lo, hi, rows int) error {
	if lo < 0 || hi < lo || hi > rows {
		return fmt.Errorf("shared: %s has the rows 0 to %d, not %d to %d: %w", name, rows, lo, hi, trajectory.ErrNotFound)
	}
	return nil
}

// Scan calls f with each of the rows [lo, hi) and its number, in order, and stops at the first
// error. Memory stays bounded.
func (v *View[R]) Scan(lo, hi int, f func(i int, row R) error) error {
	if err := v.check(lo, hi); err != nil {
		return err
	}
	return blocks(v.t.s, v.segments, lo, hi, v.t.fields, func(base, n int, columns []column) error {
		for i := range n {
			var row R
			for _, c := range columns {
				c.put(i, unsafe.Pointer(&row))
			}
			if err := f(base+i, row); err != nil {
				return err
			}
		}
		return nil
	})
}

// errStop ends a scan early.
var errStop = fmt.Errorf("shared: stopped")

// Where yields the rows for which keep is true, in order. An error is the last that it yields.
func (v *View[R]) Where(keep func(R) bool) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		err := v.Scan(0, v.rows, func(_ int, row R) error {
			if keep(row) && !yield(row, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && err != errStop {
			var none R
			yield(none, err)
		}
	}
}

// Find lists the numbers of the rows for which keep is true, rising.
func (v *View[R]) Find(keep func(R) bool) ([]int, error) {
	found := []int{}
	err := v.Scan(0, v.rows, func(i int, row R) error {
		if keep(row) {
			found = append(found, i)
		}
		return nil
	})
	return found, err
}

// Read reads the rows [lo, hi).
func (v *View[R]) Read(lo, hi int) ([]R, error) {
	if err := v.check(lo, hi); err != nil {
		return nil, err
	}
	rows := make([]R, 0, min(hi-lo, 1<<16))
	err := v.Scan(lo, hi, func(_ int, row R) error {
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

// ReadRows reads the rows with the given numbers, in the order of the list. Rows that lie side by
// side are read together.
func (v *View[R]) ReadRows(numbers []int) ([]R, error) {
	order := make([]int, len(numbers))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return numbers[a] - numbers[b] })
	rows := make([]R, len(numbers))
	for i := 0; i < len(order); {
		lo, hi, j := numbers[order[i]], numbers[order[i]]+1, i+1
		for j < len(order) && numbers[order[j]] <= hi {
			hi = max(hi, numbers[order[j]]+1)
			j++
		}
		if err := v.Scan(lo, hi, func(n int, row R) error {
			for ; i < j && numbers[order[i]] == n; i++ {
				rows[order[i]] = row
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// Frame reads columns of the rows [lo, hi), all of them if none is named, whatever R is.
// Columns whose cells have any number of elements cannot be in it; see [View.AddTo].
func (v *View[R]) Frame(lo, hi int, names ...string) (trajectory.Frame, error) {
	if err := v.check(lo, hi); err != nil {
		return nil, err
	}
	columns, err := v.load(lo, hi, names)
	if err != nil {
		return nil, err
	}
	var f trajectory.Frame
	for _, c := range columns {
		if d := c.describe(); d.Ragged {
			return nil, fmt.Errorf("shared: %s: column %v does not fit into a frame: %w", v.t.s.name, d, trajectory.ErrType)
		}
		values, _ := c.values(hi - lo)
		f = append(f, trajectory.FrameColumn{Name: c.describe().Name, Values: values})
	}
	return f, nil
}

// load reads columns whole.
func (v *View[R]) load(lo, hi int, names []string) ([]column, error) {
	var fields []field
	for _, c := range v.t.s.Columns {
		if len(names) == 0 || slices.Contains(names, c.Name) {
			fields = append(fields, field{Column: c})
		}
	}
	for _, n := range names {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.Name == n }) {
			return nil, fmt.Errorf("shared: table %s has no column %q, only %v: %w", v.t.s.name, n, v.t.s.Columns, trajectory.ErrNotFound)
		}
	}
	return loadAll(v.segments, lo, hi, fields)
}

func loadAll(segments []segment, lo, hi int, fields []field) ([]column, error) {
	columns, err := newColumns(fields)
	if err != nil {
		return nil, err
	}
	for _, seg := range segments {
		from, to := max(lo, seg.first), min(hi, seg.first+seg.rows)
		if from >= to {
			continue
		}
		f, err := npz.Open(seg.path)
		if err != nil {
			return nil, reading(seg.path, err)
		}
		for _, c := range columns {
			if err = c.load(f, from-seg.first, to-seg.first, seg.rows); err != nil {
				break
			}
		}
		f.Close()
		if err != nil {
			return nil, reading(seg.path, err)
		}
	}
	return columns, nil
}

// Verify reads all files and compares their checksums; reading parts does not.
func (v *View[R]) Verify() error { return verify(v.segments) }

func verify(segments []segment) error {
	for _, s := range segments {
		f, err := npz.Open(s.path)
		if err != nil {
			return reading(s.path, err)
		}
		err = f.Verify()
		f.Close()
		if err != nil {
			return reading(s.path, err)
		}
	}
	return nil
}

// AddTo adds the whole table to a trajectory as an ordinary result, which becomes one dataset of
// its file. Of a column whose cells have any number of elements, all elements become an
// item called like it and the places where the rows begin one called like it with _starts.
func (v *View[R]) AddTo(t *trajectory.Trajectory, path string, opts ...trajectory.AddOption) error {
	columns, err := v.load(0, v.rows, nil)
	if err != nil {
		return err
	}
	items := trajectory.Items{}
	var f trajectory.Frame
	for _, c := range columns {
		name := c.describe().Name
		values, starts := c.values(v.rows)
		if starts == nil {
			f = append(f, trajectory.FrameColumn{Name: name, Values: values})
			continue
		}
		items[name], items[name+"_starts"] = values, starts
	}
	if len(items) == 0 {
		return t.AddResult(path, f, opts...)
	}
	if len(f) > 0 {
		items["table"] = f
	}
	return t.AddResult(path, items, opts...)
}
