import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';

/** The port each server has in every manual; another one is chosen when it is taken. */
export const usualPorts = { postgres: 5432, kafka: 9092, elasticsearch: 9200 } as const;

/** True when nothing listens on `port` on this machine and it can be bound on the loopback address. */
export async function isFree(port: number): Promise<boolean> {
  return !(await answers(port)) && (await binds(port, '127.0.0.1')) && (await binds(port, '0.0.0.0'));
}

/** Some systems let a second socket bind the loopback address beside a wildcard listener; asking it shows that one. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (value: boolean): void => {
      socket.destroy();
      resolve(value);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.setTimeout(1_000, () => settle(true));
  });
}

function binds(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/*
 * Below the ports that systems give to outgoing connections (Linux from 32768, macOS from 49152): one of those could take a port between
 * the look at it and the start of its server.
 */
const firstPort = 20_000;
const lastPort = 32_000;

/** A port that nobody uses, of those that no outgoing connection is given. */
async function anyFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(firstPort, lastPort + 1);
    if (await isFree(port)) return port;
  }
}

/** How ports are found; the tests simulate a machine. */
export interface PortProbes {
  /** Sets a port aside for the caller; false when another one holds it. */
  claim: (port: number) => Promise<boolean>;
  isFree: (port: number) => Promise<boolean>;
  anyFreePort: () => Promise<number>;
}

/** The ports one `up` has set aside for servers that do not listen yet. */
export interface PortClaims extends PortProbes {
  /** Gives all of them back: the servers listen by now, or never will. */
  release: () => void;
}

/**
 * Claims hold across all instances on the machine, whatever account they belong to: the claim on a TCP port is the UDP port of
 * that number, bound on the loopback address. The system gives it to one process and takes it back when that process ends.
 */
export function portClaims(): PortClaims {
  const held = new Map<number, () => void>();
  const claim = (port: number): Promise<boolean> => {
    if (held.has(port)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const socket = createSocket('udp4');
      socket.once('error', () => {
        socket.close();
        resolve(false);
      });
      socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
        socket.unref();
        held.set(port, () => socket.close());
        resolve(true);
      });
    });
  };
  const release = (): void => {
    for (const close of held.values()) close();
    held.clear();
  };
  return { claim, isFree, anyFreePort, release };
}

/**
 * Claims the first free one of `wanted` that is not in `avoid`, else any free port. A port is looked at only while it is
 * claimed: another `up` that holds it may be about to listen there.
 */
export async function choosePort(
  wanted: readonly (number | undefined)[],
  avoid: ReadonlySet<number>,
  probes: PortProbes,
): Promise<number> {
  for (const port of wanted) {
    if (port !== undefined && !avoid.has(port) && (await probes.claim(port)) && (await probes.isFree(port)))
      return port;
  }
  for (;;) {
    const port = await probes.anyFreePort();
    if (!avoid.has(port) && (await probes.claim(port))) return port;
  }
}
