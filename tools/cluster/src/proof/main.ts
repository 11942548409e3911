import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { outliveReaders } from '@reprise/runtime';
import { endpointNames } from '@reprise/stack';
import { Cluster } from './cluster.ts';
import type { PodFigures } from './figures.ts';
import { figuresTable, pageWith, type Result } from './report.ts';
import { outputOf } from './run-program.ts';
import { keepResults, resultsBefore } from './kept-results.ts';
import { loadCommand } from './load-command.ts';
import { actByConsole } from './steps/console.ts';
import { evictions } from './steps/evictions.ts';
import { figures, install, migrated, searchable } from './steps/install.ts';
import { exitCodes, fromTemplate, shards } from './steps/rebuild.ts';
import { earlierRelease, sideBySide } from './steps/projection-versions.ts';
import { helmTest, releaseRollback, rollingUpgrade, uninstall } from './steps/release.ts';
import { loadImages, reachServers } from './steps/set-up.ts';
import { surroundings } from './surroundings.ts';
import type { Step, World } from './world.ts';

/*
 * `npm run -s test:cluster` proves the chart on the cluster that KUBECONFIG points at, one line for each step. It needs kubectl, helm
 * and what builds images, and works in a namespace that it makes and deletes.
 */
const steps: readonly Step[] = [
  loadImages,
  reachServers,
  install,
  migrated,
  searchable,
  helmTest,
  figures,
  fromTemplate,
  shards,
  exitCodes,
  actByConsole,
  evictions,
  rollingUpgrade,
  releaseRollback,
  sideBySide,
  earlierRelease,
  uninstall,
];
const namespace = 'reprise-proof';
const root = join(import.meta.dirname, '../../../..');
const page = join(root, 'docs/reference/cluster-proof.md');
const resultsFile = join(root, '.stack/cluster-proof.json');
const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function runStep(step: Step, world: World): Promise<Result> {
  const begin = performance.now();
  const outcome = await step.prove(world).then(
    (seen) => ({ seen, passed: true }),
    (error: unknown) => ({ seen: error instanceof Error ? error.message : String(error), passed: false }),
  );
  const seconds = Math.round((performance.now() - begin) / 1_000);
  print(
    `${outcome.passed ? 'passed' : 'FAILED'}  ${step.name.padEnd(17)} ${String(seconds).padStart(4)} s  ${step.title}: ${outcome.seen}`,
  );
  return { name: step.name, title: step.title, seconds, ...outcome };
}

outliveReaders();
const folder = mkdtempSync(join(tmpdir(), 'cluster-proof-'));
try {
  const { values } = parseArgs({
    options: {
      image: { type: 'string' },
      from: { type: 'string' },
      keep: { type: 'boolean' },
      write: { type: 'boolean' },
    },
  });
  const named = endpointNames.flatMap((name) =>
    process.env[name] ? [[name, process.env[name]] as const] : [],
  );
  const first = values.from === undefined ? 0 : steps.findIndex(({ name }) => name === values.from);
  if (first < 0)
    throw new Error(
      `There is no step ${values.from}. The steps are ${steps.map(({ name }) => name).join(', ')}`,
    );
  const before = resultsBefore(
    resultsFile,
    steps.slice(0, first).map(({ name }) => name),
  );
  const world: World = {
    cluster: new Cluster(namespace, 'shop'),
    folder,
    image: { repository: values.image ?? 'localhost/reprise-proof', current: 'current', next: 'next' },
    ...(values.image === undefined && { load: await loadCommand(process.env) }),
    ...(named.length > 0 && { servers: Object.fromEntries(named) }),
    figures: new Map<string, PodFigures>(before.figures),
  };
  const where = await surroundings(world.servers);
  print(`Kubernetes ${where.kubernetes}, ${where.nodes}, ${where.runtime}; Helm ${where.helm}`);
  const results: Result[] = [...before.results];
  for (const step of steps.slice(first)) {
    results.push(await runStep(step, world));
    keepResults(resultsFile, { results, figures: [...world.figures] });
    if (!results.at(-1)!.passed) break;
  }
  if (values.write) {
    writeFileSync(page, pageWith(readFileSync(page, 'utf8'), results, where, figuresTable(world.figures)));
    await outputOf(join(root, 'node_modules/.bin/prettier'), ['--write', page]);
  }
  if (results.some(({ passed }) => !passed)) process.exitCode = 1;
  if (!values.keep) await outputOf('kubectl', ['delete', 'namespace', namespace, '--ignore-not-found']);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
