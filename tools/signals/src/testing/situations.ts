import { elasticsearch, eventually, kafkaAdmin, produceRaw, spawnApp } from '@reprise/test-kit';
import type { Platform } from './platform.ts';

/** What a block of the runbook finds, beside the situation itself. */
export interface Found {
  /** In place of words of the page that stand for something of the moment. */
  readonly words?: readonly (readonly [written: RegExp, here: string])[];
  readonly env?: Readonly<Record<string, string>>;
}

const projection = '--projection product_search';
const nothing: Found = {};

async function mustRun(platform: Platform, line: string): Promise<string> {
  const { code, stdout, stderr } = await platform.type(line);
  if (code !== 0) throw new Error(`${line} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

interface Generation {
  readonly name: string;
  readonly state: string;
}

async function generations(platform: Platform): Promise<readonly Generation[]> {
  const [status] = JSON.parse(await mustRun(platform, `./reprise status ${projection} --json`)) as {
    generations: readonly Generation[];
  }[];
  return status!.generations;
}

/** A record that is no event, as an open dead letter. */
async function poison(platform: Platform): Promise<Found> {
  const letter = async (): Promise<string | undefined> =>
    (JSON.parse(await mustRun(platform, './reprise dlq list --state open --json')) as { id: string }[])[0]
      ?.id;
  const known = await letter();
  if (known === undefined) await produceRaw(platform.topic, [{ partition: 0, value: 'written by hand' }]);
  const id =
    known ??
    (await eventually(async () => {
      const found = await letter();
      if (found === undefined) throw new Error('No dead letter is open yet');
      return found;
    }));
  return { words: [[/product\.events:0:1\b/g, id]] };
}

/** Readers are on the newest generation, and the one before stands by. */
async function previous(platform: Platform): Promise<Found> {
  await healthy(platform);
  const [newest, ...others] = [...(await generations(platform))]
    .filter(({ state }) => state === 'LIVE' || state === 'STANDBY')
    .sort((a, b) => (a.name < b.name ? 1 : -1));
  if (newest?.state !== 'LIVE' || others.length === 0)
    await mustRun(platform, `./reprise rebuild ${projection}`);
  await platform.readers();
  return nothing;
}

async function healthy(platform: Platform): Promise<Found> {
  await platform.settle();
  return nothing;
}

const without = (application: 'outbox-relay' | 'projection-consumer') => async (platform: Platform) => {
  await platform.stop(application);
  await platform.writeProduct(`Written without ${application}`);
  return nothing;
};

/** How each situation comes about. A situation that is there already is left as it is. */
export const situations = {
  healthy,
  previous,
  poison,
  // A rebuild meets the record that is no event, and its gate refuses.
  refused: poison,
  'relay-stopped': without('outbox-relay'),
  'consumer-stopped': without('projection-consumer'),
  async 'index-deleted'(platform: Platform) {
    if ((await platform.readers()).length === 0) return nothing;
    await previous(platform);
    for (const index of await platform.readers()) await elasticsearch().indices.delete({ index });
    platform.unsettle();
    return nothing;
  },
  async drifted(platform: Platform) {
    await healthy(platform);
    const [index] = await platform.readers();
    const query = { exists: { field: 'title' } };
    await elasticsearch().indices.refresh({ index: index! });
    const { hits } = await elasticsearch().search({ index: index!, query });
    // Without one of them already, nothing more is taken away.
    if (hits.hits.length < platform.written) return nothing;
    await elasticsearch().delete({ index: index!, id: hits.hits[0]!._id!, refresh: true });
    return nothing;
  },
  async 'full-disk'(platform: Platform) {
    const [index] = await platform.readers();
    const block = { 'index.blocks.read_only_allow_delete': true };
    await elasticsearch().indices.putSettings({ index: index!, settings: block });
    return { words: [[/\/NAME\//g, `/${index!}/`]] };
  },
  async interrupted(platform: Platform) {
    await healthy(platform);
    const args = [
      'rebuild',
      '--projection',
      'product_search',
      '--max-events-per-second',
      '1',
      '--progress',
      'json',
    ];
    const run = spawnApp('apps/rebuild-job/src/main.ts', { args, env: platform.env });
    await run.logged({ step: 'build' });
    await run.kill('SIGKILL');
    return nothing;
  },
  'no-broker': () => Promise.resolve({ env: { KAFKA_BROKERS: '127.0.0.1:1' } }),
  'bad-password'(platform: Platform) {
    const url = new URL(platform.env['READ_MODEL_DATABASE_URL']!);
    url.password = 'expired';
    return Promise.resolve({ env: { READ_MODEL_DATABASE_URL: url.href } });
  },
  // Comes last: the records are gone for good.
  async truncated(platform: Platform) {
    const admin = await kafkaAdmin();
    // It makes the client know the topic, which deleting needs.
    await admin.fetchTopicOffsets(platform.topic.name);
    await admin.deleteTopicRecords({
      topic: platform.topic.name,
      partitions: [{ partition: 0, offset: '1' }],
    });
    return nothing;
  },
} as const satisfies Record<string, (platform: Platform) => Promise<Found>>;

export type Situation = keyof typeof situations;
