// A ballot that could not be sent, kept on this device: for this juror, this clip and this version.
import { forget, read, write } from "./_kept.js";

const IGNORED = ["csrf_token", "version"];

const place = (form) => `hoithi-ballot:${form.dataset.ballot}:${location.pathname}`;

export function keepDraft(form) {
  const fields = [...new FormData(form)].filter(([name]) => !IGNORED.includes(name));
  write(place(form), { version: form.elements.version.value, fields });
}

export function clearDraft(form) {
  forget(place(form));
}

// Fills the form from the draft; false where there is none, or the ballot has changed since.
export function takeDraft(form) {
  const draft = read(place(form));
  if (!draft) return false;
  clearDraft(form);
  if (draft.version !== form.elements.version.value || !Array.isArray(draft.fields)) return false;
  for (const [name, value] of draft.fields) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  return true;
}
