package trajectory_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/dirstore"
)

// odd makes arguments that nobody should pass, and some that one may.
type odd struct{ *rand.Rand }

func (o odd) text() string {
	return pick(o, "", ".", "..", "a", "a.b", "a..b", ".a", "a.", "$", "$set", "$nothing", "crun", "r_A", "r_0", "r_9", "run_", "run_00000001", "r_99999999999",
		"results.runs.r_1.rate", "model", "model.x", "x", "parameters.model.tau", "parameters", "config", "overview", "overview.x", "_x", "ü", "\x00", "\xff\xfe", "a b", "a/b",
		"results", "results.runs.$.z", strings.Repeat("n", 300), strings.Repeat("a.", 200)+"b", "scalars", "link", "rate", "words", "[", "*")
}

func (o odd) value() any {
	type empty struct{}
	type nested struct{ A, B any }
	var nilMap map[string]any
	var nilPointer *nested
	cycle := map[string]any{}
	cycle["again"] = cycle
	ring := []any{nil}
	ring[0] = ring
	return pick[any](o, nil, true, 0, -1, math.MaxInt64, uint64(math.MaxUint64), math.NaN(), math.Inf(1), math.Copysign(0, -1), float32(1), 1i, "", "\xff", strings.Repeat("x", 1<<12),
		[]int{}, []int(nil), []float64{math.NaN()}, []string{"a", "\xff"}, []byte(nil), [][]int{{1}, {2, 3}}, [][]int{}, [3]int{}, []any{1, "a", nil}, []any{}, ring,
		map[string]any{"": 1}, map[string]any{"a.b": 1, "a": nil}, map[int]int{1: 2}, nilMap, cycle, empty{}, nested{1, make(chan int)}, nilPointer, &nested{}, make(chan int), func() {},
		time.Unix(0, 0), errors.New("x"), quantity.Quantity{}, uintptr(3), reflect.ValueOf(1), trajectory.Data{}, trajectory.Data{Coll: trajectory.Table, Columns: make([]trajectory.Column, 2)},
		trajectory.Data{Coll: trajectory.NDArray, Type: trajectory.Float, Shape: []int{-1}, Values: []float64{}}, trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Int, Values: []string{"a"}},
		trajectory.Array[float64]{Shape: []int{1 << 40, 1 << 40}}, trajectory.Array[int]{Shape: []int{2}, Data: []int{1}}, trajectory.Array[string]{}, trajectory.ListOf[int]{}, trajectory.TupleOf[bool]{},
		trajectory.Frame{}, trajectory.Frame{{Name: "", Values: nil}}, trajectory.Frame{{Name: "a", Values: []int{1}}, {Name: "a", Values: []int{1, 2}}}, trajectory.Frame{{Name: "a", Values: 1}},
		trajectory.DataFrame{}, trajectory.DataFrame{Index: []int{1}, Columns: []string{"a"}, Values: []any{[]float64{1, 2}}}, trajectory.DataFrame{Index: []float64{1}, Columns: []string{"a"}, Values: []any{[]float64{1}}},
		trajectory.CSR[float64]{}, trajectory.CSR[float64]{Shape: [2]int{2, 2}, Starts: []int{0, 9, 1}, Columns: []int32{7}, Values: []float64{1}}, trajectory.DIA[int]{Shape: [2]int{-1, 3}},
		trajectory.BSR[float32]{Shape: [2]int{4, 4}}, trajectory.CSC[complex128]{Shape: [2]int{1, 1}, Starts: []int{0}}, trajectory.JSON{Type: "x", Text: "{"}, trajectory.JSON{}, trajectory.Items{}, trajectory.Items{"": 1, "x.y": nil},
		trajectory.Items(nil), trajectory.Numbered{1, nil}, trajectory.Numbered{}, struct {
			X int `param:"model.x"`
		}{}, struct {
			Y float64 `param:".." min:"z"`
		}{}, struct{ Z *int }{})
}

