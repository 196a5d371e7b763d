package trajectory

import (
	"encoding/base64"
	"fmt"
	"strconv"
)

// dataText is a Data as JSON: every element is a text that reads back the same.
type dataText struct {
	Coll    Coll         `json:"coll"`
	Type    Type         `json:"type,omitempty"`
	Shape   *[]int       `json:"shape,omitempty"`
	Values  []string     `json:"values,omitempty"` // a complex number takes two
	Columns []columnText `json:"columns,omitempty"`
}

type columnText struct {
	Name string    `json:"name"`
	Data *dataText `json:"data"`
}

func textOfData(d Data) *dataText {
	t := &dataText{Coll: d.Coll, Type: d.Type}
	if d.Shape != nil {
		t.Shape = &d.Shape
	}
	float := func(x float64, bits int) { t.Values = append(t.Values, strconv.FormatFloat(x, 'g', -1, bits)) }
	switch v := d.Values.(type) {
	case []float64:
		for _, x := range v {
			float(x, 64)
		}
	case []float32:
		for _, x := range v {
			float(float64(x), 32)
		}
	case []complex128:
		for _, x := range v {
			float(real(x), 64)
			float(imag(x), 64)
		}
	case []complex64:
		for _, x := range v {
			float(float64(real(x)), 32)
			float(float64(imag(x)), 32)
		}
	case []bool:
		for _, x := range v {
			t.Values = append(t.Values, strconv.FormatBool(x))
		}
	case []uint64:
		for _, x := range v {
			t.Values = append(t.Values, strconv.FormatUint(x, 10))
		}
	case []string:
		for _, x := range v {
			if d.Type == Bytes {
				x = base64.StdEncoding.EncodeToString([]byte(x))
			}
			t.Values = append(t.Values, x)
		}
	default:
		all, _ := integers(v)
		for _, x := range all {
			t.Values = append(t.Values, strconv.FormatInt(x, 10))
		}
	}
	for _, c := range d.Columns {
		t.Columns = append(t.Columns, columnText{c.Name, textOfData(c.Data)})
	}
	return t
}

// data is the reverse of textOfData.
func (t *dataText) data(depth int) (Data, error) {
	if t == nil || depth > maxNesting {
		return Data{}, fmt.Errorf("trajectory: a value is missing or nested too deep: %w", ErrCorrupt)
	}
	d := Data{Coll: t.Coll, Type: t.Type}
	if t.Shape != nil {
		d.Shape = *t.Shape
	}
	for _, c := range t.Columns {
		e, err := c.Data.data(depth + 1)
		if err != nil {
			return Data{}, err
		}
		d.Columns = append(d.Columns, Column{Name: c.Name, Data: e})
	}
	var err error
	switch t.Coll {
	case Dict, EmptyDict, Table:
	default:
		if d.Values, err = t.Type.parse(t.Values); err != nil {
			return Data{}, fmt.Errorf("trajectory: %w: %w", ErrCorrupt, err)
		}
	}
	return d, d.check()
}

// parse makes the slice of a type's elements.
func (t Type) parse(texts []string) (any, error) {
	switch t {
	case Float, Float64:
		return eachText(texts, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
	case Float32:
		return eachText(texts, func(s string) (float32, error) { x, err := strconv.ParseFloat(s, 32); return float32(x), err })
	case Complex, Complex128:
		x, err := eachText(texts, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
		return pairs(x, func(re, im float64) complex128 { return complex(re, im) }), err
	case Complex64:
		x, err := eachText(texts, func(s string) (float32, error) { x, err := strconv.ParseFloat(s, 32); return float32(x), err })
		return pairs(x, func(re, im float32) complex64 { return complex(re, im) }), err
	case Bool, BoolNP:
		return eachText(texts, strconv.ParseBool)
	case Str:
		return append([]string{}, texts...), nil
	case Bytes:
		return eachText(texts, func(s string) (string, error) { b, err := base64.StdEncoding.DecodeString(s); return string(b), err })
	case Int, Int64:
		return signed[int64](texts, 64)
	case Int32:
		return signed[int32](texts, 32)
	case Int16:
		return signed[int16](texts, 16)
	case Int8:
		return signed[int8](texts, 8)
	case Uint64:
		return unsigned[uint64](texts, 64)
	case Uint32:
		return unsigned[uint32](texts, 32)
	case Uint16:
		return unsigned[uint16](texts, 16)
	case Uint8:
		return unsigned[uint8](texts, 8)
	}
	return nil, fmt.Errorf("unknown element type %q", t)
}

func eachText[T any](texts []string, parse func(string) (T, error)) ([]T, error) {
	out := make([]T, len(texts))
	for i, s := range texts {
		var err error
		if out[i], err = parse(s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func signed[T int8 | int16 | int32 | int64](texts []string, bits int) ([]T, error) {
	return eachText(texts, func(s string) (T, error) { x, err := strconv.ParseInt(s, 10, bits); return T(x), err })
}

func unsigned[T uint8 | uint16 | uint32 | uint64](texts []string, bits int) ([]T, error) {
	return eachText(texts, func(s string) (T, error) { x, err := strconv.ParseUint(s, 10, bits); return T(x), err })
}

func pairs[F, C any](x []F, pair func(re, im F) C) []C {
	out := make([]C, len(x)/2)
	for i := range out {
		out[i] = pair(x[2*i], x[2*i+1])
	}
	return out
}
