package shared

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"galvani/internal/durable"
	"galvani/trajectory"
)

// Element is what an [Array] is made of.
type Element interface {
	bool | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64 | complex64 | complex128
}

// Array is an array on disk. A part of it is there from the start, zero, and is read and written
// in place, by any number of goroutines and processes: array.npy, which numpy.load opens with
// mmap_mode='r+'. Runs can append to it along its first dimension, as to a [Table]. Close it at the end.
type Array[T Element] struct {
	s    *store
	file *os.File
	head int64 // bytes before the elements
	n    int   // elements that are there from the start
}

const arrayName = "array.npy"

// CreateArray makes an array of zeros called name in a folder, usually [Dir]. The first dimension may be
// 0 for one that only grows. If it is there already with the same shape and
// elements it is opened; with others the error wraps [trajectory.ErrExists].
func CreateArray[T Element](dir, name string, shape ...int) (*Array[T], error) {
	c, err := columnOf("data", reflect.TypeFor[T]())
	if err != nil {
		return nil, fmt.Errorf("shared: %w", err)
	}
	if n, err := trajectory.Elements(shape); len(shape) == 0 || err != nil || slices.Min(append(shape[1:], 1)) < 1 || n > maxRows {
		return nil, fmt.Errorf("shared: an array of shape %v: want a first dimension of 0 or more and others of 1 or more: %w", shape, trajectory.ErrType)
	}
	c.Type = numpyType(c.Type)
	if len(shape) > 1 {
		c.Cell = slices.Clone(shape[1:])
	}
	s, err := create(dir, name, schemaFile{Kind: "array", Columns: []Column{c}, Shape: slices.Clone(shape)})
	if err != nil {
		return nil, err
	}
	if err := allocate[T](s); err != nil {
		return nil, fmt.Errorf("shared: making the array %s: %w", name, err)
	}
	return openArray[T](s)
}

// OpenArray opens the array called name. If there is none, the error wraps
// [trajectory.ErrNotFound], and [trajectory.ErrType] if its elements are of another type.
func OpenArray[T Element](dir, name string) (*Array[T], error) {
	s, err := open(dir, name, "array")
	if err != nil {
		return nil, err
	}
	if want := numpyType(typeOf(reflect.TypeFor[T]().Kind())); numpyType(s.Columns[0].Type) != want {
		return nil, fmt.Errorf("shared: array %s has elements of type %s, not %s: %w", name, s.Columns[0].Type, want, trajectory.ErrType)
	}
	return openArray[T](s)
}

