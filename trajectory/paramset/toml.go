package paramset

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"galvani/quantity"
	"galvani/trajectory"

	"github.com/BurntSushi/toml"
)

// maxTOML bounds one document: the TOML package spends a kilobyte on each byte of
// long dotted keys.
const maxTOML = 2 << 20

// ParseTOML reads a TOML document. Strings that start with = hold expressions of
// the text form, those that are a number, a space and a unit are quantities. The
// rest is as with [Parse].
func ParseTOML(src string) (*Set, error) {
	return newLoader(nil).toml(src, "")
}

func (l *loader) toml(src, file string) (*Set, error) {
	if len(src) > maxTOML {
		return nil, &Error{Position: Position{File: file}, Msg: fmt.Sprintf("a TOML document of %d bytes (at most %d)", len(src), maxTOML), Err: ErrTooLarge}
	}
	if at, deep := tooDeep(src); deep {
		at.File = file
		return nil, &Error{Position: at, Msg: fmt.Sprintf("nested deeper than %d", maxDepth), Err: ErrTooLarge}
	}
	var tree map[string]any
	meta, err := toml.Decode(src, &tree)
	if bad := (toml.ParseError{}); errors.As(err, &bad) {
		at := Position{File: file, Line: bad.Position.Line, Col: bad.Position.Col}
		return nil, &Error{Position: at, Msg: bad.Message, Err: ErrSyntax}
	}
	if err != nil {
		return nil, &Error{Position: Position{File: file}, Msg: err.Error(), Err: ErrSyntax}
	}
	t := tomlReader{load: l, file: file, src: src, order: map[string]int{}}
	for i, k := range meta.Keys() {
		// A key of a dotted path stands for the tables on the way too.
		for n := 1; n <= len(k); n++ {
			path := strings.Join(k[:n], "\x00")
			if _, ok := t.order[path]; !ok {
				t.order[path] = i
			}
		}
	}
	return t.table(tree, nil)
}

// tomlReader turns what the TOML package decoded into a set.
type tomlReader struct {
	load  *loader
	file  string
	src   string
	order map[string]int // of a path with NUL between its keys: where it first stands
}

