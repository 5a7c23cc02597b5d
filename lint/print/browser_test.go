package print

import (
	"context"
	"flag"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// The tests of this file open the HTML report in a headless Chromium.

// browser is a page in a browser, with what its console said.
type browser struct {
	ctx context.Context

	mu      sync.Mutex
	console []string
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no chromium on this machine: the HTML report is not opened in a browser")
	}
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 900),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	// This protocol is older than some browsers: what it does not know is no
	// failure of the page.
	ctx, cancel := chromedp.NewContext(alloc, chromedp.WithErrorf(t.Logf))
	ctx, cancelTime := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("close the browser: %v", err)
		}
		cancelTime()
		cancel()
		cancelAlloc()
	})
	b := &browser{ctx: ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.console = append(b.console, e.ExceptionDetails.Error())
		case *runtime.EventConsoleAPICalled:
			b.console = append(b.console, "console."+e.Type.String())
		case *log.EventEntryAdded:
			b.console = append(b.console, e.Entry.Text)
		}
	})
	return b
}

func (b *browser) run(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// ask evaluates an expression on the page.
func (b *browser) ask(t *testing.T, expression string, answer any) {
	t.Helper()
	b.run(t, chromedp.Evaluate(expression, answer))
}

func (b *browser) quiet(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, line := range b.console {
		t.Errorf("the console says: %s", line)
	}
}

var screenshots = flag.String("screenshots", "", "directory for screenshots of the HTML report")

// shoot takes a picture of the whole page, if pictures are asked for.
func (b *browser) shoot(t *testing.T, name string) {
	t.Helper()
	if *screenshots == "" {
		return
	}
	var picture []byte
	b.run(t, chromedp.Evaluate(`scrollTo({top: 0, behavior: "instant"})`, nil), chromedp.FullScreenshot(&picture, 100))
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

// pageFile writes a report to a file and returns its address.
func pageFile(t *testing.T, html []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, html, 0o644); err != nil {
		t.Fatal(err)
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

const visibleFindings = `[...document.querySelectorAll("article")].filter(a => a.offsetParent).map(a => a.dataset.rule).join(" ")`

func TestBrowser(t *testing.T) {
	f := newFixture(t)
	b := newBrowser(t)
	b.run(t, chromedp.Navigate(pageFile(t, render(t, "html", f.report, f.options()))), chromedp.WaitVisible(".filter", chromedp.ByQuery))

	t.Run("text stays text", func(t *testing.T) {
		var source string
		var scripts int
		b.ask(t, `document.querySelector('article[data-rule="literal"] .source').textContent`, &source)
		b.ask(t, `document.scripts.length`, &scripts)
		if !strings.Contains(source, `<script>alert("x")</script>`) || scripts != 1 {
			t.Errorf("source %q, %d scripts", source, scripts)
		}
	})

	const all = "serial literal tsvector gin do-block gin one-column alter-type widen citext syntax"
	t.Run("filter", func(t *testing.T) {
		for _, c := range []struct{ field, value, want, count string }{
			{"rule", "gin", "gin gin", "2 of 11"},
			{"severity", "warning", "serial one-column", "2 of 11"},
			{"fidelity", "manual", "do-block syntax", "2 of 11"},
			{"file", "db/0003_wide.sql", "citext syntax", "2 of 11"},
			{"version", "26.2", "serial literal do-block one-column alter-type widen syntax", "7 of 11"},
			{"text", "unique_ROWID", "serial", "1 of 11"},
			{"text", "not to be found", "", "0 of 11"},
		} {
			var got, count, cleared string
			b.ask(t, `(() => { const e = document.querySelector(".filter").elements["`+c.field+`"]; e.value = "`+c.value+`";
				e.dispatchEvent(new Event("input", {bubbles: true})); return `+visibleFindings+` })()`, &got)
			b.ask(t, `document.querySelector("output").textContent`, &count)
			if got != c.want || count != c.count {
				t.Errorf("%s %q shows %q, %q, want %q, %q", c.field, c.value, got, count, c.want, c.count)
			}
			b.run(t, chromedp.Click(".filter button", chromedp.ByQuery), chromedp.WaitNotVisible(".filter button", chromedp.ByQuery))
			b.ask(t, visibleFindings, &cleared)
			if cleared != all {
				t.Errorf("after %s %q and reset: %q", c.field, c.value, cleared)
			}
		}
	})

	t.Run("heat map", func(t *testing.T) {
		var got string
		b.run(t, chromedp.Click(`.heat a[data-rule="gin"][data-version="22.2"]`, chromedp.ByQuery), chromedp.WaitVisible(".filter button", chromedp.ByQuery))
		b.ask(t, visibleFindings, &got)
		if got != "gin gin" {
			t.Errorf("the cell shows %q", got)
		}
		// A link to what is hidden shows it.
		b.run(t, chromedp.Evaluate(`location.hash = "f1"`, nil), chromedp.WaitNotVisible(".filter button", chromedp.ByQuery))
		b.ask(t, visibleFindings, &got)
		if got != all {
			t.Errorf("a link to a hidden finding leaves %q", got)
		}
	})

	t.Run("rule", func(t *testing.T) {
		// By the element: the page may still scroll to a finding. What opens it
		// runs behind the click.
		var open bool
		b.run(t, chromedp.Evaluate(`document.querySelector('article[data-rule="do-block"] a.rule').click()`, nil),
			chromedp.Poll(`document.querySelector("#rule-do-block").closest("details").open`, &open, chromedp.WithPollingTimeout(20*time.Second)))
		if !open {
			t.Error("the link to a rule does not open it")
		}
	})

	t.Run("theme", func(t *testing.T) {
		const paper = `getComputedStyle(document.body).backgroundColor`
		var light, dark, again string
		b.run(t, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}}))
		b.ask(t, paper, &light)
		b.shoot(t, "light")
		// By the element, not by its place on the screen: the page may still
		// scroll to the rule that was opened.
		b.run(t, chromedp.Evaluate(`document.querySelector("#theme").click()`, nil))
		b.ask(t, paper, &dark)
		b.shoot(t, "dark")
		b.run(t, chromedp.Reload(), chromedp.WaitVisible(".filter", chromedp.ByQuery))
		b.ask(t, paper, &again)
		if light == dark || again != dark {
			t.Errorf("paper %s, after the switch %s, after a reload %s", light, dark, again)
		}
	})
	b.quiet(t)
}

