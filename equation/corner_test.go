package equation_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/quantity"
)

func TestSwaps(t *testing.T) {
	s := equation.Scope{Symbols: []equation.Symbol{
		{Name: "a", Type: equation.Boolean}, {Name: "b", Type: equation.Boolean, Column: 1}, {Name: "x", Column: 2}, {Name: "y", Column: 3}, {Name: "z", Column: 4},
	}}
	for text, want := range map[string][][]float64{
		"h = a; a = b; b = h":               {{1}, {0}, {2}, {3}, {4}},
		"h = x; x = y; y = z; z = h":        {{0}, {1}, {3}, {4}, {2}},
		"x = x; a = a":                      {{0}, {1}, {2}, {3}, {4}},
		"h = x + y + z; x = h; y = h + x":   {{0}, {1}, {9}, {18}, {4}},
		"b = not a and b; a = b or x > 3":   {{1}, {1}, {2}, {3}, {4}},
		"x = where(True, y, z); y = 1 - -z": {{0}, {1}, {3}, {5}, {4}},
	} {
		p := statements(t, text, s)
		f := &equation.Frame{Columns: [][]float64{{0}, {1}, {2}, {3}, {4}}}
		p.NewMachine(kernel.Best()).Run(f, 0, 1)
		assert.Equal(t, want, f.Columns, "%s\n%s", text, p)
	}
}

func TestConstantsOfEveryType(t *testing.T) {
	for _, v := range []any{7, int8(7), int16(7), int32(7), int64(7), uint(7), uint8(7), uint16(7), uint32(7), uint64(7), 7.0, float32(7), "7", quantity.New(7, quantity.DimNone)} {
		q, err := equation.EvalConstant("k", equation.Constants{"k": v})
		require.NoError(t, err, "%T", v)
		assert.Equal(t, 7.0, q.SI(), "%T", v)
	}
	// Only whole numbers may be assigned to integers.
	s := equation.Scope{Symbols: []equation.Symbol{{Name: "n", Type: equation.Integer}}}
	for _, v := range []any{7, uint8(7), "7", "2**3 - 1", true} {
		s.Constants = equation.Constants{"k": v}
		_, err := equation.CompileStatements("n = int(k)", s)
		assert.NoError(t, err, "%T", v)
		_, err = equation.CompileStatements("n = k*2", s)
		assert.NoError(t, err, "%T", v)
	}
	for _, v := range []any{7.0, "7/1", "2**-1", math.NaN(), math.Inf(1), nil, []float64{7}} {
		s.Constants = equation.Constants{"k": v}
		_, err := equation.CompileStatements("n = k", s)
		assert.Error(t, err, "%v", v)
	}
}

func TestPowersOfUnits(t *testing.T) {
	s := equation.Scope{Symbols: []equation.Symbol{{Name: "v", Dim: quantity.DimVoltage}}, Constants: equation.Constants{"two": 2, "half": "1/two"}}
	for text, value := range map[string]float64{
		"(v**two/volt)**half/sqrt(volt)": 4, "v**(1 + int(two > 1))/volt**2": 16, "v**-1*volt": 0.25, "sqrt(v*v)/volt": 4,
		"v**(-half)*volt**0.5": 0.5, "v**exp(0)/volt": 4, "(v/volt)**(v/volt)": 256, "v**3/v**2/volt": 4, "v**0": 1,
	} {
		p, err := equation.CompileExpression(text, s)
		require.NoError(t, err, text)
		require.Equal(t, quantity.DimNone, p.Dimension(), text)
		got := make([]float64, 1)
		p.NewMachine(kernel.Best()).Eval(&equation.Frame{Columns: [][]float64{{4}}}, 0, 1, got)
		assert.InEpsilon(t, value, got[0], 1e-15, text)
	}
}

