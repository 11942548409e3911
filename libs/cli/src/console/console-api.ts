import { isError, printable } from '@reprise/runtime';
import { UsageError } from '../line/usage-error.ts';
import type { Invocation } from '../verb.ts';

/** How long the console has for one answer, in milliseconds: it names a server that hangs within 10 s itself. */
const withinMs = 15_000;
/** Of one answer, in bytes. */
const largestAnswer = 16 * 1024 * 1024;

/** The console, or what it stands behind, could not answer now. */
export class ConsoleUnavailable extends Error {
  readonly code = 'CONSOLE_UNAVAILABLE';
}

/** A console that is asked instead of the servers. */
export interface ConsoleAddress {
  /** Scheme, host and port: its API stands at its root, wherever its pages are. */
  readonly origin: string;
  /** Who asks; null where there is no key, as behind a console that asks for none. */
  readonly apiKey: string | null;
}

/**
 * Asks the operations API of a console one question.
 *
 * @param path below `/ops/v1/`
 * @returns what it answers, as JSON, which nobody has looked at yet
 * @throws ConsoleUnavailable; UsageError where it wants another key, or is no console of this release
 */
export async function askConsole(
  { origin, apiKey }: ConsoleAddress,
  path: string,
  { signal }: Pick<Invocation, 'signal'>,
): Promise<unknown> {
  const within = AbortSignal.timeout(withinMs);
  try {
    const answer = await fetch(`${origin}/ops/v1/${path}`, {
      headers: { accept: 'application/json', ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }) },
      // Whoever redirects is no console, and the key is for nobody else.
      redirect: 'manual',
      signal: AbortSignal.any([signal, within]),
    });
    const body = parsed(await textOf(answer));
    if (answer.ok && body !== undefined) return body;
    throw refusal(origin, answer.status, body);
  } catch (error) {
    if (signal.aborted || error instanceof UsageError || error instanceof ConsoleUnavailable) throw error;
    const why = within.aborted ? `it did not answer within ${withinMs / 1_000} s` : innermost(error);
    throw new ConsoleUnavailable(
      `The console ${origin} cannot be asked: ${why}. Nothing was changed. Check --console and whether it runs, or leave --console out to ask the servers.`,
      { cause: error },
    );
  }
}

function refusal(origin: string, status: number, body: unknown): Error {
  const { detail, title } = (body ?? {}) as { readonly detail?: unknown; readonly title?: unknown };
  const said = [detail, title].find((text) => typeof text === 'string') as string | undefined;
  const why = said === undefined ? '' : `: ${printable(said, 2_000).replace(/\.$/, '')}`;
  if (status === 401 || status === 403)
    return new UsageError(
      `The console ${origin} answered ${status}${why}. Nothing was changed. Set REPRISE_API_KEY to a key with the permission console:read.`,
    );
  if (status === 429 || status >= 500)
    return new ConsoleUnavailable(
      `The console ${origin} answered ${status}${why}. Nothing was changed. Ask again later, or leave --console out to ask the servers.`,
    );
  return new UsageError(
    `${origin} answered ${status}, which no console of this release does${why}. Nothing was changed. Check --console and the release it runs.`,
  );
}

/** The answer as text. @throws Error where it is larger than any of a console */
async function textOf(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > largestAnswer) throw new Error('its answer is larger than 16 MiB');
  }
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` says "fetch failed" and hides why in its cause. */
function innermost(error: unknown): string {
  let cause = error;
  while (isError(cause) && isError(cause.cause)) cause = cause.cause;
  // One failure for each address of a host.
  const { errors } = cause as { readonly errors?: readonly unknown[] };
  cause = errors?.[0] ?? cause;
  const { message, code = '' } = cause as { readonly message?: string; readonly code?: string };
  const why = printable(message === undefined || message === '' ? code || String(cause) : message);
  return /CERT|SIGNATURE/.test(code)
    ? `${why} (NODE_EXTRA_CA_CERTS names a file of further authorities)`
    : why;
}
