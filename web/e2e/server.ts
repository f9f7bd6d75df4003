/**
 * A server of its own for a file of journeys: own data folder, own port, gone afterwards.
 * It is ready when it says so, on the line that tells a person the same.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const ROOT = join(import.meta.dirname, "..", "..");
const START_LIMIT = 60_000;

export type Workspace = "demo" | "empty";

export class Server {
  private constructor(
    readonly url: string,
    readonly setupCode: string | null,
    private readonly process: ChildProcess,
    private readonly data: string,
  ) {}

  static async start(workspace: Workspace, environment: Record<string, string> = {}): Promise<Server> {
    const target = execFileSync("sh", ["scripts/target-dir.sh"], { cwd: ROOT, encoding: "utf8" }).trim();
    // Below the target folder, where whoever cleans up after an aborted run looks for data folders.
    mkdirSync(join(target, "tmp"), { recursive: true });
    const data = mkdtempSync(join(target, "tmp", "e2e-"));
    const child = spawn(join(target, "debug", "konductro"), ["serve"], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...withoutModel(process.env),
        KONDUCTRO_DATA: data,
        KONDUCTRO_LISTEN: "127.0.0.1:0",
        KONDUCTRO_PASSWORD_HASHING: "cheap",
        KONDUCTRO_DEMO: String(workspace === "demo"),
        ...environment,
      },
    });
    try {
      const { url, code } = await ready(child);
      return new Server(url, code, child, data);
    } catch (error) {
      child.kill("SIGKILL");
      rmSync(data, { recursive: true, force: true });
      throw error;
    }
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = once(this.process, "exit");
      this.process.kill("SIGTERM");
      await gone;
    }
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** The journeys are in guided mode, whatever the shell of whoever runs them is set up for. */
function withoutModel(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = /^(OPENAI_|KONDUCTRO_|DATABASE_URL$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
}

function ready(child: ChildProcess): Promise<{ url: string; code: string | null }> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${why}\n${said.join("\n")}`));
    const limit = setTimeout(() => fail("The server was not ready in time"), START_LIMIT);
    child.on("error", reject);
    child.on("exit", (code) => {
      clearTimeout(limit);
      fail(`The server ended with ${code}`);
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line);
        const url = /^Konductro is ready at (\S+)/.exec(line)?.[1];
        if (!url) return;
        clearTimeout(limit);
        resolve({
          url,
          code: said.map((earlier) => /^Set-up code: (\S+)/.exec(earlier)?.[1]).find(Boolean) ?? null,
        });
      });
    }
  });
}
