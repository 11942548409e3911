import { formatFiles, generateFiles, type GeneratorCallback, logger, type Tree } from '@nx/devkit';
import { fileURLToPath } from 'node:url';
import { pascal } from '../context/names.ts';
import { existingContext, read } from '../contexts/existing-context.ts';
import { declaredIn } from '../source/edits.ts';
import { projectionNames } from './names.ts';
import { registered } from './register.ts';

export interface ProjectionOptions {
  /** Snake case or kebab case. */
  readonly name: string;
  readonly storage: 'elasticsearch' | 'postgres';
  /** The product catalogue unless given. */
  readonly context?: string;
  /** The only aggregate of the context unless given. */
  readonly aggregate?: string;
}

/**
 * Makes a projection of a context that passes lint, types and its tests as it is: document type, storage, fold and unit spec in its own
 * folder, and its registration. It keeps when an aggregate began and what changed it last; what it shall keep instead is written
 * over that.
 *
 * @returns a callback that prints what to do next, once the files are written
 * @throws Error for a name no table could carry, an unknown context, or a projection that exists. Nothing was written in any case
 */
export async function generateProjection(
  tree: Tree,
  { name: given, storage, context = 'product', aggregate }: ProjectionOptions,
): Promise<GeneratorCallback> {
  const { found, problems } = existingContext(tree, context, aggregate);
  const names = projectionNames(given, problems);
  if (found === undefined) throw new Error(`${problems.join('.\n')}.\nNothing was written.`);
  const root = `libs/${found.project}/read_model/src`;
  const folder = `${root}/${names.fileName}`;
  if (tree.exists(folder)) throw new Error(`${folder} exists already. Nothing was written.`);
  const registration = `${root}/registered-projections.ts`;
  tree.write(registration, registered(read(tree, registration), names));
  const ofAggregate = `${found.aggregate}Histories`;
  const offered = declaredIn(read(tree, `${root}/testing/histories.ts`));
  for (const part of ['projection', storage]) {
    generateFiles(tree, fileURLToPath(new URL(`./files/${part}`, import.meta.url)), folder, {
      ...names,
      ...found,
      Aggregate: pascal(found.aggregate),
      storage,
      histories: offered.includes(ofAggregate) ? ofAggregate : 'histories',
    });
  }
  await formatFiles(tree);
  return () => {
    logger.info(
      `\n${names.name} is registered. Say what it keeps in ${folder}, then:\n` +
        `  npx nx run-many -t lint typecheck test -p ${found.project}-read-model\n` +
        `  npm run -s rebuild-job -- rebuild --projection ${names.name}\n`,
    );
  };
}
