import { connect, createServer, type AddressInfo } from 'node:net';
import { afterFile } from '@reprise/test-kit';
import { openDatabase, writeSide } from './testing/write-side.ts';

/** What Postgres sends when it ends a session: an ErrorResponse, FATAL, with the code 57P01. */
const lastWord = ((): Buffer => {
  const fields = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
})();

/** "Ready for query, no transaction open", which ends the handshake. */
const ready = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** Passes everything on, but ends chosen connections in the very packet in which the server says that they are ready. */
async function endingAtOnce(url: string, isChosen: (connection: number) => boolean): Promise<string> {
  const { hostname, port } = new URL(url);
  let connections = 0;
  let ended = 0;
  const server = createServer((incoming) => {
    const number = ++connections;
    const outgoing = connect(Number(port), hostname);
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
    incoming.pipe(outgoing);
    outgoing.on('data', (bytes) => {
      if (!isChosen(number) || !bytes.subarray(-ready.length).equals(ready)) incoming.write(bytes);
      else {
        ended += 1;
        incoming.end(Buffer.concat([bytes, lastWord]));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => {
    server.close();
    expect(ended).toBeGreaterThan(0);
  });
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as AddressInfo).port);
  return through.href;
}

describe('a connection that is ended as soon as it is made', () => {
  it('fails the statement it was made for, not the process, and the next one works', async () => {
    const { fresh } = await writeSide(1);
    const database = await openDatabase(await endingAtOnce(fresh.url, (number) => number === 2), 2);
    const both = [database.ping(), database.run({ name: 'wait', text: 'SELECT pg_sleep(0.2)' }, [])];
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(database.ping()).resolves.toBeUndefined();
  });
});
