import { FeedHealth } from './feed-health.ts';

const reasonOf = (health: FeedHealth): Promise<string> =>
  health.assertFeeding().then(
    () => 'fed',
    (error: unknown) => (error as Error).message,
  );

describe('why a feed has not started', () => {
  it('is the server that is asked', async () => {
    const health = new FeedHealth();
    health.asking('Kafka');
    expect(await reasonOf(health)).toBe('the feed has not started yet: Kafka has not answered yet');
    health.asking('Elasticsearch');
    expect(await reasonOf(health)).toBe('the feed has not started yet: Elasticsearch has not answered yet');
  });

  it('stays what a server failed with while it is asked once more, so that a probe in between learns it', async () => {
    const health = new FeedHealth();
    health.asking('Kafka');
    health.waiting(new Error('the topic does not exist'));
    health.asking('Kafka');
    expect(await reasonOf(health)).toBe('the feed has not started yet: the topic does not exist');
  });

  it('is no longer a failure of a server that answered since', async () => {
    const health = new FeedHealth();
    health.asking('Postgres');
    health.waiting(new Error('connection refused'));
    health.asking('Postgres');
    health.asking('Kafka');
    expect(await reasonOf(health)).toBe('the feed has not started yet: Kafka has not answered yet');
    health.positioned([0]);
    expect(await reasonOf(health)).toBe('fed');
  });
});
