/** The Markdown editor. It owns its text while it is open; each change is told upward. Loaded on demand. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { baseExtensions } from "./codemirror";

type Props = { initial: string; label: string; onChange: (text: string) => void };

export default function SourceEditor({ initial, label, onChange }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const start = useRef(initial);
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
          history(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) tell.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.focus();
    return () => view.destroy();
  }, [label]);
  return <div ref={host} className="h-full" />;
}
