package env

import "galvani/trajectory"

// outcomeBytes is about the memory that an outcome takes.
func outcomeBytes(o outcome) int64 {
	n := int64(512 + len(o.Info.Stack))
	for _, r := range o.Records {
		n += int64(256 + len(r.Name) + len(r.Comment))
		for _, it := range r.Items {
			n += dataBytes(it.Data)
		}
	}
	return n
}

func dataBytes(d trajectory.Data) int64 {
	n := int64(96)
	switch v := d.Values.(type) {
	case []bool:
		n += int64(len(v))
	case []int8:
		n += int64(len(v))
	case []uint8:
		n += int64(len(v))
	case []int16:
		n += 2 * int64(len(v))
	case []uint16:
		n += 2 * int64(len(v))
	case []int32:
		n += 4 * int64(len(v))
	case []uint32:
		n += 4 * int64(len(v))
	case []float32:
		n += 4 * int64(len(v))
	case []int64:
		n += 8 * int64(len(v))
	case []uint64:
		n += 8 * int64(len(v))
	case []float64:
		n += 8 * int64(len(v))
	case []complex64:
		n += 8 * int64(len(v))
	case []complex128:
		n += 16 * int64(len(v))
	case []string:
		for _, s := range v {
			n += 16 + int64(len(s))
		}
	}
	for _, c := range d.Columns {
		n += dataBytes(c.Data)
	}
	return n
}
