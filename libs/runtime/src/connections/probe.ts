import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** How long probing a port may take, in milliseconds. */
const patienceMs = 2_000;

/** The server's answer to the opening of a SASL login. */
export interface SaslOffer {
  /** False where the port takes no login. */
  readonly asksForLogin: boolean;
  /** Mechanisms that the server offers; empty where it takes no login. */
  readonly mechanisms: readonly string[];
}

/** Whether a TLS handshake succeeds there. The certificate is not checked, because nothing is sent afterwards. */
export async function speaksTls(server: string): Promise<boolean> {
  const socket = open(server, true);
  if (socket === undefined) return false;
  try {
    return await within(
      new Promise<boolean>((resolve, reject) => settle(socket, 'secureConnect', () => resolve(true), reject)),
    );
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Opens a SASL login without completing it: a broker answers with the mechanisms it offers, or that it accepts no login on this
 * port; a server that does not speak Kafka's protocol does not answer. No credentials are sent.
 *
 * @returns undefined when it is not a broker, or does not speak this protocol
 */
export async function saslOffer(server: string, tls: boolean): Promise<SaslOffer | undefined> {
  const socket = open(server, tls);
  if (socket === undefined) return undefined;
  try {
    return await within(
      new Promise<SaslOffer | undefined>((resolve, reject) => {
        const received: Buffer[] = [];
        socket.on('data', (chunk: Buffer) => {
          received.push(chunk);
          const answer = completeAnswer(Buffer.concat(received));
          if (answer !== 'incomplete') resolve(answer);
        });
        settle(socket, tls ? 'secureConnect' : 'connect', () => socket.write(saslHandshake), reject);
      }),
    );
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

/** SaslHandshake (key 17), version 1, correlation id 1, no client id, an empty mechanism. */
const saslHandshake = Buffer.from([0, 0, 0, 12, 0, 17, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0]);
const illegalSaslState = 34;
const longestAnswer = 4_096;

function completeAnswer(bytes: Buffer): SaslOffer | 'incomplete' | undefined {
  if (bytes.length < 8) return 'incomplete';
  const size = bytes.readInt32BE(0);
  if (size < 10 || size > longestAnswer || bytes.readInt32BE(4) !== 1) return undefined;
  if (bytes.length < size + 4) return 'incomplete';
  const mechanisms: string[] = [];
  let at = 14;
  for (let left = bytes.readInt32BE(10); left > 0 && at + 2 <= size + 4; left--) {
    const end = at + 2 + bytes.readInt16BE(at);
    mechanisms.push(bytes.toString('utf8', at + 2, end));
    at = end;
  }
  return { asksForLogin: bytes.readInt16BE(8) !== illegalSaslState, mechanisms };
}

function open(server: string, tls: boolean): Socket | undefined {
  const parts = /^\[?([^\]]+?)\]?:(\d+)$/.exec(server);
  if (parts === null) return undefined;
  const [, host = '', port] = parts;
  const address = { host, port: Number(port) };
  if (!tls) return connectPlain(address);
  return connectTls({ ...address, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) });
}

function settle(socket: Socket, event: string, opened: () => void, failed: (error: Error) => void): void {
  socket.once(event, opened);
  socket.once('error', failed);
  socket.once('close', () => failed(new Error('closed')));
}

function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), patienceMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
