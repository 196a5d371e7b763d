package trajectory

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzSparse(f *testing.F) {
	raw, err := os.ReadFile(filepath.Join("testdata", "scipy_sparse.json"))
	require.NoError(f, err)
	var texts map[string]string
	require.NoError(f, json.Unmarshal(raw, &texts))
	for _, text := range texts {
		b, err := hex.DecodeString(text)
		require.NoError(f, err)
		f.Add(b)
		m, err := parseSparse(text)
		require.NoError(f, err)
		own, err := sparseText(m.(Sparse))
		require.NoError(f, err)
		b, err = hex.DecodeString(own)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := parseSparse(hex.EncodeToString(raw))
		if err != nil {
			require.ErrorIs(t, err, ErrCorrupt)
			return
		}
		text, err := sparseText(m.(Sparse))
		require.NoError(t, err, "what was read can be written")
		again, err := parseSparse(text)
		require.NoError(t, err)
		second, err := sparseText(again.(Sparse))
		require.NoError(t, err)
		require.Equal(t, text, second)
	})
}

func FuzzNote(f *testing.F) {
	f.Add(`{"data":{"coll":"COLL_DICT","columns":[{"name":"a","data":{"coll":"COLL_SCALAR","type":"int","values":["1"]}}]}}`)
	f.Add(`{"go_type":"x","json":{}}`)
	f.Add(`{"data":{"coll":"TABLE","columns":[{"name":"a","data":{"coll":"COLL_SCALAR","type":"complex64","shape":[1],"values":["1","NaN"]}}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		it := Item{Name: "x" + noteMark, Data: scalar(Str, []string{text})}
		name, v := decodeNote(it)
		if name != "x" {
			require.Equal(t, text, v)
			return
		}
		back, err := encodeNote(name, v)
		if err != nil {
			require.ErrorIs(t, err, ErrType) // Go has no type for it, such as a list of many dimensions
			return
		}
		_, again := decodeNote(back)
		require.IsType(t, v, again)
	})
}
