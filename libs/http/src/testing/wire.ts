import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { pino } from 'pino';
import type { Logger } from '@reprise/runtime';

/** A connection that bytes are written to as they stand. */
export interface Wire {
  readonly socket: Socket;
  send(text: string | Uint8Array): void;
  /** Everything received, once the server has closed the connection. */
  closed(): Promise<string>;
  /** Everything received, as soon as it matches. */
  received(pattern: RegExp): Promise<string>;
}

export async function wireTo(port: number): Promise<Wire> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  // Being cut off is what many of these tests wait for.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return {
    socket,
    send: (data) => void socket.write(data),
    closed: async () => {
      if (!socket.readableEnded && !socket.destroyed)
        await Promise.race([once(socket, 'end'), once(socket, 'close')]);
      socket.destroy();
      return text;
    },
    received: async (pattern) => {
      while (!pattern.test(text)) await once(socket, 'data');
      return text;
    },
  };
}

/** Sends one text on its own connection and returns everything that came back. */
export async function exchanged(port: number, text: string | Uint8Array): Promise<string> {
  const wire = await wireTo(port);
  wire.send(text);
  return wire.closed();
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly problem: Readonly<Record<string, unknown>>;
}

/** Takes the text of an answer apart; its body has to be JSON. */
export function parseAnswer(text: string): RawAnswer {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = new Headers(
    lines.map((line): [string, string] => [line.split(':', 1)[0] ?? '', line.replace(/^[^:]*:\s*/, '')]),
  );
  return {
    status: Number(statusLine.split(' ')[1]),
    headers,
    problem: JSON.parse(body) as Record<string, unknown>,
  };
}

export type LogLine = Readonly<Record<string, unknown>>;

/** A logger whose lines are kept. */
export interface RecordingLogger {
  readonly logger: Logger;
  readonly lines: readonly LogLine[];
  /** The first line, past or future, of that correlation id. */
  lineOf(correlationId: unknown): Promise<LogLine>;
}

export function recordingLogger(): RecordingLogger {
  const lines: LogLine[] = [];
  const written = new EventEmitter();
  const write = (text: string): void => {
    lines.push(JSON.parse(text) as LogLine);
    written.emit('line');
  };
  const formatters = { level: (label: string): object => ({ level: label }) };
  return {
    logger: pino({ level: 'debug', formatters }, { write }),
    lines,
    lineOf: async (correlationId) => {
      for (;;) {
        const line = lines.find((one) => one['correlationId'] === correlationId);
        if (line) return line;
        await once(written, 'line');
      }
    },
  };
}
