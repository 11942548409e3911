import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { printable } from '@reprise/runtime';
import { messageOf } from './job-starter.ts';

/** How the API server of a cluster is reached from a pod. */
export interface ClusterAccess {
  /** `https://HOST:PORT`. */
  readonly server: URL;
  /** Folder of the mounted service account: `token`, `ca.crt` and `namespace`. */
  readonly account: string;
}

/** A right as a Role lists it. */
export interface Right {
  readonly verb: 'get' | 'list' | 'create';
  /** With its group: `jobs.batch`; `pods/log` for a part of one. */
  readonly resource: string;
}

export interface ClusterRequest {
  readonly right: Right;
  /** Below the namespace: `/apis/batch/v1/…` with `NAMESPACE` in it. */
  readonly path: string;
  readonly body?: object;
  /** Keeps the end of a longer answer instead of refusing it. */
  readonly keepsEnd?: number;
}

/** The API server did what was asked for, or said why not. */
export class ClusterRefusal extends Error {
  constructor(
    /** The HTTP status; 0 where there was no answer. */
    readonly status: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ClusterRefusal';
  }
}

const timeoutMs = 10_000;
/** An object of Kubernetes has at most 1.5 MiB, and few are asked for at once. */
const mostBytes = 16 * 1024 * 1024;

/** The few calls of the Kubernetes API that starting and following a Job takes. */
export class ClusterApi {
  readonly #access: ClusterAccess;
  readonly namespace: string;

  /** @throws Error where no account is mounted */
  constructor(access: ClusterAccess) {
    this.#access = access;
    try {
      this.namespace = readFileSync(join(access.account, 'namespace'), 'utf8').trim();
    } catch (error) {
      throw new Error(
        `CONSOLE_JOBS=kubernetes needs the pod's service account, which is not mounted (${messageOf(error)}). Nothing was started: set automountServiceAccountToken.`,
        { cause: error },
      );
    }
  }

  /** @throws ClusterRefusal whose message names the right, the server and what to do */
  async json<T>(asked: ClusterRequest): Promise<T> {
    const text = await this.text(asked);
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw new ClusterRefusal(0, `${this.#name} did not answer with JSON`, { cause: error });
    }
  }

  /** @throws ClusterRefusal as `json` does */
  async text(asked: ClusterRequest): Promise<string> {
    const { status, text } = await this.#answer(asked);
    if (status >= 200 && status < 300) return text;
    throw new ClusterRefusal(status, this.#refusal(status, asked.right, saidIn(text)));
  }

  get #name(): string {
    return `the API server ${this.#access.server.host}`;
  }

  #refusal(status: number, { verb, resource }: Right, said: string): string {
    if (status === 401)
      return `${this.#name} does not accept the token of the service account (${join(this.#access.account, 'token')})`;
    if (status === 403)
      return `the right "${verb}" on "${resource}" in the namespace ${this.namespace} is missing: give it to the console's service account (${said})`;
    return `${this.#name} answered ${status} to "${verb}" of "${resource}": ${said}`;
  }

  #answer({ path, body, keepsEnd, right }: ClusterRequest): Promise<{ status: number; text: string }> {
    const { server, account } = this.#access;
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void =>
        reject(
          new ClusterRefusal(
            0,
            `${this.#name} cannot be reached for "${right.verb}" of "${right.resource}" (${messageOf(error)})`,
            {
              cause: error,
            },
          ),
        );
      try {
        // The token is replaced while the pod runs.
        const token = readFileSync(join(account, 'token'), 'utf8').trim();
        const sent = body && JSON.stringify(body);
        const call = request(
          new URL(path.replace('NAMESPACE', encodeURIComponent(this.namespace)), server),
          {
            method: sent === undefined ? 'GET' : 'POST',
            ca: readFileSync(join(account, 'ca.crt')),
            signal: AbortSignal.timeout(timeoutMs),
            headers: {
              authorization: `Bearer ${token}`,
              accept: 'application/json, */*',
              'user-agent': 'reprise-console',
              ...(sent !== undefined && { 'content-type': 'application/json' }),
            },
          },
          (response) => {
            const kept = new Kept(keepsEnd);
            response
              .on('data', (chunk: Buffer) => {
                if (!kept.add(chunk))
                  response.destroy(new Error(`its answer is longer than ${mostBytes} bytes`));
              })
              .on('error', fail)
              .on('end', () => resolve({ status: response.statusCode ?? 0, text: kept.text() }));
          },
        );
        call.on('error', fail).end(sent);
      } catch (error) {
        fail(error);
      }
    });
  }
}

/** What of an answer is kept: all of it up to a limit, or no more than its end. */
class Kept {
  readonly #end: number | undefined;
  #chunks: Buffer[] = [];
  #read = 0;
  #held = 0;

  constructor(end: number | undefined) {
    this.#end = end;
  }

  /** @returns false where there is more than can be kept; of what only the end is kept there may be any amount */
  add(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.#read += chunk.length;
    this.#held += chunk.length;
    while (this.#end !== undefined && this.#held - this.#chunks[0]!.length >= this.#end)
      this.#held -= this.#chunks.shift()!.length;
    return this.#end !== undefined || this.#read <= mostBytes;
  }

  text(): string {
    const all = Buffer.concat(this.#chunks);
    return all.toString('utf8', this.#end === undefined ? 0 : Math.max(0, all.length - this.#end));
  }
}

/** What the server says of a refusal, which may hold texts of anybody. */
function saidIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    if (typeof message === 'string') return printable(message).slice(0, 500);
  } catch {
    // A proxy in between answers with something else.
  }
  return printable(text).slice(0, 200);
}
