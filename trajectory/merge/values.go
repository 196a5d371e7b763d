package merge

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"galvani/trajectory"
)

// part is elements lo to hi of a flat slice.
func part(values any, lo, hi int) any { return reflect.ValueOf(values).Slice3(lo, hi, hi).Interface() }

// joined is the elements of b behind those of a, which may be nil.
func joined(a, b any) any {
	if a == nil {
		return reflect.AppendSlice(reflect.Zero(reflect.TypeOf(b)), reflect.ValueOf(b)).Interface()
	}
	return reflect.AppendSlice(reflect.ValueOf(a), reflect.ValueOf(b)).Interface()
}

// width is how many elements a row of a column has.
func width(d trajectory.Data) int {
	n, err := trajectory.Elements(d.Shape[1:])
	if err != nil {
		return 0
	}
	return n
}

// rows is how many rows a table has.
func rows(table trajectory.Data) int {
	if len(table.Columns) == 0 || len(table.Columns[0].Data.Shape) == 0 {
		return 0
	}
	return table.Columns[0].Data.Shape[0]
}

// cell is row i of a column.
func cell(column trajectory.Data, i int) trajectory.Data {
	n := width(column)
	d := trajectory.Data{Coll: column.Coll, Type: column.Type, Values: part(column.Values, i*n, (i+1)*n)}
	if len(column.Shape) > 1 {
		d.Shape = column.Shape[1:]
	}
	return d
}

// stack makes a column with a row for each of values[index[i]].
func stack(values []trajectory.Data, index []int32) trajectory.Data {
	first := values[index[0]]
	n, _ := trajectory.Elements(first.Shape)
	flat := reflect.MakeSlice(reflect.TypeOf(first.Values), n*len(index), n*len(index))
	for i, at := range index {
		reflect.Copy(flat.Slice(i*n, (i+1)*n), reflect.ValueOf(values[at].Values))
	}
	return trajectory.Data{Coll: first.Coll, Type: first.Type, Shape: append([]int{len(index)}, first.Shape...), Values: flat.Interface()}
}

// appendKey appends what tells elements lo to hi of a slice from all others.
func appendKey(b []byte, values any, lo, hi int) []byte {
	switch v := values.(type) {
	case []string:
		for _, s := range v[lo:hi] {
			b = binary.AppendUvarint(b, uint64(len(s)))
			b = append(b, s...)
		}
		return b
	case []float64:
		for _, x := range v[lo:hi] {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
		return b
	case []int64:
		for _, x := range v[lo:hi] {
			b = binary.LittleEndian.AppendUint64(b, uint64(x))
		}
		return b
	}
	b, _ = binary.Append(b, binary.LittleEndian, part(values, lo, hi))
	return b
}

// integer is a scalar of any integer type.
func integer(d trajectory.Data) (int64, bool) {
	if d.Coll != trajectory.Scalar || d.Shape != nil {
		return 0, false
	}
	v := reflect.ValueOf(d.Values)
	if v.Kind() != reflect.Slice || v.Len() != 1 {
		return 0, false
	}
	switch x := v.Index(0); {
	case x.CanInt():
		return x.Int(), true
	case x.CanUint() && x.Uint() <= math.MaxInt64:
		return int64(x.Uint()), true
	}
	return 0, false
}

// withInteger is d with another integer in it; false if its type has no such number.
func withInteger(d trajectory.Data, n int64) (trajectory.Data, bool) {
	v := reflect.MakeSlice(reflect.TypeOf(d.Values), 1, 1)
	switch x := v.Index(0); {
	case x.CanInt() && !x.OverflowInt(n):
		x.SetInt(n)
	case x.CanUint() && n >= 0 && !x.OverflowUint(uint64(n)):
		x.SetUint(uint64(n))
	default:
		return d, false
	}
	d.Values = v.Interface()
	return d, true
}

// typeName says what a value is, for errors.
func typeName(d trajectory.Data) string {
	switch d.Coll {
	case trajectory.Scalar:
		return string(d.Type)
	case trajectory.Table, trajectory.Dict, trajectory.EmptyDict:
		return strings.ToLower(strings.TrimPrefix(string(d.Coll), "COLL_"))
	}
	return fmt.Sprintf("%s of %s", strings.ToLower(strings.TrimPrefix(string(d.Coll), "COLL_")), d.Type)
}

// maxListed is how many elements of an array a text shows.
const maxListed = 20

// text prints a value as Python would, for the summary of a run.
func text(d trajectory.Data) string {
	n, _ := trajectory.Elements(d.Shape)
	var parts []string
	for i := range n {
		if i == maxListed {
			parts = append(parts, "...")
			break
		}
		parts = append(parts, element(reflect.ValueOf(d.Values).Index(i), d.Type))
	}
	all := strings.Join(parts, ", ")
	switch d.Coll {
	case trajectory.Scalar:
		return all
	case trajectory.List:
		return "[" + all + "]"
	case trajectory.Tuple:
		return "(" + all + ")"
	}
	if len(d.Shape) != 1 {
		return fmt.Sprintf("array([%s], shape=%v)", all, d.Shape)
	}
	return "array([" + all + "])"
}

func element(x reflect.Value, t trajectory.Type) string {
	switch x.Kind() {
	case reflect.Bool:
		if x.Bool() {
			return "True"
		}
		return "False"
	case reflect.Float32, reflect.Float64:
		return float(x.Float(), x.Type().Bits())
	case reflect.Complex64, reflect.Complex128:
		return strings.Replace(strconv.FormatComplex(x.Complex(), 'g', -1, x.Type().Bits()), "i)", "j)", 1)
	case reflect.String:
		quoted := strconv.Quote(x.String())
		quoted = "'" + strings.NewReplacer(`\"`, `"`, `'`, `\'`).Replace(quoted[1:len(quoted)-1]) + "'"
		if t == trajectory.Bytes {
			return "b" + quoted
		}
		return quoted
	}
	return fmt.Sprint(x.Interface())
}

// float is the shortest text that reads back as x, in Python's form.
func float(x float64, bits int) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 0):
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(x, 'g', -1, bits)), "+")
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
