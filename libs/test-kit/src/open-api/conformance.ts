import { once } from 'node:events';
import { connect } from 'node:net';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import * as fc from 'fast-check';
import { testCredential, weakCredential } from '../access/test-access.ts';
import { requestsOf, type GeneratedRequest } from './arbitraries.ts';
import { apiDocument, type ApiDocument, type Operation, type Parameter, type Schema } from './document.ts';

export interface SentRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** Values of the path's parameters, as they stand in the URL. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: string;
  /** Sent as JSON; text and bytes are sent as they stand. */
  readonly body?: unknown;
}

export interface ConformanceOptions {
  readonly origin: string;
  /** A value for a parameter of the path that names something that exists. */
  readonly existing?: (parameter: string) => string;
  /** A rule between parameters, which a document can only state in words: whether it allows these values. */
  readonly rule?: (parameters: Readonly<Record<string, string | readonly string[] | undefined>>) => boolean;
  /** Whether an operation also refuses as invalid what its schemas allow, by rules that they cannot state. */
  readonly refusesMore?: (operation: Operation) => boolean;
  /** Last parts of the types of problems with which a request is refused that every schema allows. */
  readonly beyondSchemas?: readonly string[];
}

/** Problems that say that a request is not as the document has it. */
export const undocumented =
  /^(?:bad-request|validation-failed|malformed-.*|unsupported-media-type|precondition-required|uri-too-long)$/;

/**
 * Holds an API to the OpenAPI document it serves, both ways: every answer has a declared status, media type and shape; what the document
 * allows is not refused as invalid, and what it does not allow is; every declared status was seen.
 */
export class ApiConformance {
  readonly document: ApiDocument;
  readonly #options: ConformanceOptions;
  readonly #ajv = formats.default(new Ajv({ strict: false, allErrors: false, unicodeRegExp: true }));
  readonly #seen = new Set<string>();
  readonly #validators = new Map<Schema, ValidateFunction>();

  private constructor(document: ApiDocument, options: ConformanceOptions) {
    this.document = document;
    this.#options = options;
    this.#ajv.addSchema({ $id: 'api', components: { schemas: document.schemas } });
  }

  static async of(options: ConformanceOptions): Promise<ApiConformance> {
    return new ApiConformance(await apiDocument(options.origin), options);
  }

  /** @param key as in `PUT /v1/products/{id}/price` */
  operation(key: string): Operation {
    const found = this.document.operations.find((operation) => keyOf(operation) === key);
    if (!found) throw new RangeError(`The document has no ${key}`);
    return found;
  }

  /** Whether an operation may also refuse as invalid what its schemas allow. */
  refusesMore(operation: Operation): boolean {
    return this.#options.refusesMore?.(operation) ?? false;
  }

