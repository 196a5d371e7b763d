// Package plot draws what simulations are looked at with: spike rasters, traces
// of recorded variables, curves over a swept parameter and heat maps over two. A picture is
// described by an options struct, made into a [Figure] and saved as .png
// (150 dots per inch) or .svg.
//
//	fig, err := plot.Raster(plot.RasterOptions{
//		Steps: rec.Steps, Neurons: rec.Neurons, DT: rec.DT, N: 2000, Stop: 2.5,
//		Title: "excitatory neurons",
//	})
//	if err != nil { … }
//	err = fig.Save("plots/spike.png")
//
// It works on plain slices and knows no monitor and no trajectory. Axes and text
// are drawn with gonum.org/v1/plot.
//
// # Speed
//
// A sweep draws several pictures per run, so pictures are cheap: spikes of a
// raster are set directly as pixels of a PNG, and traces are thinned to the
// minimum and maximum per pixel column before they are drawn; both look the same
// as drawing everything.
//
// # Concurrency
//
// Figures may be made and saved from many goroutines at once; one Figure may be
// saved by several. A Figure refers to the slices it was made of: don't change
// them before it is saved.
//
// # Caveats
//
// The same options give the same bytes on the same machine and version; between
// processors the last shade of a smoothed edge may differ, so compare data, not
// pictures. SVG files name the Liberation Sans font and do not contain it.
// Values that are not finite are left out: a trace has a gap there.
package plot
