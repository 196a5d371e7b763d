package synapse

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

// Spec says which neurons are connected and what a spike does. Exactly one rule
// is to be given: P, AllToAll, OneToOne or Pairs.
type Spec struct {
	// OnPre are the statements carried out for each synapse when the presynaptic
	// neuron spikes, such as "y_e += w".
	OnPre string
	// Constants are what else the texts may refer to.
	Constants equation.Constants

	// P connects each pair with this probability, independently of the others.
	P float64
	// AllToAll connects every pair.
	AllToAll bool
	// OneToOne connects neurons of equal number in two views of the same size.
	OneToOne bool
	// Pairs are (presynaptic, postsynaptic) neurons by their numbers in the views, in
	// the order in which the synapses of a neuron act. A pair may occur again.
	Pairs [][2]int32

	// Condition leaves out the pairs for which it is false: "i != j". It goes
	// with P, AllToAll and OneToOne.
	Condition string
	// NoAutapses leaves out the connections of a neuron with itself. It goes with
	// P, AllToAll and OneToOne.
	NoAutapses bool
	// AllowEmpty accepts that no synapses come of it.
	AllowEmpty bool

	// Weight is the w of OnPre: a number, a quantity.Quantity, a slice of either with an
	// element per synapse (in the order of Pairs, else by presynaptic and then
	// postsynaptic neuron), or text that is evaluated for every synapse ("0.1*rand()",
	// "w0*(i < 10)").
	Weight any
	// WeightUnit is the unit of weights given as plain numbers; empty: none.
	WeightUnit string
	// Delay is the time from a spike to its effect, rounded to int(delay/dt + 0.5)
	// steps. Without delay a spike acts in the step in which it occurs.
	Delay quantity.Quantity
	// Order is the place among the projections of a network; smaller is earlier. It is
	// added to -1, the order in which what a presynaptic spike does stands by default.
	Order int
}

// Digest identifies the spec: equal digests, equal connections under equal names
// and seeds.
func (s Spec) Digest() string {
	var b strings.Builder
	field := func(name string, v any) { fmt.Fprintf(&b, "%s %s\n", name, exactly(v)) }
	field("onpre", s.OnPre)
	for _, name := range slices.Sorted(maps.Keys(s.Constants)) {
		field("constant "+name, s.Constants[name])
	}
	field("p", s.P)
	field("all", s.AllToAll)
	field("one", s.OneToOne)
	field("pairs", s.Pairs)
	field("condition", s.Condition)
	field("noautapses", s.NoAutapses)
	field("allowempty", s.AllowEmpty)
	field("weight", s.Weight)
	field("unit", s.WeightUnit)
	field("delay", s.Delay)
	field("order", s.Order)
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// Equal reports whether two specs describe the same connections.
func (s Spec) Equal(o Spec) bool { return s.Digest() == o.Digest() }

// exactly prints a value with its type and all its bits.
func exactly(v any) string {
	switch v := v.(type) {
	case float64:
		return fmt.Sprintf("float64 %x", math.Float64bits(v))
	case []float64:
		var b strings.Builder
		b.WriteString("[]float64")
		for _, x := range v {
			fmt.Fprintf(&b, " %x", math.Float64bits(x))
		}
		return b.String()
	case quantity.Quantity:
		return fmt.Sprintf("quantity %x %v", math.Float64bits(v.SI()), v.Dimension())
	case []quantity.Quantity:
		var b strings.Builder
		for _, q := range v {
			b.WriteString(exactly(q) + " ")
		}
		return b.String()
	}
	return fmt.Sprintf("%T %#v", v, v)
}
