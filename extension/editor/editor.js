// The text editor of the sites page: CodeMirror, with the languages that a site's files have. It must not know what a
// site is, nor where a text is kept. Not Rust: CodeMirror is JavaScript. `cargo xtask build` makes one file of this and
// of the packages that it uses; the sites page loads it when a file is opened.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyField, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import {
  EditorView, crosshairCursor, drawSelection, dropCursor, highlightActiveLine, highlightActiveLineGutter,
  highlightSpecialChars, keymap, lineNumbers, rectangularSelection,
} from "@codemirror/view";

import { languageOf } from "./language.js";
import { colors, theme } from "./theme.js";

/**
 * @typedef {object} Options
 * @property {string} path The file's path, whose ending decides the language.
 * @property {string} label What a screen reader calls the text field.
 * @property {string} text The text to begin with.
 * @property {string | undefined} state What `Editor.state` gave for the same text, with which undoing goes on.
 * @property {() => void} changed Called after each change of the text.
 *
 * @typedef {object} Diagnostic
 * @property {number} line From 1 on.
 * @property {number} column From 1 on, in UTF-16 code units.
 * @property {string} message
 */

/** Fields of a state that are kept beside the text. */
const FIELDS = { history: historyField };

export class Editor {
  #view;
  #extensions;

  /**
   * @param {HTMLElement} host The element that the editor fills. It gets a shadow root, into which alone the content
   *   security policy lets CodeMirror put its styles.
   * @param {Options} options
   */
  constructor(host, { path, label, text, state, changed }) {
    this.#extensions = extensions(path, label, changed);
    const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    this.#view = new EditorView({ root, parent: root, state: this.#restored(text, state) });
  }

  /** The text with line ends as `\n`. */
  get text() {
    return this.#view.state.doc.toString();
  }

  /** Text, selection and undo history, as JSON for `Options.state`. */
  get state() {
    return JSON.stringify(this.#view.state.toJSON(FIELDS));
  }

  /**
   * Puts another text in the place of the one that is there; this can be undone.
   * @param {string} text
   */
  replace(text) {
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
  }

  /**
   * Shows what is wrong, at its line.
   * @param {Diagnostic[]} diagnostics
   */
  diagnose(diagnostics) {
    const { doc } = this.#view.state;
    const placed = diagnostics.map(({ line, column, message }) => {
      const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
      const from = Math.min(at.from + Math.max(column - 1, 0), at.to);
      return { from, to: at.to, severity: /** @type {const} */ ("error"), message };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, placed));
  }

  focus() {
    this.#view.focus();
  }

  close() {
    this.#view.destroy();
  }

  /**
   * @param {string} text
   * @param {string | undefined} state
   */
  #restored(text, state) {
    if (state !== undefined) {
      try {
        const restored = EditorState.fromJSON(JSON.parse(state), { extensions: this.#extensions }, FIELDS);
        if (restored.doc.toString() === text) return restored;
      } catch {
        // Another version's state; the text is what counts.
      }
    }
    return EditorState.create({ doc: text, extensions: this.#extensions });
  }
}

/**
 * @param {string} path
 * @param {string} label
 * @param {() => void} changed
 */
function extensions(path, label, changed) {
  return [
    lineNumbers(), highlightActiveLineGutter(), highlightSpecialChars(), history(), foldGutter(), lintGutter(),
    drawSelection(), dropCursor(), EditorState.allowMultipleSelections.of(true), indentOnInput(), bracketMatching(),
    closeBrackets(), autocompletion(), rectangularSelection(), crosshairCursor(), highlightActiveLine(),
    highlightSelectionMatches(), search({ top: true }), syntaxHighlighting(colors), theme, languageOf(path),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed();
    }),
    keymap.of([
      ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap,
      ...lintKeymap, indentWithTab,
    ]),
  ];
}

/**
 * Shows an editor in an element.
 * @param {HTMLElement} host
 * @param {Options} options
 */
export const open = (host, options) => new Editor(host, options);
