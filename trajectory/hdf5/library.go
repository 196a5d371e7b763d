//go:build cgo

package hdf5

// The flags cover Debian and Ubuntu (multiarch), Fedora (default paths) and both
// places of Homebrew, so that neither pkg-config nor environment variables are needed.

// #cgo LDFLAGS: -lhdf5
// #cgo linux,amd64 CFLAGS: -I/usr/lib/x86_64-linux-gnu/hdf5/serial/include
// #cgo linux,amd64 LDFLAGS: -L/usr/lib/x86_64-linux-gnu/hdf5/serial
// #cgo linux,arm64 CFLAGS: -I/usr/lib/aarch64-linux-gnu/hdf5/serial/include
// #cgo linux,arm64 LDFLAGS: -L/usr/lib/aarch64-linux-gnu/hdf5/serial
// #cgo darwin CFLAGS: -I/opt/homebrew/include -I/usr/local/include
// #cgo darwin LDFLAGS: -L/opt/homebrew/lib -L/usr/local/lib
// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"unsafe"
)

// id is an open object of libhdf5.
type id = C.hid_t

// Available reports whether this program can use HDF5 files.
func Available() bool { return true }

// within runs f with libhdf5 to itself. The goroutine stays on its thread, since the
// library keeps the reason of a failure per thread.
func within(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	C.shim_enter()
	defer C.shim_leave()
	return f()
}

// failure is the error of the call that has just failed: what was being done and
// libhdf5's innermost reason.
func failure(format string, args ...any) error {
	var buffer [512]byte
	n := C.shim_error((*C.char)(unsafe.Pointer(&buffer[0])), C.size_t(len(buffer)))
	what := fmt.Sprintf(format, args...)
	reason := strings.Join(strings.Fields(string(buffer[:n])), " ")
	locked := strings.Contains(reason, "unable to lock file")
	if _, rest, ok := strings.Cut(reason, "error message = '"); ok {
		// The operating system's reason is what helps; the rest is addresses.
		reason, _, _ = strings.Cut(rest, "'")
	}
	switch {
	case reason == "":
		return fmt.Errorf("hdf5: %s", what)
	case locked:
		return fmt.Errorf("hdf5: %s: the file is being written by another process: %s", what, reason)
	}
	for _, e := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EACCES, syscall.EROFS, syscall.EIO, syscall.ENOENT} {
		if strings.EqualFold(reason, e.Error()) {
			return fmt.Errorf("hdf5: %s: %w", what, e)
		}
	}
	return fmt.Errorf("hdf5: %s: %s", what, reason)
}

// cstring is text as C sees it. It lives in Go memory, which is fine for the length of a call.
func cstring(text string) *C.char {
	b := make([]byte, len(text)+1)
	copy(b, text)
	return (*C.char)(unsafe.Pointer(&b[0]))
}

// take copies what a shim function allocated and frees it.
func take(p *C.char, n C.size_t) []byte {
	if p == nil {
		return nil
	}
	defer C.shim_free(unsafe.Pointer(p))
	return C.GoBytes(unsafe.Pointer(p), C.int(n))
}

func closeID(x id) {
	if x > 0 {
		C.shim_close(x)
	}
}

// hidden tells what PyTables shows nobody: the indices of tables (_i_…) and its own notes (_p_…).
func hidden(name string) bool {
	return strings.HasPrefix(name, "_i_") || strings.HasPrefix(name, "_p_")
}

// A link is an entry of a group.
type link struct {
	kind  byte // 'h' an object, 's' a soft link, 'x' an external link, 'u' one that a user defined
	name  string
	order int64 // in which it was made, -1 if that is not known
}

// list is the entries of a group, by name or in the order they were made if the group remembers it.
func list(group id, byCreation bool) ([]link, error) {
	var p *C.char
	var n C.size_t
	if C.shim_list(group, &p, &n) < 0 {
		return nil, failure("cannot list a group")
	}
	const head = 1 + 8
	var links []link
	for text := string(take(p, n)); len(text) > head; {
		end := head + strings.IndexByte(text[head:], 0)
		order := int64(binary.NativeEndian.Uint64([]byte(text[1:head])))
		links = append(links, link{text[0], text[head:end], order})
		text = text[end+1:]
	}
	slices.SortFunc(links, func(a, b link) int {
		if byCreation && a.order != b.order {
			return cmp.Compare(a.order, b.order)
		}
		return strings.Compare(a.name, b.name)
	})
	return links, nil
}

// linkKind is the kind of the link called name, 0 if there is none.
func linkKind(group id, name string) (byte, error) {
	kind := C.shim_link_kind(group, cstring(name))
	if kind < 0 {
		return 0, failure("cannot look up %q", name)
	}
	return byte(kind), nil
}

