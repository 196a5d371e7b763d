package paramset

import (
	"encoding/json"
	"math"
	"strings"

	"galvani/quantity"
)

// JSON writes the set as indented JSON, in the order of its names, with the text
// form's expressions in strings that start with =. [ParseJSON] reads it back.
// Sets that were included from files are written out.
func (s *Set) JSON() string { return printer{indent: "  ", expand: true}.json(s) }

// MarshalJSON writes what [Set.JSON] does.
func (s *Set) MarshalJSON() ([]byte, error) { return []byte(s.JSON()), nil }

// UnmarshalJSON replaces the set by what [ParseJSON] reads.
func (s *Set) UnmarshalJSON(raw []byte) error {
	parsed, err := ParseJSON(string(raw))
	if err == nil {
		*s = *parsed
	}
	return err
}

func (p printer) json(s *Set) string {
	var b strings.Builder
	p.object(&b, s, "")
	return b.String()
}

func (p printer) object(b *strings.Builder, s *Set, indent string) {
	if len(s.names) == 0 {
		b.WriteString("{}")
		return
	}
	separator := "{\n"
	for name, e := range s.inOrder() {
		b.WriteString(separator + indent + p.indent + quote(name) + ": ")
		p.member(b, e.value, indent+p.indent)
		separator = ",\n"
	}
	b.WriteString("\n" + indent + "}")
}

func (p printer) member(b *strings.Builder, v any, indent string) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case *Set:
		if url := p.url(v); url != "" {
			b.WriteString(quote("= url(" + quote(url) + ")"))
			return
		}
		p.object(b, v, indent)
	case []any:
		for i, x := range v {
			if i > 0 {
				b.WriteString(", ")
			} else {
				b.WriteString("[")
			}
			p.member(b, x, indent)
		}
		if len(v) == 0 {
			b.WriteString("[")
		}
		b.WriteString("]")
	case bool:
		b.WriteString(strings.ToLower(text(v)))
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			b.WriteString(quote("= " + text(v)))
			return
		}
		b.WriteString(text(v))
	case int:
		b.WriteString(text(v))
	default:
		b.WriteString(quote(asString(v)))
	}
}

// asString is what stands for a value in a string of JSON or TOML.
func asString(v any) string {
	switch v := v.(type) {
	case string:
		if _, ok := asQuantity(v); ok || strings.HasPrefix(v, "=") {
			return "= " + text(v)
		}
		return v
	case quantity.Quantity:
		if s, ok := quantityText(v); ok {
			return s
		}
	}
	return "= " + text(v)
}

var _ json.Marshaler = (*Set)(nil)
