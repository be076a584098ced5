// Makes pages that work without script a little more pleasant. Nothing depends on it.
"use strict";

// After a mistake, reading starts at what is wrong.
document.getElementById("fouten")?.focus();

// A form that is sent twice by a double click is sent once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.sent) {
    if (form.dataset.sent) event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 1000);
});

// Buttons that copy the text of another element: <button data-copy="id-of-element" data-done="Gekopieerd">.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  const from = button && document.getElementById(button.dataset.copy);
  if (!from || !navigator.clipboard) return;
  await navigator.clipboard.writeText(from.value ?? from.textContent);
  const label = button.textContent;
  button.textContent = button.dataset.done ?? label;
  setTimeout(() => (button.textContent = label), 2000);
});
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
}

// Buttons that print: <button data-print>.
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
