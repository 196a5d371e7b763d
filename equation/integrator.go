package equation

// system is a set of differential equations that is to be advanced by one step.
type system struct {
	c    *compiler
	vars []Variable
	syms []*Symbol // of the variables
	dt   float64
}

// integrator gives the values of the system's variables after the step, as forms of
// the values before it.
type integrator func(s *system) []form

// integrators are the methods by name.
var integrators = map[string]integrator{
	"":      euler,
	"euler": euler,
}

// missingMethods are methods of Brian that are known but not there.
var missingMethods = []string{"exact", "linear", "independent", "exponential_euler", "rk2", "rk4", "heun", "milstein", "gsl"}

// state is the values before the step.
func (s *system) state() []form {
	x := make([]form, len(s.vars))
	for i, sym := range s.syms {
		x[i] = valueForm(s.c.old(sym))
	}
	return x
}

// rates is the right sides of the equations where the variables have the given values.
func (s *system) rates(x []form) []form {
	clear(s.c.subForms)
	for i, sym := range s.syms {
		s.c.assigned[sym.place()] = x[i]
	}
	dx := make([]form, len(s.vars))
	for i, v := range s.vars {
		dx[i] = s.c.lower(v.Expr)
	}
	clear(s.c.assigned)
	return dx
}

// euler is x + dt*f(x) (forward Euler).
func euler(s *system) []form {
	x := s.state()
	for i, dx := range s.rates(x) {
		x[i] = s.c.graph.onto(x[i].terms[0].v, dx.scaled(s.dt))
	}
	return x
}
