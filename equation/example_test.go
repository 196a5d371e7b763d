package equation_test

import (
	"fmt"
	"log"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/quantity"
)

// A leaky neuron, one step, and what was compiled for it.
func Example() {
	eqs, err := equation.Parse(`
		dV/dt = (mu - V)/tau : 1 (unless refractory)   # leaks to mu
		mu : 1 (constant)`)
	if err != nil {
		log.Fatal(err)
	}
	update, err := equation.CompileUpdate(eqs, "euler", equation.Scope{
		Symbols: []equation.Symbol{
			{Name: "V", Column: 0},
			{Name: "mu", Column: 1, ReadOnly: true},
			{Name: "not_refractory", Type: equation.Boolean, Column: 2, ReadOnly: true},
		},
		Constants: equation.Constants{"tau": quantity.MustParse("20 ms")},
		DT:        1e-3,
	})
	if err != nil {
		log.Fatal(err)
	}
	frame := &equation.Frame{Columns: [][]float64{{0, 0.5, 0.5}, {2, 2, 2}, {1, 1, 0}}}
	update.NewMachine(kernel.Best()).Run(frame, 0, 3)
	fmt.Printf("%.3f\n", frame.Columns[0])
	fmt.Print(update)
	// Output:
	// [0.100 0.575 0.500]
	// V: column 0, read and written
	// mu: column 1
	// not_refractory: column 2
	// r0 = flush(0.05*mu + 0.95*V)
	// V = select(not_refractory, r0, V)
}

func ExampleParse_errors() {
	_, err := equation.Parse("dv/dt = (E - v/tau : volt\nw : mV")
	fmt.Println(err)
	// Output:
	// equation: line 1, column 20: found ":", expected an operator or ')'
	//     dv/dt = (E - v/tau : volt
	//                        ^
	// equation: line 2, column 5: variables are kept in SI units: found mV, expected volt
	//     w : mV
	//         ^^
}

func ExampleCompileStatements_units() {
	_, err := equation.CompileStatements("v += w", equation.Scope{
		Symbols: []equation.Symbol{{Name: "v", Dim: quantity.DimVoltage}, {Name: "w", Dim: quantity.DimConductance, Column: 1}},
		Where:   "synapses: on_pre",
	})
	fmt.Println(err)
	// Output:
	// equation: synapses: on_pre: line 1, column 3: the sides of + have different units: found volt on the left (v) and siemens on the right (w), expected the same
	//     v += w
	//       ^^
}

func ExampleCondition_Find() {
	c, err := equation.CompileCondition("V > V_th", equation.Scope{
		Symbols:   []equation.Symbol{{Name: "V"}},
		Constants: equation.Constants{"V_th": 1},
	})
	if err != nil {
		log.Fatal(err)
	}
	frame := &equation.Frame{Columns: [][]float64{{0.2, 1.1, 1.0, 3}}}
	spikes := make([]int32, 4)
	n := c.Find(c.NewMachine(kernel.Best()), frame, 0, 4, spikes)
	fmt.Println(spikes[:n])
	// Output: [1 3]
}

func ExampleTemplate() {
	fmt.Println(equation.Template("dx_PRE/dt = -x_PRE/tau_PRE : 1", map[string]string{"PRE": "e"}))
	// Output: dx_e/dt = -x_e/tau_e : 1
}

func ExampleEvalConstant() {
	q, err := equation.EvalConstant("2*tau + 1*ms", equation.Constants{"tau": "5 ms"})
	fmt.Println(q, err)
	// Output: 11 ms <nil>
}
