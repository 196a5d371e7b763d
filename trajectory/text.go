package trajectory

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// maxListed is how many elements of an array a text shows.
const maxListed = 20

// pythonText prints a value as Python's repr does, which is what pypet writes
// into its run table. Arrays are cut after some elements.
func pythonText(value any) string {
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
		return "b" + pythonQuote(string(v))
	case Items:
		return pythonMap(v)
	case map[string]any:
		return pythonMap(v)
	}
	d, err := Encode(value)
	if err != nil {
		return fmt.Sprint(value)
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
		b.WriteString(pythonText(v))
	}
	return b.String()
}

func pythonMap(m map[string]any) string {
	var b strings.Builder
	for i, k := range sortedKeys(m) {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == maxListed {
			b.WriteString("...")
			break
		}
		b.WriteString(pythonQuote(k) + ": " + pythonText(m[k]))
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

func pythonQuote(s string) string {
	quote := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = `"`
	}
	r := strings.NewReplacer(`\`, `\\`, quote, `\`+quote, "\n", `\n`, "\t", `\t`, "\r", `\r`, "\x00", `\x00`)
	return quote + r.Replace(s) + quote
}
