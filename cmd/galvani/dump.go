package main

import (
	"context"
	"errors"
	"flag"
	"io"

	"galvani/trajectory"
)

func dumpCommand() command {
	return command{
		name: "dump", args: "FILE",
		what: "Print everything in a canonical order, a line per value, without times and hosts.",
		example: `  galvani dump a.hdf5 > a; galvani dump b.hdf5 | diff a -
  galvani dump -pypet a.hdf5                 as real pypet reads it: name, item, value`,
		setup: func(flags *flag.FlagSet) action {
			name := nameFlag(flags)
			pypet := flags.Bool("pypet", false, "print what pypet gives back when it loads the file")
			return func(ctx context.Context, args []string, out io.Writer) error {
				if err := oneFile(args, 0); err != nil {
					return err
				}
				t, err := open(ctx, args[0], *name)
				if err != nil {
					return err
				}
				if *pypet {
					err = trajectory.DumpPypet(out, t)
				} else {
					err = trajectory.Dump(out, t)
				}
				return errors.Join(err, t.Close())
			}
		},
	}
}
