package hdf5

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// limitMemory lets the process map so many bytes beyond what it has.
func limitMemory(n uint64) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil || n == 0 {
		return
	}
	pages, _, _ := bytes.Cut(text, []byte(" "))
	have, err := strconv.ParseUint(string(pages), 10, 64)
	if err != nil {
		return
	}
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_AS, &r); err != nil {
		return
	}
	r.Cur = min(r.Max, have*uint64(os.Getpagesize())+n)
	_ = unix.Setrlimit(unix.RLIMIT_AS, &r) // it is lower than what is allowed
}
