package plot_test

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/plot"
	"galvani/quantity"
)

func encode(t *testing.T, f *plot.Figure, err error, format string) []byte {
	t.Helper()
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, f.Encode(&b, format))
	return b.Bytes()
}

// picture draws a figure and reads it back.
func picture(t *testing.T, f *plot.Figure, err error) image.Image {
	t.Helper()
	img, e := png.Decode(bytes.NewReader(encode(t, f, err, "png")))
	require.NoError(t, e)
	return img
}

// greys are the brightnesses of a picture's pixels, row by row.
func greys(t *testing.T, img image.Image) []uint8 {
	t.Helper()
	p, ok := img.(*image.Paletted)
	require.True(t, ok, "figures are written with a palette")
	var shade [256]uint8
	for i, c := range p.Palette {
		shade[i] = color.GrayModel.Convert(c).(color.Gray).Y
	}
	list := make([]uint8, len(p.Pix))
	for i, c := range p.Pix {
		list[i] = shade[c]
	}
	return list
}

// differing lists the pixels in which two pictures of a size differ by more than the
// shade of a smoothed edge.
func differing(t *testing.T, a, b image.Image) []image.Point {
	t.Helper()
	require.Equal(t, a.Bounds(), b.Bounds())
	var list []image.Point
	other := greys(t, b)
	for i, shade := range greys(t, a) {
		if d := int(shade) - int(other[i]); d > 64 || d < -64 {
			list = append(list, image.Pt(i%a.Bounds().Dx(), i/a.Bounds().Dx()))
		}
	}
	return list
}

// box is the smallest rectangle around points.
func box(points []image.Point) image.Rectangle {
	var r image.Rectangle
	for _, p := range points {
		r = r.Union(image.Rectangle{Min: p, Max: p.Add(image.Pt(1, 1))})
	}
	return r
}

func TestRasterSetsSpikesWhereTheyBelong(t *testing.T) {
	draw := func(step int64, neuron int32) image.Image {
		f, err := plot.Raster(plot.RasterOptions{Steps: []int64{step}, Neurons: []int32{neuron}, DT: 1e-3, N: 51, Stop: 1})
		return picture(t, f, err)
	}
	empty := draw(-1, 0) // outside the shown time
	assert.Equal(t, image.Rect(0, 0, 1200, 750), empty.Bounds())
	spike := func(step int64, neuron int32) image.Rectangle { return box(differing(t, empty, draw(step, neuron))) }

	one := spike(500, 25)
	assert.Equal(t, 2, one.Dx())
	assert.GreaterOrEqual(t, one.Dy(), 10, "a mark as high as a row of 51 neurons")
	late, early := spike(900, 25), spike(100, 25)
	assert.InDelta(t, one.Min.X-early.Min.X, late.Min.X-one.Min.X, 1)
	assert.Greater(t, late.Min.X-early.Min.X, 750, "0.8 of the axis")
	assert.Equal(t, late.Min.Y, early.Min.Y)
	low, high := spike(500, 5), spike(500, 45)
	assert.InDelta(t, one.Min.Y-high.Min.Y, low.Min.Y-one.Min.Y, 1)
	assert.Greater(t, low.Min.Y-high.Min.Y, 450, "neurons count upwards")
	assert.Equal(t, low.Min.X, high.Min.X)

	assert.Empty(t, differing(t, empty, draw(1001, 0)), "behind the shown time")
	assert.Empty(t, differing(t, empty, draw(500, 51)), "above the shown neurons")
	assert.Empty(t, differing(t, empty, draw(500, -1)))
	assert.NotEmpty(t, differing(t, empty, draw(1000, 50)), "in the corner")
}

