package npz_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/internal/npz"
)

func arrays() []npz.Array {
	return []npz.Array{
		{Shape: []int{3}, Values: []bool{true, false, true}},
		{Shape: []int{2}, Values: []int8{-128, 127}},
		{Shape: []int{2}, Values: []uint8{0, 255}},
		{Shape: []int{2}, Values: []int16{math.MinInt16, 1}},
		{Shape: []int{1, 2}, Values: []uint16{math.MaxUint16, 1}},
		{Shape: []int{2, 1}, Values: []int32{math.MinInt32, 1}},
		{Shape: []int{2}, Values: []uint32{math.MaxUint32, 1}},
		{Shape: []int{2}, Values: []int64{math.MinInt64, 1}},
		{Shape: []int{2}, Values: []uint64{math.MaxUint64, 1}},
		{Shape: []int{2}, Values: []float32{float32(math.Inf(1)), math.SmallestNonzeroFloat32}},
		{Shape: []int{2, 2}, Values: []float64{math.Inf(-1), math.Copysign(0, -1), 5e-324, 0.1}},
		{Shape: []int{1}, Values: []complex64{1 - 2i}},
		{Shape: []int{1}, Values: []complex128{1 - 2i}},
		{Shape: []int{0}, Values: []float64{}},
		{Shape: []int{3, 0, 2}, Values: []int64{}},
		{Shape: []int{}, Values: []float64{7}},
		{Shape: []int{200_000}, Values: make([]float64, 200_000)},
		{Shape: []int{2, 1}, Values: npz.Text{"csr", "\xff"}},
		{Shape: []int{}, Values: npz.Text{"dia"}},
		{Shape: []int{1}, Values: npz.Text{""}},
	}
}

