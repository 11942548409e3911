import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { testCredential } from '@reprise/test-kit/access';
import type { Random } from './random.ts';
import type { Ongoing } from '../waiting.ts';

/** A command that was sent, and what came of it. */
export interface Sent {
  /** Stands in the event the command makes. */
  readonly correlationId: string;
  readonly method: string;
  readonly path: string;
  /** When it was first sent and when it was acknowledged, in milliseconds of this process's clock. */
  readonly sentAt: number;
  acknowledgedAt?: number;
  /** The last status; 0 while nothing has answered. */
  status: number;
  productId?: string;
  version?: number;
  attempts: number;
}

export interface CommandHistory {
  readonly sent: readonly Sent[];
  readonly acknowledged: number;
}

export interface CommandOptions {
  /** Where the API is at the moment; asked before every attempt. */
  readonly origin: () => string | undefined;
  readonly random: Random;
  readonly perSecond: number;
  readonly products: number;
  /** Commands under way at the same time. */
  readonly atOnce?: number;
}

interface Command {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly of?: Known;
}

interface Known {
  readonly id: string;
  busy: boolean;
  stock: number;
}

/**
 * Sends commands as clients do: each with an Idempotency-Key and its own correlation id, again and again until it is
 * answered by something else than a broken connection or a 5xx. The history is the first half of the oracle.
 */
export function sendCommands(
  options: CommandOptions,
): Ongoing<CommandHistory> & { readonly sent: readonly Sent[] } {
  const { random, perSecond, products, atOnce = 8 } = options;
  const sent: Sent[] = [];
  const known: Known[] = [];
  const stopping = new AbortController();
  const { signal } = stopping;
  let number = 0;
  let creating = 0;

  const next = (): Command | undefined => {
    number += 1;
    if (known.length + creating < products) {
      creating += 1;
      return { method: 'POST', path: '/v1/products', body: newProduct(number, random) };
    }
    const idle = known.filter(({ busy }) => !busy);
    const product = random.pick(idle);
    if (product === undefined) return undefined;
    product.busy = true;
    return { ...change(product, number, random), of: product };
  };

  const carryOut = async (command: Command): Promise<void> => {
    const entry: Sent = {
      correlationId: `faults-${randomUUID()}`,
      method: command.method,
      path: command.path,
      sentAt: performance.now(),
      status: 0,
      attempts: 0,
    };
    sent.push(entry);
    try {
      // A command in doubt is repeated for a while after the stop, as a client would do.
      for (let patience = 200; patience > 0; patience -= signal.aborted ? 1 : 0) {
        if (await attempt(options.origin(), command, entry)) break;
        await delay(50);
      }
    } finally {
      if (command.of === undefined) creating -= 1;
      else command.of.busy = false;
    }
    if (entry.status >= 300 || entry.status === 0) {
      if (command.of !== undefined && entry.status !== 0) known.splice(known.indexOf(command.of), 1);
      return;
    }
    entry.acknowledgedAt = performance.now();
    if (command.of === undefined) known.push({ id: entry.productId ?? '', busy: false, stock: 0 });
    else if (command.method === 'DELETE') known.splice(known.indexOf(command.of), 1);
  };

  const worker = async (): Promise<void> => {
    while (!signal.aborted) {
      const begun = performance.now();
      const command = next();
      if (command !== undefined) await carryOut(command);
      const left = (1_000 * atOnce) / perSecond - (performance.now() - begun);
      if (left > 0) await delay(left, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = Promise.all(Array.from({ length: atOnce }, worker));
  running.catch(() => undefined);
  return {
    sent,
    async stop() {
      stopping.abort();
      await running;
      return { sent, acknowledged: sent.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined).length };
    },
  };
}

/** One attempt; true when it was answered for good. */
async function attempt(origin: string | undefined, command: Command, entry: Sent): Promise<boolean> {
  if (origin === undefined) return false;
  entry.attempts += 1;
  try {
    const answer = await fetch(`${origin}${command.path}`, {
      method: command.method,
      headers: {
        ...testCredential,
        'idempotency-key': entry.correlationId,
        'x-correlation-id': entry.correlationId,
        'if-match': '*',
        ...(command.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(command.body !== undefined && { body: JSON.stringify(command.body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const body = (await answer.json()) as { id?: string; version?: number };
    if (answer.status >= 500 || answer.status === 429) return false;
    entry.status = answer.status;
    if (answer.ok) {
      entry.productId = body.id;
      entry.version = body.version;
    }
    return true;
  } catch {
    // No answer: it may have been carried out or not, which is what repeating it with its key is for.
    return false;
  }
}

function newProduct(number: number, random: Random): unknown {
  return {
    title: `Product ${number}`,
    description: 'Made to be disturbed.',
    ...(random.chance(0.5) && { brand: 'Fja\u0308ll' }),
    categoryId: random.pick(['kitchen', 'garden', 'office']),
    priceMinor: random.below(10_000) + 1,
    currency: 'EUR',
    stock: random.below(100),
    tags: ['faults'],
  };
}

function change(product: Known, number: number, random: Random): Omit<Command, 'of'> {
  const path = `/v1/products/${product.id}`;
  const kind = random.below(20);
  if (kind === 0 && random.chance(0.5)) return { method: 'DELETE', path };
  if (kind < 6)
    return { method: 'PUT', path: `${path}/price`, body: { priceMinor: number + 100_000, currency: 'EUR' } };
  if (kind < 9)
    return { method: 'PATCH', path: `${path}/details`, body: { title: `Product, Éditiøn ${number}` } };
  return { method: 'POST', path: `${path}/stock-adjustments`, body: { delta: 1 + random.below(5) } };
}
