// Drives an MCP server with the official TypeScript client: node drive.mjs < plan.json > answers.json
//
// A plan: { transport: { command, args, env, cwd } | { url, headers }, era: "legacy" | "auto", steps: [{ do, … }] }.
// An answer stands for each step: { ok: result } or { error: { code, message } }; first comes who the server says it is.

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const text = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
};

const plan = JSON.parse(await text(process.stdin));
const { url, headers, command, args, env, cwd } = plan.transport;
const transport = url
  ? new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
  : new StdioClientTransport({ command, args, env, cwd, stderr: "inherit" });

const client = new Client(
  { name: "konductro-tests", version: "1.0.0" },
  { versionNegotiation: { mode: plan.era ?? "legacy" } },
);

const doing = {
  "tools/list": () => client.listTools(),
  "tools/call": ({ name, arguments: given }) => client.callTool({ name, arguments: given }),
  "resources/list": () => client.listResources(),
  "resources/templates/list": () => client.listResourceTemplates(),
  "resources/read": ({ uri }) => client.readResource({ uri }),
  "prompts/list": () => client.listPrompts(),
  "prompts/get": ({ name, arguments: given }) => client.getPrompt({ name, arguments: given }),
};

const attempt = async (act) => {
  try {
    return { ok: await act() };
  } catch (error) {
    return { error: { code: error.code ?? null, message: String(error.message) } };
  }
};

const answers = [];
const connected = await attempt(() => client.connect(transport));
answers.push(
  connected.error
    ? connected
    : { ok: { server: client.getServerVersion(), version: client.getNegotiatedProtocolVersion?.() ?? null } },
);
if (!connected.error) {
  for (const step of plan.steps) answers.push(await attempt(() => doing[step.do](step)));
  await client.close();
}
process.stdout.write(JSON.stringify(answers));
