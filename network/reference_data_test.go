package network_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// folder is a folder of reference data. Files may be compressed with gzip; their
// names then end in .gz.
type folder string

func (f folder) has(name string) bool {
	for _, n := range []string{name, name + ".gz"} {
		if _, err := os.Stat(filepath.Join(string(f), n)); err == nil {
			return true
		}
	}
	return false
}

func (f folder) read(t *testing.T, name string) []byte {
	t.Helper()
	path := filepath.Join(string(f), name)
	data, err := os.ReadFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		require.NoError(t, err)
		return data
	}
	file, err := os.Open(path + ".gz")
	require.NoErrorf(t, err, "reference data %s", path)
	defer file.Close()
	z, err := gzip.NewReader(file)
	require.NoError(t, err)
	data, err = io.ReadAll(z)
	require.NoErrorf(t, err, "reference data %s.gz", path)
	return data
}

func (f folder) json(t *testing.T, name string, v any) {
	t.Helper()
	require.NoErrorf(t, json.Unmarshal(f.read(t, name), v), "%s/%s", f, name)
}

func (f folder) float64s(t *testing.T, name string) []float64 {
	t.Helper()
	data := f.read(t, name)
	require.Zerof(t, len(data)%8, "%s/%s: %d bytes", f, name, len(data))
	x := make([]float64, len(data)/8)
	for k := range x {
		x[k] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*k:]))
	}
	return x
}

// pairs reads rows of two 32-bit numbers.
func (f folder) pairs(t *testing.T, name string) [][2]int32 {
	t.Helper()
	data := f.read(t, name)
	require.Zerof(t, len(data)%8, "%s/%s: %d bytes", f, name, len(data))
	p := make([][2]int32, len(data)/8)
	for k := range p {
		p[k] = [2]int32{int32(binary.LittleEndian.Uint32(data[8*k:])), int32(binary.LittleEndian.Uint32(data[8*k+4:]))}
	}
	return p
}

// csv reads whole numbers below a line of headings.
func (f folder) csv(t *testing.T, name string) [][]int64 {
	t.Helper()
	s := bufio.NewScanner(bytes.NewReader(f.read(t, name)))
	require.Truef(t, s.Scan(), "%s/%s is empty", f, name)
	rows := [][]int64{}
	for s.Scan() {
		var row []int64
		for _, field := range strings.Split(strings.TrimSpace(s.Text()), ",") {
			x, err := strconv.ParseInt(field, 10, 64)
			require.NoErrorf(t, err, "%s/%s: line %d", f, name, len(rows)+2)
			row = append(row, x)
		}
		rows = append(rows, row)
	}
	require.NoError(t, s.Err())
	return rows
}

// spike is one line of a file of spikes.
type spike struct{ step, neuron int64 }

func (f folder) spikes(t *testing.T, name string) []spike {
	t.Helper()
	list := []spike{}
	for _, row := range f.csv(t, name) {
		require.Lenf(t, row, 2, "%s/%s", f, name)
		list = append(list, spike{row[0], row[1]})
	}
	return list
}
