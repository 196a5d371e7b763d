package table_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/table"
)

func parquetFile(t testing.TB, tab *table.Table) (*parquet.File, []byte) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, tab.WriteParquet(&b))
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	return f, b.Bytes()
}

func TestParquetComesBack(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, mixed)
	tab, err := table.New(background, open(t, path), table.Options{})
	require.NoError(t, err)
	f, raw := parquetFile(t, tab)
	var names []string
	for _, field := range f.Schema().Fields() {
		names = append(names, field.Name())
	}
	assert.Equal(t, tab.Names(), names, "the columns keep their order")
	assert.EqualValues(t, tab.Rows(), f.NumRows())

	_, again := parquetFile(t, tab)
	assert.Equal(t, raw, again, "the bytes depend on the table alone")

	var units, roles, types map[string]string
	for key, into := range map[string]*map[string]string{"units": &units, "roles": &roles, "types": &types} {
		text, ok := f.Lookup(key)
		require.True(t, ok)
		require.NoError(t, json.Unmarshal([]byte(text), into))
	}
	assert.Equal(t, map[string]string{"model.tau": "s", "volt": "V", "group.i": "A"}, units)
	assert.Equal(t, "parameter", roles["model.tau"])
	assert.Equal(t, "uint8", types["byte"])
	name, _ := f.Lookup("trajectory")
	assert.Equal(t, "exp", name)

	for name, want := range map[string]string{
		"run": "INT(64,true)", "seed": "INT(64,false)", "byte": "INT(8,false)", "name": "STRING", "small": "FLOAT", "rate": "DOUBLE", "ok": "BOOLEAN", "raw": "BYTE_ARRAY", "big": "INT(64,true)",
	} {
		for _, field := range f.Schema().Fields() {
			if field.Name() == name {
				assert.Equal(t, want, field.Type().String(), name)
			}
		}
	}

	rows := f.RowGroups()[0].Rows()
	defer rows.Close()
	buffer := make([]parquet.Row, tab.Rows())
	n, err := rows.ReadRows(buffer)
	if err != nil {
		require.ErrorIs(t, err, io.EOF)
	}
	require.Equal(t, tab.Rows(), n)
	for row, values := range buffer {
		require.Len(t, values, len(tab.Columns()))
		for i, c := range tab.Columns() {
			got := values[i]
			switch v := c.Value(row).(type) {
			case nil:
				assert.True(t, got.IsNull(), c.Name)
			case bool:
				assert.Equal(t, v, got.Boolean(), c.Name)
			case int64:
				assert.Equal(t, v, got.Int64(), c.Name)
			case uint64:
				if c.Type == trajectory.Uint64 {
					assert.Equal(t, v, got.Uint64(), c.Name)
				} else {
					assert.EqualValues(t, v, got.Uint32(), c.Name)
				}
			case float64:
				if c.Type == trajectory.Float32 {
					assert.Equal(t, float32(v), got.Float(), c.Name)
				} else {
					assert.Equal(t, math.Float64bits(v), math.Float64bits(got.Double()), c.Name)
				}
			case string:
				assert.Equal(t, v, string(got.ByteArray()), c.Name)
			default:
				t.Errorf("%s holds a %T", c.Name, v)
			}
		}
	}
}

// TestParquetLists reads lists with the library's own reading of structs.
func TestParquetLists(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, func(r *trajectory.Run) error {
		i := r.Index()
		if i == 1 {
			return fmt.Errorf("no")
		}
		ragged := make([]int, i)
		for k := range ragged {
			ragged[k] = 10*i + k
		}
		for name, v := range map[string]any{
			"v": []float64{float64(i), 0.5}, "ragged": ragged, "texts": []string{"a", fmt.Sprint(i)},
			"m":     trajectory.Array[int32]{Shape: []int{2, 3}, Data: []int32{1, 2, 3, 4, 5, int32(i)}},
			"empty": trajectory.Array[float32]{Shape: []int{2, 0}, Data: nil},
		} {
			if err := r.AddResult(name, v); err != nil {
				return err
			}
		}
		return nil
	})
	tab, err := table.New(background, open(t, path), table.Options{Arrays: true})
	require.NoError(t, err)
	_, raw := parquetFile(t, tab)
	type row struct {
		Run    int64     `parquet:"run"`
		V      []float64 `parquet:"v,optional,list"`
		Ragged []int64   `parquet:"ragged,optional,list"`
		Texts  []string  `parquet:"texts,optional,list"`
	}
	rows, err := parquet.Read[row](bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	require.Len(t, rows, 6)
	for i, r := range rows {
		assert.EqualValues(t, i, r.Run)
		if i == 1 {
			assert.Empty(t, r.V)
			assert.Empty(t, r.Texts)
			continue
		}
		assert.Equal(t, []float64{float64(i), 0.5}, r.V)
		assert.Equal(t, []string{"a", fmt.Sprint(i)}, r.Texts)
		require.Len(t, r.Ragged, i)
		for k, x := range r.Ragged {
			assert.EqualValues(t, 10*i+k, x)
		}
	}

	// Lists in lists by their levels: optional 1, lists 2 and 3.
	f, _ := parquetFile(t, tab)
	leaf, ok := f.Schema().Lookup("m", "list", "element", "list", "element")
	require.True(t, ok)
	assert.Equal(t, "INT(32,true)", leaf.Node.Type().String())
	var got []string
	reader := f.RowGroups()[0].Rows()
	defer reader.Close()
	buffer := make([]parquet.Row, 3)
	_, err = reader.ReadRows(buffer)
	require.NoError(t, err)
	for _, r := range buffer {
		for _, v := range r {
			if v.Column() == leaf.ColumnIndex {
				got = append(got, fmt.Sprintf("%d:%d:%v", v.RepetitionLevel(), v.DefinitionLevel(), v))
			}
		}
	}
	assert.Equal(t, []string{
		"0:3:1", "2:3:2", "2:3:3", "1:3:4", "2:3:5", "2:3:0",
		"0:0:<null>",
		"0:3:1", "2:3:2", "2:3:3", "1:3:4", "2:3:5", "2:3:2",
	}, got)
}

func TestParquetOfNothing(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, func(*trajectory.Run) error { return fmt.Errorf("no") })
	tab, err := table.New(background, open(t, path), table.Options{})
	require.NoError(t, err)
	none, err := tab.Filter(func(table.Row) bool { return false })
	require.NoError(t, err)
	f, _ := parquetFile(t, none)
	assert.Zero(t, f.NumRows())
	assert.Len(t, f.Schema().Fields(), 5)
}

func TestParquetInManyBatches(t *testing.T) {
	traj := explore(t, trajectory.Over("model.n", trajectory.Trials(5000)))
	tab, err := table.New(background, traj, table.Options{})
	require.NoError(t, err)
	_, raw := parquetFile(t, tab)
	type row struct {
		Run int64 `parquet:"run"`
		N   int64 `parquet:"model.n"`
	}
	rows, err := parquet.Read[row](bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	require.Len(t, rows, 5000)
	for i, r := range rows {
		require.Equal(t, row{int64(i), int64(i)}, r)
	}
}

func TestParquetRefusesArraysOfDifferentDimensions(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, func(r *trajectory.Run) error {
		if r.Index() == 0 {
			return r.AddResult("x", []float64{1})
		}
		return r.AddResult("x", trajectory.Array[float64]{Shape: []int{1, 1}, Data: []float64{1}})
	})
	tab, err := table.New(background, open(t, path), table.Options{Arrays: true})
	require.NoError(t, err)
	assert.ErrorContains(t, tab.WriteParquet(io.Discard), `"x"`)
}
