import { commandLine, exitCodes } from '@reprise/runtime/commands';
import { afterRefusal, promoteByName, type NamedPromotion } from '@reprise/read-model-rebuild';
import { jsonText } from '../report/text.ts';
import { readCanaryOption, readGateLimits } from '../line/gate-options.ts';
import { readContexts } from '../line/projection-option.ts';
import { openServers } from '../servers/open-servers.ts';
import type { CommandRun } from '../verb.ts';
import { UsageError } from '../line/usage-error.ts';

export const run: CommandRun = async (options, invocation) => {
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
    const { cutover, ...rest } = promoted;
    invocation.audit.report({ projection: projection.name, cutover, ...rest });
    if (json) {
      const at = cutover ?? { alias: null, from: null, to: null, at: null };
      invocation.stdout(`${jsonText({ projection: projection.name, ...at, ...rest }, 2)}\n`);
    } else invocation.stdout(`${describe(projection.name, promoted)}\n`);
    return promoted.cutover ? exitCodes.done : exitCodes.refused;
  } finally {
    await servers.close();
  }
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

function unknown(wanted: string): UsageError {
  return new UsageError(
    `There is no generation "${wanted}". Nothing was changed. See ${commandLine.status()}`,
  );
}

function noSearchIndex(projection: string): UsageError {
  return new UsageError(
    `--canary asks searches, and ${projection} is not a search index. Nothing was changed. Leave --canary out.`,
  );
}
