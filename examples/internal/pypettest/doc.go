// Package pypettest runs the programs that are pypet's examples in Go and hands out
// what real pypet would read from the file that they write.
//
//	stdout, lines := pypettest.Run(t, program())
//
// The expected lines in the programs' testdata come from pypet itself: version 0.6.1 ran
// its own example, unmodified, and read the file again.
//
// # Concurrency
//
// Tests may run side by side: every program writes into a folder of its own.
//
// # Caveats
//
// Lines are sorted by bytes, so the order of items is not compared.
package pypettest
