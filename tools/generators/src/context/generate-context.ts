import { formatFiles, generateFiles, type GeneratorCallback, logger, type Tree } from '@nx/devkit';
import { fileURLToPath } from 'node:url';
import { change } from '../contexts/existing-context.ts';
import { goldenLine, publishedSchema, type PublishedType } from '../source/published-schema.ts';
import { membersOfList } from '../source/edits.ts';
import { finish } from './finish.ts';
import { contextNames, type ContextNames, type Storage } from './names.ts';
import { placesOf, readJson, registerPackages } from './packages.ts';
import { contextProblems, portsOf } from './problems.ts';
import { documentation, registration, type Edits } from './registration.ts';

export interface ContextOptions {
  /** Lower-case words, joined by underscores or hyphens. */
  readonly name: string;
  /** One lower-case word. */
  readonly aggregate?: string;
  readonly storage?: Storage;
  readonly port?: number;
}

/**
 * Makes a bounded context that passes lint, types and its tests as it is, can be written to, rebuilt and read at once: its events,
 * an aggregate, its write API, a projection, their tests, and its registration.
 *
 * @returns a callback that links the new packages and brings up to date what Nx and the architecture page know of them
 * @throws Error that names every problem at once; nothing was written
 */
export async function generateContext(
  tree: Tree,
  { name, aggregate, storage = 'elasticsearch', port: given }: ContextOptions,
): Promise<GeneratorCallback> {
  const { names, problems } = contextNames(name, aggregate, storage);
  const ports = portsOf(tree);
  const port = given ?? Math.max(...ports.keys()) + 1;
  const all = [...problems, ...contextProblems(tree, names, problems.length === 0, given, ports)];
  if (all.length > 0) throw new Error(`${all.join('.\n')}.\nNothing was written.`);

  const others = membersOfList(tree.read('tools/boundaries/src/constraints.mjs', 'utf8') ?? '', 'contexts');
  const edits: Edits[] = [registration({ ...names, port }), documentation({ ...names, port, storage })];
  for (const [path, edit] of edits.flatMap((some) => Object.entries(some))) change(tree, path, edit);
  writeFiles(tree, names, { storage, port });
  registerPackages(tree, names.project, others);
  await formatFiles(tree);
  return () => {
    finish(tree.root, placesOf(names.project));
    const { project, projection, aggregates, context } = names;
    const projects = ['events', 'domain', 'read-model', 'api'].map((part) => `${project}-${part}`).join(',');
    logger.info(
      `\nThe context ${context} is registered. Check it, then write and rebuild:\n` +
        `  npx nx run-many -t lint typecheck test -p ${projects}\n` +
        `  npm run -s stack -- up && npm run -s migrate && npx nx serve ${project}-api    # POST /v1/${aggregates}\n` +
        `  ./reprise rebuild --projection ${projection}\n`,
    );
  };
}

function writeFiles(tree: Tree, names: ContextNames, options: { storage: Storage; port: number }): void {
  const { dependencies, devDependencies } = readJson<Record<string, Record<string, string>>>(
    tree,
    'package.json',
  );
  const variables = {
    ...names,
    ...options,
    timestamp: laterThanAllMigrations(tree),
    versions: { ...devDependencies, ...dependencies },
  };
  const places = placesOf(names.project);
  const make = (part: string, place: string) =>
    generateFiles(tree, fileURLToPath(new URL(`./files/${part}`, import.meta.url)), place, variables);
  for (const [part, place] of Object.entries(places)) make(part, place);
  make(options.storage, `${places['read-model']}/src/${names.projectionFile}`);
  make('rebuild', 'libs/read_model/rebuild/src/contexts');
  make('docs', `docs/reference/events/${names.project}`);
  writeEvents(tree, names);
}

function writeEvents(tree: Tree, { project, aggregate, Aggregate }: ContextNames): void {
  const types: readonly Omit<PublishedType, 'type' | 'aggregate'>[] = [
    {
      title: `${Aggregate} created`,
      description: `The first event of every ${aggregate}, and only the first.`,
      begins: true,
      texts: { name: 200 },
    },
    { title: `${Aggregate} renamed`, description: 'The new name.', begins: false, texts: { name: 200 } },
    {
      title: `${Aggregate} deleted`,
      description: 'The last event: nothing follows it.',
      begins: false,
      texts: {},
    },
  ];
  types.forEach((declared, at) => {
    const type = `${declared.title.toLowerCase().replace(' ', '.')}.v1`;
    const schema = publishedSchema({ ...declared, type, aggregate });
    tree.write(`docs/reference/events/${project}/${type}.schema.json`, JSON.stringify(schema));
    const data = Object.fromEntries(
      Object.keys(declared.texts).map((text) => [text, `${declared.title} once`]),
    );
    tree.write(
      `libs/${project}/events/src/golden/${type}.jsonl`,
      goldenLine({ source: `/reprise/${project}-api`, type, aggregate, version: at + 1, data }),
    );
  });
}

/** Migrations run in the order of the time in their names: the new ones come after those that every write database has. */
function laterThanAllMigrations(tree: Tree): number {
  const folder = 'libs/write-api/src/migrations';
  const times = tree
    .children(folder)
    .flatMap(
      (file) => (tree.read(`${folder}/${file}`, 'utf8') ?? '').match(/(?<=[A-Za-z])\d{13}(?=')/g) ?? [],
    );
  return Math.max(...times.map(Number)) + 1_000;
}
