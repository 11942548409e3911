const mark = '[redacted]';

/** Credentials in a URL, as in a database's connection string. */
const urlCredentials = /([a-z][a-z0-9+.-]*:\/\/)[^\s"'/@]+@/gi;

/** The value of an Authorization header wherever it stands in a text. */
const authorization = /\b(Bearer|ApiKey|Basic)\s+[A-Za-z0-9._~+/=-]{16,}/g;

/** A secret's key with its value, in serialised JSON, at any depth: a string or a list of strings. */
const secretMember =
  /"([a-z_-]*(?:authorization|cookie|password|passwd|secret|api[_-]?key|access[_-]?token))":\s*(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])/gi;

/**
 * Takes secrets out of a text that leaves the process: credentials in URLs, Authorization values, and members of
 * serialised JSON whose name says that they are secret. It knows names and shapes, so it is the second line of defence;
 * the first is not to log secrets.
 */
export function redact(text: string): string {
  return text
    .replace(secretMember, `"$1":"${mark}"`)
    .replace(urlCredentials, `$1${mark}@`)
    .replace(authorization, `$1 ${mark}`);
}
