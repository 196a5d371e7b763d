package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"galvani/trajectory"
)

func treeCommand() command {
	return command{
		name: "tree", args: "FILE [PATH]",
		what: "Print the groups, parameters, results and links, below PATH if one is given.",
		example: `  galvani tree sweep.hdf5
  galvani tree -depth 2 sweep.hdf5 results
  galvani tree -full sweep.hdf5 | grep spikes`,
		setup: func(flags *flag.FlagSet) action {
			p := treePrinter{}
			name := nameFlag(flags)
			flags.IntVar(&p.depth, "depth", 0, "how many `levels` to print; 0 prints all")
			flags.BoolVar(&p.all, "all", false, "print the groups of all runs, not only of the first")
			flags.BoolVar(&p.full, "full", false, "print full names without indentation, of all runs")
			return func(ctx context.Context, args []string, out io.Writer) error {
				if err := oneFile(args, 1); err != nil {
					return err
				}
				t, err := open(ctx, args[0], *name)
				if err != nil {
					return err
				}
				p.out = out
				return errors.Join(p.tree(ctx, t, args[1:]), t.Close())
			}
		},
	}
}

type treePrinter struct {
	out       io.Writer
	depth     int
	all, full bool
}

func (p treePrinter) tree(ctx context.Context, t *trajectory.Trajectory, path []string) error {
	top := t.Root()
	if len(path) > 0 {
		n, err := t.Node(path[0])
		if err != nil {
			return err
		}
		g, ok := n.(*trajectory.Group)
		if !ok {
			fmt.Fprintln(p.out, describe(n))
			return nil
		}
		top = g
	}
	switch {
	case p.full:
	case top.FullName() == "":
		fmt.Fprintf(p.out, "%s (%s)%s\n", t.Name(), plural(t.Len(), "run"), behind(t.Comment()))
	default:
		fmt.Fprintln(p.out, top.FullName()+behind(top.Comment()))
	}
	return p.children(ctx, top, 1)
}

// children prints what is below a group.
func (p treePrinter) children(ctx context.Context, g *trajectory.Group, level int) error {
	if p.depth > 0 && level > p.depth {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	indent := strings.Repeat("  ", level)
	links := g.Links()
	runs := 0
	nodes := g.Children()
	// What the environment notes about itself comes last.
	slices.SortStableFunc(nodes, func(a, b trajectory.Node) int { return isConfig(a) - isConfig(b) })
	for _, n := range nodes {
		if below(g, n) == "" {
			continue // the target of a link
		}
		if _, isRun := trajectory.ParseRunName(n.Name()); isRun && !n.IsLeaf() {
			if runs++; runs > 1 && !p.all && !p.full {
				continue
			}
		}
		if p.full {
			fmt.Fprintln(p.out, n.FullName())
		} else {
			fmt.Fprintln(p.out, indent+describe(n))
		}
		if child, ok := n.(*trajectory.Group); ok {
			if err := p.children(ctx, child, level+1); err != nil {
				return err
			}
		}
	}
	if runs > 1 && !p.all && !p.full {
		fmt.Fprintf(p.out, "%s... %s (-all prints them)\n", indent, plural(runs-1, "more run"))
	}
	names := make([]string, 0, len(links))
	for name := range links {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if p.full {
			fmt.Fprintln(p.out, strings.TrimPrefix(g.FullName()+"."+name, "."))
		} else {
			fmt.Fprintf(p.out, "%s%s -> %s\n", indent, name, links[name])
		}
	}
	return nil
}

func isConfig(n trajectory.Node) int {
	if n.FullName() == "config" {
		return 1
	}
	return 0
}

// below is the name of n if it hangs directly below g, and not by a link.
func below(g *trajectory.Group, n trajectory.Node) string {
	if strings.TrimPrefix(g.FullName()+"."+n.Name(), ".") != n.FullName() {
		return ""
	}
	return n.Name()
}

// describe is a line about a node.
func describe(n trajectory.Node) string {
	text := n.Name()
	switch n := n.(type) {
	case *trajectory.Parameter:
		if err := n.Err(); err != nil {
			return text + " unreadable: " + oneLine(err.Error())
		}
		text += " = " + oneLine(n.Text())
		if r := n.Range(); r != nil {
			text += fmt.Sprintf(", explored over %s", plural(r.Len(), "value"))
		}
	case *trajectory.Result:
		text += " [" + n.Class() + "]"
	}
	return text + behind(n.Comment())
}

// behind puts a comment at the end of a line.
func behind(comment string) string {
	if comment == "" {
		return ""
	}
	return "  # " + oneLine(comment)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
