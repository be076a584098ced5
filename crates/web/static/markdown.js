// Simple, safe showing of what models write: paragraphs, headings, lists, quotes, tables, code, bold.
// Everything is put in as text, never as markup.
"use strict";

window.sluisText = (() => {
  const make = (name, text, kind) => {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };

  const copy = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = make("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };

  const inline = (into, text) => {
    for (const part of text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/)) {
      if (part.length > 2 && part.startsWith("`")) into.append(make("code", part.slice(1, -1)));
      else if (part.length > 4 && part.startsWith("**")) into.append(make("strong", part.slice(2, -2)));
      else if (part) into.append(part);
    }
  };

  // The cells of a line of a table. A bar behind a backslash is none.
  const cells = (line) => {
    const inner = line.trim().replace(/^\|/, "").replace(/\|$/, "");
    return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
  };

  const isRule = (line) => line.includes("-") && line.includes("|") && cells(line).every((cell) => /^:?-+:?$/.test(cell));

  const table = (lines, label) => {
    const element = make("table", "", "sluis-table");
    const row = (line, name, into) => {
      const tr = into.appendChild(make("tr"));
      for (const cell of cells(line).slice(0, 50)) {
        const box = tr.appendChild(make(name));
        if (name === "th") box.scope = "col";
        inline(box, cell);
      }
    };
    row(lines[0], "th", element.appendChild(make("thead")));
    const body = element.appendChild(make("tbody"));
    for (const line of lines.slice(2)) row(line, "td", body);
    const region = make("div", "", "sluis-table-region");
    region.tabIndex = 0;
    region.setAttribute("role", "region");
    region.setAttribute("aria-label", label);
    region.append(element);
    return region;
  };

  const block = (lines, said) => {
    if (lines.length > 1 && lines[0].includes("|") && isRule(lines[1])) return table(lines, said.table);
    const marks = [["ul", /^\s*[-*•]\s+/], ["ol", /^\s*\d{1,3}[.)]\s+/], ["blockquote", /^>\s?/]];
    const [name, mark] = marks.find(([, mark]) => lines.every((line) => mark.test(line))) ?? ["p", /^#{1,6}\s+/];
    const element = make(name);
    if (name === "ol") element.start = parseInt(lines[0].trim(), 10);
    lines.forEach((line, at) => {
      const text = line.replace(mark, "");
      if (name === "ul" || name === "ol") {
        inline(element.appendChild(make("li")), text);
      } else {
        if (at > 0) element.append(make("br"));
        inline(name === "p" && mark.test(line) ? element.appendChild(make("strong")) : element, text);
      }
    });
    return element;
  };

  // Which sort of line it is: lines of one sort belong together.
  const sorts = [["ul", /^\s*[-*•]\s+/], ["ol", /^\s*\d{1,3}[.)]\s+/], ["quote", /^>/], ["table", /^\s*\|/]];
  const sort = (line) => sorts.find(([, mark]) => mark.test(line))?.[0] ?? "p";

  // Code scrolls by itself, and can be copied once it is whole.
  const code = (lines, whole, said) => {
    const box = make("div", "", "sluis-code");
    const pre = box.appendChild(make("pre"));
    pre.tabIndex = 0;
    pre.append(make("code", lines.join("\n")));
    if (whole) {
      const button = box.appendChild(make("button", said.copycode, "sluis-button sluis-button--subtle"));
      button.type = "button";
      button.addEventListener("click", async () => {
        try {
          await copy(lines.join("\n"));
          button.textContent = said.copied;
        } catch {
          button.textContent = said.failed;
        }
        setTimeout(() => (button.textContent = said.copycode), 2000);
      });
    }
    return box;
  };

  const render = (text, said) => {
    const blocks = [];
    let lines = [];
    let inside = null;
    const close = () => {
      if (lines.length) blocks.push(block(lines, said));
      lines = [];
    };
    for (const line of text.split("\n")) {
      if (/^\s*```/.test(line)) {
        if (inside === null) {
          close();
          inside = [];
        } else {
          blocks.push(code(inside, true, said));
          inside = null;
        }
      } else if (inside !== null) {
        inside.push(line);
      } else if (!line.trim()) {
        close();
      } else {
        if (lines.length && sort(lines[0]) !== sort(line)) close();
        lines.push(line);
      }
    }
    close();
    if (inside !== null) blocks.push(code(inside, false, said));
    return blocks;
  };

  return { make, copy, render };
})();
