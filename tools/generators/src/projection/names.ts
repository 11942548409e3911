/** The spellings of a projection's name in what is generated. */
export interface ProjectionNames {
  /** `stock_level`: the projection's name and that of its alias or view. */
  readonly name: string;
  /** `stock-level`: folder and files. */
  readonly fileName: string;
  /** `stockLevel`: the constant. */
  readonly constant: string;
  /** `StockLevel`: the beginning of its document type's name. */
  readonly type: string;
}

/** A generation's table adds 27 characters to the name, an ordinal and an index number up to 6; Postgres cuts names at 63. */
const longest = 30;

/**
 * The spellings of a name given on the command line, in snake case or kebab case.
 *
 * @param others what else is wrong with the command line, which the error then says too
 * @throws TypeError when no index, table and view could carry the name; the message says what it may look like
 */
export function projectionNames(given: string, others: readonly string[] = []): ProjectionNames {
  const name = given.replaceAll('-', '_');
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name) || name.length > longest) {
    throw new TypeError(
      `"${given}" cannot be a projection's name. Use snake case such as stock_level: lower-case letters, digits and single ` +
        `underscores, a letter first, at most ${longest} characters. ${others.map((other) => `${other}. `).join('')}Nothing was written.`,
    );
  }
  const type = name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return {
    name,
    fileName: name.replaceAll('_', '-'),
    constant: type.charAt(0).toLowerCase() + type.slice(1),
    type,
  };
}
