//go:build cgo

package hdf5

// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// fileType is a datatype found in a file.
type fileType struct {
	class    int
	size     int
	signed   bool
	big      bool
	plain    bool
	utf8     bool
	padSpace bool
	variable bool
	boolean  bool // an enum of FALSE and TRUE
	dims     []int
	super    *fileType // of arrays and enums
	members  []member  // of compounds
}

type member struct {
	name   string
	offset int
	fileType
}

const (
	classInteger  = C.H5T_INTEGER
	classFloat    = C.H5T_FLOAT
	classString   = C.H5T_STRING
	classBitfield = C.H5T_BITFIELD
	classOpaque   = C.H5T_OPAQUE
	classCompound = C.H5T_COMPOUND
	classEnum     = C.H5T_ENUM
	classArray    = C.H5T_ARRAY
)

// maxNesting bounds how deep types may lie in each other; nothing pypet writes goes beyond 3.
const maxNesting = 8

// describe reads a datatype; depth counts how deep it lies in others.
func describe(t id, depth int) (fileType, error) {
	if depth > maxNesting {
		return fileType{}, fmt.Errorf("hdf5: a datatype is nested more than %d deep", maxNesting)
	}
	var c C.shim_type
	if C.shim_describe(t, &c) < 0 {
		return fileType{}, failure("cannot read a datatype")
	}
	f := fileType{
		class: int(c.class_), size: int(c.size), signed: c.is_signed != 0, big: c.big != 0, plain: c.plain != 0,
		utf8: c.utf8 != 0, padSpace: c.pad == 2, variable: c.variable != 0,
	}
	switch f.class {
	case classArray, classEnum:
		s := C.shim_super(t)
		if s < 0 {
			return f, failure("cannot read a datatype")
		}
		defer closeID(s)
		super, err := describe(s, depth+1)
		if err != nil {
			return f, err
		}
		f.super = &super
		for i := range int(c.rank) {
			f.dims = append(f.dims, int(c.dims[i]))
		}
		f.boolean = f.class == classEnum && C.shim_boolean_enum(t) != 0
	case classCompound:
		for i := range int(c.members) {
			m, err := describeMember(t, i, depth)
			if err != nil {
				return f, err
			}
			if m.offset < 0 || m.size < 0 || m.offset+m.size > f.size {
				return f, fmt.Errorf("hdf5: column %q lies outside of its row", m.name)
			}
			f.members = append(f.members, m)
		}
	}
	return f, nil
}

func describeMember(t id, i, depth int) (member, error) {
	var offset C.size_t
	var name *C.char
	x := C.shim_member(t, C.uint(i), &offset, &name)
	if x < 0 {
		return member{}, failure("cannot read column %d of a datatype", i)
	}
	defer closeID(x)
	defer C.shim_free_name(name)
	f, err := describe(x, depth+1)
	return member{C.GoString(name), int(offset), f}, err
}

// complex tells numpy's and PyTables' complex numbers: a compound of two floats r and i.
func (f *fileType) complex() bool {
	if f.class != classCompound || len(f.members) != 2 {
		return false
	}
	r, i := &f.members[0], &f.members[1]
	return r.name == "r" && i.name == "i" && r.class == classFloat && i.class == classFloat && r.plain && i.plain &&
		r.size == i.size && r.big == i.big
}

// A source is an open dataset or attribute.
type source struct {
	id
	attribute C.int
	fileSize  int64
}

// extent is the shape of a source: nil for a scalar; null is true if there is no element at all.
func (s source) extent() (shape []int, null bool, err error) {
	var c C.shim_space
	if C.shim_space_of(s.id, s.attribute, &c) < 0 {
		return nil, false, failure("cannot read the shape")
	}
	switch c.class_ {
	case C.H5S_SCALAR:
		return nil, false, nil
	case C.H5S_NULL:
		return nil, true, nil
	}
	shape = make([]int, c.rank)
	for i := range shape {
		if c.dims[i] > 1<<62 {
			return nil, false, fmt.Errorf("hdf5: a dimension of %d is not possible", uint64(c.dims[i]))
		}
		shape[i] = int(c.dims[i])
	}
	return shape, false, nil
}

