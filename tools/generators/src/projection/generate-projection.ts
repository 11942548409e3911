import { formatFiles, generateFiles, type GeneratorCallback, logger, type Tree } from '@nx/devkit';
import { fileURLToPath } from 'node:url';
import { projectionNames } from './names.ts';
import { registered } from './register.ts';

/** Where projections live. */
const projectionsRoot = 'libs/product/read_model/src';

export interface ProjectionOptions {
  /** Snake case or kebab case. */
  readonly name: string;
  readonly storage: 'elasticsearch' | 'postgres';
}

/**
 * Makes a projection that passes lint, types and its tests as it is: document type, storage, fold and unit spec in its own
 * folder, and its registration. It keeps a product's title and stock; what it shall keep instead is written over that.
 *
 * @returns a callback that prints what to do next, once the files are written
 * @throws TypeError for a name no table could carry; Error when the projection exists. Nothing was written in either case
 */
export async function generateProjection(
  tree: Tree,
  { name: given, storage }: ProjectionOptions,
): Promise<GeneratorCallback> {
  const names = projectionNames(given);
  const folder = `${projectionsRoot}/${names.fileName}`;
  if (tree.exists(folder)) throw new Error(`${folder} exists already. Nothing was written.`);
  const registration = `${projectionsRoot}/registered-projections.ts`;
  const source = tree.read(registration, 'utf8');
  if (source === null) throw new Error(`There is no ${registration}. Nothing was written.`);
  tree.write(registration, registered(source, names));
  for (const part of ['projection', storage]) {
    generateFiles(tree, fileURLToPath(new URL(`./files/${part}`, import.meta.url)), folder, {
      ...names,
      storage,
    });
  }
  await formatFiles(tree);
  return () => {
    logger.info(
      `\n${names.name} is registered. Say what it keeps in ${folder}, then:\n` +
        `  npx nx run-many -t lint typecheck test -p product-read-model\n` +
        `  npm run -s rebuild-job -- rebuild --projection ${names.name}\n`,
    );
  };
}
