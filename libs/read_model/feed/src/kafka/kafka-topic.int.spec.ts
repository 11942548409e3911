import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describeTopic } from './kafka-topic.ts';

describe('describing a topic', () => {
  it('times out, with what to do, when Kafka accepts connections and never answers', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const broker = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    try {
      await expect(
        describeTopic({ brokers: [broker] }, 'product.events', { withinMs: 500 }),
      ).rejects.toMatchObject({
        code: 'DEPENDENCY',
        message: expect.stringMatching(
          /did not answer in time \(no answer within 0.5 s\).*Nothing was changed/,
        ),
      });
      expect(sockets.size).toBeGreaterThan(0);
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    }
  });
});
