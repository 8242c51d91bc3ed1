// Starts the app. Trunk names the two files on this script's tag; nothing stands inline in the
// page, so a strict content security policy holds.
const tag = document.querySelector("script[data-wasm]");

const words = {
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

try {
  const module = await import(tag.dataset.js);
  await module.default({ module_or_path: tag.dataset.wasm });
} catch (error) {
  console.error(error);
  tell(words[language()] || words.en, error);
}
