package config

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteUsage prints the table of spec's variables for a terminal.
func WriteUsage(w io.Writer, spec any) error {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "VARIABLE\tTYPE\tDEFAULT\tWHAT FOR")
	for _, v := range Variables(spec) {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", v.Name, v.Type, v.fallback(), v.Description)
	}
	return table.Flush()
}

// WriteMarkdown prints the same table for README.
func WriteMarkdown(w io.Writer, spec any) error {
	var b strings.Builder
	b.WriteString("| variable | type | default | what for |\n|---|---|---|---|\n")
	escape := strings.NewReplacer("|", `\|`)
	for _, v := range Variables(spec) {
		fallback := v.fallback()
		if v.Default != "" {
			fallback = "`" + fallback + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", v.Name, v.Type, fallback, escape.Replace(v.Description))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (v Variable) fallback() string {
	if v.Required {
		return "required"
	}
	return cmp.Or(v.Default, "–")
}
