/** The registry holds no such generation of that projection. Nothing was changed. */
export class UnknownGeneration extends Error {
  readonly code = 'UNKNOWN_GENERATION';
  readonly retryable = false;

  constructor(projection: string, nameOrUuid: string) {
    super(
      `There is no generation ${nameOrUuid} of ${projection} in the registry. Nothing was changed. ` +
        'See `status` for the generations there are.',
    );
    this.name = 'UnknownGeneration';
  }
}