  /** Sends generated requests to an operation. @throws when one is not answered as the document says */
  async generated(operation: Operation, numRuns: number): Promise<void> {
    await fc.assert(
      fc.asyncProperty(
        requestsOf(operation, this.document.schemas),
        fc.boolean(),
        async (request, existing) => {
          const sent = this.#sentOf(request, existing);
          const { status, type } = await this.send(operation, sent);
          // No schema bounds a URL as a whole.
          if (status === 431) return;
          if (status >= 500) throw new Error(`It is answered ${status} ${type}`);
          const allowed = this.#allows(operation, request, sent);
          const refused = undocumented.test(type) && !(this.#options.beyondSchemas ?? []).includes(type);
          if (allowed && this.refusesMore(operation)) return;
          if (allowed !== !refused)
            throw new Error(
              `The document ${allowed ? 'allows' : 'does not allow'} it, the answer is ${status} ${type}`,
            );
        },
      ),
      { numRuns },
    );
  }

  /** Sends one request and checks its answer against the document. */
  async send(
    operation: Operation,
    request: SentRequest,
    origin = this.#options.origin,
  ): Promise<{ status: number; type: string }> {
    const { path = {}, query = '', headers = {}, body } = request;
    const filled = operation.path.replaceAll(
      /\{(\w+)\}/g,
      (_, name: string) => path[name] ?? this.#options.existing?.(name) ?? name,
    );
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${origin}${filled}${query}`, {
      method: operation.method,
      headers: {
        ...testCredential,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
    });
    return this.#check(operation, response.status, response.headers, await response.text());
  }

  /**
   * Sends an operation what no document describes: any bytes under any media type, and any text in its parameters. Every answer is
   * one that the document declares, and none says that the server failed.
   */
  async hostile(operation: Operation, numRuns: number): Promise<void> {
    const text = fc
      .string({ unit: 'binary', maxLength: 60 })
      .map((one) => encodeURIComponent(one.toWellFormed()));
    const header = fc.string({ unit: fc.constantFrom(...' !"*,/;=AZaz09~é'), maxLength: 80 });
    const requests = fc.record({
      body: fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((json) => Buffer.from(json)),
        fc.json().map((json) => Buffer.from(json.slice(1))),
      ),
      type: fc.constantFrom(
        'application/json',
        'application/json; charset=latin1',
        'text/plain',
        'a',
        '/',
        'application/cbor',
      ),
      id: text.filter((one) => one !== '' && !/^\.+$/.test(one)),
      query: fc.array(
        fc.tuple(fc.oneof(fc.constantFrom(...operation.parameters.map(({ name }) => name), 'x'), text), text),
        { maxLength: 4 },
      ),
      headers: fc.record(
        {
          'if-match': header,
          'idempotency-key': header,
          'if-none-match': header,
          traceparent: header,
          'x-correlation-id': header,
        },
        { requiredKeys: [] },
      ),
    });
    await fc.assert(
      fc.asyncProperty(requests, async ({ body, type, id, query, headers }) => {
        const { status } = await this.send(operation, {
          headers: { 'content-type': type, ...headers },
          path: { id },
          query: `?${query.map(([name, value]) => `${name}=${value}`).join('&')}`,
          ...(operation.method !== 'GET' && { body }),
        });
        if (status >= 500) throw new Error(`It is answered ${status}`);
      }),
      { numRuns },
    );
  }

  /** Makes the frame answer for an operation: every status that does not depend on what the operation does. */
  async frame(operation: Operation): Promise<void> {
    const writes = operation.method !== 'GET';
    const port = Number(new URL(this.#options.origin).port);
    const head = `${operation.method} ${operation.path.replaceAll(/[{}]/g, '')} HTTP/1.1\r\nhost: a\r\n`;
    await this.#checkRaw(operation, 408, await exchanged(port, `${head}x: `));
    await this.#checkRaw(operation, 431, await exchanged(port, `${head}x: ${'a'.repeat(20_000)}\r\n\r\n`));
    await this.#expect(operation, 400, { query: `?${'a=1&'.repeat(101)}%zz=1`, path: { id: '%zz' } });
    await this.#expect(operation, 401, { headers: { authorization: 'Bearer none' } });
    await this.#expect(operation, 403, { headers: weakCredential });
    if (operation.path.includes('{')) await this.#expect(operation, 414, { path: { id: 'x'.repeat(200) } });
    if (!writes) return;
    await this.#expect(operation, 400, { body: '{"a":' });
    await this.#expect(operation, 413, { body: JSON.stringify('x'.repeat(110_000)) });
    await this.#expect(operation, 415, { body: 'a=1', headers: { 'content-type': 'text/plain' } });
  }

  /** Declared statuses that no request was answered with so far. */
  missing(): string[] {
    return this.document.operations.flatMap((operation) =>
      Object.keys(operation.responses)
        .map((status) => `${keyOf(operation)} ${status}`)
        .filter((declared) => !this.#seen.has(declared)),
    );
  }

  async #expect(operation: Operation, status: number, request: SentRequest): Promise<void> {
    const answer = await this.send(operation, request);
    if (answer.status !== status)
      throw new Error(`${keyOf(operation)}: ${answer.status} ${answer.type}, not ${status}`);
  }

  async #checkRaw(operation: Operation, status: number, text: string): Promise<void> {
    const [head = '', body = ''] = text.split('\r\n\r\n');
    const [line = '', ...lines] = head.split('\r\n');
    const headers = new Headers(
      lines.map((one) => [one.split(':')[0] ?? '', one.replace(/^[^:]*: ?/, '')] as [string, string]),
    );
    const answer = this.#check(operation, Number(line.split(' ')[1]), headers, body);
    if (answer.status !== status) throw new Error(`${keyOf(operation)}: ${line}, not ${status}`);
  }

  #check(
    operation: Operation,
    status: number,
    headers: Headers,
    text: string,
  ): { status: number; type: string } {
    const answer = `${keyOf(operation)} answered ${status} ${text.slice(0, 300)}`;
    const declared = operation.responses[status];
    if (declared === undefined) throw new Error(`${answer}: the document has no such status`);
    if ((headers.get('x-correlation-id') ?? '') === '')
      throw new Error(`${answer}: without a correlation id`);
    this.#seen.add(`${keyOf(operation)} ${status}`);
    const media = (headers.get('content-type') ?? '').split(';')[0] ?? '';
    if (declared.content === undefined && text === '') return { status, type: '' };
    const schema = declared.content?.[media]?.schema;
    if (schema === undefined)
      throw new Error(`${answer}: the document has no ${media || 'empty answer'} for it`);
    const value = JSON.parse(text) as { type?: unknown };
    const validate = this.#validator(schema);
    if (!validate(value)) throw new Error(`${answer}: ${this.#ajv.errorsText(validate.errors)}`);
    const type = status < 400 ? '' : String(value.type).split(':').at(-1);
    return { status, type: type ?? '' };
  }

  #validator(schema: Schema): ValidateFunction {
    const known = this.#validators.get(schema);
    if (known) return known;
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as object;
    const made = this.#ajv.compile(absolute);
    this.#validators.set(schema, made);
    return made;
  }

  #sentOf({ parameters, body }: GeneratedRequest, existing: boolean): SentRequest {
    const [path, headers]: Record<string, string>[] = [{}, {}];
    const query = new URLSearchParams();
    for (const [parameter, value] of parameters) {
      if (value === undefined) continue;
      const texts = [value].flat();
      if (parameter.in === 'query') for (const text of texts) query.append(parameter.name, text);
      else if (parameter.in === 'header') headers![parameter.name] = texts.join();
      else
        path![parameter.name] =
          (existing ? this.#options.existing?.(parameter.name) : undefined) ?? texts.join();
    }
    return { path, headers, query: `?${query}`, body: body === undefined ? undefined : JSON.stringify(body) };
  }

  /** Whether the document allows a request: its parameters and its body, as they were sent. */
  #allows(operation: Operation, { parameters, body }: GeneratedRequest, sent: SentRequest): boolean {
    const byName = Object.fromEntries([...parameters].map(([{ name }, value]) => [name, value]));
    if (this.#options.rule?.(byName) === false) return false;
    const given = [...parameters].every(([parameter, value]) => {
      const text = parameter.in === 'path' ? decodeURIComponent(sent.path?.[parameter.name] ?? '') : value;
      if (text === undefined) return parameter.required !== true;
      return this.#validator(parameter.schema)(parameterValue(parameter, text));
    });
    if (body === undefined || operation.body === undefined) return given && operation.body?.required !== true;
    return given && this.#validator(operation.body.schema)(JSON.parse(JSON.stringify(body)));
  }
}

export function keyOf({ method, path }: Operation): string {
  return `${method} ${path}`;
}

/** What a parameter's text stands for. */
function parameterValue({ schema }: Parameter, text: string | readonly string[]): unknown {
  if (schema.type === 'array') return [text].flat();
  const [one] = [text].flat();
  if (schema.type === 'integer' && /^-?\d{1,20}$/.test(one ?? '')) return Number(one);
  if (schema.type === 'boolean' && /^(?:true|false)$/.test(one ?? '')) return one === 'true';
  return one;
}

/** Sends a text as it stands and gives what came back until the server closed the connection. */
async function exchanged(port: number, text: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  socket.write(text);
  await once(socket, 'end');
  socket.destroy();
  return received;
}
