package env

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"galvani/quantity"
	"galvani/trajectory"
)

// A configuration is a TOML file: flags by name, and values of parameters by groups.
type configuration struct {
	Environment map[string]any `toml:"environment"`
	Parameters  map[string]any `toml:"parameters"`
}

// configure reads the file of -config: flags that the command line does not give, and values of
// parameters, which are put in when the program adds these.
func (s *standard) configure(fs *flag.FlagSet) error {
	if s.config == "" {
		return nil
	}
	var file configuration
	meta, err := toml.DecodeFile(s.config, &file)
	if err != nil {
		return fmt.Errorf("-config: %s: %w", s.config, err)
	}
	for _, key := range meta.Keys() {
		if key[0] != "environment" && key[0] != "parameters" {
			return fmt.Errorf("-config: %s: %s: want the sections environment and parameters", s.config, key[0])
		}
	}
	s.presets = trajectory.Flatten(file.Parameters)
	if err := configureFlags(fs, file.Environment); err != nil {
		return fmt.Errorf("-config: %s: %w", s.config, err)
	}
	return nil
}

// configureFlags sets flags that were not given.
func configureFlags(fs *flag.FlagSet, values map[string]any) error {
	var given []string
	fs.Visit(func(f *flag.Flag) { given = append(given, f.Name) })
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch {
		case fs.Lookup(name) == nil || name == configFlag:
			near := ""
			if n := nearest(fs, name); n != "" && n != name {
				near = ": did you mean " + n + "?"
			}
			return fmt.Errorf("there is no flag -%s to be set here%s", name, near)
		case slices.Contains(given, name):
			continue
		}
		list, several := values[name].([]any)
		if !several {
			list = []any{values[name]}
		}
		for _, v := range list {
			if err := fs.Set(name, fmt.Sprint(v)); err != nil {
				return fmt.Errorf("invalid value %q for %s: %w", fmt.Sprint(v), name, err)
			}
		}
	}
	return nil
}

// configured is a value of a file in the type that parameters have: whole numbers are int, a
// text of number, space and unit is a quantity, and lists have elements of one type.
func configured(v any) any {
	switch v := v.(type) {
	case int64:
		return int(v)
	case string:
		if q, err := quantity.Parse(v); err == nil && strings.Contains(v, " ") {
			return q
		}
	case []any:
		if len(v) > 0 {
			switch configured(v[0]).(type) {
			case int:
				return listOf[int](v)
			case float64:
				return listOf[float64](v)
			case string:
				return listOf[string](v)
			case bool:
				return listOf[bool](v)
			}
		}
	}
	return v
}

func listOf[T any](values []any) any {
	list := make([]T, len(values))
	for i, v := range values {
		x, ok := configured(v).(T)
		if !ok {
			return values
		}
		list[i] = x
	}
	return list
}

// preset puts the values of a configuration file into a trajectory.
func (e *Environment) preset(t *trajectory.Trajectory) error {
	for path, value := range e.presets {
		if err := t.Preset("parameters."+path, configured(value)); err != nil {
			return err
		}
	}
	return nil
}
