// Which language a file is written in, by its path's ending.

import { css } from "@codemirror/lang-css";
import { html } from "@codemirror/lang-html";
import { javascript } from "@codemirror/lang-javascript";
import { json } from "@codemirror/lang-json";
import { markdown } from "@codemirror/lang-markdown";
import { SQLite, sql } from "@codemirror/lang-sql";
import { handlebarsLanguage } from "@xiechao/codemirror-lang-handlebars";

/** @import { Extension } from "@codemirror/state" */

/** @type {{ [ending: string]: () => Extension }} */
const LANGUAGES = {
  css, html, json, markdown,
  cjs: javascript,
  hbs: () => handlebarsLanguage,
  htm: html,
  js: javascript,
  jsx: () => javascript({ jsx: true }),
  md: markdown,
  mjs: javascript,
  sql: () => sql({ dialect: SQLite }),
  svg: html,
  ts: () => javascript({ typescript: true }),
  tsx: () => javascript({ jsx: true, typescript: true }),
  webmanifest: json,
  xhtml: html,
  xml: html,
};

/**
 * The language of a file; none for endings that are not known.
 * @param {string} path
 * @returns {Extension}
 */
export function languageOf(path) {
  const ending = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(LANGUAGES, ending) ? LANGUAGES[ending]() : [];
}
