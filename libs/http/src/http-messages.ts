/** The parts of Fastify's request and reply that answers need. Nest and this library may resolve two copies of Fastify. */
export interface HttpRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  /** Whose request it is, as events keep it; undefined for nobody in particular. */
  readonly actor?: string | undefined;
  /**
   * To be called by a public route that judges a credential itself, such as a login, for each one that it does not accept.
   * @throws ProblemException 429 when the address has sent too many of them
   */
  readonly countFailedCredential?: () => Promise<void>;
  /**
   * To be called by a public route that keeps something for whoever asks, such as a login that began: it is counted as a request
   * without a credential.
   * @throws ProblemException 429 when the address has sent too many of them
   */
  readonly countAnonymous?: () => Promise<void>;
  /** Node's own message. */
  readonly raw: { readonly destroyed: boolean; readonly complete: boolean };
}

export interface HttpReply {
  readonly sent: boolean;
  status(code: number): HttpReply;
  header(name: string, value: string | number): HttpReply;
  send(body: unknown): unknown;
}
