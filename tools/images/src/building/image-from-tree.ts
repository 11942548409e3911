import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildImage, engineOutput, type Engine } from './engine.ts';
import { buildStandInBase } from './stand-in-base.ts';

const containerfile = join(import.meta.dirname, '../../../../docker/Containerfile');

/**
 * The last stage of the Containerfile, which makes the image from a folder. The stages before it compile the workspace, which is
 * compiled here already, and then make that folder by the same program as `makeProductionTree`.
 */
function lastStage(text: string): string {
  const before = text.slice(0, text.indexOf('\nFROM '));
  const base = before.split('\n').filter((line) => line.startsWith('ARG '));
  const last = text.slice(text.lastIndexOf('\nFROM ') + 1);
  return [...base, last.replace('COPY --from=built /image/ /', 'COPY reprise /reprise')].join('\n');
}

/**
 * The base that an image stands on: the real one where this machine has it, else one of Node and its libraries, which is built in a
 * folder and tagged.
 */
export function imageBase(engine: Engine, folder: string, tag: string): { base: string; isStandIn: boolean } {
  const real = /^ARG BASE=(\S+)$/m.exec(readFileSync(containerfile, 'utf8'))![1]!;
  try {
    engineOutput(engine, 'image', 'inspect', real);
    return { base: real, isStandIn: false };
  } catch {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    buildStandInBase(engine, folder, tag);
    return { base: tag, isStandIn: true };
  }
}

/**
 * Builds the image as the Containerfile's last stage does, and returns its id.
 * @param context a folder whose `reprise` is a production tree
 */
export function buildImageFromTree(
  engine: Engine,
  {
    context,
    tag,
    base,
    version,
    revision,
  }: Record<'context' | 'tag' | 'base' | 'version' | 'revision', string>,
): string {
  const file = `${context}.Containerfile`;
  writeFileSync(file, lastStage(readFileSync(containerfile, 'utf8')));
  return buildImage(engine, {
    file,
    context,
    tag,
    args: { BASE: base, VERSION: version, REVISION: revision },
  });
}