func TestRasterShowsEverySpike(t *testing.T) {
	var o plot.RasterOptions
	for i := range 40 {
		for k := range 50 {
			o.Steps = append(o.Steps, int64(20*k+10))
			o.Neurons = append(o.Neurons, int32(i))
		}
	}
	o.DT, o.Stop, o.N = 1e-4, 0.1, 40
	f, err := plot.Raster(o)
	full := picture(t, f, err)
	o.Steps, o.Neurons = nil, nil
	f, err = plot.Raster(o)
	marks := differing(t, full, picture(t, f, err))
	columns := map[int]int{}
	for _, p := range marks {
		columns[p.X]++
	}
	assert.Len(t, columns, 100, "marks of two pixels")
	for x, n := range columns {
		assert.InDelta(t, 600, n, 70, "column %d: 40 marks that fill most of the height", x)
	}
	f, err = plot.Raster(raster(100000))
	svg := encode(t, f, err, "svg")
	assert.GreaterOrEqual(t, bytes.Count(svg, []byte("<path")), 100000)
}

func TestRasterLimits(t *testing.T) {
	for _, o := range []plot.RasterOptions{
		{DT: 1e-4}, // no spikes, nothing known
		{DT: 1e-4, Steps: []int64{-50}, Neurons: []int32{7}},
		{DT: 1e-4, Start: 0.1, Stop: 0.2, TimeUnit: "s", XLabel: "Zeit", YLabel: "Zelle", Width: 3, Height: 2},
		{DT: 1e-4, N: math.MaxInt32, Stop: 1e6},
	} {
		f, err := plot.Raster(o)
		picture(t, f, err)
	}
}

func constant(v float64, n int) []float64 {
	row := make([]float64, n)
	for k := range row {
		row[k] = v
	}
	return row
}

func TestTraces(t *testing.T) {
	o := plot.TracesOptions{DT: 1e-3, Names: []string{"neuron 0", "neuron 7"}, YLabel: "V", Unit: "mV", SameScale: true}
	for k := range 1000 {
		o.Steps = append(o.Steps, int64(k))
	}
	o.Values = [][]float64{constant(-0.07, 1000), constant(-0.07, 1000)}
	o.Values[0][500] = -0.05 // one sample of a thousand must not get lost
	for k := 250; k < 500; k++ {
		o.Values[1][k] = math.NaN()
	}
	draw := func() image.Image { f, err := plot.Traces(o); return picture(t, f, err) }
	full := draw()
	blank := o.Values
	o.Values = [][]float64{constant(math.NaN(), 1000), constant(math.NaN(), 1000)}
	o.Values[0][0], o.Values[0][999] = -0.07, -0.05 // to keep the axes
	points := differing(t, full, draw())
	o.Values = blank

	middle := full.Bounds().Dy() / 2
	var upper, lower []image.Point
	for _, p := range points {
		if p.Y < middle {
			upper = append(upper, p)
		} else {
			lower = append(lower, p)
		}
	}
	span := box(upper)
	assert.Greater(t, span.Dx(), 900)
	tip := image.Point{Y: math.MaxInt}
	perColumn := map[int]int{}
	for _, p := range upper {
		if p.Y < tip.Y {
			tip = p
		}
		perColumn[p.X]++
	}
	assert.InDelta(t, float64(span.Min.X+span.Max.X)/2, tip.X, 4, "the peak is in the middle")
	assert.Greater(t, span.Dy(), 80, "and reaches its value")
	columns := map[int]bool{}
	for _, p := range lower {
		columns[p.X] = true
	}
	gap := 0
	for x := span.Min.X; x < span.Max.X-2; x++ {
		if !columns[x] {
			gap++
			assert.InDelta(t, 0.375, float64(x-span.Min.X)/float64(span.Dx()), 0.135)
		}
	}
	assert.InDelta(t, 0.25*float64(span.Dx()), gap, 8, "a gap where the values are not numbers")

	// Many samples per pixel must look like few.
	dense := plot.TracesOptions{DT: 1e-6, YLabel: "V", Unit: "mV", SameScale: true, Names: o.Names, Stop: 1}
	dense.Values = [][]float64{nil, nil}
	for k := range 1000 {
		for i := range 20 {
			dense.Steps = append(dense.Steps, int64(1000*k+50*i))
			for r := range dense.Values {
				dense.Values[r] = append(dense.Values[r], o.Values[r][k])
			}
		}
	}
	f, err := plot.Traces(dense)
	for _, p := range differing(t, full, picture(t, f, err)) {
		// The peak has become a plateau, and the last value before an end lasts until there.
		at := float64(p.X-span.Min.X) / float64(span.Dx())
		near := math.Min(math.Min(math.Abs(at-0.5), math.Abs(at-0.25)), math.Abs(at-1))
		assert.Less(t, near*float64(span.Dx()), 4.0, "pixel %v", p)
	}
}

