package print

import (
	"io"

	"github.com/mattn/go-isatty"

	"github.com/pg2crdb/pg2crdb/rules"
)

// UseColor reports whether to write colour to w: if it is a terminal that
// knows colour, and the user did not say no by NO_COLOR. The environment is
// given as os.Getenv.
func UseColor(w io.Writer, getenv func(string) string) bool {
	if getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" {
		return false
	}
	f, ok := w.(interface{ Fd() uintptr })
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}

// style is a terminal's select-graphic-rendition parameter.
type style string

const (
	plain   style = ""
	bold    style = "1"
	faint   style = "2"
	red     style = "31"
	green   style = "32"
	redBold style = "1;31"
	yellow  style = "1;33"
	blue    style = "1;34"
	redMark style = "1;4;31"
	newMark style = "1;4;32"
)

// paint wraps a text in a style, if colour is on.
type paint bool

func (p paint) in(s style, text string) string {
	if !p || s == plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

func severityStyle(s rules.Severity) style {
	switch s {
	case rules.Error:
		return redBold
	case rules.Warning:
		return yellow
	}
	return blue
}
