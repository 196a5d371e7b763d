package equation_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/quantity"
)

// inside checks that every error of a text points into it.
func inside(t *testing.T, text string, err error) {
	t.Helper()
	list := []error{err}
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		list = j.Unwrap()
	}
	lines := strings.Split(text, "\n")
	for _, err := range list {
		var e *equation.Error
		if !errors.As(err, &e) {
			require.Contains(t, err.Error(), "more errors")
			continue
		}
		require.Positive(t, e.Line, e)
		require.LessOrEqual(t, e.Line, len(lines), e)
		require.Positive(t, e.Col, e)
		require.LessOrEqual(t, e.Col, len([]rune(lines[e.Line-1]))+1, e)
		require.NotEmpty(t, e.Msg)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(clusternet)
	f.Add("dv/dt = (a + \n b)/ms : volt (unless refractory) # c\nn : integer (constant)")
	f.Add("x = -a**-b**2 - (c - d) + clip(e, 1, .5e-3) % 2 // 3 : 1")
	f.Add("b = not (a and b or c) == True : boolean (shared)")
	f.Add("x = ((a : 1\ny = \xff$ : metre**2/(second*siemens) (constant")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := equation.Parse(text)
		if err != nil {
			inside(t, text, err)
			return
		}
		printed := e.String()
		again, err := equation.Parse(printed)
		require.NoError(t, err, "%q printed as %q", text, printed)
		require.Equal(t, printed, again.String())
		require.Len(t, again.Variables(), len(e.Variables()))
	})
}

// fuzzScope has a name of every kind.
func fuzzScope() equation.Scope {
	return equation.Scope{
		Symbols: []equation.Symbol{
			{Name: "x"}, {Name: "y", Column: 1}, {Name: "v", Dim: quantity.DimVoltage, Column: 2}, {Name: "n", Type: equation.Integer, Column: 3},
			{Name: "on", Type: equation.Boolean, Column: 4}, {Name: "g", Via: 1, Column: 5, Guard: "on"}, {Name: "t", Shared: true, Dim: quantity.DimTime},
			{Name: "i", Type: equation.Integer, Column: equation.Lane}, {Name: "s", Shared: true, Column: 1}, {Name: "ro", ReadOnly: true, Column: 6},
		},
		Constants: equation.Constants{"tau": "5 ms", "k": 1.7, "c": "k*2"},
		DT:        1e-3,
	}
}

func FuzzCompileStatements(f *testing.F) {
	f.Add("x = 1; y += x*k\nn = int(y > 2)")
	f.Add("x, y = y, x")
	f.Add("a = x; x = y; y = a; g += exp(-t/tau)*rand() - randn()")
	f.Add("v += 3*mV*x**2/(1 + y % 3) ; on = v > 1*mV and not on or True")
	f.Add("x **= 0.5; y //= s; x = clip(y, i, n) + where(on, k, dt/ms)")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := equation.CompileStatements(text, fuzzScope())
		if err != nil {
			inside(t, text, err)
			return
		}
		frame := func() *equation.Frame {
			fr := lanesOf(7, 20)
			fr.Shared = []float64{0.25, 3}
			fr.Index = [][]int32{nil, make([]int32, 20)}
			for i := range fr.Index[1] {
				fr.Index[1][i] = int32(19 - i)
			}
			return fr
		}
		want := frame()
		p.NewMachine(kernel.Go()).Run(want, 0, 20)
		got := frame()
		m := p.NewMachine(kernel.Best())
		got.Index[0] = []int32{7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19}
		via := got.Index[1]
		m.Run(got, 0, 7)
		got.Index[1] = via[7:]
		m.RunAt(got, 13)
		for c := range want.Columns {
			sameBits(t, want.Columns[c], got.Columns[c], "column %d of %q\n%s", c, text, p)
		}
	})
}

func FuzzCompileCondition(f *testing.F) {
	f.Add("x > 0.5")
	f.Add("0.5 >= x and not on")
	f.Add("i != n or rand() < k")
	f.Add("5 mV < v")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := equation.CompileCondition(text, fuzzScope())
		if err != nil {
			inside(t, text, err)
			return
		}
		fr := lanesOf(7, 20)
		fr.Shared = []float64{0.25, 3}
		fr.Index = [][]int32{nil, {4}}
		m := c.NewMachine(kernel.Best())
		mask, idx := make([]float64, 20), make([]int32, 20)
		m.Eval(fr, 0, 20, mask)
		var want []int32
		for i, b := range mask {
			if b != 0 {
				want = append(want, int32(i))
			}
		}
		n := c.Find(m, fr, 0, 20, idx)
		require.Equal(t, want, append([]int32(nil), idx[:n]...), "%q", text)
	})
}

func FuzzEvalConstant(f *testing.F) {
	for _, s := range []string{"5 ms", "2*tau", "(a - b)/c", "1/ms", "-2**0.5", "loop", "rand()"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := equation.EvalConstant(text, equation.Constants{"tau": 5e-3, "a": 1, "b": "a + 1", "c": "b*2", "loop": "loop"})
		if err != nil {
			var e *equation.Error
			require.ErrorAs(t, err, &e)
			return
		}
		_ = q.String()
	})
}
