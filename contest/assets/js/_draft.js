// A ballot that could not be sent, kept on this device: for this juror, this clip and this version.
const IGNORED = ["csrf_token", "version"];

const place = (form) => `hoithi-ballot:${form.dataset.ballot}:${location.pathname}`;

export function keepDraft(form) {
  const fields = [...new FormData(form)].filter(([name]) => !IGNORED.includes(name));
  try {
    localStorage.setItem(place(form), JSON.stringify({ version: form.elements.version.value, fields }));
  } catch {
    // no room, or no storage at all: the open page still has the marks
  }
}

export function clearDraft(form) {
  try {
    localStorage.removeItem(place(form));
  } catch {
    // nothing was kept either
  }
}

// Fills the form from the draft; false where there is none, or the ballot has changed since.
export function takeDraft(form) {
  try {
    const draft = JSON.parse(localStorage.getItem(place(form)));
    if (!draft) return false;
    clearDraft(form);
    if (draft.version !== form.elements.version.value) return false;
    for (const [name, value] of draft.fields) {
      if (form.elements[name]) form.elements[name].value = value;
    }
    return true;
  } catch {
    return false;
  }
}
