import { readFileSync } from 'node:fs';
import type { Projection } from '@reprise/read-model-projections';
import { defaultGateLimits, readCanaries, type Canary, type GateLimits } from '@reprise/read-model-rebuild';
import type { OptionReader } from './option-reader.ts';

export function readGateLimits(options: OptionReader): GateLimits {
  return {
    poisonBudget: options.wholeNumber('poisonBudget', 0, defaultGateLimits.poisonBudget),
    maxShrink: options.share('maxShrink', defaultGateLimits.maxShrink),
    allowEmpty: options.flag('allowEmpty'),
  };
}

/** The canary queries of `--canary`; what is wrong with the file, or the projections they are meant for, becomes a problem. */
export function readCanaryOption(
  options: OptionReader,
  projections: readonly Projection[],
  env: NodeJS.ProcessEnv,
): readonly Canary[] {
  const file = options.path('canary', env);
  if (file === undefined) return [];
  for (const { name, storage } of projections) {
    if (storage.kind !== 'elasticsearch')
      options.problem(`--canary asks searches, and ${name} is not a search index: leave one of the two out`);
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    options.problem(`--canary ${file} cannot be read: ${(error as Error).message}`);
    return [];
  }
  const { canaries, problems } = readCanaries(text);
  for (const problem of problems) options.problem(`--canary ${file}: ${problem}`);
  return canaries;
}