func (t *tomlReader) table(m map[string]any, path []string) (*Set, error) {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	prefix := strings.Join(path, "\x00")
	if prefix != "" {
		prefix += "\x00"
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := t.order[prefix+a] - t.order[prefix+b]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	s := &Set{}
	for _, name := range names {
		below := append(slices.Clone(path), name)
		v, err := t.value(m[name], below)
		if err == nil {
			err = s.insert(name, v, Position{File: t.file})
		}
		if err != nil {
			return nil, t.located(err, below)
		}
	}
	return s, nil
}

func (t *tomlReader) value(v any, path []string) (any, error) {
	if err := t.load.charge(1); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case bool, float64:
		return v, nil
	case int64:
		if int64(int(v)) != v {
			return nil, fmt.Errorf("the number %d is beyond this machine's int: %w", v, ErrType)
		}
		return int(v), nil
	case string:
		if src, ok := strings.CutPrefix(v, "="); ok {
			return t.expression(src, path)
		}
		if q, ok := asQuantity(v); ok {
			return q, nil
		}
		return v, nil
	case map[string]any:
		return t.table(v, path)
	case []map[string]any:
		out := make([]any, len(v))
		for i, m := range v {
			var err error
			if out[i], err = t.table(m, path); err != nil {
				return nil, err
			}
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			var err error
			if out[i], err = t.value(x, path); err != nil {
				return nil, err
			}
			if _, ok := out[i].(Range); ok {
				return nil, fmt.Errorf("a range inside a list is never iterated over; give it a name of its own: %w", ErrType)
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("a value of TOML that no parameter can have (%v): %w", v, ErrType)
}

// expression reads the expression in a string. Where that stands is found out
// when it is needed.
func (t *tomlReader) expression(src string, path []string) (any, error) {
	v, err := t.load.expression(src, Position{File: t.file, Line: 1, Col: 1})
	if bad := (*Error)(nil); errors.As(err, &bad) && bad.File == t.file {
		at := t.position(path)
		if bad.Line == 1 {
			at.Col += bad.Col // behind the =
		} else {
			at.Col = bad.Col
		}
		at.Line += bad.Line - 1
		return nil, &Error{Position: at, Msg: bad.Msg, Err: bad.Err}
	}
	return v, err
}

func (t *tomlReader) located(err error, path []string) error {
	if at := (*Error)(nil); errors.As(err, &at) {
		return err
	}
	return &Error{Position: t.position(path), Msg: inner(err), Err: err}
}

// position finds where the value of a path stands. The TOML package tells that
// in errors alone, so one is provoked; elements of arrays have their array's.
func (t *tomlReader) position(path []string) Position {
	at := Position{File: t.file}
	var tables map[string]toml.Primitive
	meta, err := toml.Decode(t.src, &tables)
	for i, name := range path {
		value, ok := tables[name]
		if err != nil || !ok {
			break
		}
		if bad := (toml.ParseError{}); errors.As(meta.PrimitiveDecode(value, &refuser{}), &bad) {
			at.Line, at.Col = bad.Position.Line, bad.Position.Col
		}
		if i+1 < len(path) {
			tables = nil
			err = meta.PrimitiveDecode(value, &tables)
		}
	}
	return at
}

// refuser fails to be decoded.
type refuser struct{}

// UnmarshalTOML always fails.
func (*refuser) UnmarshalTOML(any) error { return errors.New("refused") }

// tooDeep looks for brackets or dotted keys that are nested beyond maxDepth,
// before the recursive parser of the TOML package sees them.
func tooDeep(src string) (Position, bool) {
	at := Position{Line: 1, Col: 1}
	brackets, dots := 0, 0
	for i := 0; i < len(src); {
		n := 1
		switch c := src[i]; c {
		case '[', '{':
			brackets++
			dots = 0
		case ']', '}':
			brackets--
			dots = 0
		case '.':
			dots++
		case '=', ',', '\n':
			dots = 0
		case '#':
			if n = strings.IndexByte(src[i:], '\n'); n < 0 {
				n = len(src) - i
			}
		case '"', '\'':
			n = stringLength(src[i:])
		}
		if brackets > maxDepth || dots > maxDepth {
			return at, true
		}
		for _, r := range src[i : i+n] {
			if at.Col++; r == '\n' {
				at.Line, at.Col = at.Line+1, 1
			}
		}
		i += n
	}
	return at, false
}

// stringLength is the number of bytes of the TOML string that starts here.
func stringLength(src string) int {
	quote := src[:1]
	long := strings.HasPrefix(src, quote+quote+quote)
	i := 1
	if long {
		quote += quote + quote
		i = 3
	}
	for i < len(src) {
		switch {
		case src[i] == '\\' && quote[0] == '"':
			i++
		case src[i] == '\n' && !long:
			return i
		case strings.HasPrefix(src[i:], quote):
			return i + len(quote)
		}
		i++
	}
	return len(src)
}

// TOML writes the set as a TOML document in the order of its names; [ParseTOML]
// reads it back. Sets that were included from files are written out.
func (s *Set) TOML() string { return printer{expand: true}.toml(s) }

func (p printer) toml(s *Set) string {
	var b strings.Builder
	p.section(&b, s, "")
	return b.String()
}

// section writes the contents of a table: first single values, then the sets
// below as tables of their own. A set with a value after it is written with
// dotted keys instead, so that the order stays.
func (p printer) section(b *strings.Builder, s *Set, path string) {
	last := 0 // behind the last name that is no table
	for i, name := range s.names {
		if sub, ok := s.entries[name].value.(*Set); !ok || p.url(sub) != "" {
			last = i + 1
		}
	}
	for _, name := range s.names[:last] {
		p.dotted(b, tomlKey(name), s.entries[name].value)
	}
	for _, name := range s.names[last:] {
		full := path + tomlKey(name)
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("[" + full + "]\n")
		p.section(b, s.entries[name].value.(*Set), full+".")
	}
}

func (p printer) dotted(b *strings.Builder, key string, v any) {
	if sub, ok := v.(*Set); ok && len(sub.names) > 0 && p.url(sub) == "" {
		for name, e := range sub.inOrder() {
			p.dotted(b, key+"."+tomlKey(name), e.value)
		}
		return
	}
	b.WriteString(key + " = " + p.tomlValue(v) + "\n")
}

func (p printer) tomlValue(v any) string {
	switch v := v.(type) {
	case *Set:
		if url := p.url(v); url != "" {
			return tomlString("= url(" + quote(url) + ")")
		}
		parts := make([]string, 0, len(v.names))
		for name, e := range v.inOrder() {
			parts = append(parts, tomlKey(name)+" = "+p.tomlValue(e.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			parts[i] = p.tomlValue(x)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return trajectory.PythonText(v)
	case nil:
		return tomlString("= None")
	case string, quantity.Quantity:
		return tomlString(asString(v))
	}
	return tomlString("= " + text(v))
}

func tomlKey(name string) string {
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' {
			return tomlString(name)
		}
	}
	return name
}

// tomlString writes a basic string; the escapes are JSON's.
func tomlString(s string) string { return quote(s) }
