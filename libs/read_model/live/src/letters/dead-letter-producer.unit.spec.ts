import { inRequests } from './dead-letter-producer.ts';

const message = (bytes: number) => ({
  key: null,
  value: Buffer.alloc(bytes),
  headers: { reason: 'not-json' },
});

describe('dead letters on their way to the broker', () => {
  it('go in requests the broker takes, all of them, in their order', () => {
    const messages = Array.from({ length: 10_000 }, (_, index) => message(index % 300));
    const requests = inRequests(messages);
    expect(requests.flat()).toEqual(messages);
    expect(requests.length).toBeGreaterThan(1);
    for (const request of requests) {
      const bytes = request.reduce((sum, { value }) => sum + value.length, 0);
      expect(bytes).toBeLessThanOrEqual(512 * 1024);
    }
  });

  it('go alone when they are too big to go with others', () => {
    const sizes = inRequests([message(10), message(900_000), message(10)]).map((request) => request.length);
    expect(sizes).toEqual([1, 1, 1]);
    expect(inRequests([])).toEqual([]);
  });
});
