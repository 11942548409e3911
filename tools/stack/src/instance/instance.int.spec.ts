import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attachToEmbeddedStack } from '../attach.ts';
import { reset } from '../commands/down.ts';
import { portClaims } from '../ports.ts';
import { commandLine, startedAt } from '../processes.ts';
import { serverUser } from '../server-user.ts';
import { emptyFolder, ownFolder, removeTree, writeOwn } from '../servers/folders.ts';
import { servers } from '../servers/list.ts';
import { assertUsableFolder, clearDrafts } from './location.ts';
import { withLock } from './lock.ts';
import { chooseServerPorts } from './server-ports.ts';
import { readState, stateFile, writeState, type InstanceState } from './state.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'stack-instance-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const state = (pid?: number): InstanceState => ({
  format: 1,
  kind: 'embedded',
  dataDirectory: folder,
  fsync: true,
  servers: {
    postgres: { port: 5432, ...(pid === undefined ? {} : { pid }) },
    kafka: { port: 9092 },
    elasticsearch: { port: 9200 },
  },
});

/** A process that does nothing until it is killed. */
async function sleeper(): Promise<{ pid: number; kill: () => void }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('spawn', resolve));
  return { pid: child.pid as number, kill: () => void child.kill('SIGKILL') };
}

describe('the lock', () => {
  const file = () => join(folder, 'up.lock');

  it('lets one after the other work', async () => {
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
    };
    await Promise.all([
      withLock(file(), { timeoutMs: 60_000 }, work('first')),
      withLock(file(), { timeoutMs: 60_000 }, work('second')),
    ]);
    expect(order[1]).toBe(order[0]?.replace('begins', 'ends'));
    expect(existsSync(file())).toBe(false);
  });

  it('is taken over from a holder whose pid now runs another program', async () => {
    writeFileSync(
      file(),
      JSON.stringify({ pid: process.pid, commandLine: 'node tools/stack/src/main.ts up' }),
    );
    await expect(withLock(file(), { timeoutMs: 60_000 }, async () => 'done')).resolves.toBe('done');
  });

  it('is taken over from an earlier process of the same number and command, as containers have them', async () => {
    const own = { pid: process.pid, commandLine: commandLine(process.pid)?.text };
    writeFileSync(file(), JSON.stringify({ ...own, startedAt: 'before' }));
    await expect(withLock(file(), { timeoutMs: 60_000 }, async () => 'done')).resolves.toBe('done');
    writeFileSync(file(), JSON.stringify({ ...own, startedAt: startedAt(process.pid) }));
    await expect(withLock(file(), { timeoutMs: 300 }, async () => 'done')).rejects.toMatchObject({
      code: 'LOCKED',
    });
  });

  it('is not taken from a living holder, who is named', async () => {
    const holder = await sleeper();
    try {
      writeFileSync(file(), JSON.stringify({ pid: holder.pid, commandLine: commandLine(holder.pid)?.text }));
      await expect(withLock(file(), { timeoutMs: 300 }, async () => 'done')).rejects.toMatchObject({
        code: 'LOCKED',
        message: expect.stringContaining(`Process ${holder.pid}`) as string,
      });
    } finally {
      holder.kill();
    }
  });
});

describe('the ports', () => {
  it('of instances that come up at the same moment are all different', async () => {
    const claims = Array.from({ length: 8 }, () => portClaims());
    try {
      const chosen = await Promise.all(
        claims.map(async (own) => {
          const instance: InstanceState = { ...state(), servers: {} };
          for (const server of servers) await chooseServerPorts(server, instance, own);
          return Object.values(instance.servers).flatMap(({ port, innerPort }) => [port, innerPort ?? port]);
        }),
      );
      const each = chosen.map((ports) => new Set(ports));
      expect(each.map(({ size }) => size)).toEqual(claims.map(() => 4));
      expect(new Set(chosen.flat()).size).toBe(4 * claims.length);
    } finally {
      for (const own of claims) own.release();
    }
  });

  it('are free for others once they are released', async () => {
    const [first, second] = [portClaims(), portClaims()];
    const port = await first.anyFreePort();
    // An outgoing connection is given none of these.
    expect(port).toBeLessThan(32_768);
    expect([await first.claim(port), await second.claim(port)]).toEqual([true, false]);
    first.release();
    expect(await second.claim(port)).toBe(true);
    second.release();
  });
});

