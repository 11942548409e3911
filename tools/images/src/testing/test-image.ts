import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile, freshName } from '@reprise/test-kit';
import { makeProductionTree } from '../tree/production-tree.ts';
import { buildImage, engineOutput, init, type Engine } from './engine.ts';
import { buildStandInBase } from './stand-in-base.ts';

const root = join(import.meta.dirname, '../../../..');
const containerfile = join(root, 'docker/Containerfile');

export interface TestImage {
  readonly tag: string;
  readonly id: string;
  readonly base: string;
  /** What it holds, as a folder. */
  readonly tree: string;
  /** Builds it once more, from the same folder, and returns its id. */
  buildAgain(): string;
}

/**
 * The last stage of the Containerfile, which makes the image from a folder. The stage before it compiles the workspace, which is
 * compiled here already, and then makes that folder by the same program as this test.
 */
export function lastStage(text: string): string {
  const before = text.slice(0, text.indexOf('\nFROM '));
  const base = before.split('\n').filter((line) => line.startsWith('ARG '));
  const last = text.slice(text.lastIndexOf('\nFROM ') + 1);
  return [...base, last.replace('COPY --from=built /image/ /', 'COPY reprise /reprise')].join('\n');
}

/** Builds the image from the workspace's build, on the real base where this machine has it; it is removed at the end of the file. */
export function buildTestImage(engine: Engine): TestImage {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-image-'));
  afterFile(() => rmSync(folder, { recursive: true }));
  const tree = join(folder, 'context/reprise');
  makeProductionTree({ root, out: tree, init });
  const text = lastStage(readFileSync(containerfile, 'utf8'));
  const file = join(folder, 'Containerfile');
  writeFileSync(file, text);
  const tag = `localhost/${freshName('reprise').replaceAll('_', '-')}:test`;
  const base = baseOf(engine, text, folder, tag);
  const args = { BASE: base, VERSION: '1.2.3', REVISION: 'abcdef' };
  const build = (name: string): string =>
    buildImage(
      {
        ...engine,
        build: [...engine.build, ...(engine.program === 'podman' ? ['--timestamp=0', '--no-cache'] : [])],
      },
      { file, context: join(folder, 'context'), tag: name, args },
    );
  const id = build(tag);
  afterFile(() => void engineOutput(engine, 'image', 'rm', '--force', tag));
  return { tag, id, base, tree, buildAgain: () => build(tag) };
}

function baseOf(engine: Engine, text: string, folder: string, tag: string): string {
  const real = /^ARG BASE=(\S+)$/m.exec(text)![1]!;
  try {
    engineOutput(engine, 'image', 'inspect', real);
    return real;
  } catch {
    const base = tag.replace(':test', '-base:test');
    const files = join(folder, 'base');
    if (!existsSync(files)) buildStandInBase(engine, files, base);
    afterFile(() => void engineOutput(engine, 'image', 'rm', '--force', base));
    chmodSync(folder, 0o755);
    return base;
  }
}
