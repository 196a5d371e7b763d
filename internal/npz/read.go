package npz

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"sync"
)

// Array is a C-ordered array as read.
type Array struct {
	Shape  []int
	Values any // flat slice: []float64, []bool, …
}

// File is an archive that is open for reading.
type File struct {
	r       io.ReaderAt
	size    int64
	close   func() error
	names   []string
	entries map[string]*entry
}

// entry is one array; its header is read when it is first asked for.
type entry struct {
	file   *zip.File
	once   sync.Once
	header Header
	length int   // bytes before the values
	offset int64 // of the values in the archive; -1 if they are compressed
	n      int   // elements
	err    error
}

// Open opens the archive at path.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("npz: %w", err)
	}
	out, err := NewFile(f, info.Size())
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%w (%s)", err, path)
	}
	out.close = f.Close
	return out, nil
}

// NewFile reads an archive of the given size from r.
func NewFile(r io.ReaderAt, size int64) (*File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("npz: %v: %w", err, ErrFormat)
	}
	f := &File{r: r, size: size, entries: make(map[string]*entry, len(z.File))}
	for _, e := range z.File {
		name, ok := strings.CutSuffix(e.Name, ".npy")
		if !ok || f.entries[name] != nil {
			return nil, fmt.Errorf("npz: entry %q is no array or there twice: %w", e.Name, ErrFormat)
		}
		f.names = append(f.names, name)
		f.entries[name] = &entry{file: e}
	}
	return f, nil
}

// Close closes the file that Open opened.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close()
}

// Names lists the arrays in the order of the archive.
func (f *File) Names() []string { return f.names }

// Has tells whether there is an array of that name.
func (f *File) Has(name string) bool { return f.entries[name] != nil }

// Header reads shape and type of an array.
func (f *File) Header(name string) (Header, error) {
	e, err := f.entry(name)
	if err != nil {
		return Header{}, err
	}
	return e.header, nil
}

func (f *File) entry(name string) (*entry, error) {
	e := f.entries[name]
	if e == nil {
		return nil, fmt.Errorf("npz: there is no array %q: %w", name, ErrFormat)
	}
	e.once.Do(func() {
		if e.err = f.readHeader(e); e.err != nil {
			e.err = fmt.Errorf("npz: array %q: %w", name, e.err)
		}
	})
	return e, e.err
}

// readHeader reads the header and compares the sizes that header, directory
// and file have.
func (f *File) readHeader(e *entry) error {
	size := e.file.UncompressedSize64
	if size > 1<<60 {
		return fmt.Errorf("%d bytes: %w", size, ErrFormat)
	}
	r, err := e.file.Open()
	if err != nil {
		return fmt.Errorf("%v: %w", err, ErrFormat)
	}
	defer r.Close()
	var start [10]byte
	if _, err := io.ReadFull(r, start[:]); err != nil || string(start[:6]) != magic {
		return fmt.Errorf("no numpy array: %w", ErrFormat)
	}
	n := int(binary.LittleEndian.Uint16(start[8:]))
	e.length = len(start) + n
	switch start[6] {
	case 1:
	case 2, 3:
		var more [2]byte
		if _, err := io.ReadFull(r, more[:]); err != nil {
			return fmt.Errorf("truncated header: %w", ErrFormat)
		}
		n += int(binary.LittleEndian.Uint16(more[:])) << 16
		e.length = len(start) + 2 + n
	default:
		return fmt.Errorf("numpy format version %d: %w", start[6], ErrFormat)
	}
	if n > maxHeader || uint64(e.length) > size {
		return fmt.Errorf("header of %d bytes: %w", n, ErrFormat)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return fmt.Errorf("truncated header: %w", ErrFormat)
	}
	if e.header, err = parseHeader(string(text)); err != nil {
		return err
	}
	if e.n, err = elements(e.header.Shape); err != nil {
		return err
	}
	if have := size - uint64(e.length); have != uint64(e.n)*uint64(itemSize(e.header.Type)) {
		return fmt.Errorf("shape %v of %s needs %d bytes, there are %d: %w", e.header.Shape, e.header.Type, e.n*itemSize(e.header.Type), have, ErrFormat)
	}
	e.offset = -1
	if e.file.Method != zip.Store {
		return nil
	}
	at, err := e.file.DataOffset()
	if err != nil || e.file.CompressedSize64 != size || at < 0 || uint64(at)+size > uint64(f.size) {
		return fmt.Errorf("the entry does not lie within the file: %w", ErrFormat)
	}
	e.offset = at + int64(e.length)
	return nil
}

// Read reads a whole array and compares its checksum.
func (f *File) Read(name string) (Array, error) {
	e, err := f.entry(name)
	if err != nil {
		return Array{}, err
	}
	bad := func(err error) (Array, error) {
		return Array{}, fmt.Errorf("npz: array %q: %v: %w", name, err, ErrFormat)
	}
	r, err := e.file.Open()
	if err != nil {
		return bad(err)
	}
	defer r.Close()
	if _, err := io.CopyN(io.Discard, r, int64(e.length)); err != nil {
		return bad(err)
	}
	v, err := read(r, e.header.Type, e.n, e.room(e.n))
	if err != nil {
		return bad(err)
	}
	// The checksum is compared at the end.
	if n, err := io.Copy(io.Discard, r); err != nil || n > 0 {
		return bad(fmt.Errorf("%d bytes too many, %v", n, err))
	}
	return Array{Shape: e.header.Shape, Values: v}, nil
}

