// Today's cards: a dialog for what needs a few words, and how many cards are chosen. Without it the links lead to pages.
(() => {
  const dialog = document.getElementById("handing");
  const boxes = () => [...document.querySelectorAll("input[name=items]")];

  document.addEventListener("click", async (e) => {
    const link = e.target.closest("a[data-dialog]");
    if (link && dialog && !e.ctrlKey && !e.metaKey && !e.shiftKey) {
      e.preventDefault();
      const body = document.getElementById("handing-body");
      body.replaceChildren(); // the form of another card must not answer for this one
      await htmx.ajax("GET", link.href, { target: body, swap: "innerHTML", event: e }).catch(() => {}); // desk.js tells
      if (body.childElementCount) dialog.showModal();
    }
    if (e.target.matches("[data-choose-all]")) {
      boxes().forEach((box) => { box.checked = e.target.checked; });
      count();
    }
    if (e.target.closest("[data-choose-none]")) {
      boxes().forEach((box) => { box.checked = false; });
      count();
    }
  });
  document.body.addEventListener("handed", () => dialog?.close());

  // The keys go on at the first of the cards that came.
  let last = null;
  document.addEventListener("htmx:beforeSwap", (e) => {
    last = e.detail.target.matches(".more") ? e.detail.target.previousElementSibling : null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    last?.nextElementSibling?.focus();
    last = null;
  });

  // A section's number is what is left of it: what was done stands there with its undo, and counts no more.
  function recount() {
    document.querySelectorAll("#board .section").forEach((section) => {
      const place = section.querySelector("h2 .count");
      place.dataset.all ??= place.textContent;
      const done = section.querySelectorAll(".card.done").length;
      if (/^\d+$/.test(place.dataset.all)) place.textContent = place.dataset.all - done;
    });
  }
  document.addEventListener("htmx:afterSettle", recount);

  function count() {
    const chosen = boxes().filter((box) => box.checked).length;
    document.querySelectorAll("[data-chosen]").forEach((place) => { place.textContent = chosen; });
  }
  document.addEventListener("change", (e) => { if (e.target.matches("input[name=items]")) count(); });
  document.addEventListener("htmx:afterSettle", count);
  addEventListener("pageshow", count);
  count();
})();
