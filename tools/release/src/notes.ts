/**
 * What a list of changes says of one release.
 * @param changes Markdown in which each release has a heading of the second level that begins with its version
 * @throws Error where the release has no heading
 */
export function notesOf(changes: string, tag: string): string {
  const sections = changes.split(/^(?=## )/m);
  const version = tag.replace(/^v/, '');
  const own = sections.find((section) => section.replace(/^## \[?v?/, '').split(/[\s\]]/)[0] === version);
  if (own === undefined)
    throw new Error(`CHANGELOG.md has no heading for ${version}. Write it first: npx nx release`);
  return `${own.split('\n').slice(1).join('\n').trim()}\n`;
}
