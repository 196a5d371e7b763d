package equation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/internal/kernel"
)

var properties = []string{"a", "b", "c", "d"}

func propertySymbols() []equation.Symbol {
	var s []equation.Symbol
	for i, name := range properties {
		s = append(s, equation.Symbol{Name: name, Column: i})
	}
	return append(s, equation.Symbol{Name: "s", Shared: true, Column: 0}, equation.Symbol{Name: "u", Shared: true, Column: 1})
}

// propertyFrame has numbers between -1 and 1 in its columns, some of them the same.
func propertyFrame(r *rand.Rand, n int) *equation.Frame {
	f := &equation.Frame{Shared: []float64{0.7, -1.3}}
	for range properties {
		x := make([]float64, n)
		for i := range x {
			if x[i] = 2*r.Float64() - 1; r.IntN(8) == 0 {
				x[i] = float64(r.IntN(3) - 1)
			}
		}
		f.Columns = append(f.Columns, x)
	}
	return f
}

func copyFrame(f *equation.Frame) *equation.Frame {
	g := *f
	g.Columns = nil
	for _, c := range f.Columns {
		g.Columns = append(g.Columns, append([]float64(nil), c...))
	}
	return &g
}

// laneValues are the values that an interpreter sees in one lane.
func laneValues(f *equation.Frame, lane int) map[string]number {
	v := map[string]number{"k": {v: 1.7, m: 1.7}}
	put := func(name string, x float64) { v[name] = number{v: x, m: math.Abs(x)} }
	for i, name := range properties {
		put(name, f.Columns[i][lane])
	}
	put("s", f.Shared[0])
	put("u", f.Shared[1])
	return v
}

// requireClose compares a computed value with the interpreter's; it reports whether
// there was something to compare.
func requireClose(t *testing.T, want number, got float64, msg string, args ...any) bool {
	t.Helper()
	if want.vague || math.IsNaN(want.e) || want.e > 1e-7*(1+math.Abs(want.v)) || math.IsInf(want.v, 0) {
		return false
	}
	require.LessOrEqualf(t, math.Abs(got-want.v), 8*want.e+1e-289, "got %v, want %v: %s", got, want.v, fmt.Sprintf(msg, args...))
	return true
}

func sameBits(t *testing.T, want, got []float64, msg string, args ...any) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		if math.Float64bits(want[i]) != math.Float64bits(got[i]) && !(math.IsNaN(want[i]) && math.IsNaN(got[i])) {
			require.Failf(t, "bits differ", "lane %d: want %v, got %v: %s", i, want[i], got[i], fmt.Sprintf(msg, args...))
		}
	}
}

// TestExpressionsAgreeWithTheInterpreter compares random expressions with their
// evaluation node by node, and the kernel paths with each other.
func TestExpressionsAgreeWithTheInterpreter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	w := writer{r, append([]string{"s", "u", "k"}, properties...)}
	const n = 700 // more than a block
	scope := equation.Scope{Symbols: propertySymbols(), Constants: equation.Constants{"k": 1.7}}
	compared, all, compiled := 0, 0, 0
	for range 1500 {
		text := w.expression(1 + r.IntN(5))
		p, err := equation.CompileExpression(text, scope)
		if err != nil { // 1/0 and the like, found while folding
			require.ErrorIsf(t, err, equation.ErrValue, "%s: %v", text, err)
			continue
		}
		compiled++
		e, err := equation.Parse("x = " + text + " : 1")
		require.NoError(t, err)
		node := e.Variables()[0].Expr
		f := propertyFrame(r, n)
		want := make([]float64, n)
		p.NewMachine(kernel.Go()).Eval(f, 0, n, want)
		for lane := 0; lane < n; lane += 1 + r.IntN(60) {
			all++
			if requireClose(t, interpret(node, laneValues(f, lane)), want[lane], "%s\n%s", text, p) {
				compared++
			}
		}
		for _, k := range kernel.Available() {
			got := make([]float64, n)
			m := p.NewMachine(k)
			m.Eval(f, 0, 333, got)
			m.Eval(f, 333, n, got[333:])
			sameBits(t, want, got, "%s on %s\n%s", text, k.Name, p)
		}
	}
	require.Greater(t, compiled, 1300)
	require.Greater(t, float64(compared)/float64(all), 0.7)
}

