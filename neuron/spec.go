package neuron

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"galvani/equation"
	"galvani/quantity"
)

// Spec says what the neurons of a group are. It is plain data: two specs that
// are [Spec.Equal] behave alike.
type Spec struct {
	// Equations are the variables, one to a line, in the language of package equation.
	Equations string
	// Constants are what else the texts may refer to.
	Constants equation.Constants
	// Threshold is the condition for a spike, such as "V > V_th". Empty: no spikes.
	Threshold string
	// Reset are the statements carried out for neurons that spiked, such as
	// "V = 0; w += b". Empty: none.
	Reset string
	// Refractory says how long after a spike there is no other: a duration
	// ("5 ms", the name of a constant, an expression that may use variables) or a
	// condition during which the neuron stays refractory ("V > -20*mV").
	// Durations and conditions that use variables are evaluated in every step.
	Refractory string
	// Method is the integrator: "euler", which is what empty means too.
	Method string
	// DT is the group's own time step; zero takes the network's.
	DT quantity.Quantity
	// Update, if its Func is not nil, advances the neurons instead of the differential
	// equations.
	Update Native
	// Order is the place among what runs in the same slot; smaller is earlier.
	Order int
}

// Native is a function that advances neurons, registered by a name and a
// version: what it computes must only change together with one of them.
type Native struct {
	Name    string
	Version int
	// Columns are the variables that the function gets, in this order.
	Columns []string
	// Func advances the neurons of one step by a time step. It may be called for
	// disjoint ranges of neurons at the same time.
	Func func(s *Step)
}

// Step is what a native update works on: a range of neurons and a time step.
// The same value is used again for the next call.
type Step struct {
	Index int64   // number of the step; the time is Index*DT
	DT    float64 // s
	First int     // number of the first neuron of the range
	// Columns are the values of Native.Columns for the neurons of the range.
	Columns [][]float64
	// LastSpike is the step of each neuron's last spike, NeverSpiked if there was none.
	LastSpike []int64
	// NotRefractory is 1 or 0 for each neuron of a group that has variables marked
	// (unless refractory), which the function has to leave as they are where it is
	// 0; nil for other groups.
	NotRefractory []float64
}

// NeverSpiked stands for the step of the last spike of a neuron that has not
// spiked yet.
const NeverSpiked int64 = -(1 << 62)

// Digest identifies the spec: equal digests, equal behaviour. A native update
// counts by name, version and columns.
func (s Spec) Digest() string {
	var b strings.Builder
	field := func(name, value string) { fmt.Fprintf(&b, "%s %q\n", name, value) }
	if e, err := equation.Parse(s.Equations); err == nil {
		field("equations", e.String())
	} else {
		field("equations as written", s.Equations)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Constants)) {
		field("constant "+name, exactly(s.Constants[name]))
	}
	field("threshold", s.Threshold)
	field("reset", s.Reset)
	field("refractory", s.Refractory)
	field("method", s.Method)
	field("dt", exactly(s.DT))
	if s.Update.Func != nil {
		field("update", fmt.Sprintf("%q %d %q", s.Update.Name, s.Update.Version, s.Update.Columns))
	}
	field("order", fmt.Sprint(s.Order))
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// Equal reports whether two specs describe the same neurons.
func (s Spec) Equal(o Spec) bool { return s.Digest() == o.Digest() }

// exactly prints a constant with its type and all its bits.
func exactly(v any) string {
	switch v := v.(type) {
	case float64:
		return fmt.Sprintf("float64 %x", math.Float64bits(v))
	case quantity.Quantity:
		return fmt.Sprintf("quantity %x %v", math.Float64bits(v.SI()), v.Dimension())
	}
	return fmt.Sprintf("%T %v", v, v)
}
