// Making a passkey and signing in with one. The browser asks who somebody is; only its answer goes to the server.
"use strict";

(() => {
  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential || !navigator.credentials) return;
  for (const one of document.querySelectorAll("[data-no-passkey]")) one.hidden = true;
  form.hidden = false;

  const read = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const write = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes ?? [])))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  const send = async (path, fields) => {
    const answer = await fetch(path, { method: "POST", body: new URLSearchParams(fields) });
    const said = answer.headers.get("content-type")?.startsWith("application/json") ? await answer.json() : {};
    if (!answer.ok) throw new Error(said.fout ?? "");
    return said;
  };

  const make = async (fields) => {
    const question = await send(`${form.action}/vraag`, fields);
    question.challenge = read(question.challenge);
    question.user.id = read(question.user.id);
    for (const one of question.excludeCredentials) one.id = read(one.id);
    const { response } = await navigator.credentials.create({ publicKey: question });
    return send(form.action, {
      _csrf: fields._csrf,
      naam: fields.naam,
      client: write(response.clientDataJSON),
      authenticator: write(response.getAuthenticatorData()),
      publiek: write(response.getPublicKey()),
      algoritme: response.getPublicKeyAlgorithm(),
    });
  };

  const sign = async (fields) => {
    const question = await send(`${form.action}/vraag`, fields);
    question.challenge = read(question.challenge);
    const { rawId, response } = await navigator.credentials.get({ publicKey: question });
    return send(form.action, {
      ...fields,
      id: write(rawId),
      client: write(response.clientDataJSON),
      authenticator: write(response.authenticatorData),
      handtekening: write(response.signature),
      wie: write(response.userHandle),
    });
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    const said = form.querySelector("[data-said]");
    said.replaceChildren();
    button.disabled = true;
    try {
      const fields = Object.fromEntries(new FormData(form));
      const { naar } = await (form.dataset.passkey === "make" ? make : sign)(fields);
      location.assign(naar);
    } catch (error) {
      // What the browser itself says (cancelled, timed out) is in its own words and language; ours follow.
      const ours = error.constructor === Error && error.message;
      const text = document.createElement("p");
      text.className = "sluis-alert sluis-alert--warning";
      text.textContent = ours || form.dataset.failed;
      said.replaceChildren(text);
      button.disabled = false;
    }
  });
})();
