// Package durable makes files that are there whole or not at all, whatever
// happens to the program or the machine:
//
//	path, err := durable.Publish(dir, write, func(hash uint64) string { return fmt.Sprintf("part_%016x.npz", hash) }, false)
//
// Everything is written under a temporary name (which begins with TempPrefix and
// is left behind if the program is killed), brought to disk, and only then given its name.
// All functions may be called from several goroutines and processes. What a
// disk does that lies about having written is beyond them.
package durable
