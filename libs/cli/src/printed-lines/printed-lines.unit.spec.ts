import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/**
 * Where each line is typed in the situation it is printed for: by spec and test, the file that prints it and the function of
 * `commandLine` that it takes it from. A test is judged by its text: it has to name the line, and type.
 */
const typedBy: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'readers.int.spec.ts': {
    'before the database is migrated: the migration brings it to this release': [
      'read-model-migrations.ts migrate',
      'health.ts migrate',
      // For another environment, which gets its own database.
      'binding.ts migrate',
    ],
    'before anything is built: the rebuild builds it': ['errors.ts rebuild', 'next-step.ts rebuild'],
    'for a comparison that belongs to another command: the verification compares': [
      'rebuild-request.ts verify',
    ],
    'for a receipt that nobody knows: the list has those there are': ['show.ts listReceipts'],
    'beside a running rebuild: it is watched, cancelled and resumed': [
      'under-lease.ts status',
      'under-lease.ts cancel',
      'cancel.ts rebuild',
    ],
    'where no consumer feeds a generation, or not yet: the promotion passes once one does': [
      'fed-by-consumer.ts promote',
      'promote.ts promote',
    ],
    'for a generation that cannot be promoted: status has the others, and a rollback goes back': [
      'promote.ts status',
      'promote-by-name.ts status',
      'promote-by-name.ts rollback',
    ],
    'for an index that is not as it was asked for: the rebuild makes one that is': ['verify-text.ts rebuild'],
    'while a server is away: status knows more once it is back': ['next-step.ts status'],
    'where readers are on an index that is not a generation: status says what to do by hand, and then the promotion':
      ['read-generations.ts status'],
    'where the index was deleted: a rollback, and where nothing is left a rebuild, bring readers back': [
      'next-step.ts rollback',
      'product-index-faults.ts rollback',
      'product-index-faults.ts rebuild',
      'roll-back.ts status',
      'roll-back.ts rebuild',
      // A consumer logs it for each generation whose index is gone.
      'live-feeding.ts status',
    ],
    'where the cluster is full of shards: the clean-up deletes old generations': ['blocks.ts prune'],
  },
  'lost-log.int.spec.ts': {
    'is printed where the topic was recreated, by all that refuse to cross to it, and works': [
      'replay-onto-live.ts rebuildFromEventStore',
      'promote-by-name.ts rebuildFromEventStore',
      'catch-up.ts rebuildFromEventStore',
    ],
    'is printed where the log lacks events, and has them': ['gate-remedies.ts rebuildFromEventStore'],
    'is printed by a consumer whose records are gone, and builds all read models': [
      'fed-log.ts rebuildFromEventStore',
    ],
  },
  'faulty-events.int.spec.ts': {
    'for a dead letter does what its reason asks for': [
      'with-letters.ts listDeadLetters',
      'letter-text.ts rebuild',
      'letter-text.ts showDeadLetter',
      'letter-text.ts redriveDeadLetter',
      'letter-text.ts discardDeadLetter',
      'repair-worker.ts listDeadLetters',
    ],
    'where the catch-up of a generation meets poison: status reports it, and the rollback passes without it':
      ['catch-up.ts status'],
    'where a history in the event store is broken: the list has its dead letter': [
      'repair-aggregate.ts listDeadLetters',
    ],
    'where a log without an event store has a record that is not an event: the list has its dead letter': [
      'log-history.ts listDeadLetters',
    ],
    'where the repair queue is full: it shows what it holds, and a verification asks again once there is room':
      [
        'discard.ts repairQueue',
        'repair-text.ts verifyAndRepair',
        'repair-worker.ts repairQueue',
        'repair-worker.ts verifyAndRepair',
      ],
    'where a batch cannot be unpacked: the dry run names its place': ['kafka-codecs.ts dryRun'],
  },
  'poison-remedies.int.spec.ts': {
    'a refusal over one poison event names its letter, and over several their list; both lines show them, and the promotion passes':
      [
        'gate-remedies.ts showDeadLetter',
        'gate-remedies.ts listOpenDeadLetters',
        'gate-remedies.ts promote',
        'next-step.ts listOpenDeadLetters',
      ],
  },
  'going-back.int.spec.ts': {
    'run again says that of each, moves nobody and ends with 2; the line it prints goes forward': [
      'roll-back.ts promote',
      'roll-back.ts rollbackAgain',
    ],
    'whose process is gone, it says that nothing has to stop, and the rollback that it names works': [
      'cancel.ts rollback',
    ],
    'ends with 2 and keeps every complete generation while readers are on nothing, until the step it prints was taken':
      ['next-step.ts promote'],
  },
  'verify-repair.e2e.spec.ts': {
    'prints with --deep lines that heal what only --deep sees, as does the gate of a promotion': [
      'gate-remedies.ts rebuild',
      'verify-text.ts verifyAndRepair',
      'verify-text.ts repairAll',
    ],
  },
  'bound-registry.int.spec.ts': {
    'changes nothing in a dry run, which is the default': ['binding.ts rebindDryRun'],
  },
  'by-position.int.spec.ts': {
    'verbs of a context that orders by position say so, repair from its log, and end with 1 once its partitions are others':
      ['same-log.ts rebuild', 'whole-by-position.ts rebuild'],
  },
};

