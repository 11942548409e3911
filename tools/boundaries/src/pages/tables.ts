import type { Page } from './pages.ts';

/** Rows of tables that are wider than `limit` characters, as `page:line`. Rows in code are text, not tables. */
export function wideRows(pages: readonly Page[], limit: number): string[] {
  return pages.flatMap(({ path, text }) => {
    let inCode = false;
    return text.split('\n').flatMap((line, index) => {
      if (/^ *```/.test(line)) inCode = !inCode;
      return !inCode && line.startsWith('|') && line.length > limit ? [`${path}:${index + 1}`] : [];
    });
  });
}
