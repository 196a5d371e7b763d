package sim

import (
	"cmp"
	"fmt"
	"strings"
)

// Slot is a part of a time step. Slots run in the order of their values.
type Slot uint8

// The slots of a time step, as in Brian 2.
const (
	Start      Slot = iota // state monitors sample
	Groups                 // state updates
	Thresholds             // spikes are found; spike monitors directly after
	Synapses               // spikes are delivered
	Resets                 // neurons that spiked are reset
	End
	slotCount
)

// slotNames lists the slots by their value.
var slotNames = [slotCount]string{"start", "groups", "thresholds", "synapses", "resets", "end"}

// String is the slot's name: "start", "groups", "thresholds", "synapses",
// "resets" or "end".
func (s Slot) String() string {
	if s < slotCount {
		return slotNames[s]
	}
	return fmt.Sprintf("slot %d", uint8(s))
}

// ParseSlot finds a slot by its name.
func ParseSlot(name string) (Slot, error) {
	for i, n := range slotNames {
		if n == name {
			return Slot(i), nil
		}
	}
	return 0, fmt.Errorf("unknown slot %q; want one of %s", name, strings.Join(slotNames[:], ", "))
}

// Entry is a line of the schedule: what runs when.
type Entry struct {
	Slot  Slot
	Order int    // smaller runs earlier inside the slot
	Name  string // decides among equal orders, and is unique in a network
}

// Compare orders entries as a step runs them: by slot, order, name.
func (e Entry) Compare(f Entry) int {
	return cmp.Or(cmp.Compare(e.Slot, f.Slot), cmp.Compare(e.Order, f.Order), strings.Compare(e.Name, f.Name))
}

// String is the entry as a line of text.
func (e Entry) String() string {
	return fmt.Sprintf("%-20s order=%d  %s", e.Slot, e.Order, e.Name)
}
