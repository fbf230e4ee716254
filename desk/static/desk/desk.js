// Keys, copying, dropping files, filters that need no button. Everything works without it too.
(() => {
  const on = () => localStorage.getItem("prazo-keys") !== "off";
  const typing = (e) => e.isComposing || e.keyCode === 229 || e.ctrlKey || e.metaKey || e.altKey ||
    e.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]");
  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility?.() ?? true);
  const help = () => document.getElementById("help")?.showModal();
  let afterG = 0;

  function move(step) {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  // A row's own keys: what in it bears the key, such as data-key="x" on its checkbox, is pressed. A page that is one
  // thing to do (data-keyed) has its keys wherever the focus is. A key held down is pressed once.
  function press(e) {
    const area = e.target.closest("[data-row]") || document.querySelector("[data-keyed]");
    const hit = area?.querySelector(`[data-key="${CSS.escape(e.key)}"]`);
    if (!hit || e.repeat || (e.key === "Enter" && e.target.closest("a, button, summary, input"))) return;
    e.preventDefault();
    hit.click();
  }

  document.addEventListener("keydown", (e) => {
    if (!on() || typing(e)) return;
    const waiting = Date.now() - afterG < 1500;
    afterG = 0;
    if (waiting) {
      const place = document.querySelector(`[data-go="${CSS.escape(e.key)}"]`);
      if (place) { e.preventDefault(); location.assign(place.href); }
    } else if (e.key === "g") afterG = Date.now();
    else if (e.key === "/") { e.preventDefault(); document.getElementById("search")?.focus(); }
    else if (e.key === "?") help();
    else if (e.key === "j") move(1);
    else if (e.key === "k") move(-1);
    else if (e.key === "Enter" && e.target.matches("[data-row]")) e.target.querySelector("[data-open]")?.click();
    else press(e);
  });

  // Without https, or where the browser forbids it, the clipboard is out of reach; the old way needs the text to be seen.
  async function put(text) {
    try {
      await navigator.clipboard.writeText(text.value ?? text.textContent);
      return true;
    } catch { /* the old way */ }
    const folded = text.closest("details");
    if (folded) folded.open = true;
    if (text.select) text.select();
    else getSelection().selectAllChildren(text);
    return document.execCommand("copy");
  }

  document.addEventListener("click", async (e) => {
    const copy = e.target.closest("[data-copy]");
    if (copy) {
      const done = await put(document.getElementById(copy.dataset.copy));
      if (done) (copy.querySelector("span") || copy).textContent = copy.dataset.copied; // else it is marked, for Ctrl+C
    }
    if (e.target.closest("[data-help]")) help();
    for (const open of document.querySelectorAll("details[name=menu][open]")) {
      if (!open.contains(e.target)) open.open = false;
    }
  });

  document.addEventListener("change", (e) => {
    if (e.target.matches("[data-submit]")) e.target.form.requestSubmit();
    if (e.target.matches("[data-keys]")) {
      localStorage.setItem("prazo-keys", e.target.checked ? "on" : "off");
      mark();
    }
  });
  const mark = () => document.querySelectorAll("[data-keys]").forEach((box) => { box.checked = on(); });

  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (e) => {
      const area = e.target.closest?.("[data-drop]");
      if (!area) return;
      e.preventDefault();
      area.classList.toggle("dropping", kind === "dragover");
      if (kind === "drop" && e.dataTransfer.files.length) area.querySelector("input[type=file]").files = e.dataTransfer.files;
    });
  }

  // A screenshot on the clipboard goes where the page takes one.
  document.addEventListener("paste", (e) => {
    const input = document.querySelector("[data-paste]");
    if (!input || !e.clipboardData.files.length) return;
    e.preventDefault();
    input.files = e.clipboardData.files;
    input.closest("details")?.setAttribute("open", "");
  });

  // A press that was not answered, or broke: without a word it would look as if it were done. Looks that a page takes by
  // itself, at something's progress, have no event behind them; the next one tells.
  const words = { 0: "unreachable", 403: "refused", 404: "gone", 429: "busy" };
  for (const kind of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(kind, (e) => {
      const lost = document.getElementById("lost");
      if (!lost || lost.open || !e.detail.requestConfig.triggeringEvent) return;
      document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
      document.getElementById("lost-said").textContent = lost.dataset[words[e.detail.xhr.status] || "broken"];
      lost.showModal();
    });
  }
  document.addEventListener("click", (e) => { if (e.target.closest("[data-reload]")) location.reload(); });

  // What was changed in place keeps the place of the keys.
  document.addEventListener("htmx:afterSwap", (e) => {
    const swapped = document.getElementById(e.detail.target?.id);
    if (swapped?.matches("[data-row], #order, #case")) (swapped.querySelector("[autofocus]") || swapped).focus({ preventScroll: true });
  });

  // A page that comes back with faults begins at the first of them, which may lie screens below (WCAG 3.3.1).
  const fault = document.querySelector("#main .errorlist");
  if (fault && !document.querySelector("#main [autofocus]")) {
    const field = fault.closest(".field");
    const first = field?.querySelector("input:not([type=hidden]), select, textarea") || fault;
    if (first === fault) fault.tabIndex = -1;
    const folded = fault.closest("details");
    if (folded) folded.open = true;
    first.focus({ preventScroll: true });
    (field || fault).scrollIntoView({ block: "center" });
  }
  mark();
})();
