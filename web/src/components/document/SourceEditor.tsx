/** The Markdown editor. It owns its text while it is open; each change is told upward. Loaded on demand. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { Finding } from "~/api/types";
import { baseExtensions } from "./codemirror";
import { findingMarks, goToLine, markFindings } from "./marks";

type Props = {
  initial: string;
  label: string;
  onChange: (text: string) => void;
  /** What the checker found, marked at its lines. */
  findings?: readonly Finding[];
  /** A line to go to; a new object goes there again. */
  goTo?: { line: number } | null;
};

const NONE: readonly Finding[] = [];

export default function SourceEditor({ initial, label, onChange, findings = NONE, goTo = null }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const start = useRef(initial);
  const editor = useRef<EditorView>(null);
  const tell = useRef(onChange);
  useEffect(() => {
    tell.current = onChange;
  });
  useEffect(() => {
    if (!host.current) return;
    const view = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: start.current,
        extensions: [
          ...baseExtensions(label),
          findingMarks,
          history(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) tell.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    editor.current = view;
    view.focus();
    return () => {
      editor.current = null;
      view.destroy();
    };
  }, [label]);
  useEffect(() => {
    if (editor.current) markFindings(editor.current, findings);
  }, [findings]);
  useEffect(() => {
    if (editor.current && goTo) goToLine(editor.current, goTo.line);
  }, [goTo]);
  return <div ref={host} className="h-full" />;
}
