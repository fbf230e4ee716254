// Exhibits: dropping and pasting on a line of the checklist, and the progress of an upload. The form works without it.
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

  document.addEventListener("htmx:xhr:progress", (e) => {
    const bar = e.target.closest("[data-upload]")?.querySelector("progress");
    if (!bar || !e.detail.lengthComputable) return;
    bar.hidden = false;
    bar.value = (100 * e.detail.loaded) / e.detail.total;
  });
})();
