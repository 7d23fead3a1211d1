// The switch for all code of a page; each cell has its own without it too.
const button = document.getElementById("toggle");
const cells = document.querySelectorAll("details.source");
const NAME = "lakehouse-report-code";

function show(isShown) {
  for (const cell of cells) cell.open = isShown;
  button.textContent = isShown ? "Hide the code" : "Show the code";
  button.setAttribute("aria-pressed", String(isShown));
}

// A browser may refuse to keep anything for a page opened from a file.
function remembered() {
  try {
    return localStorage.getItem(NAME) === "shown";
  } catch {
    return false;
  }
}

if (button && cells.length > 0) {
  button.hidden = false;
  show(remembered());
  button.onclick = () => {
    const isShown = button.getAttribute("aria-pressed") !== "true";
    show(isShown);
    try {
      localStorage.setItem(NAME, isShown ? "shown" : "hidden");
    } catch { /* then each page begins folded */ }
  };
}