// oddDesign gives columns that cannot be.
type oddDesign struct {
	axes []trajectory.Axis
	err  error
}

func (d oddDesign) Columns() ([]trajectory.Axis, error) { return d.axes, d.err }

// longRange says that it has more values than it has.
type longRange struct{}

func (longRange) Len() int     { return -1 }
func (longRange) At(i int) any { return nil }

func (o odd) design() trajectory.Design {
	return pick[trajectory.Design](o, nil, trajectory.Grid{}, trajectory.Zip{}, trajectory.Points{}, trajectory.Grid(nil), trajectory.Axis{}, trajectory.Over("x", nil), trajectory.Over("", trajectory.Values(1)),
		trajectory.Over("x", trajectory.Values[int]()), trajectory.Over("x", longRange{}), trajectory.Over("x", trajectory.Values[any](nil, 1)), trajectory.Over("x", trajectory.Values(1.5)), trajectory.Over("x", trajectory.Trials(-3)),
		trajectory.Over("x", trajectory.Linspace(0, 1, -1)), trajectory.Over("x", trajectory.Arange(0, 1, 0)), trajectory.Over("x", trajectory.Arange(0, math.Inf(1), 1)), trajectory.Over("x", trajectory.Arange(1, 0, math.NaN())),
		trajectory.Grid{trajectory.Over("x", trajectory.Trials(1<<30)), trajectory.Over("model.tau", trajectory.Linspace(0, 1, 1<<30))}, trajectory.Grid{nil}, trajectory.Zip{nil, trajectory.Over("x", trajectory.Values(1))},
		trajectory.Zip{trajectory.Over("x", trajectory.Values(1)), trajectory.Over("x", trajectory.Values(1))}, oddDesign{}, oddDesign{axes: make([]trajectory.Axis, 2)}, oddDesign{err: io.ErrUnexpectedEOF},
		trajectory.Over("x", trajectory.Values(7)), trajectory.Over("x", trajectory.Trials(2)))
}

func pick[T any](o odd, from ...T) T { return from[o.IntN(len(from))] }

// of makes a value of any type.
func (o odd) of(t reflect.Type, depth int) reflect.Value {
	switch t {
	case reflect.TypeFor[any]():
		if v := o.value(); v != nil {
			return reflect.ValueOf(&v).Elem()
		}
		return reflect.Zero(t)
	case reflect.TypeFor[trajectory.Design]():
		d := o.design()
		return reflect.ValueOf(&d).Elem()
	case reflect.TypeFor[context.Context]():
		return reflect.ValueOf(context.Background())
	case reflect.TypeFor[time.Time]():
		return reflect.ValueOf(pick(o, time.Time{}, time.Unix(1<<40, 0)))
	case reflect.TypeFor[trajectory.AddOption]():
		return reflect.ValueOf(pick(o, trajectory.Comment(o.text()), trajectory.Annotate(o.text(), o.value()), trajectory.AtLeast(math.NaN()), trajectory.OneOf(o.value()), trajectory.AddOption{}))
	}
	switch t.Kind() {
	case reflect.String:
		return reflect.ValueOf(o.text()).Convert(t)
	case reflect.Int, reflect.Int64:
		return reflect.ValueOf(pick[int](o, 0, 1, 2, 3, -1, -2, 1000, math.MaxInt64, math.MinInt64)).Convert(t)
	case reflect.Uint64:
		return reflect.ValueOf(o.Uint64()).Convert(t)
	case reflect.Bool:
		return reflect.ValueOf(o.IntN(2) == 0)
	case reflect.Slice:
		s := reflect.MakeSlice(t, 0, 3)
		if depth < 4 {
			for range o.IntN(3) {
				s = reflect.Append(s, o.of(t.Elem(), depth+1))
			}
		}
		return s
	case reflect.Struct:
		v := reflect.New(t).Elem()
		for i := range t.NumField() {
			if f := v.Field(i); f.CanSet() && depth < 4 && o.IntN(2) == 0 {
				f.Set(o.of(f.Type(), depth+1))
			}
		}
		return v
	case reflect.Func:
		if o.IntN(3) == 0 {
			return reflect.Zero(t)
		}
		return reflect.MakeFunc(t, func([]reflect.Value) []reflect.Value {
			out := make([]reflect.Value, t.NumOut())
			for i := range out {
				out[i] = reflect.Zero(t.Out(i))
				if t.Out(i).Kind() == reflect.String || t.Out(i).Kind() == reflect.Bool {
					out[i] = o.of(t.Out(i), depth+1)
				}
			}
			return out
		})
	}
	return reflect.Zero(t)
}

