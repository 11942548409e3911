import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { forward, loopbackPorts, type Forwarding } from './forward.ts';

describe('forwarding to a server of this machine', () => {
  const servers: Forwarding[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it('names the other address where the server names its own, as Kafka writes it', async () => {
    const kafka = createServer((socket) => {
      const { port } = kafka.address() as AddressInfo;
      const numbers = Buffer.alloc(4);
      numbers.writeInt32BE(port);
      socket.end(Buffer.concat([Buffer.from('a127.0.0.1'), numbers, Buffer.from('127.0.0.1b')]));
    });
    servers.push(kafka.listen(0, '127.0.0.1'));
    await once(kafka, 'listening');
    const { port } = kafka.address() as AddressInfo;
    servers.push(await forward('127.0.0.2', port));
    const client = connect(port, '127.0.0.2');
    const [answer] = (await once(client, 'data')) as [Buffer];
    client.destroy();
    const text = answer.toString('latin1');
    expect(text.startsWith('a127.0.0.2')).toBe(true);
    expect(text.endsWith('127.0.0.1b')).toBe(true);
  });

  it('ends the connections that are open when it is closed, whose other end may be gone for good', async () => {
    const server = createServer();
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const forwarding = await forward('127.0.0.2', port);
    const client = connect(port, '127.0.0.2');
    const [upstream] = await accepted;
    const ends = [client, upstream].map((socket) => once(socket.resume(), 'close'));
    forwarding.close();
    await Promise.all(ends);
  });

  it('is refused for an address that is longer or shorter', async () => {
    await expect(forward('10.0.0.1', 1)).rejects.toThrow('10.0.0.1 is not as long as 127.0.0.1');
  });

  it('finds the ports in lists, URLs and addresses, each once', () => {
    expect(
      loopbackPorts({
        KAFKA_BROKERS: '127.0.0.1:9092,127.0.0.1:9093',
        ELASTICSEARCH_NODE: 'http://127.0.0.1:9200',
        A_URL: 'postgres://u:p@127.0.0.1:5432/a',
        B_URL: 'postgres://u:p@127.0.0.1:5432/b',
        OTHER: 'postgres://u:p@db:5432/b',
      }),
    ).toEqual([9092, 9093, 9200, 5432]);
  });
});