// The page reads without scripts, fits a narrow window, and an empty report
// opens as well.
func TestBrowserPlain(t *testing.T) {
	f := newFixture(t)
	b := newBrowser(t)
	page := pageFile(t, render(t, "html", f.report, f.options()))
	b.run(t, emulation.SetScriptExecutionDisabled(true), chromedp.EmulateViewport(380, 800), chromedp.Navigate(page), chromedp.WaitVisible("article", chromedp.ByQuery))
	b.shoot(t, "narrow")
	var got string
	b.ask(t, visibleFindings, &got)
	if n := len(strings.Fields(got)); n != len(f.report.Findings) {
		t.Errorf("without scripts %d findings are shown, want %d", n, len(f.report.Findings))
	}
	var filter bool
	b.ask(t, `document.querySelector(".filter").offsetParent !== null`, &filter)
	if filter {
		t.Error("without scripts the filter is shown, which cannot work")
	}
	var wider int
	b.ask(t, `document.documentElement.scrollWidth - document.documentElement.clientWidth`, &wider)
	if wider > 0 {
		var who string
		b.ask(t, `[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest(".scroll, pre")).slice(0, 5).map(e => e.outerHTML.slice(0, 80)).join("\n")`, &who)
		t.Log(who)
		t.Errorf("a narrow page scrolls sideways by %d pixels", wider)
	}
	b.run(t, emulation.SetScriptExecutionDisabled(false), chromedp.Navigate(pageFile(t, render(t, "html", empty(), Options{}))), chromedp.WaitVisible("h1", chromedp.ByQuery))
	b.quiet(t)
}