// TestUpdatesAreSimultaneous compares random systems of equations with an
// interpreter that computes all right sides before it writes anything.
func TestUpdatesAreSimultaneous(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	w := writer{r, properties}
	const n = 600
	const dt = 0.125
	for range 300 {
		var lines []string
		for i, name := range properties {
			expr := w.expression(r.IntN(4))
			if r.IntN(3) == 0 { // long sums and linear systems
				expr = "a + 2*b - 0.5*c + 3*d - a*b + k*" + w.pick(properties...)
			}
			if r.IntN(3) == 0 {
				expr += " + sub" + fmt.Sprint(r.IntN(2))
			}
			flag := ""
			if i%2 == 1 {
				flag = " (unless refractory)"
			}
			lines = append(lines, "d"+name+"/dt = ("+expr+")*Hz : 1"+flag)
		}
		sub0, sub1 := w.expression(3), w.expression(2)+" + sub0"
		lines = append(lines, "sub0 = "+sub0+" : 1", "sub1 = "+sub1+" : 1")
		text := strings.Join(lines, "\n")
		e, err := equation.Parse(text)
		require.NoError(t, err, text)
		symbols := append(propertySymbols(), equation.Symbol{Name: "not_refractory", Type: equation.Boolean, Column: 4, ReadOnly: true})
		p, err := equation.CompileUpdate(e, "euler", equation.Scope{Symbols: symbols, Constants: equation.Constants{"k": 1.7}, DT: dt})
		if err != nil {
			require.ErrorIs(t, err, equation.ErrValue, text)
			continue
		}
		f := propertyFrame(r, n)
		mask := make([]float64, n)
		for i := range mask {
			mask[i] = float64(r.IntN(2))
		}
		f.Columns = append(f.Columns, mask)
		after := copyFrame(f)
		p.NewMachine(kernel.Go()).Run(after, 0, n)
		for lane := 0; lane < n; lane += 1 + r.IntN(60) {
			vars := laneValues(f, lane)
			vars["Hz"] = number{v: 1, m: 1}
			for _, sub := range []string{"sub0", "sub1"} {
				v, _ := e.Lookup(sub)
				vars[sub] = interpret(v.Expr, vars)
			}
			for i, name := range properties {
				v, _ := e.Lookup(name)
				if v.UnlessRefractory && mask[lane] == 0 {
					require.Equal(t, f.Columns[i][lane], after.Columns[i][lane])
					continue
				}
				step := interpretBinary("*", interpret(v.Expr, vars), number{v: dt, m: dt})
				requireClose(t, interpretBinary("+", vars[name], step), after.Columns[i][lane], "%s of\n%s\n\n%s", name, text, p)
			}
		}
		for _, k := range kernel.Available() {
			got := copyFrame(f)
			m := p.NewMachine(k)
			m.Run(got, 100, n)
			m.Run(got, 0, 100)
			for i := range got.Columns {
				sameBits(t, after.Columns[i], got.Columns[i], "column %d on %s", i, k.Name)
			}
		}
	}
}

// TestStatementsRunInOrder compares random statements with an interpreter, and
// running them on scattered lanes with running them on all.
func TestStatementsRunInOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const n = 600
	for range 400 {
		w := writer{r, append([]string{"local"}, properties...)}
		lines := []string{"local = " + w.expression(2)}
		lines[0] = strings.ReplaceAll(lines[0], "local", "a")
		lines[0] = "local" + lines[0][1:]
		ops := []string{"="}
		targets := []string{"local"}
		for range 1 + r.IntN(5) {
			target, op := w.pick(properties...), w.pick("=", "=", "+=", "-=", "*=")
			lines = append(lines, target+" "+op+" "+w.expression(r.IntN(4)))
			ops, targets = append(ops, op), append(targets, target)
		}
		lines = append(lines, "a += 0*local") // it is read in any case
		ops, targets = append(ops, "+="), append(targets, "a")
		text := strings.Join(lines, "; ")
		p, err := equation.CompileStatements(text, equation.Scope{Symbols: propertySymbols(), Constants: equation.Constants{"k": 1.7}})
		if err != nil {
			require.ErrorIs(t, err, equation.ErrValue, text)
			continue
		}
		f := propertyFrame(r, n)
		after := copyFrame(f)
		p.NewMachine(kernel.Go()).Run(after, 0, n)
		for lane := 0; lane < n; lane += 1 + r.IntN(60) {
			vars := laneValues(f, lane)
			for i, line := range lines {
				_, right, _ := strings.Cut(line, "=")
				e, err := equation.Parse("x =" + right + ": 1")
				require.NoError(t, err, line)
				x := interpret(e.Variables()[0].Expr, vars)
				if ops[i] != "=" {
					x = interpretBinary(ops[i][:1], vars[targets[i]], x)
				}
				vars[targets[i]] = x
			}
			for i, name := range properties {
				requireClose(t, vars[name], after.Columns[i][lane], "%s of\n%s\n\n%s", name, text, p)
			}
		}
		var idx []int32
		for i := range n {
			if r.IntN(2) == 0 {
				idx = append(idx, int32(i))
			}
		}
		r.Shuffle(len(idx), func(i, j int) { idx[i], idx[j] = idx[j], idx[i] })
		for _, k := range kernel.Available() {
			got := copyFrame(f)
			got.Index = [][]int32{idx}
			p.NewMachine(k).RunAt(got, len(idx))
			for c := range got.Columns {
				want := append([]float64(nil), f.Columns[c]...)
				for _, i := range idx {
					want[i] = after.Columns[c][i]
				}
				sameBits(t, want, got.Columns[c], "column %d of %s on %s\n%s", c, text, k.Name, p)
			}
		}
	}
}

// TestPrintedExpressionsMeanTheSame parses what String prints.
func TestPrintedExpressionsMeanTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	w := writer{r, properties}
	for range 500 {
		e, err := equation.Parse("x = " + w.expression(6) + " : 1")
		require.NoError(t, err)
		again, err := equation.Parse(e.String())
		require.NoError(t, err, e)
		require.Equal(t, e.String(), again.String())
		require.True(t, e.Equal(again))
		require.Equal(t, e.Digest(), again.Digest())
		vars := laneValues(propertyFrame(r, 1), 0)
		a, b := interpret(e.Variables()[0].Expr, vars), interpret(again.Variables()[0].Expr, vars)
		sameBits(t, []float64{a.v}, []float64{b.v}, "%s", e)
	}
}
