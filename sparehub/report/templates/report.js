"use strict";
function walkthrough(node) {
  const slider = node.querySelector("input");
  const frames = [...node.querySelectorAll(".frame")];
  const steps = [...node.querySelectorAll(".steps li")];
  const position = node.querySelector("output");
  function show(number) {
    slider.value = number;
    frames.forEach((frame, index) => { frame.hidden = index !== number; });
    steps.forEach((step, index) => {
      if (index === number) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    });
    slider.setAttribute("aria-valuetext", steps[number].dataset.title);
    position.textContent = `${number + 1} of ${steps.length}`;
  }
  function move(by) {
    show(Math.min(frames.length - 1, Math.max(0, Number(slider.value) + by)));
  }
  slider.addEventListener("input", () => show(Number(slider.value)));
  node.querySelector(".back").addEventListener("click", () => move(-1));
  node.querySelector(".next").addEventListener("click", () => move(1));
  steps.forEach((step, index) => step.addEventListener("click", () => show(index)));
  show(0);
}
document.querySelectorAll(".walkthrough").forEach(walkthrough);

const routes = JSON.parse(document.getElementById("effective-routes").textContent);
const panel = document.getElementById("routes");

function element(name, text, parent) {
  const made = document.createElement(name);
  made.textContent = text;
  parent.append(made);
  return made;
}
function table(context, rows) {
  element("h3", `Effective routes of ${context}`, panel);
  const made = element("table", "", panel);
  const head = element("tr", "", element("thead", "", made));
  for (const name of ["Source", "State", "Prefix", "Next hop"]) element("th", name, head);
  const body = element("tbody", "", made);
  for (const row of rows) {
    const line = element("tr", "", body);
    line.className = row[1];
    for (const cell of row) element("td", cell, line);
  }
}
function open(node) {
  const indexes = routes.frames[node.closest("[data-frame]").dataset.frame];
  const all = JSON.parse(node.dataset.contexts);
  const contexts = all.filter((context) => indexes && context in indexes);
  panel.replaceChildren();
  for (const context of contexts) table(context, routes.tables[indexes[context]]);
  panel.hidden = contexts.length === 0;
}
function close() { panel.hidden = true; }
for (const node of document.querySelectorAll("[data-contexts]")) {
  node.addEventListener("mouseenter", () => open(node));
  node.addEventListener("mouseleave", close);
  node.addEventListener("focus", () => open(node));
  node.addEventListener("blur", close);
}
document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
