import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterFile, eventually, freshName } from '@reprise/test-kit';
import { engineOutput, type Engine } from '../building/engine.ts';

export interface Container {
  readonly name: string;
  readonly lines: readonly string[];
  /** Resolves to the first JSON line with all of these members. */
  logged(members: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Sends a signal to the first process in it. */
  signal(name: 'TERM' | 'INT'): void;
  /** Resolves to its exit code. */
  readonly ended: Promise<number | null>;
}

export interface RunOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** More options of `run`. */
  readonly options?: readonly string[];
}

/** The confinement of every container here: as strict as a cluster may be, with a user that the image does not know. */
const confined = [
  '--network=host',
  '--user=54321:54321',
  '--memory=512m',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
];

/** Runs an image; the container is removed at the end of the file at the latest. */
export function runContainer(
  engine: Engine,
  image: string,
  { args, env = {}, options = [] }: RunOptions,
): Container {
  const name = freshName('reprise_test');
  const variables = Object.entries(env).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]);
  const child = spawn(
    engine.program,
    [
      ...engine.global,
      'run',
      '--name',
      name,
      ...engine.run,
      ...confined,
      ...variables,
      ...options,
      image,
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => void lines.push(line));
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  afterFile(async () => {
    // Removing it ends it, too; its volumes go with it.
    engineOutput(engine, 'rm', '--force', '--volumes', name);
    await ended;
  });
  return {
    name,
    lines,
    ended,
    signal: (signal) => void engineOutput(engine, 'kill', `--signal=${signal}`, name),
    logged: (members) =>
      eventually(() => {
        const found = lines
          .map(parsed)
          .find((line) => Object.entries(members).every(([key, value]) => line[key] === value));
        if (!found)
          throw new Error(`${JSON.stringify(members)} was not logged:\n${lines.slice(-20).join('\n')}`);
        return found;
      }),
  };
}

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
