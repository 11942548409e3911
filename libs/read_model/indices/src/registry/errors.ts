/** The registry holds no such generation of that projection. Nothing was changed. */
export class UnknownGeneration extends Error {
  readonly code = 'UNKNOWN_GENERATION';
  readonly retryable = false;

  constructor(projection: string, nameOrUuid: string) {
    super(
      `The registry has no generation ${nameOrUuid} of ${projection}. Nothing was changed. ` +
        'See `status` for the generations there are.',
    );
    this.name = 'UnknownGeneration';
  }
}