func write(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := npz.NewWriter(&b)
	for i, a := range arrays() {
		require.NoError(t, w.Write(fmt.Sprintf("a/%d", i), a.Shape, a.Values))
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func open(t testing.TB, raw []byte) *npz.File {
	t.Helper()
	f, err := npz.NewFile(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	return f
}

func TestWhatGoesInComesOut(t *testing.T) {
	raw := write(t)
	assert.Equal(t, raw, write(t), "the bytes depend on the arrays alone")
	path := filepath.Join(t.TempDir(), "x.npz")
	require.NoError(t, os.WriteFile(path, raw, 0o644))
	f, err := npz.Open(path)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, f.Verify())
	require.Len(t, f.Names(), len(arrays()))
	for i, want := range arrays() {
		name := fmt.Sprintf("a/%d", i)
		assert.Equal(t, name, f.Names()[i])
		assert.True(t, f.Has(name))
		got, err := f.Read(name)
		require.NoError(t, err)
		assert.Equal(t, want, got)
		h, err := f.Header(name)
		require.NoError(t, err)
		assert.Equal(t, want.Shape, h.Shape)
	}
	v, err := f.ReadRange("a/10", 1, 3)
	require.NoError(t, err)
	assert.Equal(t, []float64{math.Copysign(0, -1), 5e-324}, v)
	v, err = f.ReadRange("a/16", 150_000, 199_999)
	require.NoError(t, err)
	assert.Len(t, v, 49_999)
	v, err = f.ReadRange("a/10", 2, 2)
	require.NoError(t, err)
	assert.Empty(t, v)
	for _, r := range [][2]int{{-1, 1}, {2, 1}, {0, 5}, {5, 5}} {
		_, err := f.ReadRange("a/10", r[0], r[1])
		assert.ErrorIs(t, err, npz.ErrFormat)
	}
	_, err = f.Read("nothing")
	assert.ErrorIs(t, err, npz.ErrFormat)
	assert.False(t, f.Has("nothing"))
}

func TestNaNKeepsItsBits(t *testing.T) {
	var b bytes.Buffer
	w := npz.NewWriter(&b)
	want := []float64{math.Float64frombits(0x7ff8000000000123), math.Float64frombits(0xfff0000000000001)}
	require.NoError(t, w.Write("n", []int{2}, want))
	require.NoError(t, w.Close())
	a, err := open(t, b.Bytes()).Read("n")
	require.NoError(t, err)
	for i, x := range a.Values.([]float64) {
		assert.Equal(t, math.Float64bits(want[i]), math.Float64bits(x))
	}
}

// The header is what numpy.save writes.
func TestHeader(t *testing.T) {
	raw := write(t)
	for _, text := range []string{
		"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }" + strings.Repeat(" ", 58) + "\n",
		"\x93NUMPY\x01\x00v\x00{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2), }" + strings.Repeat(" ", 58) + "\n",
		"{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }",
		"{'descr': '<f8', 'fortran_order': False, 'shape': (), }",
	} {
		assert.True(t, bytes.Contains(raw, []byte(text)), "%q", text)
	}
}

func TestWriterRefuses(t *testing.T) {
	w := npz.NewWriter(&bytes.Buffer{})
	require.NoError(t, w.Write("a", []int{1}, []float64{1}))
	for name, err := range map[string]error{
		"taken":    w.Write("a", []int{1}, []float64{1}),
		"empty":    w.Write("", []int{1}, []float64{1}),
		"type":     w.Write("b", []int{1}, []string{"x"}),
		"shape":    w.Write("c", []int{2}, []float64{1}),
		"negative": w.Write("d", []int{-1}, []float64{}),
		"overflow": w.Write("e", []int{1 << 40, 1 << 40}, []float64{}),
		"dims":     w.Write("f", make([]int, 33), []float64{}),
	} {
		assert.Error(t, err, name)
	}
}

// archive makes a zip file by hand.
func archive(t *testing.T, method uint16, entries ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(entries); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: entries[i], Method: method})
		require.NoError(t, err)
		_, err = w.Write([]byte(entries[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

func npy(header, values string) string {
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(header)), byte(len(header) >> 8)}) + header + values
}

func TestReadsWhatNumpyWrites(t *testing.T) {
	eight := "\x00\x00\x00\x00\x00\x00\xf0\x3f" // 1.0
	for name, c := range map[string]struct{ header, values string }{
		"numpy":        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }   \n", eight + eight},
		"other order":  {"{'shape': (2,), 'fortran_order': False, 'descr': '<f8'}\n", eight + eight},
		"no blanks":    {"{\"descr\":\"<f8\",\"fortran_order\":False,\"shape\":(2,)}", eight + eight},
		"python 2":     {"{'descr': '<f8', 'fortran_order': False, 'shape': (2L,), }\n", eight + eight},
		"no last mark": {"{'descr': '<f8', 'fortran_order': False, 'shape': (2), }\n", eight + eight},
	} {
		for _, method := range []uint16{zip.Store, zip.Deflate} {
			f := open(t, archive(t, method, "x.npy", npy(c.header, c.values)))
			a, err := f.Read("x")
			require.NoError(t, err, name)
			assert.Equal(t, npz.Array{Shape: []int{2}, Values: []float64{1, 1}}, a, name)
			v, err := f.ReadRange("x", 1, 2)
			require.NoError(t, err, name)
			assert.Equal(t, []float64{1}, v, name)
		}
	}
}

