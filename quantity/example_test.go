package quantity_test

import (
	"fmt"

	"galvani/quantity"
)

func Example() {
	tau := quantity.MustParse("15 ms")
	g := quantity.MustParse("30 nS")
	v := quantity.MustParse("-70.6 mV")
	fmt.Println(tau.SI(), "s")
	fmt.Println(g.Mul(v))
	_, err := tau.Add(v)
	fmt.Println(err)
	// Output:
	// 0.015 s
	// -2.118 nA
	// quantity: add: dimensions differ: s and V
}

func ExampleParse() {
	q, err := quantity.Parse("1 uF/cm^2")
	fmt.Println(q, q.SI(), err)
	_, err = quantity.Parse("5 mv")
	fmt.Println(err)
	// Output:
	// 1 uF/cm^2 0.01 <nil>
	// quantity: "5 mv", column 3: unknown unit "mv": did you mean mV or MV?
}

func ExampleDimension_Brian() {
	u, _ := quantity.ParseUnit("uF/cm**2")
	fmt.Println(u.Dim.Brian())
	fmt.Println(quantity.DimConductance.Brian())
	// Output:
	// 1. * metre ** -4 * kilogram ** -1 * second ** 4 * amp ** 2
	// 1. * siemens
}

func ExampleQuantity_In() {
	rate := quantity.MustParse("0.02/ms")
	hz, err := rate.In("Hz")
	fmt.Println(hz, err)
	// Output: 20 <nil>
}
