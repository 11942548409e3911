/** A process's environment is invalid. `problems` holds every bad setting, one sentence each; nothing was started. */
export class ConfigurationError extends Error {
  readonly code = 'CONFIGURATION';
  readonly retryable = false;
  readonly problems: string[];

  constructor(problems: readonly string[]) {
    super(`Invalid configuration; nothing was started:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.problems = [...problems];
  }
}
