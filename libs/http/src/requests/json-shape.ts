export interface JsonShape {
  /** Levels of nesting. */
  readonly depth: number;
  /** Members and elements, including empty lists and objects. */
  readonly parts: number;
  /** Members of objects, those named twice counted twice. */
  readonly members: number;
}

/** Measures a text of JSON in one pass, before anybody parses it. Of other texts it gives some numbers. */
export function jsonShape(text: string): JsonShape {
  let [depth, deepest, parts, members, inText] = [0, 0, 0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (inText) {
      if (char === '\\') at += 1;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === ':') members += 1;
    else if (char === ',') parts += 1;
    else if (char === '{' || char === '[') {
      parts += 1;
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (char === '}' || char === ']') depth -= 1;
  }
  return { depth: deepest, parts, members };
}

/** The members of all objects in a parsed value. */
export function memberCount(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, one) => sum + memberCount(one), own);
}
