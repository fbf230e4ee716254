// Quick replies beside a text field: Ctrl+K, search, arrows, Enter; or ";code" and Space while typing.
(() => {
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const composing = (e) => e.isComposing || e.keyCode === 229;
  const picker = () => document.querySelector("[data-picker]");
  const search = () => picker()?.querySelector("[data-pick-search]");
  const options = () => [...(picker()?.querySelectorAll("[role=option]") ?? [])];
  const shown = () => options().filter((option) => !option.hidden && option.ariaDisabled !== "true");
  let field = null; // where the cursor was last
  const target = () => (field?.isConnected ? field : document.querySelector("[data-quick-reply-target]"));

  function load() {
    if (picker() && !search()) htmx.trigger("#quick-replies", "replies");
  }

  function choose(option) {
    for (const other of options()) other.ariaSelected = other === option ? "true" : "false";
    search()?.setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  }
  const chosen = () => options().find((option) => option.ariaSelected === "true" && !option.hidden);

  // Those whose title has the words come before those whose text has them.
  function filter() {
    const words = fold(search().value).split(/\s+/).filter(Boolean);
    const all = options();
    for (const [at, option] of all.entries()) {
      const name = fold(`${option.querySelector("strong, code")?.textContent} ${option.dataset.titles ?? ""} ;${option.dataset.code ?? ""}`);
      const text = `${name} ${fold(option.textContent)}`;
      option.dataset.at ??= at;
      option.dataset.rank = words.every((word) => name.includes(word)) ? 0 : 1;
      option.hidden = !words.every((word) => text.includes(word));
    }
    all.sort((one, other) => one.dataset.rank - other.dataset.rank || one.dataset.at - other.dataset.at);
    all[0]?.parentElement.append(...all);
    picker().querySelector("[data-pick-none]").hidden = all.some((option) => !option.hidden);
    choose(shown()[0]);
  }

  function seek() {
    load();
    if (!search()) return;
    filter();
    search().focus();
  }

  // The browser's own way of typing, so that Ctrl+Z takes it back.
  function put(option, from, to) {
    const into = target();
    const said = option?.querySelector("[data-said]");
    if (!into || !said) return;
    into.focus();
    into.setSelectionRange(from ?? into.selectionStart, to ?? into.selectionEnd);
    const gap = /\S$/.test(into.value.slice(0, into.selectionStart)) ? "\n\n" : "";
    if (!document.execCommand("insertText", false, gap + said.textContent)) {
      into.setRangeText(gap + said.textContent, into.selectionStart, into.selectionEnd, "end");
      into.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (token && option.dataset.used) fetch(option.dataset.used, { method: "POST", headers: { "X-CSRFToken": token.value }, keepalive: true });
  }

  function expand(e) {
    const before = e.target.value.slice(0, e.target.selectionStart);
    const [typed, code] = before.match(/[;；]([a-z0-9]{1,15})$/) ?? [];
    const option = code && options().find((one) => one.dataset.code === code && one.ariaDisabled !== "true");
    if (!option || e.target.selectionStart !== e.target.selectionEnd) return;
    e.preventDefault();
    field = e.target;
    put(option, before.length - typed.length, before.length);
  }

  function move(step) {
    const all = shown();
    choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
  }

  function note(focused) {
    if (!focused?.matches("[data-quick-reply-target]")) return;
    field = focused;
    load();
  }
  document.addEventListener("focusin", (e) => note(e.target));
  document.addEventListener("DOMContentLoaded", () => note(document.activeElement)); // who was quicker than this script

  document.addEventListener("toggle", (e) => {
    if (!e.target.matches("[data-picker]") || !e.target.open) return;
    seek();
  }, true);

  document.addEventListener("htmx:afterSettle", (e) => {
    if (e.target.id !== "quick-replies") return;
    choose(shown()[0]);
    if (picker().open) search().focus();
  });

  document.addEventListener("keydown", (e) => {
    if (composing(e)) return;
    if (picker() && (e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === "k") {
      e.preventDefault();
      picker().open = true;
      seek();
      search()?.select();
    } else if (e.target.matches?.("[data-quick-reply-target]") && (e.key === " " || e.key === "Tab")) expand(e);
    else if (e.target.matches?.("[data-pick-search]")) keys(e);
  });

  function keys(e) {
    if (e.key === "ArrowDown") move(1);
    else if (e.key === "ArrowUp") move(-1);
    else if (e.key === "Enter") take(chosen());
    else if (e.key === "Escape") close();
    else return;
    e.preventDefault();
  }

  function close() {
    picker().open = false;
    target()?.focus();
  }

  function take(option) {
    if (!option || option.ariaDisabled === "true") return;
    picker().open = false;
    put(option);
  }

  document.addEventListener("input", (e) => { if (e.target.matches("[data-pick-search]")) filter(); });
  document.addEventListener("click", (e) => {
    const option = e.target.closest("[data-picker] [role=option]");
    if (option) take(option);
  });
})();
