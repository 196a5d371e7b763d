package equation

import "galvani/quantity"

// CompileUpdate makes the program that advances the differential equations of e by
// one step of s.DT. method is "euler" (or empty, which means the same). All right
// sides see the values before the step. A variable that is (unless refractory) keeps
// its value where the symbol not_refractory of the scope is false; without such a
// symbol it is never frozen.
func CompileUpdate(e *Equations, method string, s Scope) (*Program, error) { panic("not yet") }

// CompileStatements makes the program of a text of assignments.
func CompileStatements(text string, s Scope) (*Program, error) { panic("not yet") }

// CompileAssign makes the program of target = expr.
func CompileAssign(target, expr string, s Scope) (*Program, error) { panic("not yet") }

// CompileExpression makes the program that Eval and EvalAt run.
func CompileExpression(text string, s Scope) (*Program, error) { panic("not yet") }

// CompileCondition makes the condition of a boolean expression.
func CompileCondition(text string, s Scope) (*Condition, error) { panic("not yet") }

// EvalConstant evaluates an expression of constants and units, or a quantity as
// quantity.Parse reads it: "2*tau", "refractory", "5 ms", "5*ms".
func EvalConstant(text string, constants Constants) (quantity.Quantity, error) { panic("not yet") }