func TestTracesLimits(t *testing.T) {
	for _, o := range []plot.TracesOptions{
		{DT: 1e-4, Values: [][]float64{{}}},
		{DT: 1e-4, Steps: []int64{5}, Values: [][]float64{{3}}},
		{DT: 1e-4, Steps: []int64{5, 6}, Values: [][]float64{{math.Inf(1), math.NaN()}}, SameScale: true},
		{DT: 1e-4, Steps: []int64{5, 7}, Values: [][]float64{{0, 0}, {1e-320, 2e-320}}, Unit: "uF/cm^2", YLabel: "C", Title: "small"},
		{DT: 1e-4, Steps: []int64{5, 7}, Values: [][]float64{{0, 1}}, Start: 1, Stop: 2},
	} {
		f, err := plot.Traces(o)
		picture(t, f, err)
	}
}

func TestCurve(t *testing.T) {
	draw := func(series ...plot.Series) image.Image {
		f, err := plot.Curve(plot.CurveOptions{Series: series, XLabel: "R_ee", YLabel: "mean Fano factor"})
		return picture(t, f, err)
	}
	x := []float64{1, 2, 3}
	flat := draw(plot.Series{X: x, Y: []float64{0, 1, 0}})
	// The means of trials are drawn where these means would be, errors and dots beside.
	same := draw(plot.Series{X: x, Trials: [][]float64{{0}, {1}, {0}}})
	assert.Empty(t, differing(t, flat, same))
	bars := differing(t, draw(plot.Series{X: x, Y: []float64{0, 1, 0}, Err: []float64{0, 0.5, 0}}), draw(plot.Series{X: x, Y: []float64{0, 1, 0}, Err: []float64{0, 0, 0}, Trials: [][]float64{nil, {1.5}, nil}}))
	assert.InDelta(t, 480, float64(box(bars).Min.X+box(bars).Max.X)/2, 20, "bars stand in the middle")
	assert.Greater(t, box(bars).Dy(), 100)
	// A point that is no number is left out and interrupts the line.
	gap := draw(plot.Series{X: x, Y: []float64{0, math.NaN(), 0.9}}, plot.Series{X: x, Y: []float64{0, 0, 0}})
	assert.NotEmpty(t, differing(t, gap, draw(plot.Series{X: x, Y: []float64{0, 0.5, 0.9}}, plot.Series{X: x, Y: []float64{0, 0, 0}})))

	// The legend is above the axes: two series of other names differ nowhere else.
	a := draw(plot.Series{Name: "first", X: x, Y: x}, plot.Series{Name: "second", X: x, Y: []float64{3, 2, 1}})
	b := draw(plot.Series{Name: "eins", X: x, Y: x}, plot.Series{Name: "zwei", X: x, Y: []float64{3, 2, 1}})
	names := box(differing(t, a, b))
	assert.False(t, names.Empty())
	assert.Less(t, names.Max.Y, 60)
	one := draw(plot.Series{Name: "first", X: x, Y: x})
	other := draw(plot.Series{Name: "eins", X: x, Y: x})
	assert.Empty(t, differing(t, one, other), "one series needs no legend")

	for _, o := range []plot.CurveOptions{
		{},
		{YZero: true, Series: []plot.Series{{X: []float64{math.NaN()}, Y: []float64{1}}}},
		{YZero: true, Series: []plot.Series{{X: []float64{1}, Y: []float64{-1}}}},
		{Title: "many", Series: []plot.Series{{Name: strings.Repeat("long name ", 20)}, {Name: strings.Repeat("long name ", 20)}}},
	} {
		f, err := plot.Curve(o)
		picture(t, f, err)
	}
}

