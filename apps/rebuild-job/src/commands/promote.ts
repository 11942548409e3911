import { commandLine } from '@reprise/runtime/commands';
import {
  afterRefusal,
  exitCodes,
  promoteByName,
  RebuildError,
  type NamedPromotion,
} from '@reprise/read-model-rebuild';
import { jsonText } from '../report/text.ts';
import { gateOptions, readCanaryOption, readGateLimits } from '../gate-options.ts';
import { contextOption, readContexts } from '../projection-option.ts';
import { openServers } from '../servers.ts';
import type { Verb } from '../verb.ts';

export const promoteCommand: Verb = {
  name: 'promote',
  description:
    'Puts a generation to the gate again, catches it up with the live one and switches readers to it.',
  options: [
    ['--generation <name>', 'name or uuid of the generation (required)'],
    contextOption,
    ...gateOptions,
    ['--json', 'print cutover and gate as one JSON document on stdout'],
  ],
  examples: [
    'promote --generation product_search_v2_20261121_030000_0a1b2c3d',
    'promote --generation product_search_v2_20261121_030000_0a1b2c3d --max-shrink 0.5 --deep',
  ],
  async run(options, invocation) {
    const wanted = options.text('generation');
    if (wanted === undefined)
      options.problem(`--generation is required: see ${commandLine.status()} for the names`);
    const json = options.flag('json');
    const projections = readContexts(options, invocation).flatMap((context) => context.projections);
    // A generation's name begins with its projection's, so that what does not go together is known before a server is asked.
    const named = projections.filter(({ name }) => wanted?.startsWith(`${name}_v`));
    const questions = {
      limits: readGateLimits(options),
      deep: options.flag('deep'),
      requireFeeder: options.flag('requireFeeder'),
      canaries: readCanaryOption(options, named, invocation.env),
    };
    options.finish();
    const servers = await openServers(invocation, {
      projections: named.length > 0 ? named : projections,
      changes: true,
    });
    try {
      const generation = await servers.registry.findGeneration(wanted!);
      const projection = generation && projections.find(({ name }) => name === generation.projection);
      if (!generation || !projection) throw unknown(wanted!);
      if (questions.canaries.length > 0 && projection.storage.kind !== 'elasticsearch')
        throw noSearchIndex(projection.name);
      const promoted = await promoteByName(generation, projection, servers.of(projection), questions, {
        signal: invocation.signal,
        onNotice: (line) => invocation.stderr(`${line}\n`),
      });
      if (json) {
        const { cutover, ...rest } = promoted;
        const at = cutover ?? { alias: null, from: null, to: null, at: null };
        invocation.stdout(`${jsonText({ projection: projection.name, ...at, ...rest }, 2)}\n`);
      } else invocation.stdout(`${describe(projection.name, promoted)}\n`);
      return promoted.cutover ? exitCodes.done : exitCodes.refused;
    } finally {
      await servers.close();
    }
  },
};

function describe(
  projection: string,
  { generation, gate, cutover, warnings, onlyLetter }: NamedPromotion,
): string {
  const failed = gate.filter(({ passed }) => !passed);
  if (cutover)
    return [
      `${projection}: ${cutover.alias} switched from ${cutover.from ?? 'nothing'} to ${cutover.to}; gate passed, ${gate.length} checks`,
      ...warnings.map((warning) => `  warning: ${warning}`),
    ].join('\n');
  return [
    `${projection}: the gate refused ${generation.name}; readers were not moved`,
    ...failed.map(
      ({ check, expected, actual }) => `  FAILED ${check}: expected ${expected}, found ${actual}`,
    ),
    `  ${afterRefusal({ projection, generation: generation.name, gate, onlyLetter: onlyLetter ?? undefined })}`,
  ].join('\n');
}

function unknown(wanted: string): RebuildError {
  return new RebuildError(
    'USAGE',
    `There is no generation "${wanted}". Nothing was changed. See ${commandLine.status()}`,
  );
}

function noSearchIndex(projection: string): RebuildError {
  return new RebuildError(
    'USAGE',
    `--canary asks searches, and ${projection} is no search index. Nothing was changed. Leave --canary out.`,
  );
}