func TestRemainders(t *testing.T) {
	s := equation.Scope{Symbols: []equation.Symbol{{Name: "a"}, {Name: "b", Column: 1}, {Name: "r", Column: 2}, {Name: "q", Column: 3}}}
	p := statements(t, "r = a % b; q = a // b", s)
	for _, c := range []struct{ a, b, r, q float64 }{ // as Python computes them
		{7, 3, 1, 2}, {-7, 3, 2, -3}, {7, -3, -2, -3}, {-7, -3, -1, 2}, {6, 3, 0, 2}, {0.3, 0.1, 0.09999999999999998, 2}, {-0.5, 2, 1.5, -1},
		{1, 0.1, 0.09999999999999995, 9},
	} {
		f := &equation.Frame{Columns: [][]float64{{c.a}, {c.b}, {0}, {0}}}
		p.NewMachine(kernel.Best()).Run(f, 0, 1)
		assert.Equal(t, []float64{c.r, c.q}, []float64{f.Columns[2][0], f.Columns[3][0]}, "%v", c)
	}
}

func TestManyErrorsAreCutShort(t *testing.T) {
	var b strings.Builder
	for i := range 50 {
		fmt.Fprintf(&b, "x%d = * : 1\n", i)
	}
	_, err := equation.Parse(b.String())
	require.ErrorContains(t, err, "and 30 more errors")
}

func TestPositionsOfNodes(t *testing.T) {
	e, err := equation.Parse("\nx = abs(-y) + 1 : 1")
	require.NoError(t, err)
	at := func(n equation.Node) [2]int {
		line, col := n.Position()
		return [2]int{line, col}
	}
	sum := e.Variables()[0].Expr.(*equation.Binary)
	assert.Equal(t, [2]int{2, 13}, at(sum))
	assert.Equal(t, [2]int{2, 15}, at(sum.Y))
	call := sum.X.(*equation.Call)
	assert.Equal(t, [2]int{2, 5}, at(call))
	minus := call.Args[0].(*equation.Unary)
	assert.Equal(t, [2]int{2, 9}, at(minus))
	assert.Equal(t, [2]int{2, 10}, at(minus.X))
}

func TestExcerptsOfIndentedLines(t *testing.T) {
	_, err := equation.Parse("\t\tx =\té + : 1")
	require.EqualError(t, err, "equation: line 1, column 11: found \":\", expected a number, a name or '('\n"+
		"    x = é + : 1\n"+
		"            ^")
}

// TestLongSums adds more terms than one instruction has, shared ones among them.
func TestLongSums(t *testing.T) {
	s := equation.Scope{DT: 1}
	f := &equation.Frame{}
	var terms []string
	want := 0.5
	for k := range 23 {
		name := fmt.Sprintf("a%d", k)
		sym := equation.Symbol{Name: name, Column: len(f.Columns)}
		if k%5 == 4 {
			sym.Shared, sym.Column = true, len(f.Shared)
			f.Shared = append(f.Shared, float64(k))
		} else {
			f.Columns = append(f.Columns, []float64{float64(k)})
		}
		s.Symbols = append(s.Symbols, sym)
		terms = append(terms, fmt.Sprintf("%d*%s", k+1, name))
		want += float64((k + 1) * k)
	}
	p, err := equation.CompileExpression(strings.Join(terms, " + ")+" + 0.5", s)
	require.NoError(t, err)
	got := make([]float64, 1)
	p.NewMachine(kernel.Best()).Eval(f, 0, 1, got)
	assert.Equal(t, want, got[0], p)
}

// TestKernelsAgreeAtEveryLength runs a program whose blocks end anywhere.
func TestKernelsAgreeAtEveryLength(t *testing.T) {
	p := clusternetUpdate(t)
	for _, n := range []int{1, 2, 3, 7, 8, 9, 63, 64, 65, 511, 512, 513, 1023, 1025} {
		want := lanesOf(6, n)
		p.NewMachine(kernel.Go()).Run(want, 0, n)
		for _, k := range kernel.Available() {
			got := lanesOf(6, n)
			p.NewMachine(k).Run(got, 0, n)
			for c := range got.Columns {
				sameBits(t, want.Columns[c], got.Columns[c], "column %d of %d lanes on %s", c, n, k.Name)
			}
		}
	}
}
