/**
 * A model that writes when the journey tells it to, so that "in the middle of a reply" is a state, not a moment.
 * Speaks as much of the OpenAI protocol as a reply needs.
 */
import { once } from "node:events";
import { createServer, type Server as HttpServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export class Model {
  private readonly waiting: ((reply: Reply) => void)[] = [];
  private readonly asked: Reply[] = [];

  private constructor(private readonly http: HttpServer) {
    http.on("request", (request, response) => {
      request.resume().on("end", () => {
        const reply = new Reply(response);
        const takes = this.waiting.shift();
        if (takes) takes(reply);
        else this.asked.push(reply);
      });
    });
  }

  static async start(): Promise<Model> {
    const http = createServer();
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    return new Model(http);
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/v1`;
  }

  /** The next reply that Conductor asks for. */
  next(): Promise<Reply> {
    const reply = this.asked.shift();
    return reply ? Promise.resolve(reply) : new Promise((resolve) => this.waiting.push(resolve));
  }

  async stop(): Promise<void> {
    const closed = once(this.http, "close");
    this.http.close();
    this.http.closeAllConnections();
    await closed;
  }
}

export class Reply {
  constructor(private readonly response: ServerResponse) {
    response.writeHead(200, { "content-type": "text/event-stream" });
  }

  write(text: string): void {
    this.event({ delta: { content: text }, finish_reason: null });
  }

  finish(): void {
    this.event({ delta: {}, finish_reason: "stop" });
    this.response.end("data: [DONE]\n\n");
  }

  private event(choice: object): void {
    const chunk = {
      id: "c",
      object: "chat.completion.chunk",
      model: "journey",
      choices: [{ index: 0, ...choice }],
    };
    this.response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  }
}
