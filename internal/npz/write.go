package npz

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Text is the values of an array of short texts of bytes, all stored as wide as the
// longest. NULs at the end are lost.
type Text []string

// Writer writes an archive; the zero value is not usable.
type Writer struct {
	z interface {
		// CreateHeader begins an entry, which ends with the next one.
		CreateHeader(*zip.FileHeader) (io.Writer, error)
		io.Closer
	}
	method uint16
	seen   map[string]bool
	buf    []byte
}

// NewWriter starts an archive on w.
func NewWriter(w io.Writer) *Writer {
	return &Writer{z: zip.NewWriter(w), method: zip.Store, seen: map[string]bool{}, buf: make([]byte, 0, 1<<16)}
}

// NewCompressed starts an archive on w that is, to the last byte, what
// numpy.savez_compressed writes where zlib is the original one. An array is held in
// memory until the next.
func NewCompressed(w io.Writer) *Writer {
	return &Writer{z: &savez{w: w}, method: zip.Deflate, seen: map[string]bool{}, buf: make([]byte, 0, 1<<16)}
}

// Write adds an array: shape, and its elements as a flat slice in row-major order.
func (w *Writer) Write(name string, shape []int, values any) error {
	if w.seen[name] || name == "" {
		return fmt.Errorf("npz: the name %q of an array is empty or taken", name)
	}
	w.seen[name] = true
	descr, n := describe(values)
	if descr == "" || itemSize(descr) == 0 {
		return fmt.Errorf("npz: array %q: a %T cannot be written", name, values)
	}
	want, err := elements(shape)
	if err != nil {
		return err
	}
	if want != n || len(shape) > maxDims {
		return fmt.Errorf("npz: array %q: shape %v needs %d elements, there are %d", name, shape, want, n)
	}
	out, err := w.z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: w.method})
	if err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	if _, err := out.Write(Header{Type: descr, Shape: shape}.format()); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	if err := w.values(out, values); err != nil {
		return fmt.Errorf("npz: array %q: %w", name, err)
	}
	return nil
}

// Close writes the directory. It does not close the writer below.
func (w *Writer) Close() error {
	if err := w.z.Close(); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	return nil
}

// describe names the element type of a flat slice, "" if it is not supported.
func describe(values any) (string, int) {
	switch v := values.(type) {
	case []bool:
		return "|b1", len(v)
	case []int8:
		return "|i1", len(v)
	case []uint8:
		return "|u1", len(v)
	case []int16:
		return "<i2", len(v)
	case []uint16:
		return "<u2", len(v)
	case []int32:
		return "<i4", len(v)
	case []uint32:
		return "<u4", len(v)
	case []int64:
		return "<i8", len(v)
	case []uint64:
		return "<u8", len(v)
	case []float32:
		return "<f4", len(v)
	case []float64:
		return "<f8", len(v)
	case []complex64:
		return "<c8", len(v)
	case []complex128:
		return "<c16", len(v)
	case Text:
		width := 1
		for _, s := range v {
			width = max(width, len(s))
		}
		return fmt.Sprintf("|S%d", width), len(v)
	}
	return "", 0
}

func (w *Writer) values(out io.Writer, values any) error {
	le := binary.LittleEndian
	switch v := values.(type) {
	case []bool:
		return put(w, out, v, func(b []byte, x bool) []byte {
			if x {
				return append(b, 1)
			}
			return append(b, 0)
		})
	case []int8:
		return put(w, out, v, func(b []byte, x int8) []byte { return append(b, byte(x)) })
	case []uint8:
		_, err := out.Write(v)
		return err
	case []int16:
		return put(w, out, v, func(b []byte, x int16) []byte { return le.AppendUint16(b, uint16(x)) })
	case []uint16:
		return put(w, out, v, le.AppendUint16)
	case []int32:
		return put(w, out, v, func(b []byte, x int32) []byte { return le.AppendUint32(b, uint32(x)) })
	case []uint32:
		return put(w, out, v, le.AppendUint32)
	case []int64:
		return put(w, out, v, func(b []byte, x int64) []byte { return le.AppendUint64(b, uint64(x)) })
	case []uint64:
		return put(w, out, v, le.AppendUint64)
	case []float32:
		return put(w, out, v, func(b []byte, x float32) []byte { return le.AppendUint32(b, math.Float32bits(x)) })
	case []float64:
		return put(w, out, v, func(b []byte, x float64) []byte { return le.AppendUint64(b, math.Float64bits(x)) })
	case []complex64:
		return put(w, out, v, func(b []byte, x complex64) []byte {
			return le.AppendUint32(le.AppendUint32(b, math.Float32bits(real(x))), math.Float32bits(imag(x)))
		})
	case []complex128:
		return put(w, out, v, func(b []byte, x complex128) []byte {
			return le.AppendUint64(le.AppendUint64(b, math.Float64bits(real(x))), math.Float64bits(imag(x)))
		})
	case Text:
		descr, _ := describe(v)
		width := itemSize(descr)
		return put(w, out, v, func(b []byte, s string) []byte {
			b = append(b, s...)
			return append(b, make([]byte, width-len(s))...)
		})
	}
	return fmt.Errorf("a %T cannot be written", values)
}

// put writes elements in pieces of the writer's buffer.
func put[T any](w *Writer, out io.Writer, values []T, add func([]byte, T) []byte) error {
	b := w.buf[:0]
	for _, x := range values {
		b = add(b, x)
		if len(b) > cap(w.buf)-16 {
			if _, err := out.Write(b); err != nil {
				return err
			}
			b = w.buf[:0]
		}
	}
	_, err := out.Write(b)
	return err
}
