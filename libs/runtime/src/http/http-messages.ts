/** The parts of Fastify's request and reply that answers need; Nest and this library may resolve two copies of Fastify. */
export interface HttpRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
}

export interface HttpReply {
  readonly sent: boolean;
  status(code: number): HttpReply;
  header(name: string, value: string | number): HttpReply;
  send(body: unknown): unknown;
}
