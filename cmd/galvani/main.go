package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"galvani/brianparam"
	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/hdf5"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// A command is one word behind galvani.
type command struct {
	name    string
	args    string // behind the options, for the usage line
	what    string // one line
	example string
	// setup declares the options and returns what runs after they have been parsed.
	setup func(*flag.FlagSet) action
}

type action func(ctx context.Context, args []string, out io.Writer) error

func commands() []command {
	return []command{treeCommand(), showCommand(), tableCommand(), dumpCommand()}
}

// usageError is wrong use: the message is followed by a hint.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

// run is the program without its process: it returns the exit status.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintln(errs, "galvani: no command given; see galvani -h")
		return 1
	}
	switch args[0] {
	case "-h", "-help", "--help", "help":
		if len(args) > 1 {
			return run(ctx, []string{args[1], "-h"}, out, errs)
		}
		overview(out)
		return 0
	}
	var names []string
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(ctx, args[1:], out, errs)
		}
		names = append(names, c.name)
	}
	fmt.Fprintf(errs, "galvani: no command %q (there are %s); see galvani -h\n", args[0], strings.Join(names, ", "))
	return 1
}

// overview prints what commands there are.
func overview(out io.Writer) {
	fmt.Fprint(out, "galvani looks into trajectory files.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(out, "  galvani %-6s %s\n", c.name, c.what)
	}
	fmt.Fprint(out, "\ngalvani COMMAND -h tells more.\n")
}

func (c command) run(ctx context.Context, args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	do := c.setup(flags)
	rest, err := parse(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		c.help(flags, out)
		return 0
	}
	if err == nil {
		buffered := bufio.NewWriterSize(out, 1<<16)
		if err = do(ctx, rest, buffered); err == nil {
			err = buffered.Flush()
		}
	} else {
		err = &usageError{err.Error()}
	}
	if err == nil {
		return 0
	}
	var usage *usageError
	message := strings.ReplaceAll(err.Error(), "\n", "; ")
	if errors.As(err, &usage) {
		message += "; see galvani " + c.name + " -h"
	}
	fmt.Fprintf(errs, "galvani %s: %s\n", c.name, message)
	return 1
}

func (c command) help(flags *flag.FlagSet, out io.Writer) {
	fmt.Fprintf(out, "usage: galvani %s [options] %s\n\n%s\n\n", c.name, c.args, c.what)
	flags.SetOutput(out)
	flags.PrintDefaults()
	fmt.Fprintf(out, "\nexample:\n%s\n", c.example)
}

// parse takes options before and behind the arguments.
func parse(flags *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		parsed := len(args) - flags.NArg()
		if flags.NArg() == 0 || parsed > 0 && args[parsed-1] == "--" {
			return append(rest, flags.Args()...), nil
		}
		rest, args = append(rest, flags.Arg(0)), flags.Args()[1:]
	}
}

// stores are the formats that can be read.
func stores() []trajectory.Store {
	return []trajectory.Store{hdf5.New(hdf5.Options{}), dirstore.New()}
}

// open opens the file that a command is about.
func open(ctx context.Context, path, name string) (*trajectory.Trajectory, error) {
	return trajectory.Open(ctx, path, trajectory.OpenOptions{Stores: stores(), Kinds: brianparam.Kinds(), Name: name})
}

// nameFlag is the option that every command has.
func nameFlag(flags *flag.FlagSet) *string {
	return flags.String("trajectory", "", "`name` of the trajectory in a file that holds several; the newest if not given")
}

// oneFile checks that there is a file and at most so many arguments behind it.
func oneFile(args []string, more int) error {
	switch {
	case len(args) == 0:
		return &usageError{"no file given"}
	case len(args) > 1+more:
		return &usageError{fmt.Sprintf("%q is one argument too many", args[1+more])}
	}
	return nil
}
