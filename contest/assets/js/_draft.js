// Ballots that could not be sent, kept on this device: for one juror, each clip and its version, with the moment of the
// first change, so that they are sent in the order in which they were marked.
import { forget, read, write } from "./_kept.js";

const IGNORED = ["csrf_token", "version", "pair"];
const of = (juror) => `hoithi-ballot:${juror}:`;

export const placeOf = (form) => of(form.dataset.ballot) + new URL(form.action).pathname;

export function keepDraft(form) {
  const fields = [...new FormData(form)].filter(([name]) => !IGNORED.includes(name));
  const { code, title } = form.dataset;
  const version = form.elements.version.value;
  const at = read(placeOf(form))?.at ?? Date.now();
  write(placeOf(form), { version, fields, at, code, title });
}

export function clearDraft(form) {
  forget(placeOf(form));
}

export function draftOf(form) {
  const draft = read(placeOf(form));
  return Array.isArray(draft?.fields) ? draft : null;
}

export function lay(form, fields) {
  for (const [name, value] of fields) if (form.elements[name]) form.elements[name].value = value;
}

// The fields in which a draft differs from what the form holds: [name, draft's, form's].
export function differences(form, fields) {
  return fields
    .filter(([name]) => form.elements[name])
    .map(([name, value]) => [name, value, form.elements[name].value])
    .filter(([, here, there]) => here.trim() !== there.trim());
}

// All drafts of a juror, the oldest first: {place, path, …}.
export function drafts(juror) {
  let places = [];
  try {
    places = Object.keys(localStorage).filter((place) => place.startsWith(of(juror)));
  } catch {
    return []; // no storage: nothing was kept
  }
  const found = places.map((place) => ({ ...read(place), place, path: place.slice(of(juror).length) }));
  return found.filter((one) => Array.isArray(one.fields)).sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
}
