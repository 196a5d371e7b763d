package paramset

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"galvani/quantity"
	"galvani/trajectory"
)

// PrettyOptions say how Set.Pretty writes.
type PrettyOptions struct {
	// Indent is put before each line once per level; empty means two spaces.
	Indent string
	// ExpandURLs writes what sets that were included from files hold. Otherwise
	// such a set is written as url("file") as long as it is what the file held.
	ExpandURLs bool
}

// String is [Set.Pretty] without options.
func (s *Set) String() string { return s.Pretty(PrettyOptions{}) }

// Pretty writes the set as NeuroTools does, in the text form that [Parse] and
// [Load] read:
//
//	{
//	  "tau_m": "10 ms",
//	  "synE": {
//	    "E": 0.0,
//	  },
//	}
//
// The paths in url("…") are relative to the folder of the file that the set was
// loaded from, absolute if it was not loaded from one.
func (s *Set) Pretty(o PrettyOptions) string {
	p := printer{indent: o.Indent, expand: o.ExpandURLs}
	if s.origin != nil && !s.origin.embedded {
		p.folder = filepath.Dir(s.origin.path)
	}
	if p.indent == "" {
		p.indent = "  "
	}
	return p.pretty(s)
}

// printer writes a set with its sub-sets.
type printer struct {
	indent string
	expand bool
	folder string // that paths are relative to, "" for absolute ones
	file   string // that is written, if any: it must not include itself
}

func (p printer) pretty(s *Set) string {
	var b strings.Builder
	b.WriteString("{\n")
	p.lines(&b, s, p.indent)
	b.WriteString("}")
	return b.String()
}

func (p printer) lines(b *strings.Builder, s *Set, indent string) {
	for name, e := range s.inOrder() {
		b.WriteString(indent + quote(name) + ": ")
		sub, ok := e.value.(*Set)
		switch {
		case !ok:
			b.WriteString(text(e.value))
		case p.url(sub) != "":
			b.WriteString("url(" + quote(p.url(sub)) + ")")
		case len(sub.names) == 0:
			b.WriteString("{}")
		default:
			b.WriteString("{\n")
			p.lines(b, sub, indent+p.indent)
			b.WriteString(indent + "}")
		}
		b.WriteString(",\n")
	}
}

// url is the path under which a set can be included again, "" if it must be
// written out.
func (p printer) url(s *Set) string {
	o := s.origin
	if p.expand || o == nil || o.embedded || o.path == p.file || !o.unchanged(s) {
		return ""
	}
	if p.folder != "" {
		if rel, err := filepath.Rel(p.folder, o.path); err == nil {
			return filepath.ToSlash(rel)
		}
	}
	return filepath.ToSlash(o.path)
}

// text writes a canonical value in the text form, in one line.
func text(v any) string {
	switch v := v.(type) {
	case nil, bool, int, float64:
		return trajectory.PythonText(v)
	case string:
		if _, ok := asQuantity(v); ok {
			return "str(" + quote(v) + ")"
		}
		return quote(v)
	case quantity.Quantity:
		if s, ok := quantityText(v); ok {
			return quote(s)
		}
		return "Parameter(" + trajectory.PythonText(v.SI()) + ", units=" + quote(v.Dimension().Symbol()) + ")"
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			parts[i] = text(x)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *Set:
		parts := make([]string, 0, len(v.names))
		for name, e := range v.inOrder() {
			parts = append(parts, quote(name)+": "+text(e.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case fmt.Stringer: // ranges, distributions, references
		return v.String()
	}
	return fmt.Sprintf("%q", fmt.Sprint(v)) // cannot be: v is canonical
}

// quote writes a text in double quotes with the escapes that Python and JSON
// share.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// quantityText writes a quantity as a number, a space and a unit, if reading
// that gives it back.
func quantityText(q quantity.Quantity) (string, bool) {
	raw, err := q.MarshalText()
	if err != nil {
		return "", false
	}
	back, ok := asQuantity(string(raw))
	return string(raw), ok && back == q && math.Signbit(back.SI()) == math.Signbit(q.SI())
}

// asQuantity reads a text that is a finite number, a space and a unit with a
// dimension; any other text is just a text.
func asQuantity(s string) (quantity.Quantity, bool) {
	none := quantity.Quantity{}
	if len(s) < 3 || len(s) > 100 || strings.IndexByte("+-.0123456789", s[0]) < 0 {
		return none, false
	}
	num, unit, ok := strings.Cut(s, " ")
	if !ok || unit == "" || !unicode.IsLetter([]rune(unit)[0]) && unit[0] != '1' && unit[0] != '%' {
		return none, false
	}
	if strings.Trim(num, "+-.0123456789eE") != "" {
		return none, false
	}
	if x, err := strconv.ParseFloat(num, 64); err != nil || math.IsInf(x, 0) {
		return none, false
	}
	q, err := quantity.Parse(s)
	if err != nil || q.Dimension().IsNone() || math.IsInf(q.SI(), 0) || math.IsNaN(q.SI()) {
		return none, false
	}
	return q, true
}
