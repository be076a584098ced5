// The page to ask an AI works without this. With it, answers come word by word and questions follow on each other.
// Everything that comes from a model is put in as text, never as markup (see markdown.js).
"use strict";

(() => {
  const form = document.getElementById("vragen");
  if (!form || !window.sluisText || !window.ReadableStream || !window.AbortController) return;

  const { make, copy, render } = window.sluisText;
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
  const again = find("opnieuw");
  const first = find("eerst");
  const temporary = find("tijdelijk");
  const change = find("wijziging");
  const sends = [...form.querySelectorAll("button[type=submit]")];
  const csrf = form.elements._csrf.value;

  // The conversation: questions and answers as they are shown, with their elements.
  let turns = [];
  let chat = said.chat;
  // What was masked by hand stays masked in all turns that follow.
  let masks = form.elements.masker ? new FormData(form).getAll("masker") : [];
  // The turn that is asked anew, and the text that was looked at last.
  let from = null;
  let seen = null;
  let running = null;
  let keeping = Promise.resolve();

  const tell = (text) => state.replaceChildren(...(text ? [make("p", text)] : []));

  const busy = (is) => {
    stop.hidden = !is;
    fresh.hidden = is || turns.length === 0;
    again.hidden = is || turns.length === 0;
    if (temporary) temporary.disabled = is || turns.length > 0;
    for (const button of sends) button.disabled = is;
  };

  const article = (heading, kind, number) => {
    const element = make("article", "", kind);
    element.dataset.number = number;
    element.append(make("h3", heading));
    const body = element.appendChild(make("div", "", "sluis-turn__text"));
    list.append(element);
    talk.hidden = false;
    return { element, body };
  };

  const editing = (number) => {
    from = number;
    if (number === null) {
      change.replaceChildren();
      return;
    }
    const note = make("p", `${said.editing} `, "sluis-alert");
    const cancel = note.appendChild(make("button", said.cancel, "sluis-button sluis-button--subtle"));
    cancel.type = "button";
    cancel.addEventListener("click", () => {
      editing(null);
      question.value = "";
      question.focus();
    });
    change.replaceChildren(note);
    question.value = turns[number].question;
    question.focus();
  };

  const ways = (element, number) => {
    element.querySelector(".sluis-turn__ways")?.remove();
    const way = element.appendChild(make("p", "", "sluis-turn__ways"));
    const button = way.appendChild(make("button", said.edit, "sluis-button sluis-button--subtle"));
    button.type = "button";
    button.append(make("span", ` (${number + 1})`, "sluis-hidden"));
    button.addEventListener("click", () => editing(number));
  };

  const post = (address, fields) => {
    const body = new URLSearchParams({ _csrf: csrf });
    for (const [name, value] of fields) body.append(name, value);
    return fetch(address, { method: "POST", body, credentials: "same-origin" });
  };

  // The four questions, and the buttons to copy, which want to know that somebody checked.
  const closing = (element, turn) => {
    element.querySelector(".sluis-turn__after")?.remove();
    // Only the last answer has it open.
    for (const earlier of list.querySelectorAll(".sluis-turn__after")) earlier.open = false;
    const part = find("na-antwoord").content.cloneNode(true);
    const tick = part.querySelector("[name=zelf]");
    const status = part.querySelector("[role=status]");
    const boxes = [...part.querySelectorAll("[name=gezien]")];
    const take = async (text) => {
      if (!tick.checked) {
        status.textContent = said.tick;
        tick.focus();
        return;
      }
      try {
        await copy(text);
        status.textContent = said.copied;
      } catch {
        status.textContent = said.failed;
        return;
      }
      if (!turn.request) return;
      const looked = boxes.filter((box) => box.checked).map((box) => ["gezien", box.value]);
      await post("/vraag/gecontroleerd", [["verzoek", turn.request], ["zelf", "ja"], ["script", "ja"], ...looked]).catch(() => {});
    };
    const finished = `${turn.answer.trim()}\n\n${said.made}`;
    part.querySelector("[data-does=copy]").addEventListener("click", () => take(finished));
    part.querySelector("[data-does=discuss]").addEventListener("click", async () => {
      await take(`${turn.question.trim()}\n\n${finished}`);
      if (!tick.checked || status.textContent !== said.copied) return;
      const link = make("a", said.discuss);
      link.href = "/vragen";
      status.replaceChildren(`${said.discussed} `, link);
    });
    element.append(part);
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

  const refuse = (error, text, wish) => {
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
      yes.addEventListener("click", () => ask(text, { ...wish, agreed: error.receipt }));
      no.addEventListener("click", () => {
        tell("");
        question.focus();
      });
    }
    state.replaceChildren(alert);
  };

  // The conversation before the question that is asked now, as the gateway takes it.
  const before = () => turns.slice(0, from ?? turns.length);

  const choices = (wish) => {
    const mask = masks.map((one) => {
      const at = one.indexOf(":");
      return { text: one.slice(at + 1), kind: one.slice(0, at) === "persoon" ? "person" : "other" };
    });
    if (!mask.length && !wish.release?.length && !wish.receipt) return null;
    return { mask, release: wish.release ?? [], receipt: wish.receipt ?? null };
  };

  // Keeps a turn, one after the other: the first one makes the conversation that the others go into.
  const keep = (number, turn, whole, model, masks) => {
    if (said.days === "0" || temporary?.checked) return;
    keeping = keeping.then(async () => {
      const fields = [
        ["nummer", number], ["vraag", turn.question], ["antwoord", turn.answer], ["toepassing", turn.tool], ["model", model],
        ["verzoek", turn.request], ["af", whole ? "ja" : "nee"], ...masks.map((one) => ["masker", one]),
      ];
      const response = await post(`/vraag/${chat || "nieuw"}/beurt`, fields);
      if (!response.ok || response.redirected) throw new Error();
      const kept = (await response.json()).gesprek;
      if (kept && !chat) {
        chat = kept;
        form.action = `/vraag/${chat}`;
        history.replaceState(null, "", form.action);
      }
    }).catch(() => state.append(make("p", said.unkept)));
  };

  async function ask(text, wish = {}) {
    const option = model.selectedOptions[0];
    const number = from ?? turns.length;
    const messages = before().flatMap((turn) => [
      { role: "user", content: turn.question }, { role: "assistant", content: turn.answer },
    ]);
    const body = { model: model.value, stream: true, messages: [...messages, { role: "user", content: text }] };
    const chosen = choices(wish);
    if (chosen) body.sluis = chosen;
    if (option.dataset.door.endsWith("/messages")) body.max_tokens = 4096;
    const headers = { "content-type": "application/json", "x-sluis-page": "1" };
    if (wish.agreed) headers["x-sluis-receipt"] = wish.agreed;

    const control = (running = new AbortController());
    busy(true);
    tell(said.busy);
    let theirs = null;
    let turn = null;
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
        refuse((await response.json().catch(() => null))?.error, text, wish);
        return;
      }
      // Only now does what stood after an earlier question go.
      for (const element of [...list.children]) if (Number(element.dataset.number) >= number) element.remove();
      turns.length = number;
      editing(null);
      findings.replaceChildren();
      seen = null;
      const mine = article(said.you, "sluis-turn sluis-turn--mine", number);
      mine.body.classList.add("sluis-preserve");
      mine.body.textContent = text;
      theirs = article(`${said.answer} ${option.dataset.tool}`, "sluis-turn", number);
      theirs.element.setAttribute("aria-busy", "true");
      turn = { question: text, answer: "", tool: option.dataset.tool, request: response.headers.get("x-sluis-request") ?? "", mine, theirs };
      question.value = "";
      let waits = false;
      for await (const event of events(response.body)) {
        if (event.error) {
          ending = event.error.message ?? said.broken;
          break;
        }
        turn.answer += piece(event);
        if (waits) continue;
        waits = true;
        requestAnimationFrame(() => {
          waits = false;
          theirs.body.replaceChildren(...render(turn.answer, said));
        });
      }
    } catch {
      ending = control.signal.aborted ? said.stopped : said.broken;
    } finally {
      running = null;
      if (turn?.answer.trim()) {
        turns.push(turn);
        ways(turn.mine.element, number);
        if (ending !== said.done) theirs.element.append(make("p", said.cut, "sluis-small sluis-turn__cut"));
        closing(theirs.element, turn);
        requestAnimationFrame(() => {
          theirs.body.replaceChildren(...render(turn.answer, said));
          theirs.element.removeAttribute("aria-busy");
        });
        tell(ending);
        keep(number, turn, ending === said.done, model.value, masks);
      } else if (turn) {
        turn.mine.element.remove();
        theirs.element.remove();
        question.value = text;
        tell(ending === said.done ? said.broken : ending);
      } else if (!state.querySelector(".sluis-alert")) {
        tell(ending);
      }
      talk.hidden = list.childElementCount === 0;
      busy(false);
    }
  }

  // What the person chose in the part that shows what leaves. It counts for the text that was looked at.
  const chosen = () => {
    if (!findings.querySelector("#bekeken")) return {};
    const fields = new FormData(form);
    masks = [...new Set(fields.getAll("masker"))];
    return seen === question.value ? { release: fields.getAll("laat"), receipt: fields.get("bewijs") } : {};
  };

  // Shows what would leave. Says whether it can go without anybody having to look.
  async function look(text) {
    const { release = [] } = chosen();
    const fields = new FormData(form);
    tell(said.looking);
    for (const button of sends) button.disabled = true;
    try {
      const earlier = JSON.stringify(before().map((turn) => [turn.question, turn.answer]));
      const sent = [["model", model.value], ["vraag", text], ["eerder", earlier], ...masks.map((one) => ["masker", one])];
      sent.push(...release.map((one) => ["laat", one]), ["maskeer", fields.get("maskeer") ?? ""], ["soort", fields.get("soort") ?? ""]);
      const response = await post("/vraag/bekijk", sent);
      if (response.redirected) throw new Error();
      const part = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!part.querySelector("#bekeken, .sluis-alert") || part.querySelector("main")) throw new Error();
      findings.replaceChildren(...part.body.childNodes);
      seen = text;
      masks = [...new Set(new FormData(form).getAll("masker"))];
      for (const hint of findings.querySelectorAll(".sluis-with-script")) hint.hidden = false;
      const found = findings.querySelector("#bekeken")?.dataset;
      return found?.passes === "ja" && found.found === "0";
    } catch {
      seen = null;
      tell(said.failed);
      return null;
    } finally {
      for (const button of sends) button.disabled = false;
    }
  }

  const show = async (text) => {
    if ((await look(text)) === null) return;
    tell(said.looked);
    findings.focus();
  };

  // Text that is selected in what was looked at goes into the field of what to mask.
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    const box = find("nagekeken");
    if (!box || selection.isCollapsed || !box.contains(selection.anchorNode) || !box.contains(selection.focusNode)) return;
    const text = selection.toString().trim();
    if (text.length > 1 && text.length <= 200 && !text.includes("\n")) find("maskeer").value = text;
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (running) return;
    const does = event.submitter?.value;
    if (does === "opnieuw" && turns.length) {
      from = turns.length - 1;
      await ask(turns[from].question);
      if (from !== null) editing(null);
      return;
    }
    const text = question.value;
    if (!text.trim()) {
      tell(said.empty);
      question.focus();
    } else if (does === "bekijk" || does === "maskeer") {
      await show(text);
    } else {
      const wish = chosen();
      const shown = findings.querySelector("#bekeken") && seen === text;
      if (first.checked && !shown) {
        const clean = await look(text);
        if (clean === null) return;
        if (!clean) {
          tell(said.looked);
          findings.focus();
          return;
        }
      }
      await ask(text, event.submitter?.name === "ontvangst" ? { ...wish, agreed: event.submitter.value } : wish);
    }
  });

  stop.addEventListener("click", () => running?.abort());

  // What was found in another text says nothing about this one.
  question.addEventListener("input", () => {
    if (seen === null || seen === question.value) return;
    chosen();
    seen = null;
    findings.replaceChildren();
    tell("");
  });

  // A conversation that stood on the page already.
  const mine = [...list.querySelectorAll(".sluis-turn--mine")];
  for (const element of mine) {
    const number = Number(element.dataset.number);
    const theirs = element.nextElementSibling;
    const turn = {
      question: element.querySelector(".sluis-turn__text").textContent,
      answer: theirs.querySelector(".sluis-turn__text").textContent,
      tool: theirs.dataset.tool,
      request: theirs.dataset.request,
    };
    turns.push(turn);
    const body = theirs.querySelector(".sluis-turn__text");
    body.classList.remove("sluis-preserve");
    body.replaceChildren(...render(turn.answer, said));
    ways(element, number);
    closing(theirs, turn);
  }
  const number = form.elements.vanaf?.value;
  if (number !== undefined) {
    form.elements.vanaf.remove();
    const text = question.value;
    editing(Number(number));
    question.value = text;
  }
  again.hidden = turns.length === 0;
  again.disabled = false;
  find("eerst-regel").hidden = false;
  busy(false);
})();
