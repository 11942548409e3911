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

/** A port the system hands out as free. */
export function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port was assigned')),
      );
    });
  });
}

/** The first free one of `wanted` that is not in `avoid`, else any free port. */
export async function choosePort(
  wanted: readonly (number | undefined)[],
  avoid: ReadonlySet<number> = new Set(),
  probes: { isFree: (port: number) => Promise<boolean>; anyFreePort: () => Promise<number> } = {
    isFree,
    anyFreePort,
  },
): Promise<number> {
  for (const port of wanted) {
    if (port !== undefined && !avoid.has(port) && (await probes.isFree(port))) return port;
  }
  for (;;) {
    const port = await probes.anyFreePort();
    if (!avoid.has(port)) return port;
  }
}