func linkTarget(group id, name string) (string, error) {
	var p *C.char
	var n C.size_t
	if C.shim_link_target(group, cstring(name), &p, &n) < 0 {
		return "", failure("cannot read the link %q", name)
	}
	return string(take(p, n)), nil
}

// An object is an open group or dataset.
type object struct {
	id
	kind    objectKind
	address uint64 // where it lies in the file
}

type objectKind int

const (
	groupObject objectKind = iota
	datasetObject
	otherObject
)

func open(group id, name string) (object, error) {
	var o C.shim_object
	if C.shim_open(group, cstring(name), &o) < 0 {
		return object{}, failure("cannot open %q", name)
	}
	return object{o.id, objectKind(o.kind), uint64(o.address)}, nil
}

// createGroup makes a group; an ordered one lists its links as they were made.
func createGroup(group id, name string, ordered bool) (id, error) {
	by := C.int(0)
	if ordered {
		by = 1
	}
	x := C.shim_create_group(group, cstring(name), by)
	if x < 0 {
		return 0, failure("cannot make the group %q", name)
	}
	return x, nil
}

func unlink(group id, name string) error {
	if C.shim_unlink(group, cstring(name)) < 0 {
		return failure("cannot remove %q", name)
	}
	return nil
}

// copyObject copies an object with all that is in it, from whatever file.
func copyObject(from, group id, name string) error {
	if C.shim_copy(from, group, cstring(name)) < 0 {
		return failure("cannot copy %q", name)
	}
	return nil
}

func linkSoft(group id, target, name string) error {
	if C.shim_link_soft(group, cstring(target), cstring(name)) < 0 {
		return failure("cannot make the link %q", name)
	}
	return nil
}

// createFile makes an empty file where there is none.
func createFile(path string) error {
	syscall.ForkLock.RLock() // see openFile
	defer syscall.ForkLock.RUnlock()
	if C.shim_create_file(cstring(path)) < 0 {
		return failure("cannot create %s", path)
	}
	return nil
}

func newFormat(file id) error {
	if C.shim_new_format(file) < 0 {
		return failure("cannot choose the file format")
	}
	return nil
}

// closeOnExec keeps a file from processes that this one starts.
func closeOnExec(file id) error {
	if C.shim_close_on_exec(file) < 0 {
		return failure("cannot keep a file from other processes")
	}
	return nil
}

func flush(file id) error {
	if C.shim_flush(file) < 0 {
		return failure("cannot flush")
	}
	return nil
}

// attributeNames lists the attributes of an object.
func attributeNames(o id) ([]string, error) {
	var p *C.char
	var n C.size_t
	if C.shim_attributes(o, &p, &n) < 0 {
		return nil, failure("cannot list the attributes")
	}
	text := string(take(p, n))
	if text == "" {
		return nil, nil
	}
	return strings.Split(strings.TrimSuffix(text, "\x00"), "\x00"), nil
}

// closeObjects closes everything that is open in a file.
func closeObjects(file id) error {
	if C.shim_close_objects(file) < 0 {
		return failure("cannot close what is open in a file")
	}
	return nil
}

func hasAttribute(o id, name string) bool { return C.shim_has_attribute(o, cstring(name)) > 0 }

// text is the attribute called name if it is one string of fixed length.
func text(o id, name string) (string, bool) {
	var p *C.char
	var n C.size_t
	if C.shim_text(o, cstring(name), &p, &n) != 1 {
		return "", false
	}
	return strings.TrimRight(string(take(p, n)), "\x00"), true
}

// setText writes a string attribute as pypet does: of fixed length, UTF-8, empty ones as a null space.
func setText(o id, name, value string) error {
	return setTextAs(o, name, value, true)
}

func setTextAs(o id, name, value string, utf8 bool) error {
	set := C.int(0)
	if utf8 {
		set = 1
	}
	if C.shim_set_text(o, cstring(name), cstring(value), C.size_t(len(value)), set) < 0 {
		return failure("cannot write the attribute %q", name)
	}
	return nil
}

func removeAttribute(o id, name string) error {
	if C.shim_remove_attribute(o, cstring(name)) < 0 {
		return failure("cannot remove the attribute %q", name)
	}
	return nil
}

// dims converts a shape; nil stays nil.
func dims(shape []int) []C.hsize_t {
	d := make([]C.hsize_t, len(shape))
	for i, n := range shape {
		d[i] = C.hsize_t(n)
	}
	return d
}

// first is the address of the first element, nil for none.
func first[T any](s []T) *T {
	if len(s) == 0 {
		return nil
	}
	return &s[0]
}