func TestErrors(t *testing.T) {
	rasterError := func(o plot.RasterOptions) error { _, err := plot.Raster(o); return err }
	tracesError := func(o plot.TracesOptions) error { _, err := plot.Traces(o); return err }
	curveError := func(o plot.CurveOptions) error { _, err := plot.Curve(o); return err }
	row := [][]float64{{1, 2}}
	two := []int64{1, 2}
	for _, c := range []struct {
		err error
		msg string
	}{
		{rasterError(plot.RasterOptions{DT: 1, Steps: two}), "2 steps but 0 neurons"},
		{rasterError(plot.RasterOptions{}), "positive time"},
		{rasterError(plot.RasterOptions{DT: 1, TimeUnit: "mV"}), "dimensions differ"},
		{rasterError(plot.RasterOptions{DT: 1, TimeUnit: "msk"}), "unknown unit"},
		{rasterError(plot.RasterOptions{DT: 1, N: -1}), "-1 neurons"},
		{rasterError(plot.RasterOptions{DT: 1, Start: 2, Stop: 1}), "want a rising range"},
		{rasterError(plot.RasterOptions{DT: 1, Stop: math.NaN()}), "out of range"},
		{rasterError(plot.RasterOptions{DT: 1, Stop: math.Inf(1)}), "out of range"},
		{rasterError(plot.RasterOptions{DT: 1, Width: 0.5}), "a figure side of 0.5 inches"},
		{rasterError(plot.RasterOptions{DT: 1, Height: 1000}), "want 1 to 40"},
		{rasterError(plot.RasterOptions{DT: 1, Height: math.NaN()}), "want 1 to 40"},
		{tracesError(plot.TracesOptions{DT: 1}), "0 rows of values"},
		{tracesError(plot.TracesOptions{DT: 1, Values: make([][]float64, 100)}), "100 rows of values"},
		{tracesError(plot.TracesOptions{DT: 1, Values: row}), "row 0 has 2 values for 0 steps"},
		{tracesError(plot.TracesOptions{DT: 1, Steps: two, Values: row, Names: []string{"a", "b"}}), "2 names for 1 rows"},
		{tracesError(plot.TracesOptions{DT: 1, Steps: []int64{2, 2}, Values: row}), "rising steps"},
		{tracesError(plot.TracesOptions{DT: -1, Steps: two, Values: row}), "positive time"},
		{tracesError(plot.TracesOptions{DT: 1, Steps: two, Values: row, Unit: "mw"}), "unknown unit"},
		{tracesError(plot.TracesOptions{DT: 1, Steps: two, Values: row, Stop: -1}), "rising range"},
		{tracesError(plot.TracesOptions{DT: 1, Steps: two, Values: [][]float64{{-math.MaxFloat64, math.MaxFloat64}}}), "value axis"},
		{curveError(plot.CurveOptions{Series: []plot.Series{{Name: "ff", X: []float64{1}}}}), "series 0 (ff): neither y nor trials"},
		{curveError(plot.CurveOptions{Series: []plot.Series{{X: []float64{1}, Y: []float64{1, 2}}}}), "2 y for 1 x"},
		{curveError(plot.CurveOptions{Series: []plot.Series{{X: []float64{1}, Y: []float64{1}, Err: []float64{1, 2}}}}), "2 errors for 1 x"},
		{curveError(plot.CurveOptions{Series: []plot.Series{{X: []float64{1}, Trials: [][]float64{{1}, {2}}}}}), "trials of 2 points for 1 x"},
		{curveError(plot.CurveOptions{Series: []plot.Series{{X: []float64{-math.MaxFloat64, math.MaxFloat64}, Y: []float64{1, 2}}}}), "horizontal axis"},
		{curveError(plot.CurveOptions{Series: []plot.Series{{Y: []float64{-math.MaxFloat64, math.MaxFloat64}, X: []float64{1, 2}}}}), "vertical axis"},
	} {
		assert.ErrorContains(t, c.err, c.msg)
		if c.err != nil {
			assert.True(t, strings.HasPrefix(c.err.Error(), "plot: "), c.err)
		}
	}
	assert.ErrorIs(t, rasterError(plot.RasterOptions{DT: 1, TimeUnit: "mV"}), quantity.ErrMismatch)
}

