// Ctrl+Enter sends what is being written.
document.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey) || e.isComposing || e.keyCode === 229) return;
  const form = e.target.closest?.("[data-send-by-keys]");
  if (!form) return;
  e.preventDefault();
  form.requestSubmit(form.querySelector("button.primary"));
});
