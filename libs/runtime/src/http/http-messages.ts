/** The parts of Fastify's request and reply that answers need. Nest and this library may resolve two copies of Fastify. */
export interface HttpRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  /** Node's own message. */
  readonly raw: { readonly destroyed: boolean; readonly complete: boolean };
}

export interface HttpReply {
  readonly sent: boolean;
  status(code: number): HttpReply;
  header(name: string, value: string | number): HttpReply;
  send(body: unknown): unknown;
}
