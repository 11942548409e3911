const mark = '[redacted]';

/** What names a secret; longer names that end in one of these (`KAFKA_SASL_PASSWORD`, `sasl.password`) count too. */
const secretName =
  /authorization|cookie|passwords?|passwd|passphrase|pwd|secret|tokens?|(?:api|access|private)[_-]?key|credentials?/gi;

/** Between a name and its value: the quote that ends the name, escaped as often as it is nested, and `:`, `=` or `=>`. */
const assignment = /(\\*["'`])?\s*(?:=>?|:)\s*/y;

/** What SQL has instead: `PASSWORD 'secret'`. */
const sqlAssignment = /\s+(?=\\*')/y;

/** `Bearer`, `ApiKey` or `Basic` and what follows, wherever it stands in a text. */
const authorization = /\b(Bearer|ApiKey|Basic)\s+[A-Za-z0-9._~+/=-]{16,}/gi;

/** An API key of ours, wherever it stands in a text; its id is no secret. */
const apiKey = /\b(rp_[a-z][a-z0-9]{0,15}_[0-9a-f]{16}_)[0-9a-f]{64}\b/g;

const openingQuote = /\\*["'`]/y;

/** Headers whose value has several words. */
const wordyName = /(?:authorization|cookie)$/i;

interface Cut {
  readonly from: number;
  readonly to: number;
  readonly put: string;
}

/**
 * Takes secrets out of a text that leaves the process, in time linear in its length: credentials in URLs, values of names that say
 * they are secret (`password=…`, `"apiKey": "…"`, `Cookie: …`, nested and escaped JSON among them), and Authorization values. Where
 * the end of a secret is unclear it takes too much rather than too little. It knows names and shapes, so it is the second line of
 * defence; the first is not to log secrets.
 *
 * @param text a line of JSON, or any other text
 */
export function redact(text: string): string {
  const isJson = text.startsWith('{') || text.startsWith('[');
  const cuts = [...urlCuts(text, isJson), ...memberCuts(text, isJson)].sort((a, b) => a.from - b.from);
  let [result, at] = ['', 0];
  for (const { from, to, put } of cuts) {
    if (to <= at) continue;
    result += from < at ? '' : text.slice(at, from) + put;
    at = to;
  }
  return (result + text.slice(at)).replace(apiKey, `$1${mark}`).replace(authorization, `$1 ${mark}`);
}

/** The user information of URLs: up to the last `@`, because passwords hold `@`, `:` and `/` that nobody escaped. */
function urlCuts(text: string, isJson: boolean): Cut[] {
  const cuts: Cut[] = [];
  let [end, last] = [0, -1];
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    const from = at + 3;
    if (from >= end) {
      end = endOfUrl(text, from, isJson);
      last = from + text.slice(from, end).lastIndexOf('@');
      if (last < from) last = -1;
    }
    if (last < from || !holdsCredentials(text, from, last)) continue;
    cuts.push({ from, to: last, put: mark });
    at = last;
  }
  return cuts;
}

/** Whether what stands before the first `/`, `?` or `#` has an `@`, or a colon that begins no port. */
function holdsCredentials(text: string, from: number, last: number): boolean {
  let to = from;
  while (to < last && !'/?#'.includes(text.charAt(to))) to += 1;
  if (to === last || text.slice(from, to).includes('@')) return true;
  const colon = text.slice(from, to).indexOf(':');
  return text.charAt(from) !== '[' && colon !== -1 && !/^\d{1,5}$/.test(text.slice(from + colon + 1, to));
}

function endOfUrl(text: string, from: number, isJson: boolean): number {
  let at = from;
  while (at < text.length && text.charAt(at) !== '"' && !isSpace(text, at)) at += 1;
  // In a line of JSON the backslashes before a quote are its own.
  while (isJson && at > from && text.charAt(at) === '"' && text.charAt(at - 1) === '\\') at -= 1;
  return at;
}

function memberCuts(text: string, isJson: boolean): Cut[] {
  const cuts: Cut[] = [];
  secretName.lastIndex = 0;
  for (let found = secretName.exec(text); found !== null; found = secretName.exec(text)) {
    const [name] = found;
    const after = secretName.lastIndex;
    const between =
      matchAt(assignment, text, after) ?? (isPassword(name) && matchAt(sqlAssignment, text, after));
    if (!between) continue;
    const from = after + between[0].length;
    const cut = valueCut(text, from, { isJson, name, quoted: between[1] !== undefined });
    if (cut !== undefined) cuts.push(cut);
    secretName.lastIndex = Math.max(from, cut?.to ?? 0);
  }
  return cuts;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function isPassword(name: string): boolean {
  return name.toLowerCase() === 'password';
}

interface Member {
  readonly isJson: boolean;
  readonly name: string;
  /** Whether the name stands in quotes, as in JSON. */
  readonly quoted: boolean;
}

function valueCut(text: string, from: number, { isJson, name, quoted }: Member): Cut | undefined {
  const quote = matchAt(openingQuote, text, from)?.[0];
  if (quote !== undefined) {
    const begin = from + quote.length;
    return cutOf(begin, endOfQuoted(text, begin, quote, isJson), mark);
  }
  if (quoted) {
    const to = endOfJsonValue(text, from, isJson);
    return /^(?:true|false|null)$/.test(text.slice(from, to))
      ? undefined
      : cutOf(from, to, nested(text, from));
  }
  const whole = wordyName.test(name);
  return cutOf(from, endOfBare(text, from, isJson, whole), mark);
}

function cutOf(from: number, to: number, put: string): Cut | undefined {
  return to > from ? { from, to, put } : undefined;
}

/** The mark in quotes, escaped as the quote before the value's colon is. */
function nested(text: string, from: number): string {
  let quote = from - 1;
  while (!`"'\``.includes(text.charAt(quote))) quote -= 1;
  let start = quote;
  while (text.charAt(start - 1) === '\\') start -= 1;
  const delimiter = text.slice(start, quote + 1);
  return `${delimiter}${mark}${delimiter}`;
}

/**
 * Where a quoted value ends. A double quote at depth d of nested JSON has 2^d - 1 backslashes before it, beside whole sets of 2^(d+1)
 * that are escaped backslashes of the value; with fewer it ends what surrounds the value. A single quote is escaped by any
 * backslash, and by another one.
 */
function endOfQuoted(text: string, from: number, opening: string, isJson: boolean): number {
  const [mine, depth] = [opening.slice(-1), opening.length - 1];
  let backslashes = 0;
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === mine) {
      const doubled = mine === "'" && text.charAt(at + 1) === "'";
      const closes =
        mine === '"' ? backslashes % (2 * depth + 2) === depth : backslashes === depth && !doubled;
      if (closes || backslashes < depth) return at - Math.min(backslashes, depth);
      if (doubled) at += 1;
    } else if (isJson && char === '"' && backslashes % 2 === 0) return at;
    backslashes = char === '\\' ? backslashes + 1 : 0;
  }
  return text.length;
}

/**
 * Where a value without quotes ends: at white space (`whole`: at the end of its line), or where the text of JSON ends that it
 * stands in.
 */
function endOfBare(text: string, from: number, isJson: boolean, whole: boolean): number {
  let escaped = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\n' || (!whole && isSpace(text, at))) return at;
    if (isJson && !escaped && char === '"') return at;
    if (isJson && escaped && (char === 'n' || (!whole && (char === 'r' || char === 't')))) return at - 1;
    escaped = char === '\\' && !escaped;
  }
  return text.length;
}

/** Where a value of JSON that is not text ends: after the bracket that closes it, else before a comma, a bracket or white space. */
function endOfJsonValue(text: string, from: number, isJson: boolean): number {
  let depth = 0;
  let quote = from;
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') {
      const opening = text.slice(quote, at + 1);
      at = endOfQuoted(text, at + 1, opening, isJson) + opening.length - 1;
    } else if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') {
      if (depth <= 1) return depth === 0 ? at : at + 1;
      depth -= 1;
    } else if (depth === 0 && (char === ',' || isSpace(text, at))) return at;
    if (char !== '\\') quote = at + 1;
  }
  return text.length;
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code <= 32 || (code > 127 && /\s/.test(text.charAt(at)));
}
