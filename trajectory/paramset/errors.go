package paramset

import (
	"errors"
	"fmt"
	"strings"
)

// The errors that programs test with errors.Is. What is returned wraps them
// and says where, what and what to do.
var (
	// ErrNotFound: a set has no parameter of that name, or a file is not there.
	ErrNotFound = errors.New("not found")
	// ErrName: a name that no parameter can have.
	ErrName = errors.New("bad name")
	// ErrType: a value has a type that is not supported or not the one asked for.
	ErrType = errors.New("wrong type")
	// ErrSyntax: a text is not what its format says.
	ErrSyntax = errors.New("syntax error")
	// ErrCycle: files include each other, or references lead back to themselves.
	ErrCycle = errors.New("going round in circles")
	// ErrNetwork: a set is to be read from or written to the network.
	ErrNetwork = errors.New("no access to the network")
	// ErrTooLarge: a text, or what it stands for, is beyond what is accepted.
	ErrTooLarge = errors.New("too large")
	// ErrInvalid: a set does not satisfy a schema.
	ErrInvalid = errors.New("not valid")
)

// Position is a place in a text. Line and Col count from 1, Col in characters.
// A zero Line means that the place is not known, an empty File a text that came
// from no file.
type Position struct {
	File string
	Line int
	Col  int
}

// String writes FILE:LINE:COL without what is not known.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.File == "":
		return fmt.Sprintf("line %d, column %d", p.Line, p.Col)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Error says what is wrong at a place of a text.
type Error struct {
	Position
	Msg string
	Err error // the sentinel or cause that errors.Is finds
}

// Error gives place and message in one line.
func (e *Error) Error() string {
	where := e.Position.String()
	if where != "" {
		where += ": "
	}
	return "paramset: " + where + e.Msg
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// inner is the message of an error of this package without the prefix, for
// messages that go on.
func inner(err error) string { return strings.TrimPrefix(err.Error(), "paramset: ") }

// bare is an error of this package without the prefix, to be wrapped again.
type bare struct{ err error }

func (b bare) Error() string { return inner(b.err) }
func (b bare) Unwrap() error { return b.err }

// clip shortens a text that is quoted in a message.
func clip(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	cut := most - 3
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut] + "..."
}
