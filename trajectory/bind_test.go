package trajectory_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/quantity"
	"galvani/trajectory"
)

type synaptic struct {
	Rise  float64 `param:"tau1" unit:"ms"`
	Decay float64 `param:"tau2" unit:"ms" comment:"decay time"`
}

type model struct {
	Ne       int                         `param:"N_e" comment:"number of excitatory neurons" annotate:"order=0, label=x, f=0.5, flag=true"`
	Name     string                      `param:"name"`
	Records  []int                       `param:"records"`
	Grid     trajectory.Array[float64]   `param:"grid"`
	Words    trajectory.ListOf[string]   `param:"words"`
	Pair     trajectory.TupleOf[float64] `param:"pair"`
	Plain    bool
	Synaptic synaptic `param:"synaptic" comment:"synapses"`
	Ignored  chan int `param:"-"`
}

func example() model {
	return model{
		Ne: 2000, Name: "exc", Records: []int{0, 1, 100}, Grid: trajectory.Array[float64]{Shape: []int{2, 1}, Data: []float64{1, 2}},
		Words: trajectory.ListOf[string]{"a"}, Pair: trajectory.TupleOf[float64]{1, 2}, Plain: true, Synaptic: synaptic{Rise: 1, Decay: 3},
	}
}

func TestStructsComeBack(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddStruct("model", example(), trajectory.Comment("the model")))
	got, err := trajectory.Bind[model](tr, "model")
	require.NoError(t, err)
	assert.Equal(t, example(), got)
	require.NoError(t, tr.AddStruct("copy", &got), "a pointer is fine too")
	n, err := tr.Node("model.N_e")
	require.NoError(t, err)
	assert.Equal(t, "number of excitatory neurons", n.Comment())
	assert.Equal(t, map[string]any{"order": 0, "label": "x", "f": 0.5, "flag": true}, n.Annotations())
	n, err = tr.Node("model.tau2")
	require.NoError(t, err)
	assert.Equal(t, "parameters.model.synaptic.tau2", n.FullName())
	assert.Equal(t, map[string]any{"unit": "ms"}, n.Annotations())
	for path, want := range map[string]string{"model": "the model", "model.synaptic": "synapses"} {
		n, err := tr.Node(path)
		require.NoError(t, err)
		assert.Equal(t, want, n.Comment())
	}

	require.NoError(t, tr.Explore(trajectory.Over("model.N_e", trajectory.Values(1, 2))))
	r, err := tr.Run(1)
	require.NoError(t, err)
	got, err = trajectory.Bind[model](r, "model")
	require.NoError(t, err)
	assert.Equal(t, 2, got.Ne)
}

func TestBindNamesEverythingThatDoesNotFit(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "g.a", "g.b", "g.extra", "g.sub.ok")
	type wanted struct {
		A int     `param:"a"`
		B float64 `param:"b"`
		C int     `param:"c"`
	}
	_, err := trajectory.Bind[wanted](tr, "g")
	require.Error(t, err)
	assert.ErrorIs(t, err, trajectory.ErrType)
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	for _, part := range []string{"parameters.g.extra has no field", "parameters.g.b holds int 1, field B", "there is no parameters.g.c"} {
		assert.ErrorContains(t, err, part)
	}
	_, err = trajectory.Bind[wanted](tr, "g.a")
	assert.ErrorIs(t, err, trajectory.ErrType)
	_, err = trajectory.Bind[wanted](tr, "nothing")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	_, err = trajectory.Bind[int](tr, "g")
	assert.ErrorIs(t, err, trajectory.ErrType)
}

func TestAddStructIsAllOrNothing(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "there.b")
	for name, value := range map[string]any{
		"no struct": 7, "nil": nil,
		"bad name": struct {
			A int `param:"a b"`
		}{},
		"twice": struct {
			A int `param:"x"`
			B int `param:"x"`
		}{},
		"hidden": struct {
			a int `param:"a"`
		}{},
		"annotation": struct {
			A int `annotate:"order"`
		}{},
		"chan": struct {
			A int
			C chan int
		}{},
		"unit": struct {
			A float64 `unit:"furlong"`
		}{},
		"exists": struct {
			A int
			B int `param:"b"`
		}{},
		"empty struct": struct{}{},
		"quantity": struct {
			A   int
			Tau quantity.Quantity `unit:"ms"`
		}{},
	} {
		err := tr.AddStruct("there", value)
		require.Error(t, err, name)
		assert.False(t, tr.Contains("parameters.there.A"), name)
		assert.True(t, tr.Contains("parameters.there.b"), name)
	}
	err := tr.AddStruct("q", struct{ Tau quantity.Quantity }{quantity.MustParse("15 ms")})
	assert.ErrorContains(t, err, "Brian2Parameter", "the kind that is missing is named")
}

