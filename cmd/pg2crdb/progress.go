package main

import (
	"os"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// statementBar returns a progress bar on standard error, with the statement
// that runs, and what ends it. Off a terminal both do nothing.
func statementBar(e env) (progress func(done, total int, statement string), end func()) {
	f, ok := e.stderr.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) {
		return nil, func() {}
	}
	var bar *progressbar.ProgressBar
	progress = func(done, total int, statement string) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(f), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(20), progressbar.OptionShowCount())
		}
		if bar.GetMax() != total {
			bar.ChangeMax(total)
		}
		first, _, _ := strings.Cut(strings.Join(strings.Fields(statement), " "), ";")
		if len(first) > 60 {
			first = strings.ToValidUTF8(first[:57], "") + "..."
		}
		bar.Describe(first)
		_ = bar.Set(done) // a bar that cannot be drawn is no reason to stop
	}
	return progress, func() {
		if bar != nil {
			_ = bar.Clear()
		}
	}
}