// call calls a method with odd arguments and goes through what it returns. What panics is reported.
func (o odd) call(on any, method int) (failed string) {
	m := reflect.ValueOf(on).Method(method)
	name := reflect.TypeOf(on).Method(method).Name
	var args []reflect.Value
	defer func() {
		if x := recover(); x != nil {
			failed = fmt.Sprintf("%T.%s(%.300v): %v\n%s", on, name, args, x, debug.Stack())
		}
	}()
	for i := range m.Type().NumIn() {
		args = append(args, o.of(m.Type().In(i), 0))
	}
	var out []reflect.Value
	if m.Type().IsVariadic() {
		out = m.CallSlice(args)
	} else {
		out = m.Call(args)
	}
	for _, v := range out {
		o.use(v)
	}
	return ""
}

// use goes through what a call returned.
func (o odd) use(v reflect.Value) {
	if v.Kind() == reflect.Func && !v.IsNil() && v.Type().NumIn() == 1 && v.Type().NumOut() == 0 {
		left := 50
		v.Call([]reflect.Value{reflect.MakeFunc(v.Type().In(0), func(args []reflect.Value) []reflect.Value {
			for _, a := range args {
				o.use(a)
			}
			left--
			return []reflect.Value{reflect.ValueOf(left > 0)}
		})})
		return
	}
	if v.CanInterface() {
		switch x := v.Interface().(type) {
		case error:
			_ = x.Error()
		case fmt.Stringer:
			if v.Kind() != reflect.Pointer || !v.IsNil() {
				_ = x.String()
			}
		}
	}
}

// Whatever is passed to a method gives an error or an answer.
func TestOddArguments(t *testing.T) {
	path, _, plan := sweepFolder(t, 3, 2)
	shards, err := trajectory.Shards(trajectory.RunsDir(path))
	require.NoError(t, err)
	file := stored(t)
	packed := packedFile(t, 3)
	subjects := map[string]func(t *testing.T, o odd) any{
		"new": func(t *testing.T, o odd) any {
			tr := newTrajectory(t)
			require.NoError(t, tr.AddParameter("x", 1))
			require.NoError(t, tr.AddParameter("model.tau", 1.5))
			require.NoError(t, tr.AddLink("link", "model.tau"))
			return tr
		},
		"explored": func(t *testing.T, o odd) any {
			tr := experiment(t, 3)
			return pick[any](o, tr, tr.Parameters(), tr.Root())
		},
		"file": func(t *testing.T, o odd) any {
			return openWith(t, pick(o, file, path, packed), trajectory.OpenOptions{AutoLoad: o.IntN(2) == 0})
		},
		"group": func(t *testing.T, o odd) any {
			tr := openWith(t, pick(o, file, path, packed), trajectory.OpenOptions{})
			return tr.Root().With(trajectory.Look{NoShortcuts: o.IntN(2) == 0, MaxDepth: o.IntN(4) - 1})
		},
		"run": func(t *testing.T, o odd) any {
			r, err := openWith(t, pick(o, file, path, packed), trajectory.OpenOptions{}).Run(2)
			require.NoError(t, err)
			return r
		},
		"result": func(t *testing.T, o odd) any {
			r, err := openWith(t, file, trajectory.OpenOptions{}).Result("r_1.words")
			require.NoError(t, err)
			return r
		},
		"parameter": func(t *testing.T, o odd) any {
			p, err := experiment(t, 3).Parameter("x")
			require.NoError(t, err)
			return p
		},
		"plan": func(t *testing.T, o odd) any { return plan },
		"shard": func(t *testing.T, o odd) any {
			s, err := trajectory.OpenShard(shards[0])
			require.NoError(t, err)
			t.Cleanup(func() { s.Close() })
			return s
		},
	}
	for round := range oddRounds {
		for name, subject := range subjects {
			t.Run(name, func(t *testing.T) {
				o := odd{rand.New(rand.NewPCG(uint64(round), uint64(len(name))))}
				var on any
				for i := range 400 {
					if i%4 == 0 {
						on = subject(t, o) // what was done to it before may hide things
					}
					if failed := o.call(on, o.IntN(reflect.TypeOf(on).NumMethod())); failed != "" {
						t.Error(failed)
					}
				}
			})
		}
	}
}

