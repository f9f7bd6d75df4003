import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import { diagramsOf, noteBroken, noteDrawn, useDiagramFindings } from "./broken";

const DOCUMENT = `# Architecture

## Sequences

\`\`\`mermaid
sequenceDiagram
  A->>B: hello
\`\`\`

\`\`\`\`text
\`\`\`mermaid
not a diagram
\`\`\`
\`\`\`\`

## Data

- as a list:

  ~~~mermaid
  erDiagram
    A ||--o{
  ~~~
`;

it("finds the fences that are diagrams, with place and code as they are drawn", () => {
  expect(diagramsOf(DOCUMENT)).toEqual([
    { code: "sequenceDiagram\n  A->>B: hello", line: 5, section: "Sequences" },
    { code: "erDiagram\n  A ||--o{", line: 20, section: "Data" },
  ]);
});

it("advises on what could not be drawn, until it is", () => {
  const { result } = renderHook(() => useDiagramFindings(DOCUMENT));
  expect(result.current).toEqual([]);
  act(() => noteBroken("erDiagram\n  A ||--o{\n", "Parse error on line 2"));
  expect(result.current).toMatchObject([{ severity: "advisory", place: { line: 20, section: "Data" } }]);
  expect(result.current[0]?.text).toContain("Parse error on line 2");
  act(() => noteDrawn("erDiagram\n  A ||--o{"));
  expect(result.current).toEqual([]);
});
