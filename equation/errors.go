package equation

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"galvani/quantity"
)

// Sentinel errors: what an Error is about.
var (
	// ErrSyntax is the kind of errors of a text that cannot be read.
	ErrSyntax = errors.New("syntax")
	// ErrName is the kind of errors about names: unknown, defined twice, circular,
	// not assignable.
	ErrName = errors.New("name")
	// ErrUnit is the kind of errors about dimensions; quantity.ErrMismatch matches too.
	ErrUnit = errors.New("unit")
	// ErrType is the kind of errors about booleans, integers and numbers in each other's place.
	ErrType = errors.New("type")
	// ErrUnsupported is the kind of errors about parts of the language that are known but not there.
	ErrUnsupported = errors.New("unsupported")
	// ErrValue is the kind of errors about constants that have no value, such as 1/0.
	ErrValue = errors.New("value")
)

// Error is one error of a text.
type Error struct {
	Where     string // Scope.Where
	Line, Col int    // in characters, from 1; 0 if the error has no place in a text
	Msg       string // what was found, what was expected, a hint
	Excerpt   string // the line and a row of carets under the place
	Kind      error  // one of the sentinel errors
}

// Error gives place, message and excerpt.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("equation: ")
	if e.Where != "" {
		b.WriteString(e.Where + ": ")
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d, column %d: ", e.Line, e.Col)
	}
	b.WriteString(e.Msg)
	if e.Excerpt != "" {
		b.WriteString("\n" + e.Excerpt)
	}
	return b.String()
}

// Unwrap gives the kind, and quantity.ErrMismatch for errors about dimensions.
func (e *Error) Unwrap() []error {
	if e.Kind == ErrUnit {
		return []error{e.Kind, quantity.ErrMismatch}
	}
	return []error{e.Kind}
}

// maxErrors is how many errors of one text are told.
const maxErrors = 20

// failures collects the errors of a text.
type failures struct {
	where string
	list  []*Error
}

func (f *failures) add(kind error, at span, format string, args ...any) {
	e := &Error{Where: f.where, Msg: fmt.Sprintf(format, args...), Excerpt: at.excerpt(), Kind: kind}
	e.Line, e.Col = at.position()
	if at.src != nil && at.src.what != "" {
		e.Where = strings.TrimPrefix(f.where+": "+at.src.what, ": ")
	}
	// The same place may be visited twice, through two users of a subexpression.
	if !slices.ContainsFunc(f.list, func(o *Error) bool { return *o == *e }) {
		f.list = append(f.list, e)
	}
}

// err joins what was collected, nil if nothing.
func (f *failures) err() error {
	if len(f.list) == 0 {
		return nil
	}
	var all []error
	for i, e := range f.list {
		if i == maxErrors {
			all = append(all, fmt.Errorf("equation: and %d more errors", len(f.list)-maxErrors))
			break
		}
		all = append(all, e)
	}
	return errors.Join(all...)
}
