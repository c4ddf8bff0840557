const KEY = "velocity.theme";

export function chosenTheme() {
  return localStorage.getItem(KEY) || "system";
}

export function applyTheme() {
  const chosen = chosenTheme();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

export function chooseTheme(theme) {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  applyTheme();
}
