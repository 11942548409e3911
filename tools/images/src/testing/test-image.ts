import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile, freshName } from '@reprise/test-kit';
import { engineOutput, init, type Engine } from '../building/engine.ts';
import { buildImageFromTree, imageBase } from '../building/image-from-tree.ts';
import { makeProductionTree } from '../tree/production-tree.ts';

const root = join(import.meta.dirname, '../../../..');

export interface TestImage {
  readonly tag: string;
  readonly id: string;
  readonly base: string;
  /** What it holds, as a folder. */
  readonly tree: string;
  /** Builds it once more, from the same folder, and returns its id. */
  buildAgain(): string;
}

/** Builds the image from the workspace's build; it is removed at the end of the file. */
export function buildTestImage(engine: Engine): TestImage {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-image-'));
  chmodSync(folder, 0o755);
  afterFile(() => rmSync(folder, { recursive: true }));
  const context = join(folder, 'context');
  const tree = join(context, 'reprise');
  makeProductionTree({ root, out: tree, init });
  const tag = `localhost/${freshName('reprise').replaceAll('_', '-')}:test`;
  const remove = (name: string) => afterFile(() => void engineOutput(engine, 'image', 'rm', '--force', name));
  const { base, isStandIn } = imageBase(engine, join(folder, 'base'), tag.replace(':test', '-base:test'));
  if (isStandIn) remove(base);
  const again = engine.program === 'podman' ? ['--timestamp=0', '--no-cache'] : [];
  const repeatable = { ...engine, build: [...engine.build, ...again] };
  const build = (): string =>
    buildImageFromTree(repeatable, { context, tag, base, version: '1.2.3', revision: 'abcdef' });
  const id = build();
  remove(tag);
  return { tag, id, base, tree, buildAgain: build };
}
