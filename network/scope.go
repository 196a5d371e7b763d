package network

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"galvani/trajectory"
)

// A Scope is where a component's callback works: a [*PreBuild], a [*Build] or a
// [*Subrun]. Parameters are read through it and values kept in it; what goes
// wrong with that is collected and returned by its Err.
type Scope interface {
	trajectory.Getter
	Err() error
	inner() *scope
}

// scope is what all scopes have in common.
type scope struct {
	where    string // "Connections.Build", for messages
	getter   trajectory.Getter
	values   *registry
	note     func(readKey, any) // called for everything that is read
	begun    uint64             // the last stamp given before this scope began
	problems []error
}

func (s *scope) inner() *scope { return s }

// noteValue notes that a value was read, unless it was put in this very scope.
func (s *scope) noteValue(r registered) {
	if r.stamp <= s.begun {
		s.note(readKey{readValue, r.name}, r.stamp)
	}
}

func (s *scope) fail(format string, args ...any) {
	s.problems = append(s.problems, fmt.Errorf(format, args...))
}

// located puts in front of an error, and of each of those joined in it, in which
// component and callback it arose.
func located(where string, err error) error {
	var errs []error
	var split func(error)
	split = func(err error) {
		if joined, ok := err.(interface{ Unwrap() []error }); ok && strings.Contains(err.Error(), "\n") {
			for _, e := range joined.Unwrap() {
				split(e)
			}
			return
		}
		errs = append(errs, fmt.Errorf("network: %s: %w", where, err))
	}
	split(err)
	return errors.Join(errs...)
}

// Put keeps a value for the components called later, for as long as the run
// lasts. Values put while building are shared by all runs that share the build, so they
// must not be changed afterwards. A name can be given once.
func Put(s Scope, name string, value any) {
	c := s.inner()
	if err := c.values.put(name, value, c.where); err != nil {
		c.fail("%w", err)
	}
}

// Get returns the value that was put under a name. If there is none, or one of
// another type, Err of the scope says so and Get returns the zero value.
func Get[T any](s Scope, name string) T {
	var none T
	c := s.inner()
	r, ok := c.values.find(name)
	if !ok {
		c.note(readKey{readValue, name}, absent{})
		c.fail("nothing called %q has been put; %s", name, c.values.known())
		return none
	}
	c.noteValue(r)
	v, ok := r.value.(T)
	if !ok {
		c.fail("%q (put by %s) is a %T, not a %v", name, r.by, r.value, reflect.TypeFor[T]())
		return none
	}
	return v
}

// Has tells whether something was put under a name.
func Has(s Scope, name string) bool {
	c := s.inner()
	r, ok := c.values.find(name)
	if ok {
		c.noteValue(r)
	} else {
		c.note(readKey{readValue, name}, absent{})
	}
	return ok
}

// Bind reads a group of parameters into a struct; see [trajectory.Bind]. If that
// fails, Err of the scope says why and Bind returns the zero value.
func Bind[T any](s Scope, path string) T {
	v, err := trajectory.Bind[T](s, path)
	if err != nil {
		s.inner().fail("%w", err)
		var none T
		return none
	}
	return v
}

// Value reads one parameter; see [trajectory.Get]. If that fails, Err of the scope
// says why and Value returns the zero value.
func Value[T any](s Scope, path string) T {
	v, err := trajectory.Get[T](s, path)
	if err != nil {
		s.inner().fail("%w", err)
		var none T
		return none
	}
	return v
}

// registered is a value with its name, who put it, and a number that no other
// value has: the identity of what may not be comparable.
type registered struct {
	name, by string
	value    any
	stamp    uint64
}

// registry holds the values of one run.
type registry struct {
	list  []registered
	stamp func() uint64
}

func (r *registry) find(name string) (registered, bool) {
	i := slices.IndexFunc(r.list, func(x registered) bool { return x.name == name })
	if i < 0 {
		return registered{}, false
	}
	return r.list[i], true
}

func (r *registry) put(name string, value any, by string) error {
	if old, ok := r.find(name); ok {
		return fmt.Errorf("%q has been put before, by %s", name, old.by)
	}
	r.list = append(r.list, registered{name: name, by: by, value: value, stamp: r.stamp()})
	return nil
}

// known lists what there is, for a message about what there is not.
func (r *registry) known() string {
	if len(r.list) == 0 {
		return "nothing has been put at all so far: is a component missing or listed too late?"
	}
	all := make([]string, len(r.list))
	for i, x := range r.list {
		all[i] = fmt.Sprintf("%s (by %s)", x.name, x.by)
	}
	slices.Sort(all)
	return "there is " + strings.Join(all, ", ")
}
