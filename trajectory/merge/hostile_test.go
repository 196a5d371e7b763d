package merge_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/merge"
)

// Files that say what cannot be are errors, whichever side they are on.
func TestHostileFiles(t *testing.T) {
	table := func(columns ...trajectory.Column) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Table, Columns: columns}
	}
	column := func(name string, values ...int64) trajectory.Column {
		return trajectory.Column{Name: name, Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Int64, Shape: []int{len(values)}, Values: values}}
	}
	array := func(values ...int64) trajectory.Data {
		return trajectory.Data{Coll: trajectory.NDArray, Type: trajectory.Int64, Shape: []int{len(values)}, Values: values}
	}
	parameter := func(items ...trajectory.Item) trajectory.Record {
		return trajectory.Record{Name: "parameters.x", Leaf: true, Class: "ArrayParameter", Items: items}
	}
	for name, c := range map[string]struct {
		length   int
		explored []string
		inTarget bool // it is in the way there, too
		write    func(w trajectory.Writer) error
	}{
		"very many runs": {length: 1 << 30, inTarget: true},
		"range of another length": {length: 2, explored: []string{"parameters.x"}, inTarget: true, write: func(w trajectory.Writer) error {
			return w.Node(trajectory.Record{Name: "parameters.x", Leaf: true, Class: "Parameter", Items: []trajectory.Item{
				{Name: "data", Data: table(column("data", 1))}, {Name: "explored_data", Data: table(column("data", 1, 2, 3))}}})
		}},
		"array that is not there": {length: 2, explored: []string{"parameters.x"}, inTarget: true, write: func(w trajectory.Writer) error {
			return w.Node(parameter(trajectory.Item{Name: "data__rr__", Data: array(1)}, trajectory.Item{Name: "explored_data__rr__", Data: table(column("idx", 0, -7))}))
		}},
		"array of another type": {length: 1, explored: []string{"parameters.x"}, inTarget: true, write: func(w trajectory.Writer) error {
			return w.Node(parameter(trajectory.Item{Name: "data__rr__", Data: array(1)},
				trajectory.Item{Name: "explored__rr__.set_00000.xa_00000000", Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Str, Values: []string{""}}},
				trajectory.Item{Name: "explored_data__rr__", Data: table(column("idx", 0))}))
		}},
		"archives that are not there": {length: 2, write: func(w trajectory.Writer) error {
			return w.Overview("packed_index", table(column("first", 0, 1), column("last", 0, 1)))
		}},
		"archive of nothing": {length: 2, write: func(w trajectory.Writer) error {
			raw := trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Uint8, Shape: []int{3}, Values: []uint8("npz")}
			if err := w.Overview("packed_00000", table(trajectory.Column{Name: "npz", Data: raw})); err != nil {
				return err
			}
			return w.Overview("packed_index", table(column("first", 0), column("last", 1)))
		}},
		"wildcards without names": {length: 2, inTarget: true, write: func(w trajectory.Writer) error {
			return w.Node(trajectory.Record{Name: "config.wildcards.function_0.names", Leaf: true, Class: "Parameter", Items: []trajectory.Item{{Name: "data", Data: table(column("data", 1))}}})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			eachStore(t, func(t *testing.T, s trajectory.Store) {
				if name == "very many runs" && s.Format() == "hdf5" {
					return // its writer makes a row for every run
				}
				path := filepath.Join(t.TempDir(), "hostile"+s.Extensions()[0])
				w, err := s.Create(background(), path, trajectory.Header{Name: "hostile", Length: c.length, Explored: []string{"parameters.x"}, Time: made})
				require.NoError(t, err)
				if c.explored == nil {
					x := table(column("data", make([]int64, c.length%100)...))
					x.Columns[0].Data.Type = trajectory.Int
					one := table(column("data", 0))
					one.Columns[0].Data.Type = trajectory.Int
					require.NoError(t, w.Node(trajectory.Record{Name: "parameters.x", Leaf: true, Class: "Parameter", Items: []trajectory.Item{
						{Name: "data", Data: one}, {Name: "explored_data", Data: x}}}))
				}
				if c.write != nil {
					require.NoError(t, c.write(w))
				}
				require.NoError(t, w.Commit())
				hostile := merge.Stored{Store: s, Path: path}
				good := write(t, s, "good", 1, 0)
				before := dump(t, good)
				_, err = merge.Merge(background(), good, merge.Options{NoBackup: true}, hostile)
				assert.Error(t, err)
				assert.NotErrorIs(t, err, merge.ErrDifferentSpace)
				assert.Equal(t, before, dump(t, good))
				if _, err = merge.Merge(background(), hostile, merge.Options{NoBackup: true}, good); c.inTarget {
					assert.Error(t, err)
					assert.NotErrorIs(t, err, merge.ErrDifferentSpace)
				}
			})
		})
	}
}
