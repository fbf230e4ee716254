// Selecting orders: by their boxes, a range with shift, all of the page; b goes to what can be done, digits to views.
(() => {
  const boxes = () => [...document.querySelectorAll("input[name=order]")];
  const form = document.getElementById("bulk");
  const all = document.querySelector("[data-all]");
  let last = null;

  function tell() {
    const chosen = boxes().filter((box) => box.checked).length;
    const said = form?.querySelector("[data-selected]");
    if (said && chosen) said.textContent = chosen === 1 ? said.dataset.one : said.dataset.many.replace("#", chosen);
    if (all) { all.checked = chosen > 0 && chosen === boxes().length; all.indeterminate = chosen > 0 && !all.checked; }
    form?.classList.toggle("chosen", chosen > 0);
  }

  document.addEventListener("click", (e) => {
    if (e.target === all) boxes().forEach((box) => { box.checked = all.checked; });
    if (e.target.matches?.("input[name=order]")) {
      const row = boxes(), at = row.indexOf(e.target), from = row.indexOf(last);
      if (e.shiftKey && from >= 0) {
        row.slice(Math.min(at, from), Math.max(at, from) + 1).forEach((box) => { box.checked = e.target.checked; });
      }
      last = e.target;
    }
    tell();
  });

  document.addEventListener("keydown", (e) => {
    if (localStorage.getItem("prazo-keys") === "off" || e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.target.closest("input:not([name=order]), textarea, select, dialog[open]")) return;
    const view = document.querySelector(`[data-view="${CSS.escape(e.key)}"]`);
    if (view) location.assign(view.href);
    else if (e.key === "b" && form?.classList.contains("chosen")) { e.preventDefault(); form.querySelector("select").focus(); }
  });
  tell();
})();
