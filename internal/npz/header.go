package npz

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrFormat is wrapped by the errors for files that are no proper archives of arrays.
var ErrFormat = errors.New("not a valid npz file")

const (
	magic      = "\x93NUMPY"
	headerStep = 64      // headers are padded to a multiple of this
	maxHeader  = 1 << 16 // longest header that is read
	maxDims    = 32
	maxText    = 1 << 12 // longest text of an array of texts
)

// Header describes an array without its values.
type Header struct {
	Type  string // numpy's descr: "<f8", "|b1", …
	Shape []int
}

// itemSize is the size of an element in bytes, 0 for a type that is not supported.
func itemSize(descr string) int {
	switch descr {
	case "|b1", "|i1", "|u1":
		return 1
	case "<i2", "<u2":
		return 2
	case "<i4", "<u4", "<f4":
		return 4
	case "<i8", "<u8", "<f8", "<c8":
		return 8
	case "<c16":
		return 16
	}
	return textSize(descr)
}

// textSize is the width of texts of bytes such as "|S3", 0 for any other type.
func textSize(descr string) int {
	digits, ok := strings.CutPrefix(descr, "|S")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 1 || n > maxText || digits[0] == '+' {
		return 0
	}
	return n
}

// elements is the product of a shape; an error if it is negative or overflows.
func elements(shape []int) (int, error) {
	n := 1
	for _, s := range shape {
		if s < 0 {
			return 0, fmt.Errorf("npz: shape %v has a negative dimension: %w", shape, ErrFormat)
		}
		if s != 0 && n > (1<<58)/s {
			return 0, fmt.Errorf("npz: shape %v is too large: %w", shape, ErrFormat)
		}
		n *= s
	}
	return n, nil
}

// format makes the bytes that stand before the values.
func (h Header) format() []byte {
	var b strings.Builder
	b.WriteString("{'descr': '" + h.Type + "', 'fortran_order': False, 'shape': (")
	for i, s := range h.Shape {
		if i > 0 {
			b.WriteString(" ")
		}
		b.WriteString(strconv.Itoa(s))
		if i < len(h.Shape)-1 || len(h.Shape) == 1 {
			b.WriteString(",")
		}
	}
	b.WriteString("), }")
	text := b.String()
	// magic, version (2 bytes), length (2 bytes), text, newline
	total := (len(magic) + 4 + len(text) + 1 + headerStep - 1) / headerStep * headerStep
	pad := total - len(magic) - 4 - len(text) - 1
	n := len(text) + pad + 1
	out := append([]byte(magic), 1, 0, byte(n), byte(n>>8))
	out = append(out, text...)
	out = append(out, strings.Repeat(" ", pad)...)
	return append(out, '\n')
}

// parseHeader reads the text of a header, a Python dictionary of three
// known keys.
func parseHeader(text string) (Header, error) {
	p := headerParser{text: strings.TrimRight(text, " \n\x00")}
	var h Header
	seen := map[string]bool{}
	p.expect('{')
	for p.err == nil && p.peek() != '}' {
		key := p.quoted()
		p.expect(':')
		if seen[key] {
			p.fail("key %q twice", key)
		}
		seen[key] = true
		switch key {
		case "descr":
			h.Type = p.quoted()
		case "fortran_order":
			if p.word() != "False" && p.err == nil {
				p.fail("the array is in Fortran order, want C order")
			}
		case "shape":
			h.Shape = p.tuple()
		default:
			p.fail("unknown key %q", key)
		}
		if p.peek() != ',' {
			break
		}
		p.expect(',')
	}
	p.expect('}')
	if p.err == nil && p.peek() != 0 {
		p.fail("text after the end")
	}
	if p.err == nil && len(seen) != 3 {
		p.fail("keys are missing")
	}
	if p.err == nil && itemSize(h.Type) == 0 {
		p.fail("element type %q is not supported", h.Type)
	}
	return h, p.err
}

type headerParser struct {
	text string
	at   int
	err  error
}

func (p *headerParser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("npz: array header: %s: %w", fmt.Sprintf(format, args...), ErrFormat)
	}
}

// peek skips blanks and returns the next byte, 0 at the end.
func (p *headerParser) peek() byte {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *headerParser) expect(c byte) {
	if p.err != nil {
		return
	}
	if p.peek() != c {
		p.fail("want %q at byte %d", string(c), p.at)
		return
	}
	p.at++
}

func (p *headerParser) quoted() string {
	quote := p.peek()
	if quote != '\'' && quote != '"' {
		p.fail("want a quoted text at byte %d", p.at)
		return ""
	}
	end := strings.IndexByte(p.text[p.at+1:], quote)
	if end < 0 {
		p.fail("a quote is not closed")
		return ""
	}
	s := p.text[p.at+1 : p.at+1+end]
	p.at += end + 2
	return s
}

func (p *headerParser) word() string {
	p.peek()
	start := p.at
	for p.at < len(p.text) && (p.text[p.at] >= 'a' && p.text[p.at] <= 'z' || p.text[p.at] >= 'A' && p.text[p.at] <= 'Z' || p.text[p.at] >= '0' && p.text[p.at] <= '9') {
		p.at++
	}
	return p.text[start:p.at]
}

func (p *headerParser) tuple() []int {
	shape := []int{}
	p.expect('(')
	for p.err == nil && p.peek() != ')' {
		w := p.word()
		n, err := strconv.Atoi(strings.TrimSuffix(w, "L"))
		if err != nil || len(shape) == maxDims {
			p.fail("bad shape")
			return nil
		}
		shape = append(shape, n)
		if p.peek() != ',' {
			break
		}
		p.expect(',')
	}
	p.expect(')')
	return shape
}
