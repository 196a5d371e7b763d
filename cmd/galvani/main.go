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
	"syscall"

	"galvani/trajectory/hdf5"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == readerCommand {
		if err := hdf5.Serve(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// A command is one word behind galvani.
type command struct {
	name    string
	args    string // behind the options, for the usage line
	what    string // one line
	more    string // paragraphs about it
	example string
	// troubleStatus is the exit status when the command cannot do its work; 0 is 1.
	troubleStatus int
	// setup declares the options and returns what runs after they have been parsed.
	setup func(*flag.FlagSet) action
}

type action func(ctx context.Context, args []string, out io.Writer) error

func commands() []command {
	return []command{
		treeCommand(), showCommand(), tableCommand(), findCommand(), dumpCommand(), diffCommand(), checkCommand(),
		mergeCommand(), compactCommand(), exportCommand(), importCommand(), completionCommand(),
	}
}

// exitStatus ends a command that has said what there is to say.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

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
	fmt.Fprint(out, "galvani looks into trajectory files, compares, checks and merges them.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(out, "  galvani %-10s %s\n", c.name, c.what)
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
		err = do(ctx, rest, buffered)
		var status exitStatus
		if err == nil || errors.As(err, &status) {
			err = errors.Join(err, buffered.Flush())
		}
	} else {
		err = &usageError{err.Error()}
	}
	return c.status(err, errs)
}

// status says what went wrong and gives the exit status.
func (c command) status(err error, errs io.Writer) int {
	var status exitStatus
	var usage *usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, syscall.EPIPE):
		// Whoever read the output has seen enough.
		return 1
	case errors.As(err, &status):
		return int(status)
	}
	message := strings.ReplaceAll(err.Error(), "\n", "; ")
	if errors.As(err, &usage) {
		message += "; see galvani " + c.name + " -h"
	}
	fmt.Fprintf(errs, "galvani %s: %s\n", c.name, message)
	return c.trouble()
}

// trouble is the exit status of a command that could not do its work.
func (c command) trouble() int {
	if c.troubleStatus > 0 {
		return c.troubleStatus
	}
	return 1
}

func (c command) help(flags *flag.FlagSet, out io.Writer) {
	fmt.Fprintf(out, "usage: galvani %s [options] %s\n\n%s\n\n", c.name, c.args, c.what)
	if c.more != "" {
		fmt.Fprintf(out, "%s\n\n", c.more)
	}
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

// nameFlag is the option of commands about one trajectory.
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
