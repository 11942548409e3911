import { connectionFaults } from '@reprise/runtime/connections';
import { eventually, spawnApp, testCredential, type SpawnedApp } from '@reprise/test-kit';
import { Kafka, logLevel } from 'kafkajs';
import { lackingAcls, lackingPrivileges } from '../testing/documented-rights.ts';
import { productClient } from '../testing/product-client.ts';
import {
  asUser,
  textOf,
  type Env,
  type ProcessName,
  type SecuredPlatform,
} from '../testing/secured-platform.ts';

const refusal = connectionFaults['no-rights'].words;

/** How each process is made to use all of its rights: its words; none for a service, which refuses to start. */
const uses: Readonly<Record<string, readonly string[]>> = {
  'outbox-relay': ['--once'],
  'projection-consumer': [],
  'rebuild-job product.events': ['rebuild', '--projection', 'product_summary', '--dry-run'],
  'rebuild-job dlq.product.events': ['dlq', 'list'],
};

const rights = lackingAcls();
/** It is used when there is something to put aside, and not before. */
const isLater = ({ principal, name }: (typeof rights)[number]) =>
  principal === 'projection-consumer' && name.startsWith('dlq.');

/** The search API is ready without it: each of its searches needs it. */
const isOfSearches = ({ role, privilege }: ReturnType<typeof lackingPrivileges>[number]) =>
  role === 'search' && privilege === 'read';

/** For each right that the page lists: a user who has all others of its process, and not this one, is refused, and the refusal names it. */
export function eachRightIsNeeded(platform: () => SecuredPlatform): void {
  const run = (name: ProcessName, args: readonly string[], login: Env): SpawnedApp =>
    spawnApp(`apps/${name}/src/main.ts`, { args, env: { ...platform().environment[name], ...login } });
  const onKafka = (user: string): Env => ({
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD: `${user}-secret`,
  });

  describe('without one right, of a process that has all others', () => {
    beforeAll(async () => {
      // Something to publish, for the relay.
      const api = spawnApp('apps/product-api/src/main.ts', { env: platform().environment['product-api'] });
      const { origin } = await api.ready({ timeoutMs: 120_000 });
      await productClient(origin, testCredential.authorization.replace('Bearer ', '')).publish();
      await api.kill();
    });

    it.concurrent.each(rights.filter((right) => !isLater(right)))(
      'Kafka refuses: $principal, $operation on $resource $name',
      async ({ user, principal, name, resource }) => {
        const words = uses[principal] ?? uses[`${principal} ${name}`]!;
        const app = run(principal as ProcessName, words, onKafka(user));
        const { code } = await app.exit(150_000);
        // Of a group, the Kafka client of the live feed says itself what it may not do.
        const why =
          resource === 'group' ? 'Not authorized to access group' : `Kafka at localhost:\\d+ ${refusal} `;
        expect([code, textOf(app)]).toEqual([1, expect.stringMatching(why)]);
      },
      200_000,
    );

    const lacking = lackingPrivileges().filter((one) => !isOfSearches(one));
    const ofElasticsearch = async ({ user, role, privilege }: (typeof lacking)[number]) => {
      const login = asUser(user);
      const words = [role === 'feeder' ? 'rebuild' : 'verify', '--projection', 'product_search'];
      const app = role === 'search' ? run('search-api', [], login) : run('rebuild-job', words, login);
      const { code } = await app.exit(150_000);
      // A refused write names the privileges that would allow it.
      const why =
        privilege === 'write' ? 'is unauthorized for user' : `Elasticsearch at localhost:\\d+ ${refusal} `;
      expect([privilege, code, textOf(app)]).toEqual([privilege, 1, expect.stringMatching(why)]);
    };
    const title = 'Elasticsearch refuses: $role, $privilege';
    it.concurrent.each(lacking.filter(({ role }) => role !== 'feeder'))(title, ofElasticsearch, 200_000);
    // One after the other: only one run of a read model at a time.
    it.each(lacking.filter(({ role }) => role === 'feeder'))(title, ofElasticsearch, 200_000);

    it('Elasticsearch refuses: search, read, and each search says so', async () => {
      const [one] = lackingPrivileges().filter(isOfSearches);
      const app = run('search-api', [], asUser(one!.user));
      const { origin } = await app.ready({ timeoutMs: 120_000 });
      for (const path of ['/v1/search?q=mug', '/v1/products/0190163d-8694-739b-aea5-966c26f8ad91']) {
        const before = textOf(app).length;
        expect((await fetch(`${origin}${path}`, { headers: testCredential })).status).toBe(500);
        await eventually(() =>
          Promise.resolve(
            expect(textOf(app).slice(before)).toMatch(
              /is unauthorized for user \[search-without-read\].*granted by the index privileges \[read,all\]/,
            ),
          ),
        );
      }
      await app.kill();
    }, 200_000);

    it('a letter cannot be put aside: projection-consumer, Write on its topic, and the consumer stays before the event', async () => {
      const producer = new Kafka({
        brokers: [platform().servers.kafka.plaintext],
        logLevel: logLevel.NOTHING,
      }).producer();
      await producer.connect();
      await producer.send({ topic: 'product.events', messages: [{ key: 'nobody', value: 'no event' }] });
      await producer.disconnect();
      const app = run('projection-consumer', [], onKafka(rights.find(isLater)!.user));
      await eventually(
        () => Promise.resolve(expect(textOf(app)).toMatch(/not authorized|AUTHORIZATION_FAILED/i)),
        { timeoutMs: 120_000 },
      );
      await app.kill();
    }, 200_000);
  });
}