func TestDamagedFiles(t *testing.T) {
	good := "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n"
	eight := "12345678"
	for name, entry := range map[string]string{
		"empty":          "",
		"no magic":       "hello, this is not an array",
		"version":        "\x93NUMPY\x09\x00\x02\x00{}",
		"long header":    "\x93NUMPY\x01\x00\xff\xff{}",
		"huge header":    "\x93NUMPY\x02\x00\xff\xff\xff\xff{}",
		"too few bytes":  npy(good, "1234"),
		"too many bytes": npy(good, eight+"9"),
		"fortran":        npy(strings.Replace(good, "False", "True", 1), eight),
		"type":           npy(strings.Replace(good, "<f8", ">f8", 1), eight),
		"object":         npy(strings.Replace(good, "<f8", "|O", 1), eight),
		"struct":         npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }\n", eight),
		"huge shape":     npy(strings.Replace(good, "(1,)", "(999999999999999,)", 1), eight),
		"overflow":       npy(strings.Replace(good, "(1,)", "(4294967296, 4294967296, 4294967296)", 1), eight),
		"negative":       npy(strings.Replace(good, "(1,)", "(-1,)", 1), ""),
		"missing key":    npy("{'descr': '<f8', 'fortran_order': False}", eight),
		"key twice":      npy("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", eight),
		"more text":      npy(good+"x", eight),
		"open quote":     npy("{'descr", eight),
		"no dict":        npy("(1, 2)", eight),
		"dims":           npy(strings.Replace(good, "(1,)", "("+strings.Repeat("1, ", 40)+")", 1), eight),
	} {
		for _, method := range []uint16{zip.Store, zip.Deflate} {
			f := open(t, archive(t, method, "x.npy", entry))
			_, err := f.Read("x")
			assert.ErrorIs(t, err, npz.ErrFormat, name)
			_, err = f.Header("x")
			assert.ErrorIs(t, err, npz.ErrFormat, name)
			assert.ErrorIs(t, f.Verify(), npz.ErrFormat, name)
		}
	}
	for name, raw := range map[string][]byte{
		"no zip": []byte("this is no zip file"), "nothing": {}, "no array": archive(t, zip.Store, "x.txt", "hello"),
		"twice": archive(t, zip.Store, "x.npy", npy(good, eight), "x.npy", npy(good, eight)),
	} {
		_, err := npz.NewFile(bytes.NewReader(raw), int64(len(raw)))
		assert.ErrorIs(t, err, npz.ErrFormat, name)
	}
	_, err := npz.Open(filepath.Join(t.TempDir(), "nothing.npz"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestChecksums(t *testing.T) {
	raw := archive(t, zip.Store, "x.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n", "ABCDEFGH"))
	raw[bytes.Index(raw, []byte("ABCDEFGH"))] = 'Z'
	f := open(t, raw)
	_, err := f.Read("x")
	assert.ErrorIs(t, err, npz.ErrFormat)
	assert.ErrorIs(t, f.Verify(), npz.ErrFormat)
	_, err = f.ReadRange("x", 0, 1)
	assert.NoError(t, err, "a part is read without its checksum")
}

func FuzzFile(f *testing.F) {
	var b bytes.Buffer
	w := npz.NewWriter(&b)
	for i, a := range arrays()[:16] {
		require.NoError(f, w.Write(fmt.Sprint(i), a.Shape, a.Values))
	}
	require.NoError(f, w.Close())
	f.Add(b.Bytes())
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, err := npz.NewFile(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		for _, name := range file.Names() {
			a, err := file.Read(name)
			if err != nil {
				continue
			}
			h, err := file.Header(name)
			require.NoError(t, err)
			require.Equal(t, h.Shape, a.Shape)
			var out bytes.Buffer
			w := npz.NewWriter(&out)
			require.NoError(t, w.Write("again", a.Shape, a.Values))
			require.NoError(t, w.Close())
		}
		file.Verify()
	})
}

func FuzzHeader(f *testing.F) {
	f.Add("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n")
	f.Add("{'shape': (), 'fortran_order': False, 'descr': \"|b1\"}")
	f.Fuzz(func(t *testing.T, header string) {
		if len(header) > 1<<16-1 {
			return
		}
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.CreateHeader(&zip.FileHeader{Name: "x.npy"})
		require.NoError(t, err)
		w.Write([]byte(npy(header, "12345678")))
		require.NoError(t, z.Close())
		file := open(t, b.Bytes())
		if h, err := file.Header("x"); err == nil {
			n := 1
			for _, s := range h.Shape {
				n *= s
			}
			require.LessOrEqual(t, n, 8)
		}
	})
}
