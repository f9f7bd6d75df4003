/** The Markdown source as it is, read-only, with line numbers. Loaded on demand. */
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { baseExtensions } from "./codemirror";

export default function SourceView({ text, label }: { text: string; label: string }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!host.current) return;
    const view = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: text,
        extensions: [...baseExtensions(label), EditorState.readOnly.of(true)],
      }),
    });
    return () => view.destroy();
  }, [text, label]);
  return <div ref={host} className="h-full" />;
}