func TestUnitsOfQuantities(t *testing.T) {
	kind := trajectory.Kind{
		Class: "Q", Match: func(v any) bool { _, ok := v.(quantity.Quantity); return ok },
		Encode: func(v any, _ trajectory.Range) ([]trajectory.Item, error) {
			d, err := trajectory.Encode(v.(quantity.Quantity).SI())
			return []trajectory.Item{{Name: "si", Data: d}}, err
		},
		Decode: func([]trajectory.Item) (any, trajectory.Range, error) { return quantity.MustParse("1 s"), nil, nil },
		Same: func(a, b any) bool {
			x, ok := b.(quantity.Quantity)
			return ok && x.Dimension() == a.(quantity.Quantity).Dimension()
		},
		Text: func(v any) string { return v.(quantity.Quantity).String() },
	}
	tr, err := trajectory.New("q", trajectory.Options{Kinds: []trajectory.Kind{kind}})
	require.NoError(t, err)
	type times struct {
		Tau quantity.Quantity `param:"tau" unit:"ms"`
	}
	require.NoError(t, tr.AddStruct("good", times{quantity.MustParse("15 ms")}))
	assert.ErrorIs(t, tr.AddStruct("bad", times{quantity.MustParse("15 mV")}), quantity.ErrMismatch)
	require.Error(t, tr.Explore(trajectory.Over("tau", trajectory.Values(quantity.MustParse("1 mV")))))
	require.Error(t, tr.Explore(trajectory.Over("tau", trajectory.Values(1.0))))
	require.NoError(t, tr.Explore(trajectory.Over("tau", trajectory.Values(quantity.MustParse("1 s"), quantity.MustParse("2 ms")))))
	r, err := tr.Run(1)
	require.NoError(t, err)
	assert.Equal(t, "tau: 2 ms", r.Summary())
	got, err := trajectory.Bind[times](r, "good")
	require.NoError(t, err)
	assert.Equal(t, quantity.MustParse("2 ms"), got.Tau)
	_, err = trajectory.New("bad", trajectory.Options{Kinds: []trajectory.Kind{{Class: "X"}}})
	assert.Error(t, err)
}

func TestGetConvertsNothing(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("int", 3))
	require.NoError(t, tr.AddParameter("ints", []int{1, 2}))
	require.NoError(t, tr.AddParameter("uint", uint(3)))
	require.NoError(t, tr.AddParameter("list", trajectory.ListOf[float64]{1}))
	require.NoError(t, tr.AddParameter("raw", []byte("x")))
	require.NoError(t, tr.AddParameter("bytes", trajectory.Array[uint8]{Shape: []int{2}, Data: []uint8{1, 2}}))
	require.NoError(t, tr.AddParameter("f", 0.5))
	require.NoError(t, tr.AddParameter("text", "x"))
	good := func(v any, err error) any {
		t.Helper()
		require.NoError(t, err)
		return v
	}
	type count int
	type word string
	assert.Equal(t, 3, good(trajectory.Get[int](tr, "int")))
	assert.Equal(t, int64(3), good(trajectory.Get[int64](tr, "int")))
	assert.Equal(t, count(3), good(trajectory.Get[count](tr, "int")))
	assert.Equal(t, word("x"), good(trajectory.Get[word](tr, "text")))
	assert.Equal(t, any(3), good(trajectory.Get[any](tr, "int")))
	assert.Equal(t, uint(3), good(trajectory.Get[uint](tr, "uint")))
	assert.Equal(t, []int{1, 2}, good(trajectory.Get[[]int](tr, "ints")))
	assert.Equal(t, []int64{1, 2}, good(trajectory.Get[[]int64](tr, "ints")))
	assert.Equal(t, trajectory.Array[int64]{Shape: []int{2}, Data: []int64{1, 2}}, good(trajectory.Get[trajectory.Array[int64]](tr, "ints")))
	assert.Equal(t, []float64{1}, good(trajectory.Get[[]float64](tr, "list")))
	assert.Equal(t, []byte("x"), good(trajectory.Get[[]byte](tr, "raw")))
	assert.Equal(t, []uint8{1, 2}, good(trajectory.Get[[]uint8](tr, "bytes")))
	for path, err := range map[string]error{
		"float of int": second(trajectory.Get[float64](tr, "int")), "int of float": second(trajectory.Get[int](tr, "f")),
		"int32": second(trajectory.Get[int32](tr, "int")), "string of int": second(trajectory.Get[string](tr, "int")),
		"floats of ints": second(trajectory.Get[[]float64](tr, "ints")), "text of bytes": second(trajectory.Get[string](tr, "raw")),
		"fmt": second(trajectory.Get[fmt.Stringer](tr, "int")), "group": second(trajectory.Get[int](tr, "parameters")),
	} {
		assert.ErrorIs(t, err, trajectory.ErrType, path)
	}
	_, err := trajectory.Get[float64](tr, "int")
	assert.ErrorContains(t, err, "parameters.int holds int 3, not a float64")
}

func second[T any](_ T, err error) error { return err }
