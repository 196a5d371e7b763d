package plot_test

import (
	"encoding/xml"
	"image/color"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/plot"
)

// brightness is that of a pixel of a picture.
func brightness(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	return 0.2126*float64(r) + 0.7152*float64(g) + 0.0722*float64(b)
}

func TestHeatmapPaintsValues(t *testing.T) {
	// The cells are too small for their values to be written in them.
	const nx, ny = 40, 30
	o := plot.HeatmapOptions{XLabel: "x", YLabel: "y", Label: "value", Title: "title"}
	for j := range nx {
		o.X = append(o.X, float64(j))
	}
	for i := range ny {
		o.Y = append(o.Y, 10*float64(i*i))
		row := make([]float64, nx)
		for j := range row {
			row[j] = float64(i) + float64(j)/nx
		}
		o.Values = append(o.Values, row)
	}
	o.Values[7][5] = math.NaN()
	o.Values[8][6] = math.Inf(1)
	f, err := plot.Heatmap(o)
	img := picture(t, f, err)
	b := img.Bounds()
	assert.Equal(t, 6*plot.DPI, b.Dx())
	// A column of pixels in the middle of the map: brighter and brighter upwards.
	x, last, seen := b.Dx()/2, -1.0, map[color.Color]bool{}
	for y := b.Dy() * 8 / 10; y > b.Dy()/4; y-- {
		c := img.At(x, y)
		seen[c] = true
		now := brightness(c)
		assert.GreaterOrEqual(t, now, last, "at %d", y)
		last = now
	}
	assert.GreaterOrEqual(t, len(seen), 18, "a colour for each row")
	greys := 0
	for y := range b.Dy() {
		for x := range b.Dx() {
			if r, g, b, _ := img.At(x, y).RGBA(); r>>8 == 0xd8 && g>>8 == 0xd8 && b>>8 == 0xd8 {
				greys++
			}
		}
	}
	assert.InDelta(t, 2*15.5*17, greys, 120, "the two cells without a value")
}

func TestHeatmapTexts(t *testing.T) {
	texts := func(o plot.HeatmapOptions) []string {
		t.Helper()
		f, err := plot.Heatmap(o)
		d := xml.NewDecoder(strings.NewReader(string(encode(t, f, err, "svg"))))
		var list []string
		inside := false
		for {
			token, err := d.Token()
			if err == io.EOF {
				return list
			}
			require.NoError(t, err)
			switch x := token.(type) {
			case xml.StartElement:
				inside = x.Name.Local == "text"
			case xml.CharData:
				if inside {
					list = append(list, string(x))
				}
			case xml.EndElement:
				inside = false
			}
		}
	}
	small := texts(plot.HeatmapOptions{
		X: []float64{-2.5, 0.1 + 0.2}, Y: []float64{1, 20, 1e6}, Label: "rate (Hz)", XLabel: "over", YLabel: "up",
		Values: [][]float64{{0.14, 1234.5}, {1.25e-7, math.NaN()}, {-3, 0}},
	})
	for _, want := range []string{"−2.5", "0.3", "1", "20", "1e+06", "0.140", "1234", "1.25e−07", "−3.00", "0", "rate (Hz)", "over", "up", "500"} {
		assert.Contains(t, small, want)
	}
	assert.NotContains(t, strings.Join(small, " "), "NaN")
	whole := texts(plot.HeatmapOptions{X: []float64{1, 2}, Y: []float64{3}, Values: [][]float64{{12, 70}}})
	assert.Contains(t, whole, "12")
	assert.NotContains(t, whole, "12.0")
	logarithmic := texts(plot.HeatmapOptions{X: []float64{1, 2}, Y: []float64{3}, Values: [][]float64{{0.03, 7}}, Log: true})
	for _, want := range []string{"0.05", "0.1", "0.2", "0.5", "1", "2", "5"} {
		assert.Contains(t, logarithmic, want)
	}
	wide := texts(plot.HeatmapOptions{X: []float64{1, 2}, Y: []float64{3}, Values: [][]float64{{1e-12, 1e12}}, Log: true})
	assert.Contains(t, wide, "1e−12")
	assert.Less(t, len(wide), 16)
	close := texts(plot.HeatmapOptions{X: []float64{1, 2}, Y: []float64{3}, Values: [][]float64{{3.1, 3.4}}, Log: true})
	assert.Contains(t, close, "3.20")

	many := plot.HeatmapOptions{Y: []float64{1}, Values: [][]float64{make([]float64, 101)}}
	for i := range 101 {
		many.X = append(many.X, float64(i)*0.0303)
	}
	assert.Contains(t, texts(many), "0.5", "round numbers on a fine axis")
	many.X[50] = 7
	assert.Contains(t, texts(many), "0.3333", "coordinates on an uneven one")
	many.X = make([]float64, 101)
	assert.Contains(t, texts(many), "0")
}

func TestHeatmapScale(t *testing.T) {
	// Beyond the ends of a given scale the colours are those of the ends.
	o := plot.HeatmapOptions{X: []float64{1, 2, 3, 4}, Y: []float64{1}, Values: [][]float64{{-9, 0, 1, 9}}, High: 1}
	f, err := plot.Heatmap(o)
	img := picture(t, f, err)
	at := func(cell float64) color.Color { return img.At(60+int(cell*170), img.Bounds().Dy()/4) }
	assert.Equal(t, at(0.3), at(1.3))
	assert.Equal(t, at(2.3), at(3.3))
	assert.Greater(t, brightness(at(2.3)), brightness(at(1.3)))
	for _, values := range [][][]float64{{{5, 5, 5, 5}}, {{0, 0, 0, 0}}, {{math.NaN(), math.NaN(), math.NaN(), math.NaN()}}} {
		for _, log := range []bool{false, true} {
			f, err := plot.Heatmap(plot.HeatmapOptions{X: o.X, Y: o.Y, Values: values, Log: log})
			assert.NotNil(t, picture(t, f, err))
		}
	}
}

func TestHeatmapErrors(t *testing.T) {
	one := []float64{1}
	for want, o := range map[string]plot.HeatmapOptions{
		"0 columns":            {Y: one, Values: [][]float64{{}}},
		"0 rows":               {X: one},
		"2 rows of values":     {X: one, Y: one, Values: [][]float64{{1}, {2}}},
		"row 0 has 2 values":   {X: one, Y: one, Values: [][]float64{{1, 2}}},
		"colour axis from 3":   {X: one, Y: one, Values: [][]float64{{1}}, Low: 3, High: 2},
		"want a positive":      {X: one, Y: one, Values: [][]float64{{1}}, Low: -3, High: 2, Log: true},
		"a figure side of 100": {X: one, Y: one, Values: [][]float64{{1}}, Width: 100},
		"6001 columns":         {X: make([]float64, 6001), Y: one, Values: [][]float64{make([]float64, 6001)}},
	} {
		_, err := plot.Heatmap(o)
		assert.ErrorContains(t, err, want)
	}
}
