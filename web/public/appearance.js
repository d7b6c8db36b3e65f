// Runs before the first paint, so that a dark page does not flash white and the language is right.
try {
  const kept = JSON.parse(localStorage.getItem("kaibiao.preferences") || "{}");
  const dark = kept.appearance
    ? kept.appearance === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.classList.toggle("dark", dark);
  if (kept.language === "en") document.documentElement.lang = "en";
} catch {
  // Without storage the page is light and Chinese.
}
