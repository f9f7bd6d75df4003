/** What the source view and the editor share: the bare Markdown grammar and the page's own colours. */
import { defineLanguageFacet, HighlightStyle, Language, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { GFM, parser } from "@lezer/markdown";

// The ready-made Markdown package drags in three more grammars; the bare one is all a document needs.
const markdown = new Language(defineLanguageFacet(), parser.configure(GFM), [], "markdown");

const colours = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "600" },
  { tag: tags.strong, fontWeight: "600" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: [tags.monospace, tags.link, tags.url], color: "var(--accent)" },
  { tag: [tags.processingInstruction, tags.meta], color: "var(--ink-3)" },
]);

const theme = EditorView.theme({
  "&": { backgroundColor: "var(--sheet)", color: "var(--ink)", height: "100%", fontSize: "12.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--ink)", padding: "12px 20px 40px 0" },
  ".cm-gutters": {
    backgroundColor: "var(--sheet)",
    color: "var(--ink-3)",
    border: "none",
    padding: "0 6px 0 10px",
  },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-panels": { backgroundColor: "var(--paper)", color: "var(--ink)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--rule)" },
  ".cm-panel.cm-search": { padding: "6px 28px 6px 8px", fontFamily: "var(--font-sans)", fontSize: "12px" },
  ".cm-panel.cm-search label": { fontSize: "12px", marginRight: "6px" },
  ".cm-panel .cm-textfield": {
    backgroundColor: "var(--sheet)",
    border: "1px solid var(--rule-2)",
    borderRadius: "3px",
    fontSize: "12px",
    padding: "2px 6px",
  },
  ".cm-panel .cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--sheet)",
    border: "1px solid var(--rule-2)",
    borderRadius: "3px",
    fontSize: "12px",
  },
  ".cm-panel.cm-search button[name=close]": { color: "var(--ink-2)", fontSize: "16px", padding: "0 8px" },
  ".cm-searchMatch": { backgroundColor: "var(--review-soft)", outline: "1px solid var(--review)" },
  ".cm-searchMatch-selected": { backgroundColor: "color-mix(in oklch, var(--review) 35%, transparent)" },
  ".cm-selectionMatch": { backgroundColor: "var(--well)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in oklch, var(--accent) 26%, transparent) !important",
  },
});

/** The nonce that the server put into the page, for the style sheets CodeMirror makes. */
export function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content ?? "";
}

export function baseExtensions(label: string): Extension[] {
  return [
    EditorView.cspNonce.of(pageNonce()),
    lineNumbers(),
    markdown,
    syntaxHighlighting(colours),
    theme,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
  ];
}
