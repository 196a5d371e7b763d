package plot

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// DPI is the resolution of PNG files in dots per inch.
const DPI = 150

// maxInches bounds the size of a figure: 40 inches are 6000 pixels.
const maxInches = 40

// A Figure is a picture ready to be saved.
type Figure struct {
	width, height vg.Length
	render        func(sheet)
	exact         bool // colours carry values, so a PNG keeps them all
}

// sheet is what a figure is drawn on. pixels is nil unless it is an image.
type sheet struct {
	draw.Canvas
	pixels *pixels
}

// newFigure checks the size in inches; 0 stands for the usual size.
func newFigure(width, height, usualWidth, usualHeight float64, render func(sheet)) (*Figure, error) {
	for _, x := range []*float64{&width, &height} {
		if *x == 0 {
			*x = usualWidth
			if x == &height {
				*x = usualHeight
			}
		}
		if !(1 <= *x && *x <= maxInches) {
			return nil, fmt.Errorf("plot: a figure side of %v inches, want 1 to %d", *x, maxInches)
		}
	}
	return &Figure{width: vg.Length(width) * vg.Inch, height: vg.Length(height) * vg.Inch, render: render}, nil
}

// Save writes the figure to a file in the format its ending names, .png or
// .svg. Missing folders are made. The file appears whole or not at all.
func (f *Figure) Save(path string) error {
	var b bytes.Buffer
	if err := f.Encode(&b, strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")); err != nil {
		return fmt.Errorf("%w (file %s)", err, path)
	}
	if err := writeFile(path, b.Bytes()); err != nil {
		return fmt.Errorf("plot: save: %w", err)
	}
	return nil
}

func writeFile(path string, data []byte) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(folder, ".plot-*.tmp")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if e := tmp.Chmod(0o644); err == nil {
		err = e
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		os.Remove(tmp.Name()) // nothing to add to the error if that fails too
	}
	return err
}

// Encode writes the figure to w as "png" or "svg".
func (f *Figure) Encode(w io.Writer, format string) error {
	switch format {
	case "png":
		c := vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(DPI))
		f.render(sheet{Canvas: draw.New(c), pixels: &pixels{image: c.Image(), height: f.height}})
		return encodePNG(w, c.Image(), f.exact)
	case "svg":
		c := vgsvg.NewWith(vgsvg.UseWH(f.width, f.height))
		f.render(sheet{Canvas: draw.New(c)})
		_, err := c.WriteTo(w)
		return err
	}
	return fmt.Errorf("plot: unknown format %q, want png or svg", format)
}

// limits are the ends of an axis.
type limits struct{ min, max float64 }

// check refuses ends between which nothing can be drawn.
func (l limits) check(axis string) error {
	if math.IsNaN(l.max-l.min) || math.IsInf(l.max-l.min, 0) {
		return fmt.Errorf("plot: %s axis from %v to %v is out of range", axis, l.min, l.max)
	}
	if l.max <= l.min {
		return fmt.Errorf("plot: %s axis from %v to %v, want a rising range", axis, l.min, l.max)
	}
	return nil
}

// add widens l to contain a finite x.
func (l *limits) add(x float64) {
	if !math.IsNaN(x) && !math.IsInf(x, 0) {
		l.min, l.max = math.Min(l.min, x), math.Max(l.max, x)
	}
}

// nothing are the limits of no data, to which data can be added.
func nothing() limits { return limits{math.Inf(1), math.Inf(-1)} }

// padded is l with a margin of a fraction of its range, so that curves don't lie on the
// frame; a usable range also for one value or none.
func (l limits) padded(fraction float64) limits {
	switch {
	case l.min > l.max:
		return limits{0, 1}
	case l.min == l.max:
		margin := math.Max(math.Abs(l.min)*0.05, 1e-300)
		if l.min == 0 {
			margin = 1
		}
		return limits{l.min - margin, l.max + margin}
	}
	margin := (l.max - l.min) * fraction
	return limits{l.min - margin, l.max + margin}
}
