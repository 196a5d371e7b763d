package npz_test

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/internal/npz"
)

func each[S, T any](s []S, f func(S) T) []T {
	out := make([]T, len(s))
	for i, v := range s {
		out[i] = f(v)
	}
	return out
}

// The same arrays as in testdata/savez.py, which prints the checksum, with zlib 1.2.13.
func TestCompressedIsNumpys(t *testing.T) {
	const n = 200_000
	x, state := make([]uint32, n), uint32(1)
	count := make([]int32, n)
	for i := range x {
		state = state*1664525 + 1013904223
		x[i], count[i] = state>>8, int32(i)
	}
	low := func(v uint32) uint8 { return uint8(v) }
	block := bytes.Repeat(each(x[:33_000], low), 4)
	var b bytes.Buffer
	w := npz.NewCompressed(&b)
	for _, e := range []struct {
		name   string
		shape  []int
		values any
	}{
		{"noise", []int{n}, each(x, low)},
		{"few", []int{n}, each(x, func(v uint32) uint8 { return uint8(v % 3) })},
		{"zeros", []int{2, 50_000}, make([]float64, 100_000)},
		{"count", []int{n}, count},
		{"block", []int{len(block)}, block},
		{"sparse", []int{n}, each(x, func(v uint32) float64 {
			if v%17 != 0 {
				return 0
			}
			return float64(v)
		})},
		{"rounded", []int{n}, each(x, func(v uint32) float64 { return float64(v%1000) / 8 })},
		{"skewed", []int{n}, each(x, func(v uint32) uint8 {
			sq := uint64(v) * uint64(v) >> 24 // of 24 bits
			return uint8(min(255, sq*sq>>40))
		})},
		{"text", []int{}, npz.Text{"csr"}},
		{"empty", []int{0}, []int64{}},
		{"one", []int{}, []int16{-3}},
	} {
		require.NoError(t, w.Write(e.name, e.shape, e.values))
	}
	require.NoError(t, w.Close())
	assert.Equal(t, "1291072 54397c00ddf46a0970765bdc1d51bd4bb3fdc6a791b340bdbe00349b3aa2f148", fmt.Sprintf("%d %x", b.Len(), sha256.Sum256(b.Bytes())))

	f, err := npz.NewFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	require.NoError(t, f.Verify())
	a, err := f.Read("count")
	require.NoError(t, err)
	assert.Equal(t, count, a.Values)
}

func FuzzCompressed(f *testing.F) {
	f.Add([]byte("abcabcabcabc"), uint16(1))
	f.Add([]byte{}, uint16(7))
	f.Add([]byte{0, 1, 2, 3}, uint16(60000))
	f.Fuzz(func(t *testing.T, piece []byte, times uint16) {
		if len(piece)*int(times) > 1<<20 {
			return
		}
		data := bytes.Repeat(piece, int(times))
		packed := npz.Deflate(data)
		got, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(data, got))
		assert.LessOrEqual(t, len(packed), len(data)+len(data)/1000+16)
	})
}
