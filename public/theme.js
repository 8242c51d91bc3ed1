// Before the first paint: theme, language and direction, from the settings kept in this browser.
(function () {
  "use strict";
  var kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("stockroom.settings")) || {};
  } catch (_) {
    // Blocked or broken storage: the defaults do.
  }
  var root = document.documentElement;
  if (kept.theme === "light" || kept.theme === "dark") root.dataset.theme = kept.theme;
  var offered = [kept.language].concat(navigator.languages || []);
  for (var i = 0; i < offered.length; i++) {
    var code = String(offered[i] || "").slice(0, 2).toLowerCase();
    if (code === "en" || code === "fr" || code === "ar") {
      root.lang = code;
      root.dir = code === "ar" ? "rtl" : "ltr";
      break;
    }
  }
})();
