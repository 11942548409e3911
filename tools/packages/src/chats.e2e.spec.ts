import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  afterFile,
  dropIndices,
  elasticsearch,
  eventually,
  freshDatabase,
  freshName,
  freshTopic,
  linesOf,
  Shell,
  testEndpoints,
  type Ran,
} from '@reprise/test-kit';
import { Client } from 'pg';
import { pack } from './pack/pack.ts';
import { install } from './testing/install.ts';
import { problemsOf } from './testing/resolution.ts';

const root = resolve(import.meta.dirname, '../../..');
const example = (file: string) => readFileSync(join(root, 'examples/chats', file), 'utf8');
const page = readFileSync(join(root, 'docs/tutorial/your-own-events.md'), 'utf8');
const config = example('reprise.config.ts');
const byPosition = config
  .replace(/^ *version: .*\n(?= *\}\))/m, '')
  .replace('reader: plainJson(', "versions: 'position',\n  reader: plainJson(");

let folder: string;
let began: number;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chats-'));
  const outside = join(folder, 'outside');
  const tarballs = pack({ root, out: join(folder, 'tarballs'), trees: join(folder, 'trees') });
  mkdirSync(outside);
  began = performance.now();
  const { dependencies } = JSON.parse(example('package.json')) as { dependencies: Record<string, string> };
  const { kafkajs, ...ours } = dependencies;
  install({ folder: outside, tarballs, names: Object.keys(ours), others: { kafkajs: kafkajs! } });
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true }));

it('the page shows the files of the example', () => {
  for (const file of ['reprise.config.ts', 'write.ts'])
    expect(page).toContain(`\n\`\`\`ts\n${example(file)}\`\`\`\n`);
});

it('the example compiles against what is packed', () => {
  const files = Object.fromEntries(
    ['reprise.config.ts', 'write.ts'].map((file) => [join(folder, 'outside', file), example(file)]),
  );
  expect(problemsOf({ module: 'nodenext', files, options: { skipLibCheck: true } }, () => false)).toEqual([]);
});

/** How long it took, and how much a user writes: aims, which a busy machine may miss. */
function saySizes(): void {
  const seconds = Math.round((performance.now() - began) / 1000);
  const lines = config.split('\n').filter((line) => line.trim() !== '').length;
  process.stdout.write(
    `From npm install to the first receipt: ${seconds} s. reprise.config.ts: ${lines} lines.\n`,
  );
}

describe.each([
  ['whose versions are counted', config],
  ['that have no versions', byPosition],
])('somebody else’s events %s', (_, written) => {
  const counted = written === config;
  const ran: (Ran & { readonly line: string })[] = [];
  let shell: Shell;
  let reader: Client;
  const started: { stop(): Promise<void> }[] = [];
  const alias = freshName('test_chats');

  beforeAll(async () => {
    const database = await freshDatabase('read');
    const topic = await freshTopic({ partitions: 3 });
    // Generations of an index are called by their projection.
    const own = written.replace("name: 'chats'", `name: '${alias}'`);
    const project = join(folder, 'outside', counted ? 'counted' : 'placed');
    mkdirSync(project);
    writeFileSync(join(project, 'reprise.config.ts'), own);
    cpSync(join(root, 'examples/chats/write.ts'), join(project, 'write.ts'));
    const { KAFKA_BROKERS = '', ELASTICSEARCH_NODE = '' } = testEndpoints().env;
    shell = new Shell(project, {
      KAFKA_BROKERS,
      ELASTICSEARCH_NODE,
      READ_MODEL_DATABASE_URL: database.feederUrl,
      READ_MODEL_DATABASE_OWNER_URL: database.url,
      CHAT_EVENTS_TOPIC: topic.name,
      CHAT_DEAD_LETTER_TOPIC: (await freshTopic()).name,
      XDG_CACHE_HOME: join(folder, 'cache'),
    });
    reader = new Client({ connectionString: database.feederUrl });
    await reader.connect();
    afterFile(() => dropIndices(alias));
  });

  afterAll(async () => {
    await Promise.all(started.map((one) => one.stop()));
    await reader.end();
  });

  // What was removed stays as a tombstone, without fields.
  const live = { exists: { field: 'title' } };
  const chats = async () => (await elasticsearch().count({ index: alias, query: live })).count;
  const tasks = async () => (await reader.query('SELECT * FROM tasks')).rowCount;
  const endedOf = (verb: string) =>
    ran.filter(({ line }) => line.startsWith(`npx reprise ${verb} `)).map(({ code }) => code);

  const found = async () => ({ chats: await chats(), tasks: await tasks() });

  it('are planned, rebuilt, fed, compared, repaired and rolled back as the page says', async () => {
    for (const line of linesOf(page).filter((text) => !/^(export|npm) /.test(text))) {
      if (line.endsWith(' &')) {
        started.push(shell.start(line));
        continue;
      }
      const result = await shell.run(line.replaceAll(/(?<=--projection |aliases\/)chats\b/g, alias));
      ran.push({ line, ...result });
      if (result.code !== 0 && !line.startsWith('npx reprise verify '))
        throw new Error(`${line} ended with ${result.code}.\n${result.stdout}\n${result.stderr}`);
      if (line.startsWith('npx reprise rebuild --projection all')) {
        if (counted) saySizes();
        expect(await found()).toEqual({ chats: 90, tasks: 100 });
      }
      if (started.length > 0 && line.startsWith('node write.ts'))
        await eventually(async () => expect(await found()).toEqual({ chats: 99, tasks: 110 }));
    }
    expect(endedOf('verify')).toEqual([2, 0]);
    expect(await found()).toEqual({ chats: 99, tasks: 110 });
    // Of Node, one folder for each of its versions.
    expect(readdirSync(join(folder, 'cache/reprise/code'))).toHaveLength(1);
  }, 600_000);

  // The same code in both modes, so once is enough.
  if (counted)
    it('are also found and repaired in a table', async () => {
      const { rows } = await reader.query<{ table: string }>(
        "SELECT format('%I.%I', table_schema, table_name) AS table FROM information_schema.view_table_usage WHERE view_name = 'tasks'",
      );
      await reader.query(`UPDATE ${rows[0]!.table} SET state = 'lost' WHERE reprise_id = 'task-0'`);
      const verify = 'npx reprise verify --projection tasks --deep';
      const codes = [];
      for (const line of [verify, 'npx reprise repair --projection tasks --aggregate-id task-0', verify])
        codes.push((await shell.run(line)).code);
      expect(codes).toEqual([2, 0, 0]);
      expect((await reader.query("SELECT * FROM tasks WHERE state = 'lost'")).rowCount).toBe(0);
    });
});
