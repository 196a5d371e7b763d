// Package paramset manages hierarchical sets of parameters: what NeuroTools'
// parameters module does for Python, in Go. Sets are read from and written to
// files, looked into by dotted paths with Go types, compared, checked,
// iterated over, and turned into the parameters and the exploration of a trajectory.
//
//	p, err := paramset.Load("network.param")       // or .toml, .json
//	tau, err := paramset.Get[quantity.Quantity](p, "inhibitory_cells.tau_m")
//	err = p.Set("sim.dt", 0.1)
//	for point := range p.Inner() {                 // every combination of the ranges
//		…
//	}
//	err = p.AddTo(traj, "network", paramset.Sweep{})
//	design, err := p.Design("network", paramset.Sweep{})
//	err = traj.Explore(design)
//
// # Values
//
// A parameter is None (nil), a boolean, a whole number (int), a float64, a text, a
// quantity, a list, a [Range] of values, a distribution ([Uniform], [Normal],
// [Gamma]), a [Reference] to other parameters, or a set below. Quantities with
// their units checked take the place of NeuroTools' Parameter. The order of names
// is kept, in files too.
//
// # The three forms of files
//
// The text form is what NeuroTools reads and its pretty() writes: a Python
// dictionary. NeuroTools evaluates such a file as a program. Here a parser reads it
// that knows the following and nothing else:
//
//	{ "name": value, }   [1, 2]   (1, 2)   "text" 'text' """text"""   # comment
//	1  0x10  1_000  1.5  1e-3  inf  nan  pi
//	True False None  true false null
//	+  -  *  /  **  ( )         with numbers, quantities, ranges and references
//	"10 ms"                     a number, a space and a unit is a quantity
//	str("10 ms")                and this a text
//	Parameter(10, units="ms")   a quantity
//	ParameterRange([10, 15, 20], units="ms")
//	UniformDist(min=-1, max=1, units="mV")   NormalDist(mean=-70, std=5)
//	GammaDist(mean=0.5, std=1)  GammaDist(a=0.25, b=2)
//	ref("network.dt") * 2       the value of another parameter, later
//	url("cells.param")          a set from another file, of any of the forms
//	ParameterSet({…})           the same as {…}
//	ParameterTable("""…""")     rows and columns of numbers
//	arange(1, 2.6, 0.2)  linspace(0, 1, 11)  lists as numpy makes them
//
// In TOML and JSON, numbers, texts, lists and sets are the format's own, and a
// string that starts with = holds an expression of the text form:
//
//	tau_m = "10 ms"
//	R_ee = "= ParameterRange(arange(1, 2.6, 0.2))"
//
// Every form keeps every set exactly: [Set.Pretty], [Set.TOML] and [Set.JSON] write
// what [Parse], [ParseTOML] and [ParseJSON] read back with the same values of the
// same types in the same order.
//
// # Hostile files
//
// Reading a text executes nothing and opens no file; only [Load] and [LoadFS] follow
// url(…). Nothing comes from the network. Sizes, depth, the number of files and what
// arange and references stand for are bounded, and what is wrong in a text is an *[Error]
// with file, line and column; so is reading a value as something that it is not. A file that is loaded with Load may include any file that
// the program may read; use LoadFS with os.DirFS or os.Root's FS to confine it.
//
// # NeuroTools in Go
//
//	NeuroTools                              paramset
//	Parameter(value, units)                 a quantity, or a plain value; Get[quantity.Quantity]
//	Parameter.name, repr(parameter)         the name in the set, Set.String
//	ParameterRange(values, units)           NewRange, NewRangeIn, MustRange, RangeOf
//	for x in range, next(), len, ==         Range.All, Range.At, Range.Len, Range.Equal
//	[2*x for x in range]                    Range.Mul (Add, Sub, Div, Pow), Map
//	shuffle=True                            Range.Shuffled, with a source
//	ParameterDist                           Dist
//	UniformDist, NormalDist, GammaDist      Uniform, Normal, Gamma and GammaOf(mean, std)
//	dist.next(n)                            Dist.Sample(source, n)
//	dist.mean(), dist.std()                 Dist.Mean, Dist.Std
//	dist.from_stats(vals, bias, expand)     UniformFromStats, NormalFromStats, GammaFromStats
//	ParameterSet(dict)                      FromMap, FromFlat; the zero Set is empty
//	ParameterSet(text)                      Parse, ParseTOML, ParseJSON
//	ParameterSet(url)                       Load, LoadFS (TOML and JSON in the place of YAML)
//	read_parameters(filename)               Load
//	update_namespace                        none: use Set.Replace, LoadWith or references
//	label, _url                             Set.Label, Set.SetLabel, Set.Source
//	P.a.b, P["a.b"]                         Get[T](p, "a.b"), GetOr, Set.Value, Set.Sub, Set.Has
//	P.a.b = v, P["a.b"] = v                 Set.Set
//	flat_add                                Set.Put
//	del P["a"]                              Set.Delete
//	update, replace_values                  Set.Update, Set.Replace
//	keys, names(), items, parameters()      Set.Names, Set.All, Set.Len
//	flat(), flatten()                       Set.Flat, Set.Flatten
//	nesteddictwalk, nesteddictflatten       Set.FlatBy, Set.Flatten with a separator
//	as_dict(), tree_copy()                  Set.Map, Set.Clone
//	pretty(indent, expand_urls)             Set.Pretty, Set.String; Set.TOML, Set.JSON
//	save(url, expand_urls)                  Set.Save
//	export(format='latex')                  Set.LaTeX
//	a - b                                   Set.Diff
//	a == b                                  Set.Equal
//	ParameterReference, ref(path)           Ref, Reference.Add, Sub, Mul, Div, Pow, SubFrom, DivInto
//	evaluate, replace_references            Reference.Evaluate, Set.Resolve
//	load_parameters(url, modified)          LoadWith
//	ParameterSpace                          any Set that holds ranges or distributions
//	_is_space()                             Set.IsSpace
//	range_keys(), get_ranges_values()       Set.RangePaths, Set.Ranges
//	iter_range_key, iter_inner_range_keys   Set.Over
//	iter_inner()                            Set.Inner; Set.Outer with the last range fastest
//	num_conditions()                        Set.Conditions
//	dist_keys(), realize_dists(n)           Set.DistPaths, Set.Realize
//	parameter_space_dimension_labels()      Set.Dimensions
//	parameter_space_index(experiment)       Set.Index
//	ParameterTable, string_table            Table, ParseTable, NewTable
//	table_string()                          Table.String
//	ParameterSchema, Subclass, Eval         SchemaOf, Schema, OfType, Between, OneOf, Schema.Rule
//	CongruencyValidator, ValidationError    Schema.Validate, ValidationError
//	congruent_dicts                         Congruent
//	isiterable, contains_instance           no need in Go
//
// What is different: iteration yields independent copies, not one set that
// changes; references that go round in circles are an error, not an endless loop,
// and one that leads to a range follows the range; units are checked; a set that was
// included from a file and then changed is written out, not replaced by its url(…);
// paths in url(…) are relative to the file that names them; a table whose rows
// differ in length is an error. The reserved names parameters and names stay refused, so
// that NeuroTools can read what is written here; to it a quantity is a text, and units of
// distributions, inf and nan are unknown.
//
// # Concurrency
//
// Any number of goroutines may read a set; changing it is for one. Range, Table,
// Reference and the distributions are immutable.
//
// # Caveats
//
// Files keep no labels and no comments. A text in a file that reads like a quantity
// is one, so the text "3 A" must be written str("3 A"); sets made in Go keep the types
// they are given. Random numbers depend on the seed and on a parameter's path alone;
// gamma samples use the machine's logarithm, whose last bit may differ between
// processor architectures.
package paramset
