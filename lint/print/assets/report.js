(() => {
  "use strict";
  const root = document.documentElement;
  const one = (selector) => document.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Light and dark. The choice is kept where the browser lets a page keep one.
  const button = one("#theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const remember = (theme) => { try { localStorage.setItem("pg2crdb-theme", theme); } catch { /* kept for this visit only */ } };
  const recall = () => { try { return localStorage.getItem("pg2crdb-theme"); } catch { return null; } };
  const theme = () => root.dataset.theme || (dark.matches ? "dark" : "light");
  const label = () => { one("#theme .word").textContent = theme() === "dark" ? "Light" : "Dark"; };
  const kept = recall();
  if (kept === "light" || kept === "dark") root.dataset.theme = kept;
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    remember(root.dataset.theme);
    label();
  });
  dark.addEventListener("change", label);
  label();

  // Filter.
  const form = one(".filter");
  if (!form) return;
  const fields = ["file", "rule", "severity", "fidelity"];
  const files = all(".file").map((section) => ({
    section,
    articles: all("article", section).map((element) => ({ element, text: null })),
  }));
  const total = files.reduce((n, f) => n + f.articles.length, 0);
  const matches = (a, want) => {
    const data = a.element.dataset;
    if (fields.some((name) => want[name] && data[name] !== want[name])) return false;
    if (want.version && data.versions && !data.versions.split(" ").includes(want.version)) return false;
    if (!want.text) return true;
    a.text ??= a.element.textContent.toLowerCase() + " " + data.file.toLowerCase();
    return a.text.includes(want.text);
  };
  const apply = () => {
    const want = Object.fromEntries(new FormData(form));
    want.text = want.text.trim().toLowerCase();
    let shown = 0;
    for (const f of files) {
      let here = 0;
      for (const a of f.articles) {
        const ok = matches(a, want);
        a.element.hidden = !ok;
        if (ok) here++;
      }
      f.section.hidden = here === 0;
      shown += here;
    }
    for (const select of all("select", form)) select.classList.toggle("set", select.value !== "");
    form.querySelector("output").textContent = `${shown} of ${total}`;
    form.querySelector("button").hidden = shown === total;
    one("#nothing").hidden = shown > 0;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));

  // A number of the heat map shows its findings.
  one(".heat")?.addEventListener("click", (event) => {
    const link = event.target.closest("td a");
    if (!link) return;
    event.preventDefault();
    form.reset();
    form.elements.rule.value = link.dataset.rule;
    form.elements.version.value = link.dataset.version;
    setTimeout(() => {
      apply();
      one("#findings").scrollIntoView();
    });
  });

  // A link to a finding that the filter hides brings all back.
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target?.hidden) return;
    form.reset();
    setTimeout(() => target.scrollIntoView());
  });
  apply();
})();
