package trajectory

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxListed is how many elements of an array a text shows.
const maxListed = 20

// PythonText prints a value as Python's repr does, which is what pypet writes
// into its run table: True, 1e-05, 'text', b'bytes'. Arrays are cut after some elements.
func PythonText(value any) string {
	switch v := value.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case float64:
		return pythonFloat(v, 64)
	case float32:
		return pythonFloat(float64(v), 32)
	case complex128:
		return pythonComplex(v, 64)
	case complex64:
		return pythonComplex(complex128(v), 32)
	case string:
		return pythonQuote(v)
	case []byte:
		return pythonBytes(v)
	case Items:
		return pythonMap(v, nil)
	case map[string]any:
		return pythonMap(v, nil)
	case fmt.Stringer:
		if r := reflect.ValueOf(value); r.Kind() != reflect.Pointer || !r.IsNil() {
			return v.String()
		}
	case DataFrame:
		return "DataFrame(columns=" + PythonText(v.Columns) + ")"
	case Sparse:
		rows, columns := v.Dims()
		return fmt.Sprintf("<%dx%d sparse matrix with %d stored elements>", rows, columns, v.Stored())
	}
	d, err := Encode(value)
	if err != nil {
		return fmt.Sprintf("<%T>", value) // it may contain itself
	}
	switch d.Coll {
	case List:
		return "[" + elementsText(d) + "]"
	case Tuple:
		return "(" + elementsText(d) + ")"
	case NDArray, Matrix:
		shape := ""
		if len(d.Shape) != 1 {
			shape = fmt.Sprintf(", shape=%v", d.Shape)
		}
		return "array([" + elementsText(d) + "]" + shape + ")"
	case Table:
		var names []string
		for _, c := range d.Columns {
			names = append(names, c.Name)
		}
		return fmt.Sprintf("table(%s)", strings.Join(names, ", "))
	}
	return fmt.Sprint(value)
}

func elementsText(d Data) string {
	n, _ := Elements(d.Shape)
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == maxListed {
			b.WriteString("...")
			break
		}
		v, _ := Decode(Data{Coll: Scalar, Type: d.Type, Values: sliceValues(d.Values, i, i+1)})
		b.WriteString(PythonText(v))
	}
	return b.String()
}

func pythonMap(m map[string]any, above mapsAbove) string {
	if above.have(m) {
		return "{...}"
	}
	above = above.and(m)
	var b strings.Builder
	for i, k := range sortedKeys(m) {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == maxListed {
			b.WriteString("...")
			break
		}
		b.WriteString(pythonQuote(k) + ": ")
		if inner, ok := m[k].(map[string]any); ok {
			b.WriteString(pythonMap(inner, above))
		} else {
			b.WriteString(PythonText(m[k]))
		}
	}
	return "{" + b.String() + "}"
}

// pythonFloat is the shortest text that reads back as x, in Python's form:
// 1.0, 1e-05, 1e+16, nan, inf.
func pythonFloat(x float64, bits int) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	}
	if a := math.Abs(x); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(x, 'e', -1, bits)
	}
	s := strconv.FormatFloat(x, 'f', -1, bits)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func pythonComplex(z complex128, bits int) string {
	trim := func(x float64) string { return strings.TrimSuffix(pythonFloat(x, bits), ".0") }
	if real(z) == 0 && !math.Signbit(real(z)) {
		return trim(imag(z)) + "j"
	}
	im := trim(imag(z))
	if im[0] != '-' {
		im = "+" + im
	}
	return "(" + trim(real(z)) + im + "j)"
}

// quoteFor is the quotation mark that Python takes.
func quoteFor(s string) byte {
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		return '"'
	}
	return '\''
}

func pythonQuote(s string) string {
	quote := quoteFor(s)
	b := []byte{quote}
	for _, r := range s {
		switch {
		case r == rune(quote) || r == '\\':
			b = append(b, '\\', byte(r))
		case unicode.IsPrint(r):
			b = utf8.AppendRune(b, r)
		case r < 0x100:
			b = append(b, pythonEscape(byte(r))...)
		case r < 0x10000:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = fmt.Appendf(b, `\U%08x`, r)
		}
	}
	return string(append(b, quote))
}

func pythonBytes(s []byte) string {
	quote := quoteFor(string(s))
	b := []byte{'b', quote}
	for _, c := range s {
		switch {
		case c == quote || c == '\\':
			b = append(b, '\\', c)
		case c >= ' ' && c <= '~':
			b = append(b, c)
		default:
			b = append(b, pythonEscape(c)...)
		}
	}
	return string(append(b, quote))
}

// pythonEscape is a character that cannot be printed.
func pythonEscape(c byte) string {
	switch c {
	case '\n':
		return `\n`
	case '\t':
		return `\t`
	case '\r':
		return `\r`
	}
	return fmt.Sprintf(`\x%02x`, c)
}
