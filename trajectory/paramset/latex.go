package paramset

import (
	"strings"

	"galvani/quantity"
)

// LaTeX writes the set as rows of a LaTeX table, a name and a value each, sets
// indented below their names:
//
//	\begin{tabular}{ll}
//	\texttt{tau\_m} & 10 ms \\
//	\texttt{synE} & \\
//	\quad\texttt{E} & 0.0 \\
//	\end{tabular}
func (s *Set) LaTeX() string {
	var b strings.Builder
	b.WriteString("\\begin{tabular}{ll}\n")
	latexRows(&b, s, "")
	b.WriteString("\\end{tabular}\n")
	return b.String()
}

func latexRows(b *strings.Builder, s *Set, indent string) {
	for name, e := range s.inOrder() {
		b.WriteString(indent + `\texttt{` + latex(name) + "} & ")
		sub, ok := e.value.(*Set)
		if !ok {
			b.WriteString(latexValue(e.value) + " \\\\\n")
			continue
		}
		b.WriteString("\\\\\n")
		latexRows(b, sub, indent+`\quad`)
	}
}

func latexValue(v any) string {
	switch v := v.(type) {
	case string:
		return latex(v)
	case quantity.Quantity:
		return latex(v.String())
	case Range:
		parts := make([]string, v.Len())
		for i, x := range v.All() {
			parts[i] = latexValue(x)
		}
		return strings.Join(parts, ", ")
	}
	return latex(text(v))
}

// latex escapes what LaTeX would take for a command.
func latex(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch r {
		case '\\':
			b.WriteString(`\textbackslash{}`)
		case '~':
			b.WriteString(`\textasciitilde{}`)
		case '^':
			b.WriteString(`\textasciicircum{}`)
		case '#', '$', '%', '&', '_', '{', '}':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n', '\r':
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
