import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { eventually } from '@reprise/test-kit';
import type { LiveEvents, Role } from '../contract/index.ts';
import { Channel } from './channel.ts';
import { Clients, type ClientLimits } from './clients.ts';

/** Long enough that a few of them fill every buffer between a server and a client that reads nothing. */
const eventBytes = 2 ** 20;
const run = (runId: string, turn: number) =>
  ({ run: { runId }, notices: [`${turn} `.padEnd(eventBytes, 'x')] }) as unknown as LiveEvents['run'];

const open: (() => void)[] = [];
afterEach(() => open.splice(0).forEach((close) => close()));

/** Streams to whoever connects, as the console does. */
async function streams(
  limits: Partial<ClientLimits>,
  roleNow = async (): Promise<Role | undefined> => 'viewer',
) {
  const channel = new Channel();
  const clients = new Clients(channel, () => undefined, limits);
  const responses: ServerResponse[] = [];
  const server: Server = createServer((_, response) => {
    responses.push(response);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    void clients.serve({ response, lastEventId: undefined, roleNow });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => {
    clients.close();
    server.closeAllConnections();
    server.close();
  });
  /** A client that has sent its request, and reads nothing until it is resumed. */
  const client = async (): Promise<Socket> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined).pause();
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    const before = clients.count;
    await eventually(() => expect(clients.count).toBe(before + 1));
    open.push(() => socket.destroy());
    return socket;
  };
  return { channel, clients, responses, client };
}

describe('a client that does not read', () => {
  it('has no more than one event waiting for it, however many there are', async () => {
    const { channel, responses, client } = await streams({});
    await client();
    const publish = (turn: number) => {
      for (let thing = 0; thing < 20; thing += 1) channel.publish('run', `${thing}`, run(`${thing}`, turn));
    };
    publish(0);
    await eventually(() => expect(responses[0]!.writableNeedDrain).toBe(true));
    for (let turn = 1; turn <= 10; turn += 1) {
      publish(turn);
      await new Promise(setImmediate);
    }
    expect(responses[0]!.writableLength).toBeLessThan(2 * eventBytes);
  });

  it('is sent the newest of each thing when it reads again, and none of what was in between', async () => {
    const { channel, responses, client } = await streams({});
    const socket = await client();
    const publish = (turn: number) => channel.publish('run', 'a', run('a', turn));
    let turn = 0;
    await eventually(() => {
      publish((turn += 1));
      expect(responses[0]!.writableNeedDrain).toBe(true);
    });
    const stuckAt = turn;
    while (turn < stuckAt + 100) publish((turn += 1));
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString('latin1'))).resume();
    await eventually(() => expect(text).toContain(`"${turn} `));
    const sent = [...text.matchAll(/"notices":\["(\d+) /g)].map(([, number]) => Number(number));
    expect(sent.filter((number) => number > stuckAt)).toEqual([turn]);
  });

  it('is cut off when it takes too long, also one that reads a little now and then', async () => {
    const { channel, clients, client } = await streams({ takeMs: 100 });
    const [silent, slow] = [await client(), await client()];
    const ended = [silent, slow].map((socket) => once(socket, 'close'));
    const reading = setInterval(() => slow.read(1), 5);
    try {
      for (let thing = 0; thing < 20; thing += 1) channel.publish('run', `${thing}`, run(`${thing}`, 0));
      await eventually(() => expect(clients.count).toBe(0));
      // What had arrived before may be read to its end, which is a reset: the rest never comes.
      silent.resume();
      slow.resume();
      await Promise.all(ended);
    } finally {
      clearInterval(reading);
    }
  });

  it('keeps nobody from closing: the end of the console does not wait for it', async () => {
    const { channel, clients, responses, client } = await streams({});
    await client();
    for (let thing = 0; thing < 20; thing += 1) channel.publish('run', `${thing}`, run(`${thing}`, 0));
    await eventually(() => expect(responses[0]!.writableNeedDrain).toBe(true));
    clients.close();
    await eventually(() => expect(responses[0]!.destroyed).toBe(true));
    expect(clients.count).toBe(0);
  });
});

describe('a client that reads', () => {
  it('is sent now and then what it may do, and is ended when it may nothing any more', async () => {
    let role: Role | undefined = 'operator';
    const { clients, client } = await streams({ aliveMs: 5 }, async () => role);
    const socket = await client();
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString('latin1'))).resume();
    await eventually(() => expect(text).toMatch(/event: alive\ndata: .*"role":"operator"/));
    role = 'viewer';
    await eventually(() => expect(text).toMatch(/event: alive\ndata: .*"role":"viewer"/));
    role = undefined;
    await once(socket, 'end');
    expect(clients.count).toBe(0);
  });
});
