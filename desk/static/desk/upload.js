// Exhibits: dropping and pasting on a line of the checklist, the progress of an upload, and putting in order by key.
// Everything works without it.
(() => {
  const fill = (slot, files) => {
    const input = slot.querySelector("input[type=file]");
    const box = new DataTransfer();
    for (const file of files) box.items.add(file);
    input.files = box.files;
    show(slot);
  };
  const show = (slot) => {
    slot.open = true;
    const form = slot.querySelector("form");
    (form.querySelector(":invalid") || form.querySelector("button.primary")).focus();
  };

  // desk.js has put the files in; the line opens, so that what is missing can be said before they leave.
  document.addEventListener("drop", (e) => {
    const slot = e.target.closest?.("[data-slot]");
    if (slot && e.dataTransfer.files.length) show(slot);
  });

  document.addEventListener("paste", (e) => {
    const files = [...e.clipboardData.files];
    const slot = e.target.closest?.("[data-slot]") || document.querySelector("[data-slot][open]") ||
      document.querySelector("[data-general]");
    if (!files.length || !slot) return;
    e.preventDefault();
    fill(slot, files);
  });

  // Exhibits are put in order by the arrow keys as well: on the buttons, or with Alt anywhere in the row.
  document.addEventListener("keydown", (e) => {
    const way = { ArrowUp: "up", ArrowDown: "down" }[e.key];
    const row = way && e.target.closest?.(".exhibit");
    if (!row || e.ctrlKey || e.metaKey || e.shiftKey || e.target.matches("input, textarea, select")) return;
    const button = row.querySelector(`button[value=${way}]`);
    if (!button || !(e.altKey || e.target.matches("button[value=up], button[value=down]"))) return;
    e.preventDefault();
    if (!button.disabled) button.click();
  });

  // The row that was moved keeps the focus: on its button or, at the end of the list, on the other one.
  let moved = null;
  document.addEventListener("htmx:beforeRequest", (e) => {
    const row = e.target.closest?.(".exhibit");
    const way = e.detail.requestConfig?.triggeringEvent?.submitter?.value;
    if (row) moved = way === "up" || way === "down" ? [row.id, way] : null;
  });
  document.addEventListener("htmx:afterSettle", (e) => {
    const row = moved && e.target.querySelector?.(`#${moved[0]}`); // the line of messages settles before the list does
    if (!row) return;
    const button = row.querySelector(`button[value=${moved[1]}]:not(:disabled)`) ||
      row.querySelector("button[value=up]:not(:disabled), button[value=down]:not(:disabled)");
    moved = null;
    button?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  });

  // A line that comes back refused is closed by the browser, as the old one of its group was open still.
  document.addEventListener("htmx:afterSwap", () => {
    const refusal = document.querySelector("[data-upload] .refusal");
    const slot = refusal?.closest("details");
    if (!slot) return;
    slot.open = true;
    refusal.closest("form").querySelector("input[type=file]").focus({ preventScroll: true });
    refusal.scrollIntoView({ block: "center" });
  });

  document.addEventListener("htmx:xhr:progress", (e) => {
    const bar = e.target.closest("[data-upload]")?.querySelector("progress");
    if (!bar || !e.detail.lengthComputable) return;
    bar.hidden = false;
    bar.value = (100 * e.detail.loaded) / e.detail.total;
  });
})();
