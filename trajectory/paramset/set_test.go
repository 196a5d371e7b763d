package paramset_test

import (
	"slices"
	"testing"
	"time"

	"galvani/quantity"
	"galvani/trajectory/paramset"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSetAndPut(t *testing.T) {
	s := &paramset.Set{}
	assert.Equal(t, "{\n}", s.String())
	type level uint8
	for name, c := range map[string]struct{ in, want any }{
		"int8": {int8(-3), -3}, "uint": {uint(3), 3}, "named": {level(7), 7}, "float32": {float32(0.5), 0.5}, "string": {"x", "x"},
		"slice": {[]float64{1, 2}, []any{1.0, 2.0}}, "array": {[2]int{1, 2}, []any{1, 2}}, "nested": {[][]string{{"a"}, {}}, []any{[]any{"a"}, []any{}}},
		"quantity": {q("5 ms"), q("5 ms")}, "plain quantity": {q("0.5"), 0.5}, "nil": {nil, nil},
	} {
		require.NoError(t, s.Set(name, c.in), name)
		assert.Equal(t, c.want, get[any](t, s, name), name)
	}
	for name, v := range map[string]any{
		"channel": make(chan int), "struct": struct{}{}, "pointer": new(int), "complex": 1i, "huge": uint64(1 << 63), "duration": time.Second,
		"nil set": (*paramset.Set)(nil), "zero range": paramset.Range{}, "bad text": "\xff", "in slice": []any{make(chan int)}, "in map": map[string]any{"x": make(chan int)},
		"range in slice": []any{paramset.MustRange(1)}, "bad dist": paramset.Normal{Mu: 0, Sigma: -1}, "bad unit": paramset.Uniform{Min: 0, Max: 1, Unit: "mV", Int: true},
		"foreign dist": foreign{paramset.Normal{Mu: 0, Sigma: 1}},
	} {
		require.ErrorIs(t, s.Set(name, v), paramset.ErrType, name)
		assert.False(t, s.Has(name))
	}
	for _, name := range []string{"", "parameters", "names", "a\xff"} {
		require.ErrorIs(t, s.Set(name, 1), paramset.ErrName, name)
	}
	require.ErrorIs(t, s.Put("x..y", 1), paramset.ErrName)
	require.ErrorIs(t, s.Put("string.y", 1), paramset.ErrType)
	require.ErrorIs(t, s.Set("string.y", 1), paramset.ErrNotFound)
	_, err := paramset.FromMap(map[string]any{"a.b": 1})
	require.ErrorIs(t, err, paramset.ErrName)

	loop := []any{nil}
	loop[0] = loop
	require.ErrorIs(t, s.Set("loop", loop), paramset.ErrTooLarge)
	// A set that is put into itself goes in as a copy.
	require.NoError(t, s.Set("self", s))
	assert.False(t, s.Has("self.self"))
	deep := &paramset.Set{}
	for range 63 {
		next := &paramset.Set{}
		require.NoError(t, next.Set("x", deep))
		deep = next
	}
	require.ErrorIs(t, s.Set("deep.x", deep), paramset.ErrNotFound)
	require.ErrorIs(t, s.Set("deep", []any{[]any{deep}}), paramset.ErrTooLarge)
}

type foreign struct{ paramset.Normal }

func TestOrderAndNames(t *testing.T) {
	s := parse(t, `{"z": 1, "a": {"y": 1, "b": 2}, "m": {}}`)
	assert.Equal(t, []string{"z", "a", "m"}, slices.Collect(s.Names()))
	assert.Equal(t, 3, s.Len())
}

func TestAllWhileChanging(t *testing.T) {
	s := parse(t, `{"z": 1, "a": {"y": 1, "b": 2}, "m": {}}`)
	var seen []string
	for name := range s.All() {
		seen = append(seen, name)
		_ = s.Delete("a")
		require.NoError(t, s.Set("new", 1))
	}
	assert.Equal(t, []string{"z", "m"}, seen)
	for range s.All() {
		break
	}
	var flat []string
	for path := range parse(t, `{"z": 1, "a": {"y": 1, "b": 2}, "m": {}}`).Flat() {
		flat = append(flat, path)
		if path == "a.b" {
			break
		}
	}
	assert.Equal(t, []string{"z", "a.y", "a.b"}, flat)
}

func TestUpdateReplaceDelete(t *testing.T) {
	s := parse(t, `{"a": 1, "b": {"x": 1, "y": 2}}`)
	s.Update(parse(t, `{"b": {"x": 5}, "c": 3}`))
	assert.Equal(t, map[string]any{"a": 1, "b.x": 5, "c": 3}, s.Flatten("."))
	require.NoError(t, s.Replace(map[string]any{"b.x": q("1 ms"), "a": []int{1}}))
	assert.Equal(t, map[string]any{"a": []any{1}, "b.x": q("1 ms"), "c": 3}, s.Flatten("."))
	require.ErrorIs(t, s.Replace(map[string]any{"a": 2, "b.z": 1}), paramset.ErrNotFound)
	require.ErrorIs(t, s.Replace(map[string]any{"a": 2, "c": make(chan int)}), paramset.ErrType)
	assert.Equal(t, []any{1}, get[any](t, s, "a"), "all or nothing")
	require.NoError(t, s.Delete("b.x"))
	assert.Equal(t, map[string]any{}, get[map[string]any](t, s, "b"))
	require.NoError(t, s.Delete("b"))
	require.ErrorIs(t, s.Delete("b.x"), paramset.ErrNotFound)
	require.ErrorIs(t, s.Delete("b"), paramset.ErrNotFound)
}

func TestEqual(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`1`, `1.0`, true}, {`9007199254740993`, `9007199254740992.0`, false}, {`1`, `True`, false}, {`nan`, `nan`, true}, {`"1 s"`, `"1000 ms"`, true},
		{`"1 s"`, `1`, false}, {`[1, 2]`, `[1.0, 2]`, true}, {`[1]`, `[1, 2]`, false}, {`None`, `0`, false}, {`{"a": 1, "b": 2}`, `{"b": 2, "a": 1}`, true},
		{`{"a": 1}`, `{"b": 1}`, false}, {`NormalDist()`, `NormalDist(0, 1)`, true}, {`NormalDist()`, `UniformDist()`, false}, {`ref("a")`, `ref('a')`, true}, {`ref("a")`, `ref("b")`, false},
		{`ParameterRange([1])`, `ParameterRange([1.0])`, true}, {`ParameterRange([1])`, `[1]`, false}, {`1e300`, `9223372036854775807`, false}, {`-0.0`, `0.0`, true},
	} {
		a, b := parse(t, `{"v": `+c.a+`}`), parse(t, `{"v": `+c.b+`}`)
		assert.Equal(t, c.want, a.Equal(b), "%s %s", c.a, c.b)
		assert.Equal(t, c.want, b.Equal(a), "%s %s", c.b, c.a)
	}
	assert.False(t, (&paramset.Set{}).Equal(nil))
}

