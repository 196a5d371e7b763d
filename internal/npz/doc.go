// Package npz writes and reads numpy's archive format: a zip file with one
// .npy array per entry, which numpy.load opens as it is.
//
//	w := npz.NewWriter(file)
//	err := w.Write("rates", []int{2, 3}, []float64{1, 2, 3, 4, 5, 6})
//	err = w.Close()
//
//	f, err := npz.Open("rates.npz")
//	a, err := f.Read("rates")          // a.Shape, a.Values.([]float64)
//	v, err := f.ReadRange("rates", 3, 6) // the second row alone
//
// The bytes written depend on the arrays alone: no times, no compression (but for
// [NewCompressed]), entries in the order of the calls. Arrays are C-ordered and little-endian; the element
// types are bool, all sizes of integers, float32, float64, complex64, complex128
// and short texts of bytes, all as wide as the longest ([Text]). Longer text is up
// to the caller (bytes and offsets as two arrays).
//
// What is read is hostile until checked: every size is compared with that of
// the file before memory is taken for it, and [File.Verify] compares the
// checksum of each entry. A Writer belongs to one goroutine, a File may be read
// by many.
package npz