// room is how many of n elements can be made room for at once: all of them if
// the file is known to be that long.
func (e *entry) room(n int) int {
	if e.offset < 0 {
		return 0
	}
	return n
}

// ReadRange reads the elements [lo, hi) of the flat array. The checksum, which
// is that of the whole array, is not compared; see [File.Verify].
func (f *File) ReadRange(name string, lo, hi int) (any, error) {
	e, err := f.entry(name)
	if err != nil {
		return nil, err
	}
	if lo < 0 || hi < lo || hi > e.n {
		return nil, fmt.Errorf("npz: array %q: elements %d to %d of %d: %w", name, lo, hi, e.n, ErrFormat)
	}
	size := int64(itemSize(e.header.Type))
	var r io.Reader
	if e.offset >= 0 {
		r = io.NewSectionReader(f.r, e.offset+int64(lo)*size, int64(hi-lo)*size)
	} else {
		z, err := e.file.Open()
		if err != nil {
			return nil, fmt.Errorf("npz: array %q: %v: %w", name, err, ErrFormat)
		}
		defer z.Close()
		if _, err := io.CopyN(io.Discard, z, int64(e.length)+int64(lo)*size); err != nil {
			return nil, fmt.Errorf("npz: array %q: %v: %w", name, err, ErrFormat)
		}
		r = z
	}
	v, err := read(r, e.header.Type, hi-lo, e.room(hi-lo))
	if err != nil {
		return nil, fmt.Errorf("npz: array %q: %v: %w", name, err, ErrFormat)
	}
	return v, nil
}

// Verify reads everything and compares the checksums.
func (f *File) Verify() error {
	for _, name := range f.names {
		r, err := f.entries[name].file.Open()
		if err == nil {
			_, err = io.Copy(io.Discard, r)
			r.Close()
		}
		if err != nil {
			return fmt.Errorf("npz: array %q: %v: %w", name, err, ErrFormat)
		}
		if _, err := f.entry(name); err != nil {
			return err
		}
	}
	return nil
}

// read reads n elements into a slice that has room for some from the start.
func read(r io.Reader, descr string, n, room int) (any, error) {
	le := binary.LittleEndian
	switch descr {
	case "|b1":
		return take(r, n, room, 1, func(b []byte) bool { return b[0] != 0 })
	case "|i1":
		return take(r, n, room, 1, func(b []byte) int8 { return int8(b[0]) })
	case "|u1":
		return take(r, n, room, 1, func(b []byte) uint8 { return b[0] })
	case "<i2":
		return take(r, n, room, 2, func(b []byte) int16 { return int16(le.Uint16(b)) })
	case "<u2":
		return take(r, n, room, 2, le.Uint16)
	case "<i4":
		return take(r, n, room, 4, func(b []byte) int32 { return int32(le.Uint32(b)) })
	case "<u4":
		return take(r, n, room, 4, le.Uint32)
	case "<i8":
		return take(r, n, room, 8, func(b []byte) int64 { return int64(le.Uint64(b)) })
	case "<u8":
		return take(r, n, room, 8, le.Uint64)
	case "<f4":
		return take(r, n, room, 4, func(b []byte) float32 { return math.Float32frombits(le.Uint32(b)) })
	case "<f8":
		return take(r, n, room, 8, func(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) })
	case "<c8":
		return take(r, n, room, 8, func(b []byte) complex64 {
			return complex(math.Float32frombits(le.Uint32(b)), math.Float32frombits(le.Uint32(b[4:])))
		})
	case "<c16":
		return take(r, n, room, 16, func(b []byte) complex128 {
			return complex(math.Float64frombits(le.Uint64(b)), math.Float64frombits(le.Uint64(b[8:])))
		})
	}
	if size := textSize(descr); size > 0 {
		texts, err := take(r, n, room, size, func(b []byte) string { return strings.TrimRight(string(b), "\x00") })
		return Text(texts), err
	}
	return nil, fmt.Errorf("element type %q is not supported", descr)
}

// take reads n elements. Memory grows with what really comes, since a
// compressed entry may claim any length.
func take[T any](r io.Reader, n, room, size int, get func([]byte) T) ([]T, error) {
	const piece = 1 << 16
	out := make([]T, 0, max(room, min(n, piece)))
	buf := make([]byte, min(n*size, max(piece, size)))
	for len(out) < n {
		want := min((n-len(out))*size, len(buf)/size*size)
		if _, err := io.ReadFull(r, buf[:want]); err != nil {
			return nil, err
		}
		if len(out)+want/size > cap(out) {
			grown := make([]T, len(out), min(n, max(4*cap(out), len(out)+want/size)))
			copy(grown, out)
			out = grown
		}
		for at := 0; at < want; at += size {
			out = append(out, get(buf[at:at+size]))
		}
	}
	return out, nil
}
