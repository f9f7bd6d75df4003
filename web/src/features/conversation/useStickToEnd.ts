/** Follows the end of the conversation until somebody scrolls up; never pulls back who is reading. */
import { useLayoutEffect, useRef, useState } from "react";

const NEAR = 56;

export function useStickToEnd(changes: readonly unknown[]) {
  const box = useRef<HTMLDivElement>(null);
  const [stuck, setStuck] = useState(true);
  const following = useRef(true);
  useLayoutEffect(() => {
    const element = box.current;
    if (element && following.current) element.scrollTop = element.scrollHeight;
  }, [...changes]);
  const follow = (next: boolean) => {
    following.current = next;
    setStuck(next);
  };
  return {
    box,
    stuck,
    onScroll: () => {
      const element = box.current;
      if (!element) return;
      follow(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR);
    },
    stick: () => {
      follow(true);
      box.current?.scrollTo({ top: box.current.scrollHeight });
    },
  };
}
