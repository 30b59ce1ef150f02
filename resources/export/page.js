"use strict";
// A trace in one file: every text is set as text, never as markup, and nothing is fetched.
const data = JSON.parse(document.getElementById("data").textContent);
const ROW = 24;
const list = document.getElementById("list");
const space = document.getElementById("space");
const side = document.getElementById("side");
const colors = new Set(["llm", "tool", "retriever", "chain", "agent"]);
let picked = 0;

function made(tag, text, name) {
  const node = document.createElement(tag);
  if (text !== undefined && text !== null) node.textContent = text;
  if (name) node.className = name;
  return node;
}

function drawn(index) {
  const span = data.spans[index];
  const row = made("div", undefined, "row" + (span.bad ? " bad" : "") + (index === picked ? " on" : ""));
  row.style.top = index * ROW + "px";
  row.id = "row" + index;
  row.setAttribute("role", "option");
  row.setAttribute("aria-selected", String(index === picked));
  const name = made("div", span.name || "without a name", "name");
  name.style.paddingLeft = 12 + Math.min(span.depth, 30) * 14 + "px";
  const time = made("div", undefined, "time");
  const bar = made("div", undefined, "bar");
  bar.style.left = span.from * 100 + "%";
  bar.style.width = Math.max(0, span.to - span.from) * 100 + "%";
  bar.style.background = "var(--" + (colors.has(span.kind) ? span.kind : "other") + ")";
  time.append(bar);
  row.append(name, time, made("div", span.length, "length"));
  row.addEventListener("click", () => pick(index));
  return row;
}

function draw() {
  const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 10);
  const last = Math.min(data.spans.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 10);
  const rows = [];
  for (let index = first; index < last; index += 1) rows.push(drawn(index));
  space.replaceChildren(...rows);
  list.setAttribute("aria-activedescendant", "row" + picked);
}

function pairs(title, entries) {
  if (!entries.length) return;
  side.append(made("h3", title));
  const table = made("dl");
  for (const [key, value] of entries) table.append(made("dt", key), made("dd", value));
  side.append(table);
}

function pick(index) {
  picked = Math.min(Math.max(0, index), data.spans.length - 1);
  const span = data.spans[picked];
  side.replaceChildren(made("h2", span.name || "without a name"));
  pairs("Overview", span.facts);
  for (const [title, text] of span.texts) side.append(made("h3", title), made("pre", text));
  pairs("Attributes", span.attributes);
  for (const event of span.events) pairs("Event " + event.name, event.facts);
  if (picked * ROW < list.scrollTop) list.scrollTop = picked * ROW;
  if ((picked + 1) * ROW > list.scrollTop + list.clientHeight) list.scrollTop = (picked + 1) * ROW - list.clientHeight;
  draw();
}

list.addEventListener("scroll", draw);
list.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 20, PageUp: -20, Home: -data.spans.length,
    End: data.spans.length }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  pick(picked + step);
});
window.addEventListener("resize", draw);
space.style.height = data.spans.length * ROW + "px";
pick(0);