func TestSchema(t *testing.T) {
	template := parse(t, `{"N_e": 4000, "p": 0.2, "tau": "10 ms", "rule": "all", "on": True, "w": [1], "n": None, "R_ee": ParameterRange([1.0, 2.0]), "j": NormalDist()}`)
	schema := paramset.SchemaOf(template).
		Require("N_e", paramset.Between(1, 10000)).
		Require("tau", paramset.Between(q("1 ms"), q("1 s"))).
		Require("rule", paramset.OneOf("all", "one")).
		Require("clustersize", paramset.OfType[int]()).
		Allow("comment", paramset.OfType[string]()).
		Rule("N_e is a multiple of clustersize", func(s *paramset.Set) error {
			n, err := paramset.Get[int](s, "N_e")
			if err != nil {
				return err
			}
			size, err := paramset.Get[int](s, "clustersize")
			if err != nil || n%size == 0 {
				return err
			}
			return paramset.ErrInvalid
		})
	good := template.Clone()
	require.NoError(t, good.Set("clustersize", paramset.MustRange(80, 100)))
	require.NoError(t, good.Set("p", 1))
	require.NoError(t, good.Set("N_e", paramset.MustRange(400, 800)))
	require.NoError(t, schema.Validate(good))

	for _, c := range []struct {
		path  string
		value any
		want  string
	}{
		{"N_e", 4000.5, "paramset: N_e: the number 4000.5: the number 4000.5 is no int"},
		{"N_e", paramset.MustRange(400, 0, 20000), "paramset: N_e: the number 0: want 1 to 10000\nparamset: N_e: the number 20000: want 1 to 10000"},
		{"N_e", 401, "paramset: N_e is a multiple of clustersize: at R_ee = 1.0, clustersize = 80: not valid"},
		{"clustersize", paramset.MustRange(80, 100, 3), "at N_e = 400, R_ee = 1.0, clustersize = 3"},
		{"tau", q("2 s"), "paramset: tau: the quantity 2 s: want 1 ms to 1 s"},
		{"tau", q("2 mV"), "want a quantity in s"},
		{"tau", 3, "want a quantity in s"},
		{"rule", "some", `want one of "all", "one"`},
		{"rule", 3, "the number 3 is no string"},
		{"on", 1, "the number 1 is no bool"},
		{"w", 1, "is no []interface"},
		{"n", 1, "want one of None"},
		{"comment", 1, "is no string"},
		{"commment", "x", "paramset: commment: is not in the schema"},
		{"R_ee", "x", "is no float64"},
	} {
		s := good.Clone()
		require.NoError(t, s.Set(c.path, c.value))
		err := schema.Validate(s)
		require.ErrorIs(t, err, paramset.ErrInvalid, c.path)
		assert.ErrorContains(t, err, c.want)
		var v *paramset.ValidationError
		require.ErrorAs(t, err, &v)
	}
	require.NoError(t, good.Delete("tau"))
	err := schema.Validate(good)
	require.ErrorIs(t, err, paramset.ErrNotFound)
	assert.EqualError(t, err, "paramset: tau: is missing: not found")

	open := paramset.NewSchema().Allow("sub", paramset.OfType[*paramset.Set]()).AllowOthers()
	require.NoError(t, open.Validate(parse(t, `{"sub": {"x": 1}, "y": 2}`)))
	closed := paramset.NewSchema().Allow("sub", paramset.OfType[*paramset.Set]())
	require.NoError(t, closed.Validate(parse(t, `{"sub": {"x": 1}}`)), "what is in a set of the schema is known")
	require.ErrorIs(t, closed.Validate(parse(t, `{"subs": {"x": 1}}`)), paramset.ErrInvalid)
	between := paramset.NewSchema().Require("x", paramset.Between(0, 1))
	require.ErrorIs(t, between.Validate(parse(t, `{"x": nan}`)), paramset.ErrInvalid)
	require.ErrorIs(t, between.Validate(parse(t, `{"x": "1 ms"}`)), quantity.ErrMismatch)
	require.ErrorIs(t, between.Validate(parse(t, `{"x": "text"}`)), paramset.ErrType)
}
