import { join, posix, relative, sep } from 'node:path';

export interface ReadmeInput {
  readonly text: string;
  /** The workspace, and the package's folder in it. */
  readonly root: string;
  readonly folder: string;
  readonly version: string;
  /** Address of the sources. */
  readonly repository?: string | undefined;
}

/**
 * The README of a published package. Its links to pages of the workspace lead to the sources of its version; where nobody says where those
 * are, a link becomes its text and the path of the page.
 */
export function packedReadme({ text, root, folder, version, repository }: ReadmeInput): string {
  return text.replaceAll(/\[([^\]]+)\]\((\.\.?\/[^)\s]+)\)/g, (_, label: string, target: string) => {
    const page = relative(root, join(root, folder, target))
      .split(sep)
      .join(posix.sep);
    return repository === undefined
      ? `${label} (\`${page.replace(/#.*/, '')}\` of the sources)`
      : `[${label}](${repository}/blob/v${version}/${page})`;
  });
}