// allocate makes the file, sparse where the system can do that.
func allocate[T Element](s *store) error {
	path := filepath.Join(s.dir, arrayName)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	head := npyHeader[T](s.Shape)
	n, _ := trajectory.Elements(s.Shape)
	tmp, err := os.CreateTemp(s.dir, durable.TempPrefix)
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(head)
	err = errors.Join(err, tmp.Truncate(int64(len(head))+int64(n)*size[T]()), tmp.Chmod(0o644), tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	// Somebody else may have made it meanwhile, and written to it.
	err = os.Link(tmp.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = os.Rename(tmp.Name(), path) // the file system has no links
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return durable.SyncDir(s.dir)
}

func openArray[T Element](s *store) (*Array[T], error) {
	path := filepath.Join(s.dir, arrayName)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrPermission) {
		f, err = os.Open(path) // to be read only
	}
	if err != nil {
		return nil, fmt.Errorf("shared: %w", err)
	}
	n, _ := trajectory.Elements(s.Shape)
	a := &Array[T]{s: s, file: f, n: n}
	want := npyHeader[T](s.Shape)
	a.head = int64(len(want))
	got := make([]byte, len(want))
	info, err := f.Stat()
	if _, readErr := f.ReadAt(got, 0); err != nil || readErr != nil || !bytes.Equal(got, want) || info.Size() != a.head+int64(n)*size[T]() {
		f.Close()
		return nil, corrupt(path, fmt.Errorf("not an array of shape %v (%w)", s.Shape, errors.Join(err, readErr)))
	}
	return a, nil
}

// size is the bytes of an element.
func size[T Element]() int64 {
	var one T
	return int64(reflect.TypeOf(one).Size())
}

// npyHeader is the beginning of numpy's .npy format 1.0.
func npyHeader[T Element](shape []int) []byte {
	letter := map[reflect.Kind]string{reflect.Bool: "|b", reflect.Int8: "|i", reflect.Uint8: "|u", reflect.Float32: "<f", reflect.Float64: "<f", reflect.Complex64: "<c", reflect.Complex128: "<c"}
	kind := reflect.TypeFor[T]().Kind()
	descr, ok := letter[kind]
	if !ok {
		descr = "<" + kind.String()[:1]
	}
	dims := make([]string, len(shape))
	for i, n := range shape {
		dims[i] = strconv.Itoa(n)
	}
	text := fmt.Sprintf("{'descr': '%s%d', 'fortran_order': False, 'shape': (%s,), }", descr, size[T](), strings.Join(dims, ", "))
	const before = 10
	text += strings.Repeat(" ", 63-(before+len(text))%64) + "\n"
	head := append([]byte("\x93NUMPY\x01\x00"), 0, 0)
	binary.LittleEndian.PutUint16(head[8:], uint16(len(text)))
	return append(head, text...)
}

// Name is the array's name.
func (a *Array[T]) Name() string { return a.s.name }

// Shape is the shape of the part that is there from the start; see [ArrayView.Shape].
func (a *Array[T]) Shape() []int { return slices.Clone(a.s.Shape) }

// rowLen is how many elements a row has.
func (a *Array[T]) rowLen() int { return a.s.Columns[0].elements() }

// ReadAt fills dst with the elements from number off on, in row-major order, of the part that is there
// from the start.
func (a *Array[T]) ReadAt(dst []T, off int) error {
	if err := checkRange(a.s.name, off, off+len(dst), a.n); err != nil {
		return err
	}
	if len(dst) == 0 {
		return nil
	}
	section := io.NewSectionReader(a.file, a.head+int64(off)*size[T](), int64(len(dst))*size[T]())
	if err := binary.Read(section, binary.LittleEndian, dst); err != nil {
		return fmt.Errorf("shared: reading %s: %w", a.s.name, err)
	}
	return nil
}

// WriteAt puts elements at the numbers from off on, in the part that is there from the start. Others see them
// at once; they survive a crash of the machine after [Array.Sync]. A run that writes its own part and
// is executed again writes the same again.
func (a *Array[T]) WriteAt(src []T, off int) error {
	if err := checkRange(a.s.name, off, off+len(src), a.n); err != nil {
		return err
	}
	raw := make([]byte, 0, int64(len(src))*size[T]())
	raw, err := binary.Append(raw, binary.LittleEndian, src)
	if err == nil {
		_, err = a.file.WriteAt(raw, a.head+int64(off)*size[T]())
	}
	if err != nil {
		return fmt.Errorf("shared: writing %s: %w", a.s.name, err)
	}
	return nil
}

// Sync makes durable what was written with WriteAt: for the end of a run.
func (a *Array[T]) Sync() error {
	if err := a.file.Sync(); err != nil {
		return fmt.Errorf("shared: %s: %w", a.s.name, err)
	}
	return nil
}

// Close closes the file.
func (a *Array[T]) Close() error { return a.file.Close() }

// Appender begins the rows that a run appends; see [Table.Appender].
func (a *Array[T]) Appender(run int) *ArrayAppender[T] {
	w, err := a.s.writer(run, []field{{Column: a.s.Columns[0]}})
	out := &ArrayAppender[T]{w: w, err: err, rowLen: a.rowLen()}
	if err == nil {
		out.cells = w.columns[0].(*cells[T])
	}
	return out
}

// ArrayAppender takes the rows that one run appends to an array. It belongs to one goroutine.
type ArrayAppender[T Element] struct {
	w      *writer
	cells  *cells[T]
	rowLen int
	err    error
}

// Append adds whole rows: as many elements as the dimensions but the first say, or a multiple. They are copied.
func (a *ArrayAppender[T]) Append(values ...T) error {
	switch {
	case a.err != nil:
		return a.err
	case a.w.done:
		return errDone
	case len(values)%a.rowLen != 0:
		return fmt.Errorf("shared: %s: %d elements are no whole rows of %d: %w", a.w.s.name, len(values), a.rowLen, trajectory.ErrType)
	}
	a.cells.data = append(a.cells.data, values...)
	a.w.rows += len(values) / a.rowLen
	return a.w.relieve()
}

// Commit makes the rows visible and durable; see [Appender.Commit].
func (a *ArrayAppender[T]) Commit() error {
	if a.err != nil {
		return a.err
	}
	return a.w.commit()
}

// Discard forgets the rows, unless they are committed.
func (a *ArrayAppender[T]) Discard() {
	if a.err == nil {
		a.w.discard()
	}
}

// ArrayView is an array as it was at some time: with the rows that were appended until then.
type ArrayView[T Element] struct {
	a        *Array[T]
	segments []segment
	rows     int // appended
}

// View looks at the array as it is now.
func (a *Array[T]) View() (*ArrayView[T], error) {
	segments, rows, err := a.s.segments()
	if err != nil {
		return nil, err
	}
	return &ArrayView[T]{a, segments, rows}, nil
}

// Shape is the shape with the appended rows.
func (v *ArrayView[T]) Shape() []int {
	shape := v.a.Shape()
	shape[0] += v.rows
	return shape
}

// OfRun is which rows, in the first dimension, a run has appended: from lo up to but not including hi.
func (v *ArrayView[T]) OfRun(run int) (lo, hi int) {
	lo, hi = ofRun(v.segments, run)
	return lo + v.a.s.Shape[0], hi + v.a.s.Shape[0]
}

// ReadAt fills dst with the elements from number off on, in row-major order.
func (v *ArrayView[T]) ReadAt(dst []T, off int) error {
	n := v.a.rowLen()
	if err := checkRange(v.a.s.name, off, off+len(dst), v.a.n+v.rows*n); err != nil {
		return err
	}
	if there := min(v.a.n-off, len(dst)); there > 0 {
		if err := v.a.ReadAt(dst[:there], off); err != nil {
			return err
		}
		dst, off = dst[there:], v.a.n
	}
	if len(dst) == 0 {
		return nil
	}
	off -= v.a.n
	lo, hi := off/n, (off+len(dst)+n-1)/n
	return blocks(v.a.s, v.segments, lo, hi, []field{{Column: v.a.s.Columns[0]}}, func(base, _ int, columns []column) error {
		data := columns[0].(*cells[T]).data
		if base == lo {
			data = data[off-lo*n:]
		}
		dst = dst[copy(dst, data):]
		return nil
	})
}

// Verify reads all files with appended rows and compares their checksums.
func (v *ArrayView[T]) Verify() error { return verify(v.segments) }

// AddTo adds the whole array to a trajectory as an ordinary result.
func (v *ArrayView[T]) AddTo(t *trajectory.Trajectory, path string, opts ...trajectory.AddOption) error {
	shape := v.Shape()
	n, err := trajectory.Elements(shape)
	if err != nil {
		return fmt.Errorf("shared: %w", err)
	}
	all := trajectory.Array[T]{Shape: shape, Data: make([]T, n)}
	if err := v.ReadAt(all.Data, 0); err != nil {
		return err
	}
	return t.AddResult(path, all, opts...)
}
