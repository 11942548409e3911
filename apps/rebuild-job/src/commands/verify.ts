import { exitCodes, verifyReadModel, type VerifyReport } from '@reprise/read-model-rebuild';
import { readProjections } from '../projection-option.ts';
import { openServers } from '../servers.ts';
import type { Verb } from '../verb.ts';

export const verifyCommand: Verb = {
  name: 'verify',
  description: 'Compares the read model that is live with the fold of the log; changes nothing.',
  options: [
    ['--projection <name>', 'the projection to verify, or all (required)'],
    ['--deep', 'compare the content of every document, not only where digests differ'],
    ['--limit <n>', 'documents listed per kind of difference (default 20)'],
    ['--memory <bytes>', 'memory to stay within (default 512mb)'],
    ['--json', 'print the report as one JSON document on stdout'],
  ],
  examples: [
    'rebuild-job verify --projection all',
    'rebuild-job verify --projection product_search --deep --json',
  ],
  async run(options, invocation) {
    const projections = readProjections(options);
    const deep = options.flag('deep');
    const limit = options.wholeNumber('limit', 0, 20);
    const memoryBytes = options.bytes('memory', 256 << 20, 512 << 20);
    const json = options.flag('json');
    options.finish();
    const servers = await openServers(invocation.env);
    try {
      const reports: VerifyReport[] = [];
      for (const projection of projections) {
        const report = await verifyReadModel(
          { projection, deep, limit, memoryBytes },
          servers.of(projection),
          invocation.signal,
        );
        reports.push(report);
        if (!json) invocation.stdout(`${describe(report)}\n`);
      }
      if (json)
        invocation.stdout(`${JSON.stringify(projections.length === 1 ? reports[0] : reports, null, 2)}\n`);
      return reports.every(({ clean }) => clean) ? exitCodes.done : exitCodes.refused;
    } finally {
      await servers.close();
    }
  },
};

function describe({
  projection,
  generation,
  documents,
  counts,
  drift,
  clean,
  watermark,
}: VerifyReport): string {
  const { missing, extra, stale, different, inFlight } = counts;
  const at = Object.entries(watermark).map(([partition, end]) => `${partition}:${end}`);
  const lines = [
    `${projection}: ${clean ? 'clean' : 'DRIFT'}, ${generation} against the log up to ${at.join(' ')}`,
    `  ${documents.expected} documents by the log, ${documents.actual} in the store`,
    `  ${missing} missing, ${extra} extra, ${stale} stale, ${different} different, ${inFlight} in flight (newer than what was compared: no drift)`,
  ];
  for (const { id, class: kind, expected, actual } of drift) {
    lines.push(`  ${kind.padEnd(9)} ${id}  version ${actual ?? 'none'}, by the log ${expected ?? 'none'}`);
  }
  if (!clean) lines.push(`  Nothing was changed. To heal it: rebuild-job rebuild --projection ${projection}`);
  return lines.join('\n');
}
