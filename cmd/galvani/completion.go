package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
)

func completionCommand() command {
	return command{
		name: "completion", args: "bash|zsh|fish",
		what: "Print a script that makes a shell complete commands, options and files.",
		example: `  source <(galvani completion bash)
  galvani completion zsh > "${fpath[1]}/_galvani"
  galvani completion fish > ~/.config/fish/completions/galvani.fish`,
		setup: func(*flag.FlagSet) action {
			return func(_ context.Context, args []string, out io.Writer) error {
				if len(args) != 1 {
					return &usageError{"want bash, zsh or fish"}
				}
				var b strings.Builder
				switch args[0] {
				case "bash":
					bashCompletion(&b)
				case "zsh":
					zshCompletion(&b)
				case "fish":
					fishCompletion(&b)
				default:
					return &usageError{fmt.Sprintf("%q is no shell that this knows, want bash, zsh or fish", args[0])}
				}
				_, err := io.WriteString(out, b.String())
				return err
			}
		},
	}
}

// option is a flag of a command as completion sees it.
type option struct {
	name, what string
	value      bool // takes a value
}

func (c command) options() []option {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	c.setup(flags)
	var out []option
	flags.VisitAll(func(f *flag.Flag) {
		b, ok := f.Value.(interface{ IsBoolFlag() bool })
		_, what := flag.UnquoteUsage(f)
		out = append(out, option{f.Name, what, !ok || !b.IsBoolFlag()})
	})
	return append(out, option{"h", "tell more", false})
}

func commandNames() []string {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return append(names, "help")
}

func bashCompletion(b *strings.Builder) {
	fmt.Fprintf(b, `# bash completion of galvani
_galvani() {
	local word=${COMP_WORDS[COMP_CWORD]} options= i
	COMPREPLY=()
	if ((COMP_CWORD == 1)) || { ((COMP_CWORD == 2)) && [[ ${COMP_WORDS[1]} == help ]]; }; then
		COMPREPLY=($(compgen -W %q -- "$word"))
		return
	fi
	case ${COMP_WORDS[1]} in
`, strings.Join(commandNames(), " "))
	for _, c := range commands() {
		var names []string
		for _, o := range c.options() {
			names = append(names, "-"+o.name)
		}
		words := strings.Join(names, " ")
		if c.name == "completion" {
			words += " bash zsh fish"
		}
		fmt.Fprintf(b, "	%s) options=%q ;;\n", c.name, words)
	}
	b.WriteString(`	esac
	if [[ $word == -* || ${COMP_WORDS[1]} == completion ]]; then
		COMPREPLY=($(compgen -W "$options" -- "$word"))
	else
		compopt -o filenames 2>/dev/null
		local IFS=$'\n'
		COMPREPLY=($(compgen -f -- "$word"))
	fi
}
complete -F _galvani galvani
`)
}

// inSingleQuotes is a text for a shell.
func inSingleQuotes(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func zshCompletion(b *strings.Builder) {
	b.WriteString("#compdef galvani\n# zsh completion of galvani\n_galvani() {\n\tlocal -a commands\n\tcommands=(\n")
	for _, c := range commands() {
		fmt.Fprintf(b, "\t\t%s\n", inSingleQuotes(c.name+":"+strings.ReplaceAll(c.what, ":", `\:`)))
	}
	b.WriteString("\t\t'help:tell more of a command'\n\t)\n\tif (( CURRENT == 2 )) || { (( CURRENT == 3 )) && [[ $words[2] == help ]] }; then\n\t\t_describe command commands\n\t\treturn\n\tfi\n\tcase $words[2] in\n")
	escape := strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`)
	for _, c := range commands() {
		fmt.Fprintf(b, "\t%s) shift words; (( CURRENT-- )); _arguments", c.name)
		for _, o := range c.options() {
			spec := "*-" + o.name + "[" + escape.Replace(o.what) + "]"
			if o.value {
				spec += ":value:_files"
			}
			b.WriteString(" " + inSingleQuotes(spec))
		}
		if c.name == "completion" {
			b.WriteString(" '*:shell:(bash zsh fish)' ;;\n")
		} else {
			b.WriteString(" '*:file:_files' ;;\n")
		}
	}
	b.WriteString("\tesac\n}\n_galvani \"$@\"\n")
}

func fishCompletion(b *strings.Builder) {
	b.WriteString("# fish completion of galvani\n")
	for _, c := range commands() {
		fmt.Fprintf(b, "complete -c galvani -n __fish_use_subcommand -f -a %s -d %s\n", c.name, fishQuotes(c.what))
	}
	fmt.Fprintf(b, "complete -c galvani -n '__fish_seen_subcommand_from help' -f -a %s\n", fishQuotes(strings.Join(commandNames(), " ")))
	for _, c := range commands() {
		for _, o := range c.options() {
			value := ""
			if o.value {
				value = " -r"
			}
			fmt.Fprintf(b, "complete -c galvani -n '__fish_seen_subcommand_from %s' -o %s%s -d %s\n", c.name, o.name, value, fishQuotes(o.what))
		}
	}
	b.WriteString("complete -c galvani -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n")
}

func fishQuotes(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
