/** Express ships no types. What the benchmarks use of it. */
declare module 'express' {
  import type { IncomingMessage, RequestListener, Server } from 'node:http';

  export interface Request extends IncomingMessage {
    readonly body: unknown;
  }
  export interface Response {
    status(code: number): Response;
    json(body: unknown): void;
  }
  export type RequestHandler = (request: Request, response: Response, next: () => void) => unknown;
  export interface Express extends RequestListener {
    post(path: string, ...handlers: readonly RequestHandler[]): void;
    listen(port: number, host: string): Server;
  }
  interface Factory {
    (): Express;
    raw(options: { readonly type: string; readonly limit: string }): RequestHandler;
  }
  const express: Factory;
  // biome-ignore lint/style/noDefaultExport: it is Express's own.
  export default express;
}
