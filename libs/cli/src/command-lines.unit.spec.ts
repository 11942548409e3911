import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine, program } from '@reprise/runtime/commands';
import { isTaken, wordsOf } from './testing/parsed-line.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Every remedy with words as they occur; a remedy without a sample is not tested, so it is an error. */
const samples: { readonly [K in keyof typeof commandLine]: readonly Parameters<(typeof commandLine)[K]>[] } =
  {
    status: [[], ['product_search']],
    rebuild: [['product_search'], ['all']],
    rebuildFromEventStore: [['product_search']],
    dryRun: [['all']],
    cancel: [['product_search']],
    promote: [
      ['product_search_v2_20261121_030000_0a1b2c3d'],
      [
        'product_search_v2_20261121_030000_0a1b2c3d',
        { poisonBudget: 2, maxShrink: 0.35, allowEmpty: true, requireFeeder: true },
      ],
    ],
    rollback: [['product_search']],
    rollbackAgain: [['product_search']],
    prune: [['all']],
    verify: [['all']],
    verifyAndRepair: [['product_search'], ['product_search', { deep: true }]],
    repairQueue: [['all']],
    repairAll: [['product_search']],
    repairAggregate: [['all', "it's; an id"]],
    listReceipts: [[]],
    listDeadLetters: [[]],
    listOpenDeadLetters: [[]],
    showDeadLetter: [['product.events:3:1042']],
    redriveDeadLetter: [['product.events:3:1042']],
    discardDeadLetter: [['product.events:3:1042', "sent by the load test; it's no event"]],
    migrate: [[]],
    rebindDryRun: [['all']],
  };

const lines = Object.entries(samples).flatMap(([name, calls]) =>
  calls.map((words) =>
    (commandLine[name as keyof typeof commandLine] as (...w: unknown[]) => string)(...words),
  ),
);

describe('a command line that a message prints', () => {
  it('has a sample here', () => {
    expect(Object.keys(samples).sort()).toEqual(Object.keys(commandLine).sort());
  });

  it.each(lines)('%s is taken by the command line', async (line) => {
    const [first, ...words] = wordsOf(line);
    expect(first).toBe(program);
    expect(await isTaken(words)).toBe('taken');
  });

  it('is spelled nowhere else in the sources', () => {
    const found = ['apps', 'libs']
      .flatMap((folder) => sourcesIn(join(root, folder)))
      .filter((file) => !/libs\/runtime\/src\/commands\/|src\/completion\//.test(file))
      .flatMap((file) => {
        // Comments and examples of help texts are not printed as remedies.
        const text = readFileSync(file, 'utf8')
          .replace(/examples: \[[^\]]*\]/g, '')
          .replace(/^\s*(?:\/?\*|\/\/).*$/gm, '');
        const spelled = text.match(
          /(?:\.\/reprise|rebuild-job|\$\{program\}) (?:[a-z]+ )*--?[a-z-]+|\.\/reprise [a-z]+/g,
        );
        return (spelled ?? []).map((line) => `${relative(root, file)}: ${line}`);
      });
    expect(found).toEqual([]);
  });
});

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['dist', 'node_modules', 'testing'].includes(entry.name) ? [] : sourcesIn(path);
    return /(?<!\.spec|\.contract|\.d)\.ts$/.test(entry.name) ? [path] : [];
  });
}
