package plot

import (
	"image/color"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Colours: nearly black for text and spikes, grey for axes, then the Okabe-Ito colours, which
// people with colour-blindness can tell apart.
var (
	ink    = color.RGBA{R: 0x20, G: 0x20, B: 0x20, A: 0xff}
	grey   = color.RGBA{R: 0x60, G: 0x60, B: 0x60, A: 0xff}
	series = [...]color.RGBA{
		{R: 0x00, G: 0x72, B: 0xb2, A: 0xff},
		{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff},
		{R: 0x00, G: 0x9e, B: 0x73, A: 0xff},
		{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff},
		{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff},
		{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff},
	}
)

// Sizes of text.
const (
	titleSize = vg.Length(12)
	labelSize = vg.Length(10.5)
	tickSize  = vg.Length(9)
)

// style is text of a size in the sans font.
func style(size vg.Length, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color:   ink,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign:  x,
		YAlign:  y,
		Handler: gonum.DefaultTextHandler,
	}
}

// newPlot is an empty plot in the style of the house, with the given limits.
func newPlot(title, xLabel, yLabel string, x, y limits) *gonum.Plot {
	p := gonum.New()
	p.BackgroundColor = nil // the canvas is white already
	p.Title.Text = title
	p.Title.TextStyle = style(titleSize, draw.XCenter, draw.YTop)
	p.Title.Padding = vg.Points(8)
	dress(&p.X, xLabel, x, 8, draw.XCenter, draw.YTop)
	dress(&p.Y, yLabel, y, 6, draw.XRight, draw.YCenter)
	return p
}

func dress(axis *gonum.Axis, label string, l limits, about int, x text.XAlignment, y text.YAlignment) {
	axis.Min, axis.Max = l.min, l.max
	axis.Padding = 0 // tight: data begin at the axis
	axis.LineStyle = draw.LineStyle{Color: grey, Width: vg.Points(0.75)}
	axis.Label.Text = label
	axis.Label.TextStyle = style(labelSize, draw.XCenter, draw.YBottom)
	axis.Label.Padding = vg.Points(4)
	axis.Tick.Label = style(tickSize, x, y)
	axis.Tick.LineStyle = draw.LineStyle{Color: grey, Width: vg.Points(0.75)}
	axis.Tick.Length = vg.Points(4)
	axis.Tick.Marker = ticks{about: about}
}

// margin keeps a figure's edge free.
func margin(c draw.Canvas) draw.Canvas {
	return draw.Crop(c, vg.Points(8), -vg.Points(12), vg.Points(6), -vg.Points(8))
}

// withUnit is an axis label with its unit in parentheses.
func withUnit(label, unit string) string {
	if unit == "" || label == "" {
		return label
	}
	return label + " (" + unit + ")"
}
