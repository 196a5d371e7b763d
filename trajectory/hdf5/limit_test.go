//go:build cgo && unix

package hdf5_test

import (
	"syscall"
)

// limit bounds the memory of the process, above what a Go program reserves without using it.
func limit(n uint64) {
	const reserved = 2 << 30
	fatal(syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: n + reserved, Max: n + reserved}))
}
