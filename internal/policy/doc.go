// Package policy holds no code, only tests: the rules of the house that a
// compiler does not check. Which package may import which, that everything
// exported is documented, which modules the project depends on, that no package
// has state of its own, that simulations do not read the clock, and that
// everything builds without cgo.
//
// For example, a package that imports what it must not makes
//
//	go test ./internal/policy
//
// name the package, the import and the rule.
//
// # Concurrency
//
// The tests run the go tool; they change nothing.
//
// # Caveats
//
// The search for mutable package state works on syntax: it sees assignments,
// not what a method with a pointer receiver does. Types that exist to be changed
// (of sync and sync/atomic) are therefore refused whatever is done with them.
package policy
