package sim

import (
	"fmt"
	"slices"
	"unsafe"
)

// lanes is the number of float64 in a cache line and in the widest vector.
const lanes = 8

// pageSize is at most the size of a page of memory in bytes.
const pageSize = 4096

// NewColumn makes n zeros that start at a multiple of 64 bytes and have room
// for whole vectors of 8 behind the last one.
func NewColumn(n int) []float64 {
	padded := (n + lanes - 1) / lanes * lanes
	raw := make([]float64, padded+lanes)
	for i := 0; i < len(raw); i += pageSize / 8 {
		raw[i] = 0 // in order, so that the system puts pages that follow each other together
	}
	off := 0
	if r := int(uintptr(unsafe.Pointer(unsafe.SliceData(raw))) % 64); r != 0 {
		off = (64 - r) / 8
	}
	return raw[off : off+n : off+padded]
}

// Column is a named float64 per element.
type Column struct {
	Name string
	Data []float64
}

// Counter is a named list of integers.
type Counter struct {
	Name string
	Data []int64
}

// State is the changing data of one object in one network.
type State struct {
	N        int       // number of elements: neurons, synapses
	Columns  []Column  // a float64 per element
	Shared   []Column  // one float64 for all elements
	Counters []Counter // integers: last spikes, counts
	Spikes   *Spikes   // nil for what does not spike
}

// NewState makes a state for n elements without any variables.
func NewState(n int) *State { return &State{N: n} }

// AddColumn adds a variable with a value per element, all zero, and returns its
// values.
func (s *State) AddColumn(name string) []float64 {
	c := NewColumn(s.N)
	s.Columns = append(s.Columns, Column{Name: name, Data: c})
	return c
}

// AddShared adds a variable with one value for all elements and returns where
// it is kept.
func (s *State) AddShared(name string) []float64 {
	c := make([]float64, 1)
	s.Shared = append(s.Shared, Column{Name: name, Data: c})
	return c
}

// AddCounter adds n named integers, all zero.
func (s *State) AddCounter(name string, n int) []int64 {
	c := make([]int64, n)
	s.Counters = append(s.Counters, Counter{Name: name, Data: c})
	return c
}

// Float64 is the live column of a variable, or the one value of a shared
// variable; nil if there is no variable of that name. Writing to it changes the
// simulation.
func (s *State) Float64(name string) []float64 {
	if s == nil {
		return nil
	}
	for _, list := range [2][]Column{s.Columns, s.Shared} {
		if k := slices.IndexFunc(list, func(c Column) bool { return c.Name == name }); k >= 0 {
			return list[k].Data
		}
	}
	return nil
}

// Int64 is a live list of integers such as "lastspike" of a neuron group (the
// step of each neuron's last spike); nil if there is none of that name.
func (s *State) Int64(name string) []int64 {
	if s == nil {
		return nil
	}
	if k := slices.IndexFunc(s.Counters, func(c Counter) bool { return c.Name == name }); k >= 0 {
		return s.Counters[k].Data
	}
	return nil
}

// Clone is a deep copy.
func (s *State) Clone() *State {
	c := &State{N: s.N, Spikes: s.Spikes.Clone()}
	for _, x := range s.Columns {
		copy(c.AddColumn(x.Name), x.Data)
	}
	for _, x := range s.Shared {
		copy(c.AddShared(x.Name), x.Data)
	}
	for _, x := range s.Counters {
		c.Counters = append(c.Counters, Counter{Name: x.Name, Data: slices.Clone(x.Data)})
	}
	return c
}

// Fits reports as an error where the variables of s are not those of t.
func (s *State) Fits(t *State) error {
	if s.N != t.N {
		return fmt.Errorf("%d elements, want %d", s.N, t.N)
	}
	if (s.Spikes == nil) != (t.Spikes == nil) {
		return fmt.Errorf("one has spikes, the other has not")
	}
	for _, l := range []struct {
		what      string
		got, want []string
	}{
		{"variables", names(s.Columns), names(t.Columns)},
		{"shared variables", names(s.Shared), names(t.Shared)},
		{"counters", counters(s.Counters), counters(t.Counters)},
	} {
		if !slices.Equal(l.got, l.want) {
			return fmt.Errorf("%s %v, want %v", l.what, l.got, l.want)
		}
	}
	return nil
}

func names(columns []Column) []string {
	var n []string
	for _, c := range columns {
		n = append(n, c.Name)
	}
	return n
}

func counters(list []Counter) []string {
	var n []string
	for _, c := range list {
		n = append(n, fmt.Sprintf("%s[%d]", c.Name, len(c.Data)))
	}
	return n
}

// CopyFrom takes the values of t, which must fit, into the memory of s.
func (s *State) CopyFrom(t *State) {
	for k := range s.Columns {
		copy(s.Columns[k].Data, t.Columns[k].Data)
	}
	for k := range s.Shared {
		copy(s.Shared[k].Data, t.Shared[k].Data)
	}
	for k := range s.Counters {
		copy(s.Counters[k].Data, t.Counters[k].Data)
	}
	if s.Spikes != nil {
		s.Spikes.CopyFrom(t.Spikes)
	}
}
