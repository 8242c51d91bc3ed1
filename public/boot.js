// Starts the app, and fetches its words. Trunk names the two files on this script's tag; nothing
// stands inline in the page, so a strict content security policy holds.
const tag = document.querySelector("script[data-wasm]");

const failed = {
  en: ["Stockroom did not start. Nothing was changed.", "Reload"],
  fr: ["Stockroom n’a pas démarré. Rien n’a été modifié.", "Recharger"],
  ar: ["لم يبدأ Stockroom. لم يتغير شيء.", "إعادة التحميل"],
};

const stopped = {
  en: ["Stockroom stopped because of an error of its own. What was sent stays as it is.", "Reload"],
  fr: ["Stockroom s’est arrêté à cause d’une erreur interne. Ce qui a été envoyé reste tel quel.", "Recharger"],
  ar: ["توقف Stockroom بسبب خلل داخلي. ما أُرسل يبقى كما هو.", "إعادة التحميل"],
};

let told = false;

function tell([sentence, again], error) {
  if (told) return;
  told = true;
  const box = document.createElement("div");
  box.className = "plain";
  box.setAttribute("role", "alert");
  const text = document.createElement("p");
  text.textContent = sentence;
  const button = document.createElement("button");
  button.className = "button primary";
  button.textContent = again;
  button.addEventListener("click", () => location.reload());
  const detail = document.createElement("p");
  detail.className = "plain-detail";
  detail.dir = "ltr";
  detail.textContent = String((error && error.message) || error || "");
  box.append(text, button, detail);
  document.body.replaceChildren(box);
  button.focus();
}

const language = () => document.documentElement.lang;

// The app says so itself when it panics; it cannot go on after that.
window.addEventListener("stockroom:stopped", (event) => {
  tell(stopped[language()] || stopped.en, event.detail);
});

const forms = ["zero", "one", "two", "few", "many", "other"];

// Collects texts by their dotted names; an object with plural forms is a text of six.
function collect(prefix, object, texts, plurals) {
  for (const [key, value] of Object.entries(object)) {
    const name = prefix + key;
    if (typeof value === "string") texts.set(name, [value]);
    else if ("other" in value && Object.keys(value).every((form) => forms.includes(form)))
      plurals.set(name, forms.map((form) => value[form] ?? value.other));
    else collect(`${name}.`, value, texts, plurals);
  }
}

// Returns a language's words as `build.rs` counts them: a hash of the names, so that a page never
// takes the words of another build for its own, then every text, by name.
function flatten(file) {
  const [texts, plurals] = [new Map(), new Map()];
  collect("", file, texts, plurals);
  const names = [...[...texts.keys()].sort(), ...[...plurals.keys()].sort()];
  let shape = 0x811c9dc5;
  for (const character of names.join("\n"))
    shape = Math.imul(shape ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return [shape, ...names.flatMap((name) => texts.get(name) ?? plurals.get(name))].join("\0");
}

async function fetchWords(code) {
  const answer = await fetch(`/locales/${code}.json`);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
  return flatten(await answer.json());
}

const fetched = {};

// The app asks for each language that somebody chooses; the first is on its way before it asks.
window.stockroomWords = (code) => {
  fetched[code] ??= fetchWords(code).catch((error) => {
    delete fetched[code];
    throw error;
  });
  return fetched[code];
};

// The later pages are files of their own; whoever begins at one waits for all that it needs at once.
const parts = [
  ["update", /^\/(update|history)/],
  ["products", /^\/products/],
  ["more", /^\/(history|people|settings|webhooks)/],
];
const needed = parts.filter(([, at]) => at.test(location.pathname)).map(([part]) => tag.dataset[part] ?? "");
for (const href of new Set(needed.join(" ").split(" ").filter(Boolean))) {
  const part = document.createElement("link");
  Object.assign(part, { rel: "preload", as: "fetch", type: "application/wasm" });
  part.crossOrigin = "anonymous";
  part.href = href;
  document.head.append(part);
}

try {
  const words = window.stockroomWords(language());
  const start = (module) => module.default({ module_or_path: tag.dataset.wasm });
  await Promise.all([words, import(tag.dataset.js).then(start)]);
} catch (error) {
  console.error(error);
  tell(failed[language()] || failed.en, error);
}