// The most that deflate can shrink data is a little less than this.
const maxShrink = 1100

// slack is what a dataset may take in memory without any data behind it in the file.
const slack = 1 << 20

// check refuses data that cannot be in the file: sizes are hostile until compared with the file's.
func (s source) check(bytes int64) error {
	if bytes <= slack {
		bytes = 0
	}
	if s.attribute != 0 {
		if bytes > s.fileSize {
			return fmt.Errorf("hdf5: an attribute claims %d bytes in a file of %d", bytes, s.fileSize)
		}
		return nil
	}
	var c C.shim_layout
	if C.shim_layout_of(s.id, &c) < 0 {
		return failure("cannot read how a dataset is stored")
	}
	switch {
	case c.external != 0 || c.layout == C.H5D_VIRTUAL:
		return fmt.Errorf("hdf5: the data lies in other files, which is not supported")
	case c.missing_filter != 0:
		names := map[C.int]string{305: "lzo", 307: "bzip2", 32001: "blosc"} // PyTables has these
		if name := names[c.missing_filter]; name != "" {
			return fmt.Errorf("hdf5: the data is compressed with %s (filter %d), which libhdf5 has not; rewrite the file with zlib (ptrepack --complib zlib)", name, int(c.missing_filter))
		}
		return fmt.Errorf("hdf5: the data needs filter %d, which libhdf5 has not", int(c.missing_filter))
	}
	storage := int64(min(uint64(c.storage), 1<<62))
	if storage > s.fileSize {
		return fmt.Errorf("hdf5: a dataset claims %d bytes in a file of %d", storage, s.fileSize)
	}
	if c.layout == C.H5D_CHUNKED {
		storage *= maxShrink
		if chunk := uint64(c.chunk); chunk > 1<<31 || int64(chunk) > slack && int64(chunk) > s.fileSize*maxShrink {
			return fmt.Errorf("hdf5: a dataset has chunks of %d elements in a file of %d bytes", chunk, s.fileSize)
		}
	}
	if bytes > storage {
		return fmt.Errorf("hdf5: a dataset claims %d bytes, of which the file holds %d", bytes, storage)
	}
	return nil
}

// datatype describes the elements.
func (s source) datatype() (fileType, error) {
	t := C.shim_type_of(s.id, s.attribute)
	if t < 0 {
		return fileType{}, failure("cannot read the datatype")
	}
	defer closeID(t)
	return describe(t, 0)
}

// attributeSource opens an attribute; close its id.
func attributeSource(o id, name string, fileSize int64) (source, error) {
	a := C.shim_attribute(o, cstring(name))
	if a < 0 {
		return source{}, failure("cannot open the attribute %q", name)
	}
	return source{id: a, attribute: 1, fileSize: fileSize}, nil
}

// readAsStored fills data in the file's own representation.
func (s source) readAsStored(data []byte) error {
	t := C.shim_type_of(s.id, s.attribute)
	if t < 0 {
		return failure("cannot read the datatype")
	}
	defer closeID(t)
	return s.read(t, data)
}

// read fills data, which must be large enough, in the source's own type or the given one.
func (s source) read(as id, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if C.shim_read(s.id, s.attribute, as, unsafe.Pointer(&data[0])) < 0 {
		return failure("cannot read the data")
	}
	return nil
}

// readStrings reads n strings of variable length.
func (s source) readStrings(n int) ([]string, error) {
	var p *C.char
	var size C.size_t
	lengths := make([]C.size_t, n)
	if n == 0 {
		return []string{}, nil
	}
	if C.shim_read_strings(s.id, s.attribute, C.size_t(n), &p, &size, &lengths[0]) < 0 {
		return nil, failure("cannot read the strings")
	}
	text := string(take(p, size))
	values := make([]string, n)
	for i, l := range lengths {
		values[i], text = text[:l], text[l:]
	}
	return values, nil
}
