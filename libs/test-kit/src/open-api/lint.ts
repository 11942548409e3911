import { Spectral } from '@stoplight/spectral-core';
import owasp from '@stoplight/spectral-owasp-ruleset';
import rulesets from '@stoplight/spectral-rulesets';

/** Rules of the linter that documents need not keep, and why. */
export const lintExceptions: Readonly<Record<string, string>> = {
  'owasp:api8:2023-define-cors-origin':
    'There is no CORS: no answer has that header, and no page of elsewhere can read one.',
  'owasp:api9:2023-inventory-access':
    'A document names no server: each is served by the API that it describes.',
  'owasp:api9:2023-inventory-environment': 'The same.',
  'owasp:api4:2023-string-restricted':
    'Texts for people are any texts; those of a certain form state it as a format or a pattern.',
  'operation-description': 'Each operation has a summary.',
  'oas3-api-servers': 'The same.',
  'info-contact': 'Whoever runs the API is known to those who may read its document.',
};

/** Places of one document where rules need not be kept. */
export interface LintException {
  readonly rules: RegExp;
  /** What the place in the document looks like, its parts joined by dots. */
  readonly at: RegExp;
  readonly why: string;
}

/**
 * Lints an OpenAPI document by the rules of Spectral and those after the OWASP API Security Top 10 of 2023.
 * @param exceptions of this document; one that excuses nothing is reported
 * @returns what is wrong with it, as `RULE at PLACE: why`; exceptions left out
 */
export async function lintOpenApi(
  document: object,
  exceptions: readonly LintException[] = [],
): Promise<string[]> {
  const spectral = new Spectral();
  // Spectral's own declaration of the type of a rule set is narrower than what its rule sets are.
  spectral.setRuleset({
    extends: [
      [rulesets.oas, 'recommended'],
      [owasp, 'recommended'],
    ],
  } as never);
  const found = await spectral.run(document as Record<string, unknown>);
  const used = new Set<LintException>();
  const isExcused = (code: string, at: string): boolean => {
    const excuse = exceptions.find((one) => one.rules.test(code) && one.at.test(at));
    if (excuse) used.add(excuse);
    return excuse !== undefined;
  };
  return [
    ...found
      .map(({ code, path, message }) => ({ code: String(code), at: path.join('.'), message }))
      .filter(({ code, at }) => lintExceptions[code] === undefined && !isExcused(code, at))
      .map(({ code, at, message }) => `${code} at ${at}: ${message}`),
    ...exceptions.filter((one) => !used.has(one)).map(({ at }) => `an exception excuses nothing at ${at}`),
  ];
}
