import { useSyncExternalStore } from 'react';

/** Where the pages are served, with a slash at its end: `<base>`, which the server writes. */
const root = new URL('.', document.baseURI).pathname;

export interface Place {
  /** Below the root, without slashes around it, decoded part by part. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

const moved = new EventTarget();

/** Goes to a page. @param to below the root: `runs/4711?tab=gate` */
export function go(to: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', root + to);
  moved.dispatchEvent(new Event('moved'));
}

/** The page of now, as the address says it. */
export function usePlace(): Place {
  const address = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  const { pathname, searchParams } = new URL(address, location.origin);
  const parts = pathname
    .slice(root.length)
    .split('/')
    .filter((part) => part !== '')
    .map((part) => decoded(part));
  return { parts, query: searchParams };
}

/** The address of now, below the root, for coming back to it. */
export function here(): string {
  return location.pathname.slice(root.length) + location.search;
}

/** The address of a page below the root, from its parts and what it is asked for. */
export function address(
  parts: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  const text = new URLSearchParams(given).toString();
  return parts.map((part) => encodeURIComponent(part)).join('/') + (text === '' ? '' : `?${text}`);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function subscribe(changed: () => void): () => void {
  addEventListener('popstate', changed);
  moved.addEventListener('moved', changed);
  return () => {
    removeEventListener('popstate', changed);
    moved.removeEventListener('moved', changed);
  };
}

/** Lets links to pages be followed without loading the program again. */
export function followLinks(): void {
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest('a');
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.target !== '' || link.hasAttribute('download'))
      return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || !to.pathname.startsWith(root)) return;
    event.preventDefault();
    go(to.pathname.slice(root.length) + to.search);
  });
}