const sources = globSync('{apps,libs}/**/src/**/*.ts', {
  cwd: root,
  exclude: ['**/node_modules', '**/dist'],
});
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

/** What prints a line, as `FILE FUNCTION`, with the path of the file. */
const printed = new Map(
  sources
    .filter((file) => !/\.(?:spec|contract)\.ts$|\/src\/commands\/command-line\.ts$|\/testing\//.test(file))
    .flatMap((file) =>
      [...textOf(file).matchAll(/\bcommandLine\.(\w+)\(/g)].map(
        ([, line]) => [`${basename(file)} ${line}`, file] as const,
      ),
    ),
);

const tests = Object.entries(typedBy).flatMap(([spec, byTitle]) =>
  Object.entries(byTitle).map(([title, lines]) => ({ spec, title, lines })),
);

/** Where what an npm script of a message does is run, by the words after `npm run -s`. */
const scriptsRunBy: Readonly<Record<string, string>> = {
  'access -- list': 'keys.e2e.spec.ts',
  migrate: 'migrate.e2e.spec.ts',
  'stack -- up': 'stack.int.spec.ts',
};

describe('an npm script that the sources name', () => {
  it('is one of the workspace, and is run by a test', () => {
    const named = sources
      .filter((file) => !/\.spec\.ts$/.test(file))
      .flatMap((file) => [...textOf(file).matchAll(/npm run -s ([a-z:]+(?: -- [a-z]+)?)/g)])
      .map(([, words]) => words!);
    expect([...new Set(named)].sort()).toEqual(Object.keys(scriptsRunBy));
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    for (const [words, spec] of Object.entries(scriptsRunBy)) {
      const [script] = words.split(' ');
      expect(scripts[script!]).toBeDefined();
      expect(globSync(`{apps,libs,tools}/**/src/${spec}`, { cwd: root })).toHaveLength(1);
    }
  });
});

describe('a line that the sources print', () => {
  it('is typed by a test in the situation it is printed for, and none is listed that nothing prints', () => {
    expect(tests.flatMap(({ lines }) => lines).sort()).toEqual([...printed.keys()].sort());
  });

  it.each(tests)('is typed in $spec: $title', ({ spec, title, lines }) => {
    const files = sources.filter((file) => basename(file) === spec);
    expect(files).toHaveLength(1);
    const begin = textOf(files[0]!).split(`it('${title}'`);
    expect(begin).toHaveLength(2);
    const body = begin[1]!.split(/^ *it(?:\.\w+)?\(/m)[0]!;
    expect(body).toMatch(/\btyped\(/);
    for (const line of lines) expect(body).toContain(`commandLine.${line.split(' ')[1]}(`);
  });
});
