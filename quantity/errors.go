package quantity

import (
	"errors"
	"fmt"
)

// ErrMismatch is what errors about differing dimensions wrap; see [MismatchError].
var ErrMismatch = errors.New("dimensions differ")

// ErrUnknownUnit is wrapped by the [ParseError] of a name that is no unit.
var ErrUnknownUnit = errors.New("unknown unit")

// A MismatchError says that an operation needs equal dimensions and got Left
// and Right. errors.Is(err, ErrMismatch) holds.
type MismatchError struct {
	Op          string // "add", "compare", …
	Left, Right Dimension
}

// Error names the operation and both dimensions.
func (e *MismatchError) Error() string {
	return fmt.Sprintf("quantity: %s: %v: %s and %s", e.Op, ErrMismatch, e.Left.Symbol(), e.Right.Symbol())
}

// Unwrap returns ErrMismatch.
func (e *MismatchError) Unwrap() error { return ErrMismatch }

// A ParseError says where a text stopped making sense.
type ParseError struct {
	Text   string // what was to be parsed
	Offset int    // byte in Text at which the trouble starts
	Msg    string // what is wrong, with a hint where there is one
	kind   error
}

// Error gives the text, the 1-based column in characters, and the reason.
func (e *ParseError) Error() string {
	col := len([]rune(e.Text[:e.Offset])) + 1
	return fmt.Sprintf("quantity: %s, column %d: %s", clip(e.Text), col, e.Msg)
}

// Unwrap returns ErrUnknownUnit for an unknown unit, else nil.
func (e *ParseError) Unwrap() error { return e.kind }

// clip quotes a text that may come from anywhere, keeping messages short.
func clip(s string) string {
	const most = 80
	if len(s) > most {
		return fmt.Sprintf("%.80q…", s)
	}
	return fmt.Sprintf("%q", s)
}
