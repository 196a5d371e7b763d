package trajectory_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

func TestAnnotations(t *testing.T) {
	tr := newTrajectory(t)
	notes := map[string]any{
		"order": 0, "ratio": 0.25, "flag": true, "unit": "mV", "raw": []byte{0, 255}, "big": uint64(math.MaxUint64), "z": 1 + 2i,
		"list": trajectory.ListOf[string]{"a", "b"}, "array": trajectory.Array[float32]{Shape: []int{1, 2}, Data: []float32{1, 2}},
		"empty": map[string]any{}, "matrix": matrices(t)["csr"],
		"map": map[string]any{
			"i": 1, "i8": int8(-3), "f": math.Inf(1), "n": math.NaN(), "c": complex64(1 - 2i), "s": "größe", "b": []byte("\xff\x00"), "l": []int64{1 << 62},
			"in": map[string]any{"t": trajectory.TupleOf[bool]{true, false}, "none": trajectory.ListOf[int]{}},
		},
		"frame": trajectory.Frame{{Name: "t", Values: []float64{0.1}}, {Name: "name", Values: []string{"x"}}},
	}
	require.NoError(t, tr.AddResult("r", 1, trajectory.Annotate("order", 7)))
	for name, v := range notes {
		require.NoError(t, tr.Annotate("r", name, v))
		require.NoError(t, tr.Annotate("", name, v))
	}
	require.NoError(t, tr.Annotate("results", "options", someOptions(3)))
	require.NoError(t, tr.Annotate("results", "mode", mode("fast")))
	for _, tr := range []*trajectory.Trajectory{tr, again(t, tr)} {
		for _, path := range []string{"r", ""} {
			n, err := tr.Node(path)
			require.NoError(t, err)
			got := n.Annotations()
			require.Len(t, got, len(notes))
			for name, want := range notes {
				if name != "map" { // NaN is not itself
					assert.Equal(t, want, got[name], name)
				}
			}
			m := got["map"].(map[string]any)
			assert.True(t, math.IsNaN(m["n"].(float64)))
			delete(m, "n")
			want := map[string]any{}
			for k, v := range notes["map"].(map[string]any) {
				if k != "n" {
					want[k] = v
				}
			}
			assert.Equal(t, want, m)
			order, err := trajectory.Annotation[int](n, "order")
			require.NoError(t, err)
			assert.Zero(t, order)
			_, err = trajectory.Annotation[string](n, "order")
			assert.ErrorIs(t, err, trajectory.ErrType)
			_, err = trajectory.Annotation[string](n, "nothing")
			assert.ErrorIs(t, err, trajectory.ErrNotFound)
			_, err = trajectory.Annotation[string](n, "")
			assert.ErrorIs(t, err, trajectory.ErrNotFound, "there are many")
		}
		g, err := tr.Node("results")
		require.NoError(t, err)
		o, err := trajectory.Annotation[options](g, "options")
		require.NoError(t, err)
		assert.Equal(t, someOptions(3), o)
		m, err := trajectory.Annotation[mode](g, "mode")
		require.NoError(t, err)
		assert.Equal(t, mode("fast"), m)
	}
	for _, bad := range []any{nil, make(chan int), []any{1}, [][]int{{1}, {1, 2}}} {
		assert.ErrorIs(t, tr.Annotate("r", "x", bad), trajectory.ErrType)
	}
	assert.ErrorIs(t, tr.Annotate("r", "x y", 1), trajectory.ErrName)
	assert.ErrorIs(t, tr.Annotate("nothing", "x", 1), trajectory.ErrNotFound)
}

func TestRemovingAnnotations(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("p", 1, trajectory.Annotate("c", "text"), trajectory.Annotate("a", 1.0), trajectory.Annotate("b", map[string]any{"k": "v"})))
	p, err := tr.Parameter("p")
	require.NoError(t, err)
	assert.Equal(t, "a=1.0; b={'k': 'v'}; c=text", trajectory.AnnotationText(p))
	assert.ErrorIs(t, tr.RemoveAnnotation("p", "a", "nothing"), trajectory.ErrNotFound)
	assert.Len(t, p.Annotations(), 3, "all or nothing")
	require.NoError(t, tr.Annotate("p", "b", 5))
	require.NoError(t, tr.RemoveAnnotation("p", "a", "c"))
	only, err := trajectory.Annotation[int](p, "")
	require.NoError(t, err)
	assert.Equal(t, 5, only)
	require.NoError(t, tr.RemoveAnnotation("p"))
	assert.Empty(t, p.Annotations())
	assert.Empty(t, trajectory.AnnotationText(p))
	_, err = trajectory.Annotation[any](p, "")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	assert.ErrorIs(t, tr.RemoveAnnotation("q"), trajectory.ErrNotFound)
}

func TestAnnotationsOfOthersStayWhatTheyAre(t *testing.T) {
	tr := opened(t, trajectory.Record{Name: "results.r", Leaf: true, Class: "Result", Annotations: []trajectory.Item{
		texted("a__json__", "no json"), texted("b__json__", `{"data":{"coll":"COLL_SCALAR","type":"int","values":["x"]}}`), texted("c__json__", `{"data":{"coll":"COLL_NDARRAY","type":"int","shape":[2],"values":["1"]}}`),
	}})
	n, err := tr.Node("r")
	require.NoError(t, err)
	assert.Len(t, n.Annotations(), 3)
	assert.Equal(t, "no json", n.Annotations()["a__json__"])
	assert.IsType(t, "", n.Annotations()["c__json__"])
}
