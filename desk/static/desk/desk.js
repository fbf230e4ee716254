// Keys, copying, dropping files, filters that need no button. Everything works without it too.
(() => {
  const on = () => localStorage.getItem("prazo-keys") !== "off";
  const typing = (e) => e.isComposing || e.keyCode === 229 || e.ctrlKey || e.metaKey || e.altKey ||
    e.target.closest("input, textarea, select, [contenteditable], dialog[open]");
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const help = () => document.getElementById("help")?.showModal();
  let afterG = 0;

  function move(step) {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
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
  });

  // Without https there is no clipboard; the old way needs the text to be seen.
  async function put(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text.value ?? text.textContent);
    const folded = text.closest("details");
    if (folded) folded.open = true;
    if (text.select) text.select();
    else getSelection().selectAllChildren(text);
    document.execCommand("copy");
  }

  document.addEventListener("click", async (e) => {
    const copy = e.target.closest("[data-copy]");
    if (copy) {
      await put(document.getElementById(copy.dataset.copy));
      (copy.querySelector("span") || copy).textContent = copy.dataset.copied;
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

  // What was changed in place keeps the place of the keys.
  document.addEventListener("htmx:afterSwap", (e) => {
    const swapped = document.getElementById(e.detail.target?.id);
    if (swapped?.matches("[data-row], #order, #case")) (swapped.querySelector("[autofocus]") || swapped).focus({ preventScroll: true });
  });
  mark();
})();