func TestPNGCarriesItsResolution(t *testing.T) {
	f, err := plot.Curve(curve())
	data := encode(t, f, err, "png")
	at := bytes.Index(data, []byte("pHYs"))
	require.Equal(t, 8+25+4, at)
	assert.Equal(t, uint32(9), binary.BigEndian.Uint32(data[at-4:]))
	assert.Equal(t, uint32(math.Round(plot.DPI/0.0254)), binary.BigEndian.Uint32(data[at+4:]))
	assert.Equal(t, byte(1), data[at+12])
}

func TestSVG(t *testing.T) {
	f, err := plot.Traces(traces(3))
	data := encode(t, f, err, "svg")
	var text []string
	for d := xml.NewDecoder(bytes.NewReader(data)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if c, ok := token.(xml.CharData); ok && len(bytes.TrimSpace(c)) > 0 {
			text = append(text, string(c))
		}
	}
	assert.Subset(t, text, []string{"time (ms)", "V (mV)", "membrane potentials", "500", "2500", "\u221260"})
	assert.Contains(t, string(data), "Liberation Sans")
	assert.Less(t, len(data), 500000, "thinned")
}

// All figures at once from many goroutines, all the same bytes.
func TestSameBytes(t *testing.T) {
	for _, format := range []string{"png", "svg"} {
		a, err := plot.Raster(raster(2000))
		require.NoError(t, err)
		b, err := plot.Traces(traces(2))
		require.NoError(t, err)
		c, err := plot.Curve(curve())
		require.NoError(t, err)
		var wait sync.WaitGroup
		results := make([][3][]byte, 4)
		for i := range results {
			wait.Go(func() {
				for k, f := range []*plot.Figure{a, b, c} {
					var buffer bytes.Buffer
					if assert.NoError(t, f.Encode(&buffer, format)) {
						results[i][k] = buffer.Bytes()
					}
				}
			})
		}
		wait.Wait()
		for _, r := range results {
			assert.True(t, bytes.Equal(results[0][0], r[0]) && bytes.Equal(results[0][1], r[1]) && bytes.Equal(results[0][2], r[2]), format)
		}
	}
}

func TestSave(t *testing.T) {
	f, err := plot.Curve(curve())
	require.NoError(t, err)
	folder := t.TempDir()
	for _, name := range []string{"new/folder/a.png", "b.SVG", "b.svg"} {
		require.NoError(t, f.Save(filepath.Join(folder, name)))
	}
	require.NoError(t, f.Save(filepath.Join(folder, "b.svg")), "over an older file")
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, entries, 3, "nothing temporary is left")
	saved, err := os.ReadFile(filepath.Join(folder, "new/folder/a.png"))
	require.NoError(t, err)
	assert.Equal(t, encode(t, f, nil, "png"), saved)

	assert.ErrorContains(t, f.Save(filepath.Join(folder, "c.jpeg")), `unknown format "jpeg", want png or svg`)
	assert.ErrorContains(t, f.Save(filepath.Join(folder, "c")), "unknown format")
	assert.ErrorContains(t, f.Save(filepath.Join(folder, "b.svg", "c.png")), "plot: save: ")
	require.NoError(t, os.Mkdir(filepath.Join(folder, "d.png"), 0o777))
	assert.ErrorContains(t, f.Save(filepath.Join(folder, "d.png")), "plot: save: ")
	entries, err = os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, entries, 4)
}

func ExampleRaster() {
	folder, err := os.MkdirTemp("", "plots")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	fig, err := plot.Raster(plot.RasterOptions{
		Steps:   []int64{10, 12, 15, 40},
		Neurons: []int32{0, 1, 2, 0},
		DT:      1e-3, N: 3, Stop: 0.05,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(fig.Save(filepath.Join(folder, "spike.png")))
	_, err = plot.Raster(plot.RasterOptions{DT: 1e-3, TimeUnit: "mV"})
	fmt.Println(err)
	// Output:
	// <nil>
	// plot: time unit: quantity: use mV: dimensions differ: V and s
}
