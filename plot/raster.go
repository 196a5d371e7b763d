package plot

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// RasterOptions describe a spike raster: a mark per spike, time to the right,
// neurons upwards. Spike k is neuron Neurons[k] in step Steps[k]. Only Steps,
// Neurons and DT are needed.
type RasterOptions struct {
	Steps   []int64
	Neurons []int32
	DT      float64 // seconds per step

	N           int     // neurons on the axis; 0: up to the highest that spiked
	Start, Stop float64 // seconds shown; both 0: from 0 (or the first spike, if that is earlier) to the last spike

	Title    string
	XLabel   string // without unit; "": time
	YLabel   string // "": neuron
	TimeUnit string // "": ms

	Width, Height float64 // inches; 0: 8 by 5
}

// Raster makes a spike raster. Spikes outside the shown time or neurons are left
// out; no spikes at all make an empty frame.
func Raster(o RasterOptions) (*Figure, error) {
	if len(o.Steps) != len(o.Neurons) {
		return nil, fmt.Errorf("plot: raster: %d steps but %d neurons, want one of each per spike", len(o.Steps), len(o.Neurons))
	}
	unit, err := timeAxis(o.DT, o.TimeUnit)
	if err != nil {
		return nil, err
	}
	if o.N < 0 {
		return nil, fmt.Errorf("plot: raster: %d neurons", o.N)
	}
	if o.N == 0 {
		o.N = 1
		for _, i := range o.Neurons {
			o.N = max(o.N, int(i)+1)
		}
	}
	if o.Start == 0 && o.Stop == 0 {
		first, last := int64(0), int64(0)
		for _, step := range o.Steps {
			first, last = min(first, step), max(last, step)
		}
		o.Start, o.Stop = float64(first)*o.DT, (float64(last)+1)*o.DT
	}
	x := limits{o.Start / unit.Scale, o.Stop / unit.Scale}
	if err := x.check("time"); err != nil {
		return nil, err
	}
	y := limits{-0.5, float64(o.N) - 0.5}
	if o.N >= 100 { // half a row is not seen then, and the axis may end in a round number
		y = limits{0, float64(o.N)}
	}
	p := newPlot(o.Title, withUnit(orElse(o.XLabel, "time"), unit.Name), orElse(o.YLabel, "neuron"), x, y)
	p.Y.Tick.Marker = ticks{about: 6, whole: true}
	perStep := o.DT / unit.Scale
	return newFigure(o.Width, o.Height, 8, 5, func(s sheet) {
		area := margin(s.Canvas)
		p := *p // drawing settles limits in the plot
		data := p.DataCanvas(area)
		// A mark is as high as a neuron's row, within what can be seen and what looks like a tick.
		width := vg.Length(0.7)
		if o.N < 100 {
			width = 1
		}
		height := max(min((data.Max.Y-data.Min.Y)/vg.Length(o.N), 8), 1.2)
		m := marks{canvas: data, pixels: s.pixels, width: width, height: height}
		m.begin()
		for k, step := range o.Steps {
			t, i := float64(step)*perStep, float64(o.Neurons[k])
			if t < x.min || t > x.max || i < 0 || i > y.max {
				continue
			}
			m.add(data.X((t-x.min)/(x.max-x.min)), data.Y((i-y.min)/(y.max-y.min)))
		}
		p.Draw(area) // axes last, over marks that reach beyond the frame by a pixel
	})
}

// marks sets many equal small upright rectangles: directly as pixels on an image, where a
// filled path per mark would take a microsecond each, as paths elsewhere.
type marks struct {
	canvas        draw.Canvas
	pixels        *pixels
	width, height vg.Length
	pix           []uint8
	stride        int
	w, h          int // size in pixels
}

func (m *marks) begin() {
	m.canvas.SetColor(ink)
	if m.pixels == nil {
		return
	}
	if img, ok := m.pixels.rgba(); ok {
		m.pix, m.stride = img.Pix, img.Stride
		m.w = max(1, int(math.Round(m.width.Dots(DPI))))
		m.h = max(2, int(math.Round(m.height.Dots(DPI))))
	}
}

// add sets a mark around a point of the canvas.
func (m *marks) add(x, y vg.Length) {
	if m.pix == nil {
		x, y := x-m.width/2, y-m.height/2
		m.canvas.Fill(vg.Path{
			{Type: vg.MoveComp, Pos: vg.Point{X: x, Y: y}},
			{Type: vg.LineComp, Pos: vg.Point{X: x + m.width, Y: y}},
			{Type: vg.LineComp, Pos: vg.Point{X: x + m.width, Y: y + m.height}},
			{Type: vg.LineComp, Pos: vg.Point{X: x, Y: y + m.height}},
			{Type: vg.CloseComp},
		})
		return
	}
	column, row := m.pixels.column(x), m.pixels.row(y)-m.h/2
	for r := max(row, 0); r < row+m.h; r++ {
		line := r * m.stride
		for c := max(column, 0); c < column+m.w; c++ {
			if at := line + 4*c; 4*c < m.stride && at+4 <= len(m.pix) {
				m.pix[at], m.pix[at+1], m.pix[at+2], m.pix[at+3] = ink.R, ink.G, ink.B, ink.A
			}
		}
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
