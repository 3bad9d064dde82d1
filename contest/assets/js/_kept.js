// Values kept on this device. Where the browser stores nothing, the open page still has them.
export function read(place) {
  try {
    return JSON.parse(localStorage.getItem(place));
  } catch {
    return null;
  }
}

// False where there is no room, or no storage at all.
export function write(place, value) {
  try {
    localStorage.setItem(place, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function forget(place) {
  try {
    localStorage.removeItem(place);
  } catch {
    // nothing was kept either
  }
}
