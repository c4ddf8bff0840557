// The key stays in this tab: another tab, or this one after it was closed, asks for it again.
const KEY = "velocity.key";

export function storedKey() {
  return sessionStorage.getItem(KEY);
}

export function keepKey(key) {
  sessionStorage.setItem(KEY, key);
}

export function forgetKey() {
  sessionStorage.clear();
}

export function draft(id) {
  try {
    return JSON.parse(sessionStorage.getItem(`velocity.draft.${id}`));
  } catch {
    return null;
  }
}

export function keepDraft(id, value) {
  try {
    sessionStorage.setItem(`velocity.draft.${id}`, JSON.stringify(value));
  } catch {
    // A full storage only costs the draft.
  }
}
