/** A line an application wrote, as an object when it is one of its JSON log lines. */
export function parseLogLine(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** pino's levels from warning on; lower ones need no word. */
const levels: Readonly<Record<string, string>> = { 40: 'WARN ', 50: 'ERROR ', 60: 'FATAL ' };

/** What every line of an application repeats, or the prefix says already. */
const repeated: ReadonlySet<string> = new Set([
  'level',
  'time',
  'pid',
  'hostname',
  'name',
  'app',
  'msg',
  'v',
  'err',
]);

/** A log line for a person: message first, then its fields; any other line as it is. */
export function readableLogLine(text: string): string {
  const line = parseLogLine(text);
  if (line === undefined || typeof line.msg !== 'string') return text;
  const level = levels[String(line.level)] ?? levelName(line.level);
  const fields = Object.entries(line)
    .filter(([name]) => !repeated.has(name))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${level}${line.msg}${fields.join('')}${causeOf(line.err)}`;
}

function levelName(level: unknown): string {
  return typeof level === 'string' && /^(?:warn|error|fatal)$/i.test(level) ? `${level.toUpperCase()} ` : '';
}

function causeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { message, stack } = error as { readonly message?: unknown; readonly stack?: unknown };
  if (typeof stack === 'string') return `\n${stack}`;
  return typeof message === 'string' ? `: ${message}` : '';
}