describe('a folder', () => {
  it('that is in use for something else is refused', () => {
    writeFileSync(join(folder, 'thesis.doc'), '');
    expect(() => assertUsableFolder(folder)).toThrow(/in use for something else \(thesis\.doc\)/);
  });

  it('that the stack did not make is not reset', async () => {
    mkdirSync(join(folder, 'postgres'));
    await expect(reset({ directory: folder })).rejects.toMatchObject({ code: 'NOT_AN_INSTANCE' });
    expect(existsSync(join(folder, 'postgres'))).toBe(true);
  });

  it('loses only what the stack put there when it is reset', async () => {
    writeState(folder, state());
    mkdirSync(join(folder, 'postgres'));
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await reset({ directory: folder });
    expect(readdirSync(folder)).toEqual(['notes.txt']);
  });

  it('keeps its passwords from every other account', () => {
    writeFileSync(stateFile(folder), '', { mode: 0o644 });
    writeState(folder, { ...state(), secret: 'a secret' });
    expect(statSync(stateFile(folder)).mode & 0o777).toBe(0o600);
    expect(readState(folder)?.secret).toBe('a secret');
  });

  it('loses the drafts of killed processes, and no other file', () => {
    const [killed, alive] = ['instance.json.4194303', `up.lock.${process.pid}`];
    for (const name of [killed, alive, 'up.lock.abandoned.4194303', 'notes.7'])
      writeFileSync(join(folder, name), '');
    clearDrafts(folder);
    expect(readdirSync(folder)).toEqual(['notes.7', alive]);
  });

  it('of the servers is never prepared, written or emptied through a link', () => {
    const victim = join(folder, 'victim');
    mkdirSync(victim, { mode: 0o755 });
    writeFileSync(join(victim, 'kept'), 'precious');
    const link = join(folder, 'link');
    symlinkSync(victim, link);
    for (const prepare of [ownFolder, emptyFolder])
      expect(() => prepare(link, serverUser())).toThrow(/ENOTDIR|ELOOP/);
    removeTree(link);
    expect(existsSync(link)).toBe(false);
    symlinkSync(join(victim, 'kept'), link);
    writeOwn(link, 'settings', serverUser());
    expect([readFileSync(link, 'utf8'), statSync(link).mode & 0o777]).toEqual(['settings', 0o600]);
    expect(readFileSync(join(victim, 'kept'), 'utf8')).toBe('precious');
    expect([statSync(victim).mode & 0o777, statSync(victim).uid]).toEqual([0o755, process.geteuid?.()]);
  });

  it('of the servers is emptied with all it holds, links without what they lead to', () => {
    const [own, victim] = [join(folder, 'own'), join(folder, 'victim')];
    mkdirSync(victim);
    writeFileSync(join(victim, 'kept'), '');
    for (const path of [own, join(own, 'deep')]) ownFolder(path, serverUser());
    symlinkSync(victim, join(own, 'deep', 'link'));
    emptyFolder(own, serverUser());
    expect([readdirSync(own), readdirSync(victim)]).toEqual([[], ['kept']]);
    removeTree(own);
    expect(existsSync(own)).toBe(false);
  });

  it('with an unreadable state file names the way out, and reset is that way', async () => {
    writeFileSync(stateFile(folder), '{"format":1,');
    expect(() => readState(folder)).toThrow(/stack -- reset/);
    await reset({ directory: folder });
    expect(existsSync(folder)).toBe(false);
  });
});

describe('attachToEmbeddedStack', () => {
  const attach = (extra: NodeJS.ProcessEnv = {}) => {
    const env: NodeJS.ProcessEnv = { REPRISE_STACK_DIR: folder, ...extra };
    attachToEmbeddedStack(env);
    return env;
  };

  it('sets all five endpoints of a running instance', () => {
    writeState(folder, state(process.pid));
    expect(attach()).toMatchObject({
      KAFKA_BROKERS: '127.0.0.1:9092',
      ELASTICSEARCH_NODE: 'http://127.0.0.1:9200',
      WRITE_DATABASE_URL: expect.stringContaining('/reprise_write') as string,
      READ_MODEL_DATABASE_URL: expect.stringContaining('/reprise_read') as string,
      EVENT_STORE_DATABASE_URL: expect.stringContaining('reprise_event_reader@') as string,
    });
  });

  it('never mixes its servers with one that is configured', () => {
    writeState(folder, state(process.pid));
    const configured = { KAFKA_BROKERS: 'broker.example:9092' };
    expect(attach(configured)).toEqual({ REPRISE_STACK_DIR: folder, ...configured });
  });

  it('leaves the environment alone when the servers are down, were never up, or the state cannot be read', () => {
    expect(attach()).toEqual({ REPRISE_STACK_DIR: folder });
    writeState(folder, state());
    expect(attach()).toEqual({ REPRISE_STACK_DIR: folder });
    writeFileSync(stateFile(folder), 'nonsense');
    expect(attach()).toEqual({ REPRISE_STACK_DIR: folder });
    expect(readFileSync(stateFile(folder), 'utf8')).toBe('nonsense');
  });
});