const oddRounds = 1

// The same for functions of the package.
func TestOddArgumentsOfFunctions(t *testing.T) {
	file := stored(t)
	dir := filepath.Dir(file)
	o := odd{rand.New(rand.NewPCG(3, 4))}
	tr := func() *trajectory.Trajectory { return openWith(t, file, trajectory.OpenOptions{}) }
	some := func() trajectory.Node {
		n, err := tr().Node(pick(o, "", "model.x", "r_1.rate", "results"))
		require.NoError(t, err)
		return n
	}
	store := trajectory.Store(dirstore.New())
	type bound struct {
		X int `param:"x"`
		Y []string
	}
	calls := map[string]func() error{
		"NoStore": func() error {
			_, err := trajectory.Merge(background, dir, nil, file, trajectory.MergeOptions{})
			return errors.Join(err, trajectory.Delete(background, nil, file, "", trajectory.DeleteOptions{}), trajectory.Save(background, tr(), nil, file), trajectory.Save(background, nil, store, file))
		},
		"NoPlan": func() error {
			_, err := trajectory.WriteShard(dir, nil)
			_, err2 := trajectory.NewPlan(nil, trajectory.Identity{})
			return errors.Join(err, err2, trajectory.WritePlan(dir, nil))
		},
		"Annotation":     func() error { _, err := trajectory.Annotation[int](some(), o.text()); return err },
		"AnnotationText": func() error { _ = trajectory.AnnotationText(some()); return nil },
		"Bind":           func() error { _, err := trajectory.Bind[bound](tr(), o.text()); return err },
		"BindInt":        func() error { _, err := trajectory.Bind[int](tr(), o.text()); return err },
		"BindNil":        func() error { _, err := trajectory.Bind[any](tr(), o.text()); return err },
		"Get":            func() error { _, err := trajectory.Get[float64](tr(), o.text()); return err },
		"GetAny":         func() error { _, err := trajectory.Get[any](tr(), o.text()); return err },
		"GetOr":          func() error { _, err := trajectory.GetOr[[]any](tr(), o.text(), nil); return err },
		"Names": func() error {
			_ = trajectory.Branch(o.text()) + trajectory.Location(o.text()) + trajectory.RunsDir(o.text()) + trajectory.RunName(o.IntN(9)-4) + trajectory.RunSetName(o.IntN(9)-4)
			_, _ = trajectory.ParseRunName(o.text())
			_, _ = trajectory.RunOf(o.text()), trajectory.Depth(o.text())
			return trajectory.ValidateName(o.text())
		},
		"Encode": func() error { d, err := trajectory.Encode(o.value()); _, _ = trajectory.Decode(d); return err },
		"Decode": func() error {
			_, err := trajectory.Decode(o.of(reflect.TypeFor[trajectory.Data](), 0).Interface().(trajectory.Data))
			return err
		},
		"Check":      func() error { return o.of(reflect.TypeFor[trajectory.Data](), 0).Interface().(trajectory.Data).Check() },
		"PythonText": func() error { _ = trajectory.PythonText(o.value()); return nil },
		"NewJSON": func() error {
			j, _ := trajectory.NewJSON(o.value())
			return j.Into(o.value())
		},
		"NewCSR": func() error {
			_, err := trajectory.NewCSR(o.IntN(4)-1, o.IntN(4)-1, []trajectory.Entry[float64]{{Row: o.IntN(4) - 1, Column: o.IntN(4) - 1}})
			return err
		},
		"Delete": func() error {
			return trajectory.Delete(background, store, file, o.text(), trajectory.DeleteOptions{Recursive: o.IntN(2) == 0}, "")
		},
		"EncodeShard": func() error {
			return trajectory.EncodeShard(io.Discard, o.value(), o.of(reflect.TypeFor[[]trajectory.RunRecord](), 0).Interface().([]trajectory.RunRecord))
		},
		"DecodeShard": func() error { _, err := trajectory.DecodeShard(o.text(), []byte(o.text())); return err },
		"OpenShard":   func() error { _, err := trajectory.OpenShard(o.text()); return err },
		"Shards":      func() error { _, err := trajectory.Shards(o.text()); return err },
		"ReadPlan":    func() error { _, err := trajectory.ReadPlan(o.text()); return err },
		"Status":      func() error { _, err := trajectory.Status(background, o.text()); return err },
		"Attempts":    func() error { _, err := trajectory.Attempts(background, o.text()); return err },
		"FileFor":     func() error { _, _, err := trajectory.FileFor(o.text(), o.text(), store); return err },
		"Names2":      func() error { _, err := trajectory.Names(background, o.text(), store); return err },
		"New": func() error {
			_, err := trajectory.New(o.text(), o.of(reflect.TypeFor[trajectory.Options](), 0).Interface().(trajectory.Options))
			return err
		},
		"Open": func() error {
			options := o.of(reflect.TypeFor[trajectory.OpenOptions](), 0).Interface().(trajectory.OpenOptions)
			options.Stores = []trajectory.Store{store}
			tr, err := trajectory.Open(background, pick(o, file, dir, o.text()), options)
			if err == nil {
				err = tr.Close()
			}
			return err
		},
		"OpenAsNew": func() error {
			_, err := trajectory.OpenAsNew(background, pick(o, file, dir, o.text()), trajectory.OpenOptions{Stores: []trajectory.Store{store}}, o.text(), trajectory.Options{})
			return err
		},
		"SaveWith": func() error {
			_, err := trajectory.SaveWith(background, tr(), store, filepath.Join(t.TempDir(), "x.traj"), o.of(reflect.TypeFor[trajectory.SaveOptions](), 0).Interface().(trajectory.SaveOptions))
			return err
		},
		"NewPlan": func() error { _, err := trajectory.NewPlan(tr(), trajectory.Identity{}); return err },
		"Nest": func() error {
			_, err := trajectory.Nest(map[string]any{o.text(): o.value(), o.text(): o.value()})
			return err
		},
		"Flatten": func() error {
			trajectory.Flatten(map[string]any{o.text(): map[string]any{o.text(): o.value()}})
			return nil
		},
		"FromRuns": func() error { _, err := trajectory.FromRuns[float64](tr(), o.text()); return err },
		"Equal":    func() error { _, err := trajectory.Equal(some(), some()); return err },
	}
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		f := calls[name]
		for range 40 {
			func() {
				defer func() {
					if x := recover(); x != nil {
						t.Errorf("%s: %v\n%s", name, x, debug.Stack())
					}
				}()
				if err := f(); err != nil {
					_ = err.Error()
				}
			}()
		}
	}
}
