// The page to ask an AI works without this. With it, answers come word by word and questions follow on each other.
// Everything that comes from a model is put in as text, never as markup.
"use strict";

(() => {
  const form = document.getElementById("vragen");
  if (!form || !window.ReadableStream || !window.AbortController) return;

  const find = (id) => document.getElementById(id);
  const said = form.dataset;
  const question = find("vraag");
  const model = find("model");
  const talk = find("gesprek");
  const list = find("beurten");
  const state = find("stand");
  const findings = find("vondsten");
  const stop = find("stop");
  const fresh = find("nieuw");
  const sends = [...form.querySelectorAll("button[type=submit]")];

  // The conversation, as the gateway takes it. It lives in this page only.
  let turns = [];
  let running = null;

  const make = (name, text, kind) => {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };

  const tell = (text) => state.replaceChildren(...(text ? [make("p", text)] : []));

  const busy = (is) => {
    stop.hidden = !is;
    fresh.hidden = is || turns.length === 0;
    for (const button of sends) button.disabled = is;
  };

  // Simple, safe showing of what models write: paragraphs, lists, quotes, code, bold.
  const inline = (into, text) => {
    for (const part of text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/)) {
      if (part.length > 2 && part.startsWith("`")) into.append(make("code", part.slice(1, -1)));
      else if (part.length > 4 && part.startsWith("**")) into.append(make("strong", part.slice(2, -2)));
      else if (part) into.append(part);
    }
  };

  const block = (lines) => {
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
  const sort = (line) => (/^\s*[-*•]\s+/.test(line) ? "ul" : /^\s*\d{1,3}[.)]\s+/.test(line) ? "ol" : line.startsWith(">") ? "q" : "p");

  const render = (text) => {
    const blocks = [];
    let lines = [];
    let code = null;
    const close = () => {
      if (lines.length) blocks.push(block(lines));
      lines = [];
    };
    for (const line of text.split("\n")) {
      if (/^\s*```/.test(line)) {
        if (code === null) {
          close();
          code = [];
        } else {
          const pre = make("pre");
          pre.tabIndex = 0;
          pre.append(make("code", code.join("\n")));
          blocks.push(pre);
          code = null;
        }
      } else if (code !== null) {
        code.push(line);
      } else if (!line.trim()) {
        close();
      } else {
        if (lines.length && sort(lines[0]) !== sort(line)) close();
        lines.push(line);
      }
    }
    close();
    if (code !== null) {
      const pre = make("pre");
      pre.append(make("code", code.join("\n")));
      blocks.push(pre);
    }
    return blocks;
  };

  const turn = (heading, kind) => {
    const article = make("article", "", kind);
    article.append(make("h3", heading));
    const body = article.appendChild(make("div"));
    list.append(article);
    talk.hidden = false;
    return { article, body };
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

  // The four questions and the button to copy, which wants to know that somebody checked.
  const closing = (article, text) => {
    const part = find("na-antwoord").content.cloneNode(true);
    const [tick, button, status] = ["input", "button", "[role=status]"].map((what) => part.querySelector(what));
    button.addEventListener("click", async () => {
      if (!tick.checked) {
        status.textContent = said.tick;
        tick.focus();
        return;
      }
      try {
        await copy(`${text.trim()}\n\n${said.made}`);
        status.textContent = said.copied;
      } catch {
        status.textContent = said.failed;
      }
    });
    article.append(part);
  };

  // The events of a stream, each as what stands behind "data:".
  async function* events(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let held = "";
    try {
      for (;;) {
        const { value, done } = await reader.read();
        held = (held + (value ?? "")).replaceAll("\r\n", "\n");
        const parts = held.split("\n\n");
        held = done ? "" : parts.pop();
        for (const part of parts) {
          const data = part.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim()).join("\n");
          if (data && data !== "[DONE]") yield JSON.parse(data);
        }
        if (done) return;
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  const piece = (event) => event.choices?.[0]?.delta?.content ?? event.delta?.text ?? "";

  const refuse = (error, text) => {
    const alert = make("div", "", "sluis-alert sluis-alert--warning");
    const way = find("wegen").querySelector(`a[data-code="${CSS.escape(error?.code ?? "")}"]`);
    // For programs the gateway puts the address of a page behind what it says; here that is a link.
    alert.append(make("p", (error?.message ?? said.failed).replace(/ https?:\/\/\S+$/, "")));
    if (way) alert.appendChild(make("p")).append(way.cloneNode(true));
    question.value = text;
    if (error?.receipt) {
      const group = alert.appendChild(make("div", "", "sluis-button-group"));
      const [yes, no] = [said.send, said.back].map((label) => {
        const button = group.appendChild(make("button", label, "sluis-button"));
        button.type = "button";
        return button;
      });
      yes.addEventListener("click", () => ask(text, error.receipt));
      no.addEventListener("click", () => {
        tell("");
        question.focus();
      });
    }
    state.replaceChildren(alert);
  };

  async function ask(text, receipt) {
    const option = model.selectedOptions[0];
    const body = { model: model.value, stream: true, messages: [...turns, { role: "user", content: text }] };
    if (option.dataset.door.endsWith("/messages")) body.max_tokens = 4096;
    const headers = { "content-type": "application/json", "x-sluis-page": "1" };
    if (receipt) headers["x-sluis-receipt"] = receipt;

    const control = (running = new AbortController());
    busy(true);
    findings.replaceChildren();
    tell(said.busy);
    let mine = null;
    let theirs = null;
    let answer = "";
    let ending = said.done;
    try {
      const response = await fetch(option.dataset.door, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
        credentials: "same-origin",
        signal: control.signal,
      });
      if (!response.ok) {
        refuse((await response.json().catch(() => null))?.error, text);
        return;
      }
      mine = turn(said.you, "sluis-turn sluis-turn--mine");
      mine.body.className = "sluis-preserve";
      mine.body.textContent = text;
      theirs = turn(`${said.answer} ${option.dataset.tool}`, "sluis-turn");
      theirs.article.setAttribute("aria-busy", "true");
      question.value = "";
      let waits = false;
      for await (const event of events(response.body)) {
        if (event.error) {
          ending = event.error.message ?? said.broken;
          break;
        }
        answer += piece(event);
        if (waits) continue;
        waits = true;
        requestAnimationFrame(() => {
          waits = false;
          theirs.body.replaceChildren(...render(answer));
        });
      }
    } catch {
      ending = control.signal.aborted ? said.stopped : said.broken;
    } finally {
      running = null;
      if (theirs) {
        if (answer) {
          turns.push({ role: "user", content: text }, { role: "assistant", content: answer });
          closing(theirs.article, answer);
        } else {
          if (ending === said.done) ending = said.broken;
          mine.article.remove();
          theirs.article.remove();
          question.value = text;
        }
        requestAnimationFrame(() => {
          theirs.body.replaceChildren(...render(answer));
          theirs.article.removeAttribute("aria-busy");
        });
        tell(ending);
      } else if (!state.querySelector(".sluis-alert")) {
        tell(ending);
      }
      talk.hidden = list.childElementCount === 0;
      busy(false);
    }
  }

  // Shows what would leave, as on the page to check a text.
  async function look(text) {
    tell(said.looking);
    for (const button of sends) button.disabled = true;
    try {
      const fields = { _csrf: form.elements._csrf.value, tekst: text, toepassing: model.selectedOptions[0].dataset.tool };
      const response = await fetch("/controleer/vondsten", {
        method: "POST",
        body: new URLSearchParams(fields),
        credentials: "same-origin",
      });
      if (!response.ok || response.redirected) throw new Error();
      const part = new DOMParser().parseFromString(await response.text(), "text/html");
      findings.replaceChildren(...part.body.childNodes);
      tell(said.looked);
      findings.focus();
    } catch {
      tell(said.failed);
    } finally {
      for (const button of sends) button.disabled = false;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (running) return;
    const text = question.value;
    if (!text.trim()) {
      tell(said.empty);
      question.focus();
    } else if (event.submitter?.value === "bekijk") {
      look(text);
    } else {
      ask(text, event.submitter?.name === "ontvangst" ? event.submitter.value : null);
    }
  });

  stop.addEventListener("click", () => running?.abort());

  fresh.addEventListener("click", () => {
    turns = [];
    list.replaceChildren();
    talk.hidden = true;
    findings.replaceChildren();
    tell("");
    busy(false);
    question.focus();
  });
})();
